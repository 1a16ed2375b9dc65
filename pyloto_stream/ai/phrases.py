"""Como achar frases em português como se digita: sem acento, abreviado, com letra trocada?

Um texto chega como palavras dobradas (minúsculas, sem acento) e quebras; um índice acha nele todas as
frases conhecidas (ver `patterns.py`) de uma vez. O custo cresce com o texto, não com o número de frases.
"""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

import msgspec

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


class Match(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """Uma frase achada em `words[start:end]`."""

    start: int
    end: int
    payload: T


class _Candidate(NamedTuple, Generic[T]):
    """Uma frase que pode começar aqui: quantas palavras (`known`) já se viram, e se são todas (`whole`).

    Alguma de `soon`, se não é vazio, tem de vir logo.
    """

    phrase: Pattern[T]
    anchored: bool
    whole: bool
    known: int
    soon: frozenset[str]


class _Known(NamedTuple, Generic[T]):
    """O que se sabe de uma palavra: as frases que ela começa, se alguma, e os prefixos por que se pede."""

    opening: "_Opening[T] | None"
    stems: Collection[str]


class PhraseIndex(Generic[T]):
    """Índice imutável de `(frase, carga)`. `vocabulary` são as palavras inteiras citadas nas frases."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._by_word: dict[str, list[Pattern[T]]] = {}
        self._by_stem: dict[str, list[Pattern[T]]] = {}
        vocabulary: set[str] = set()
        stems: set[str] = set()
        seconds: set[str] = set()
        for phrase in (compiled(one, payload) for text, payload in phrases for one in spread(text)):
            first = phrase.elements[0]
            for word in first.words:
                self._by_word.setdefault(word, []).append(phrase)
            for stem in first.stems:
                self._by_stem.setdefault(stem, []).append(phrase)
            seconds.update(second.stems if (second := second_of(phrase)) else ())
            for element in phrase.elements:
                vocabulary.update(element.words, element.stems)
                stems.update(element.stems)
        self.vocabulary = frozenset(vocabulary)
        self._stems = frozenset(stems)
        self._second_stems = frozenset(seconds)
        self._longest_stem = max(map(len, stems), default=0)
        self._known = lru_cache(maxsize=REMEMBERED)(self._about)

    def knows(self, word: str) -> bool:
        """Alguma frase usa `word`, inteira ou por um prefixo que diz quase toda ela?"""
        if word in self.vocabulary:
            return True
        shortest = max(MIN_STEM, len(word) - MAX_ENDING)
        return any(word[:size] in self._stems for size in range(shortest, len(word)))

    def find(self, words: Sequence[str]) -> list[Match[T]]:
        """Todas as ocorrências, por posição; frases podem sobrepor-se."""
        found: list[Match[T]] = []
        known_words = [*map(self._known, words), self._known(BREAK)]
        for start, (opening, _) in enumerate(known_words):
            if opening is None:
                continue
            opens = not start or words[start - 1] == BREAK
            near = words[start + 1 : start + 1 + NEAR]
            after = near[0] if near else BREAK
            for phrase, anchored, whole, known, soon in opening.before(after, known_words[start + 1].stems):
                if (anchored and not opens) or (soon and soon.isdisjoint(near)):
                    continue
                end = start + known
                if not whole:
                    end = match_end(phrase, words, known, end)
                if end:
                    found.append(Match(start, end, phrase.payload))
        return found

    def _about(self, word: str) -> "_Known[T]":
        """As frases que começam por `word`, na ordem em que se procuram, e os prefixos dela."""
        phrases = list(self._by_word.get(word, ()))
        stems = [word[:size] for size in range(MIN_STEM, min(len(word), self._longest_stem) + 1)]
        for stem in stems:
            phrases += self._by_stem.get(stem, ())
        return _Known(_Opening(phrases) if phrases else None, self._second_stems.intersection(stems))


class _Opening(Generic[T]):
    """As frases que uma palavra pode começar, com seu lugar na ordem, repartidas pela segunda que exigem."""

    def __init__(self, phrases: Iterable[Pattern[T]]) -> None:
        self._any: dict[int, _Candidate[T]] = {}
        self._exact: dict[str, dict[int, _Candidate[T]]] = {}
        self._stems: dict[str, dict[int, _Candidate[T]]] = {}
        for at, phrase in enumerate(phrases):
            second = second_of(phrase)
            known = 1 if second is None else 2
            whole = len(phrase.elements) == known and not phrase.anchored_end
            candidate = _Candidate(phrase, phrase.anchored_start, whole, known, soon_after(phrase, known))
            if second is None:
                self._any[at] = candidate
                continue
            for word in second.words:
                self._exact.setdefault(word, {})[at] = candidate
            for stem in second.stems:
                self._stems.setdefault(stem, {})[at] = candidate
        self._ready = tuple(self._any.values())

    def before(self, after: str, stems: Collection[str]) -> Sequence[_Candidate[T]]:
        """As que podem começar aqui, sendo `after`, de prefixos `stems`, a palavra seguinte: poucas."""
        exact = self._exact.get(after)
        stemmed = stems and not self._stems.keys().isdisjoint(stems)
        if exact is None and not stemmed:
            return self._ready
        found = {**self._any, **(exact or {})}
        for stem in stems if stemmed else ():
            found |= self._stems.get(stem, {})
        return [found[at] for at in sorted(found)]
