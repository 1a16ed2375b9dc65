"""Como achar frases em português como se digita: sem acento, abreviado, com letra trocada?

Um texto chega como palavras dobradas (minúsculas, sem acento) e quebras; um índice acha nele todas as
frases conhecidas de uma vez. O custo cresce com o texto, não com o número de frases.

Linguagem das frases: `raiz*` é prefixo; `a|b_c` são alternativas (uma delas de duas palavras); `palavra?` é
opcional; `..` são até três palavras quaisquer; `^` e `$` prendem ao começo e ao fim de uma oração. Frases
não atravessam pontuação.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
BREAK = "|"
"""Marca de pontuação entre as palavras."""
MAX_GAP = 3
MIN_STEM = 2
MAX_ENDING = 2
"""Letras depois de um prefixo que ainda são desinência ("entregador" + "es"), não outra palavra."""
REMEMBERED = 8192
"""Palavras cujas frases ficam à mão: quase todas se repetem de um texto para outro."""
_OPTION = re.compile(r"[a-z0-9]+\*?")


def fold(text: str) -> str:
    """Minúsculas e sem acentos; o comprimento pode mudar."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(ch for ch in plain if not unicodedata.combining(ch))


class Match(NamedTuple, Generic[T]):
    """Uma frase achada em `words[start:end]`."""

    start: int
    end: int
    payload: T


class _Element(NamedTuple):
    words: frozenset[str]
    stems: tuple[str, ...]
    optional: bool
    gap: bool

    def accepts(self, word: str) -> bool:
        return word in self.words or (bool(self.stems) and word.startswith(self.stems))


class _Phrase(NamedTuple, Generic[T]):
    elements: tuple[_Element, ...]
    anchored_start: bool
    anchored_end: bool
    payload: T


class _Candidate(NamedTuple, Generic[T]):
    """Uma frase que pode começar aqui: acaba (`ends`) na primeira palavra? Que segunda palavra exige?"""

    phrase: _Phrase[T]
    ends: bool
    second: _Element | None


class PhraseIndex(Generic[T]):
    """Índice imutável de `(frase, carga)`. `vocabulary` são as palavras inteiras citadas nas frases."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._by_word: dict[str, list[_Phrase[T]]] = {}
        self._by_stem: dict[str, list[_Phrase[T]]] = {}
        vocabulary: set[str] = set()
        stems: set[str] = set()
        for phrase in (_compile(one, payload) for text, payload in phrases for one in _spread(text)):
            first = phrase.elements[0]
            for word in first.words:
                self._by_word.setdefault(word, []).append(phrase)
            for stem in first.stems:
                self._by_stem.setdefault(stem, []).append(phrase)
            for element in phrase.elements:
                vocabulary.update(element.words, element.stems)
                stems.update(element.stems)
        self.vocabulary = frozenset(vocabulary)
        self._stems = frozenset(stems)
        self._longest_stem = max(map(len, self._by_stem), default=0)
        self._starting = lru_cache(maxsize=REMEMBERED)(self._starting_with)

    def knows(self, word: str) -> bool:
        """Alguma frase usa `word`, inteira ou por um prefixo que diz quase toda ela?"""
        if word in self.vocabulary:
            return True
        shortest = max(MIN_STEM, len(word) - MAX_ENDING)
        return any(word[:size] in self._stems for size in range(shortest, len(word)))

    def find(self, words: Sequence[str]) -> list[Match[T]]:
        """Todas as ocorrências, por posição; frases podem sobrepor-se."""
        found: list[Match[T]] = []
        size = len(words)
        for start, word in enumerate(words):
            opens = not start or words[start - 1] == BREAK
            after = words[start + 1] if start + 1 < size else BREAK
            for phrase, ends, second in self._starting(word):
                if second is not None and not (
                    after in second.words or (second.stems and after.startswith(second.stems))
                ):  # `accepts`, escrito aqui: é a pergunta mais feita de todas
                    continue
                if phrase.anchored_start and not opens:
                    continue
                known = 1 if second is None else 2
                end = start + 1 if ends else _match(phrase, words, known, start + known)
                if end:
                    found.append(Match(start, end, phrase.payload))
        return found

    def _starting_with(self, word: str) -> tuple[_Candidate[T], ...]:
        """As frases que começam por `word`, na ordem em que se procuram."""
        phrases = list(self._by_word.get(word, ()))
        for size in range(MIN_STEM, min(len(word), self._longest_stem) + 1):
            phrases += self._by_stem.get(word[:size], ())
        return tuple(map(_candidate, phrases))


def _spread(text: str) -> Iterator[str]:
    """As frases simples de que `text` é feita: uma por alternativa de várias palavras (`a|b_c`)."""
    pieces = text.split(" ")
    for at, piece in enumerate(pieces):
        if "_" in piece:
            options = piece.rstrip("?").split("|")
            single = "|".join(option for option in options if "_" not in option)
            for option in filter(None, (single, *(o.replace("_", " ") for o in options if "_" in o))):
                yield from _spread(" ".join((*pieces[:at], option, *pieces[at + 1 :])))
            return
    yield text


def _compile(text: str, payload: T) -> _Phrase[T]:
    body = text.removeprefix("^").removesuffix("$").split()
    elements = tuple(_element(piece) for piece in body)
    if not elements or elements[0].gap or elements[0].optional:
        raise ValueError(f"phrase must begin with a required word: {text!r}")
    return _Phrase(elements, text.startswith("^"), text.endswith("$"), payload)


def _element(piece: str) -> _Element:
    if piece == "..":
        return _Element(frozenset(), (), optional=False, gap=True)
    optional = piece.endswith("?")
    options = piece.removesuffix("?").split("|")
    if not all(_OPTION.fullmatch(option) for option in options):
        raise ValueError(f"not a word, a stem or alternatives of them: {piece!r}")
    stems = tuple(option[:-1] for option in options if option.endswith("*"))
    if any(len(stem) < MIN_STEM for stem in stems):
        raise ValueError(f"stem too short: {piece!r}")
    return _Element(frozenset(o for o in options if not o.endswith("*")), stems, optional, gap=False)


def _candidate(phrase: _Phrase[T]) -> _Candidate[T]:
    """O que se pode saber de `phrase` antes de a procurar: poupa a busca inteira a quase todas."""
    if len(phrase.elements) == 1:
        return _Candidate(phrase, ends=not phrase.anchored_end, second=None)
    second = phrase.elements[1]
    return _Candidate(phrase, ends=False, second=None if second.optional or second.gap else second)


def _match(phrase: _Phrase[T], words: Sequence[str], known: int, at: int) -> int:
    """Fim da ocorrência cujos `known` primeiros elementos acabam em `at`; 0 se não há."""
    for i in range(known, len(phrase.elements)):
        element = phrase.elements[i]
        if element.gap:
            return _past_gap(phrase, words, i + 1, at)
        if at < len(words) and element.accepts(words[at]):
            if element.optional and (end := _match(phrase, words, i + 1, at + 1)):
                return end
            at += 0 if element.optional else 1
        elif not element.optional:
            return 0
    return at if not phrase.anchored_end or at == len(words) or words[at] == BREAK else 0


def _past_gap(phrase: _Phrase[T], words: Sequence[str], known: int, at: int) -> int:
    """Como `_match`, depois de saltar o menor número de palavras que serve; uma pausa não se salta."""
    for skipped in range(MAX_GAP + 1):
        if skipped and at + skipped <= len(words) and words[at + skipped - 1] == BREAK:
            return 0
        if end := _match(phrase, words, known, at + skipped):
            return end
    return 0
