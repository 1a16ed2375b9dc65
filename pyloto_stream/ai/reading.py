"""Como um texto digitado vira palavras que as regras leem, sem perder onde cada uma estava?

Promete: no máximo `MAX_WORDS` palavras, dobradas e com a grafia corrigida, cada uma com o trecho original
de que veio (nomes e cidades voltam com os acentos e maiúsculas da pessoa). Toda frase conhecida é procurada
uma só vez.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar, TypeVarTuple

import msgspec

from pyloto_stream.ai.phrases import BREAK, REMEMBERED, Match, PhraseIndex, fold
from pyloto_stream.ai.spelling import Speller

T = TypeVar("T")
About = TypeVarTuple("About")

MAX_CHARS = 4000
MAX_WORDS = 200
"""Palavras lidas de um texto: o começo diz a intenção, e o custo de um texto enorme fica limitado."""
_TOKEN = re.compile(r"\d{1,15}(?:[.,]\d{1,15}){1,5}|[^\W_]{1,80}|[.,;:!?\n()](?:\s*[.,;:!?\n()])*")
_NOT_FOLDED = re.compile(r"[^a-z0-9]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SPELT_OUT = re.compile(r"(?<!\S)(?:[^\W\d_] ){3,}[^\W\d_](?!\S)")
"""Letras soltas ("m o t o b o y"): dois espaços separam as palavras."""
_SHORT = frozenset(" aáàeéêoóqpdncu")
_STRETCHED = re.compile(r"(.)\1{2,}")
_STRONG = frozenset(".;!?\n")
_start = attrgetter("start")


def _joined(letters: re.Match[str]) -> str:
    """A palavra soletrada; palavras de uma letra seguidas ("é o q a gente") ficam como estão."""
    return letters[0] if set(letters[0].lower()) <= _SHORT else letters[0].replace(" ", "")


class Word(msgspec.Struct, frozen=True, gc=False):
    """`text` é a palavra que as regras leem (`BREAK` na pontuação); `plain`, a digitada, só dobrada."""

    text: str
    plain: str
    start: int
    end: int


def starts_within(found: Sequence[Match[T]], start: int, end: int) -> bool:
    """Alguma das ocorrências `found`, que estão por posição, começa em `[start, end)`?"""
    first = bisect_left(found, start, key=_start)
    return first < len(found) and found[first].start < end


class Tag(NamedTuple):
    """A que grupo uma frase pertence (`gesture`, `choice`, …), seu nome nele e, numa opção, o valor."""

    group: str
    name: str
    value: str = ""


class Reading:
    """Um texto lido: as palavras e todas as frases conhecidas que há nele."""

    def __init__(self, raw: str, words: Sequence[Word], matches: Sequence[Match[Tag]]) -> None:
        self.raw = raw
        self.words = words
        self._by_group: dict[tuple[str, str], list[Match[Tag]]] = {}
        self._starts: set[tuple[str, int]] = set()
        self._told: dict[object, Any] = {}
        for match in matches:
            tag = match.payload
            self._starts.add((tag.group, match.start))
            self._by_group.setdefault((tag.group, tag.name), []).append(match)

    def once(self, question: "Callable[[Reading, *About], T]", *about: *About) -> T:
        """A resposta de `question` sobre `about` neste texto, que muitos perguntam e não muda."""
        asked = (question, about)
        if asked not in self._told:
            self._told[asked] = question(self, *about)
        told: T = self._told[asked]
        return told

    def found(self, group: str, name: str) -> list[Match[Tag]]:
        """As ocorrências das frases de `name` em `group`, por posição."""
        return self._by_group.get((group, name), [])

    def has(self, group: str, name: str) -> bool:
        """Alguma frase de `name` em `group` aparece?"""
        return (group, name) in self._by_group

    def names(self, group: str) -> dict[str, int]:
        """Os nomes de `group` presentes, com a posição da primeira ocorrência."""
        return {name: found[0].start for (g, name), found in self._by_group.items() if g == group}

    def names_within(self, groups: Collection[str], start: int, end: int) -> set[str]:
        """Os nomes de `groups` com alguma ocorrência que começa em `[start, end)`."""
        return {
            name
            for (group, name), found in self._by_group.items()
            if group in groups and starts_within(found, start, end)
        }

    def starts_at(self, group: str, at: int) -> bool:
        """Alguma frase de `group` começa na palavra `at`?"""
        return (group, at) in self._starts

    def original(self, start: int, end: int) -> str:
        """O trecho original das palavras `[start, end)`, com espaços simples."""
        if start >= end:
            return ""
        return " ".join(self.raw[self.words[start].start : self.words[end - 1].end].split())

    def strong_break(self, at: int) -> bool:
        """Há em `at` pontuação que termina uma frase?"""
        return self.words[at].text == BREAK and not _STRONG.isdisjoint(self.words[at].plain)

    def clauses(self) -> tuple[tuple[int, int], ...]:
        """As orações, entre uma pontuação e outra, como `[início, fim)`."""
        return self.once(_clauses)

    def sentences(self) -> tuple[tuple[int, int], ...]:
        """As frases, entre uma pontuação forte e outra, como `[início, fim)`."""
        return self.once(_sentences)


def _clauses(reading: Reading) -> tuple[tuple[int, int], ...]:
    return tuple(_between(reading, [at for at, word in enumerate(reading.words) if word.text == BREAK]))


def _sentences(reading: Reading) -> tuple[tuple[int, int], ...]:
    breaks = (at for at, word in enumerate(reading.words) if word.text == BREAK)
    return tuple(_between(reading, [at for at in breaks if reading.strong_break(at)]))


def _between(reading: Reading, ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Os trechos não vazios entre as palavras `ends`."""
    for start, end in zip((-1, *ends), (*ends, len(reading.words)), strict=True):
        if end > start + 1:
            yield start + 1, end


