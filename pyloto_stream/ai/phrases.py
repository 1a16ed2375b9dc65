"""Como achar frases em português como se digita: sem acento, abreviado, com letra trocada?

Um texto chega como palavras dobradas (minúsculas, sem acento) e quebras; um índice acha nele todas as
frases conhecidas (ver `patterns.py`) de uma vez. O custo cresce com o texto, não com o número de frases.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from pyloto_stream.ai.patterns import (
    BREAK,
    MIN_STEM,
    NEAR,
    Pattern,
    compiled,
    match_end,
    second_of,
    soon_after,
    spread,
)

__all__ = ("BREAK", "REMEMBERED", "Match", "PhraseIndex", "fold")

T = TypeVar("T")
MAX_ENDING = 2
"""Letras depois de um prefixo que ainda são desinência ("entregador" + "es"), não outra palavra."""
REMEMBERED = 8192
"""Palavras cujas frases ficam à mão: quase todas se repetem de um texto para outro."""


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


class _Candidate(NamedTuple, Generic[T]):
    """Uma frase que pode começar aqui: quantas palavras (`known`) já se viram, e se são todas (`whole`).

    Alguma de `soon`, se não é vazio, tem de vir logo.
    """

    phrase: Pattern[T]
    whole: bool
    known: int
    soon: frozenset[str]


class PhraseIndex(Generic[T]):
    """Índice imutável de `(frase, carga)`. `vocabulary` são as palavras inteiras citadas nas frases."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._by_word: dict[str, list[Pattern[T]]] = {}
        self._by_stem: dict[str, list[Pattern[T]]] = {}
        vocabulary: set[str] = set()
        stems: set[str] = set()
        for phrase in (compiled(one, payload) for text, payload in phrases for one in spread(text)):
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
            opening = self._starting(word)
            if opening is None:
                continue
            opens = not start or words[start - 1] == BREAK
            after = words[start + 1] if start + 1 < size else BREAK
            near = words[start + 1 : start + 1 + NEAR]
            for phrase, whole, known, soon in opening.before(after):
                if (phrase.anchored_start and not opens) or (soon and soon.isdisjoint(near)):
                    continue
                end = start + known
                if not whole:
                    end = match_end(phrase, words, known, end)
                if end:
                    found.append(Match(start, end, phrase.payload))
        return found

    def _starting_with(self, word: str) -> "_Opening[T] | None":
        """As frases que começam por `word`, na ordem em que se procuram, se há alguma."""
        phrases = list(self._by_word.get(word, ()))
        for size in range(MIN_STEM, min(len(word), self._longest_stem) + 1):
            phrases += self._by_stem.get(word[:size], ())
        return _Opening(phrases) if phrases else None


class _Opening(Generic[T]):
    """As frases que uma palavra pode começar, repartidas pela segunda palavra que exigem."""

    def __init__(self, phrases: Iterable[Pattern[T]]) -> None:
        self._any: list[tuple[int, _Candidate[T]]] = []
        self._exact: dict[str, list[tuple[int, _Candidate[T]]]] = {}
        self._stems: list[tuple[int, tuple[str, ...], _Candidate[T]]] = []
        for at, phrase in enumerate(phrases):
            second = second_of(phrase)
            known = 1 if second is None else 2
            whole = len(phrase.elements) == known and not phrase.anchored_end
            candidate = _Candidate(phrase, whole, known, soon_after(phrase, known))
            if second is None:
                self._any.append((at, candidate))
                continue
            for word in second.words:
                self._exact.setdefault(word, []).append((at, candidate))
            if second.stems:
                self._stems.append((at, second.stems, candidate))
        self._ready = tuple(candidate for _, candidate in self._any)
        self._all_stems = tuple(stem for _, stems, _ in self._stems for stem in stems)

    def before(self, after: str) -> tuple[_Candidate[T], ...]:
        """As que podem começar aqui, sendo `after` a palavra seguinte: quase nenhuma passa disto."""
        exact = self._exact.get(after, ())
        stemmed = after.startswith(self._all_stems)
        if not exact and not stemmed:
            return self._ready
        found = {*self._any, *exact}
        if stemmed:
            found.update((at, one) for at, stems, one in self._stems if after.startswith(stems))
        return tuple(one for _, one in sorted(found, key=_place))


def _place(numbered: "tuple[int, object]") -> int:
    return numbered[0]