class Reader:
    """Lê textos com um índice de frases e um corretor do vocabulário dele, que poupa as palavras `right`."""

    def __init__(
        self, index: PhraseIndex[Tag], short_forms: Mapping[str, str], right: Collection[str] = ()
    ) -> None:
        self._index = index
        self._short_forms = short_forms
        self._speller = Speller(index.vocabulary, right)
        self._heard = lru_cache(maxsize=REMEMBERED)(self._hear)

    def knows(self, plain: str) -> bool:
        """Alguma frase usa a palavra `plain` como foi digitada?"""
        return self._index.knows(plain)

    def read(self, raw: str) -> Reading:
        """Lê `raw` (o que passa de `MAX_CHARS` ou `MAX_WORDS` é ignorado)."""
        raw = _INVISIBLE.sub("", raw[:MAX_CHARS])
        raw = _SPELT_OUT.sub(_joined, raw)
        words: list[Word] = []
        for token in _TOKEN.finditer(raw):
            typed, (start, end) = token[0], token.span()
            if typed[0].isalnum():
                plain, pieces = self._heard(typed)
                words += [Word(piece, plain, start, end) for piece in pieces]
            elif words:
                words.append(Word(BREAK, typed, start, end))
            if len(words) >= MAX_WORDS:
                break
        matches = self._index.find([word.text for word in words[:MAX_WORDS]])
        return Reading(raw, words[:MAX_WORDS], matches)

    def _hear(self, typed: str) -> tuple[str, tuple[str, ...]]:
        """A palavra digitada, dobrada, e as que as regras leem no lugar dela."""
        plain = _NOT_FOLDED.sub("", _STRETCHED.sub(r"\1", fold(typed)))
        opened = self._short_forms.get(plain)
        if opened is not None:
            return plain, tuple(opened.split())
        if not plain or self._index.knows(plain):
            return plain, (plain,) if plain else ()
        return plain, (self._speller.correct(plain),)
