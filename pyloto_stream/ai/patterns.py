"""Como se escreve uma frase a procurar, e onde acaba a ocorrência que começa numa palavra?

Linguagem das frases: `raiz*` é prefixo; `a|b_c` são alternativas (uma delas de duas palavras); `palavra?` é
opcional; `..` são até três palavras quaisquer; `^` e `$` prendem ao começo e ao fim de uma oração. Frases
não atravessam pontuação.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")
BREAK = "|"
"""Marca de pontuação entre as palavras."""
MAX_GAP = 3
MIN_STEM = 2
NEAR = MAX_GAP + 2
"""Palavras em que cabem um salto e outra: o que basta olhar para excluir quase toda frase."""
_OPTION = re.compile(r"[a-z0-9]+\*?")


class Element(msgspec.Struct, frozen=True, gc=False):
    """Uma palavra da frase: inteira, por um prefixo, opcional, ou um salto (`gap`)."""

    words: frozenset[str]
    stems: tuple[str, ...]
    optional: bool
    gap: bool

    def accepts(self, word: str) -> bool:
        """`word` serve aqui?"""
        return word in self.words or (bool(self.stems) and word.startswith(self.stems))


class Pattern(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """Uma frase simples, com a carga de quem a pediu."""

    elements: tuple[Element, ...]
    anchored_start: bool
    anchored_end: bool
    payload: T


def spread(text: str) -> Iterator[str]:
    """As frases simples de que `text` é feita: uma por alternativa de várias palavras (`a|b_c`)."""
    pieces = text.split(" ")
    for at, piece in enumerate(pieces):
        if "_" in piece:
            options = piece.rstrip("?").split("|")
            single = "|".join(option for option in options if "_" not in option)
            for option in filter(None, (single, *(o.replace("_", " ") for o in options if "_" in o))):
                yield from spread(" ".join((*pieces[:at], option, *pieces[at + 1 :])))
            return
    yield text


def compiled(text: str, payload: T) -> Pattern[T]:
    """A frase simples `text`.

    Raises:
        ValueError: não se lê, ou não começa por uma palavra obrigatória.
    """
    body = text.removeprefix("^").removesuffix("$").split()
    elements = tuple(_element(piece) for piece in body)
    if not elements or elements[0].gap or elements[0].optional:
        raise ValueError(f"phrase must begin with a required word: {text!r}")
    return Pattern(elements, text.startswith("^"), text.endswith("$"), payload)


def _element(piece: str) -> Element:
    if piece == "..":
        return Element(frozenset(), (), optional=False, gap=True)
    optional = piece.endswith("?")
    options = piece.removesuffix("?").split("|")
    if not all(_OPTION.fullmatch(option) for option in options):
        raise ValueError(f"not a word, a stem or alternatives of them: {piece!r}")
    stems = tuple(option[:-1] for option in options if option.endswith("*"))
    if any(len(stem) < MIN_STEM for stem in stems):
        raise ValueError(f"stem too short: {piece!r}")
    return Element(frozenset(o for o in options if not o.endswith("*")), stems, optional, gap=False)


def second_of(phrase: Pattern[T]) -> Element | None:
    """A segunda palavra que `phrase` exige logo depois da primeira; `None` se nenhuma."""
    second = phrase.elements[1] if len(phrase.elements) > 1 else None
    return None if second is None or second.optional or second.gap else second


def soon_after(phrase: Pattern[T], known: int) -> frozenset[str]:
    """Palavras de que uma tem de estar entre as `NEAR` que vêm depois da primeira; vazio se nada o exige."""
    reach = known
    for element in phrase.elements[known:]:
        reach += MAX_GAP if element.gap else 1
        if element.stems or reach > NEAR:
            break
        if not (element.gap or element.optional):
            return element.words
    return frozenset()


def match_end(phrase: Pattern[T], words: Sequence[str], known: int, at: int) -> int:
    """Fim da ocorrência cujos `known` primeiros elementos acabam em `at`; 0 se não há."""
    for i in range(known, len(phrase.elements)):
        element = phrase.elements[i]
        if element.gap:
            return _past_gap(phrase, words, i + 1, at)
        if at < len(words) and element.accepts(words[at]):
            if element.optional and (end := match_end(phrase, words, i + 1, at + 1)):
                return end
            at += 0 if element.optional else 1
        elif not element.optional:
            return 0
    return at if not phrase.anchored_end or at == len(words) or words[at] == BREAK else 0


def _past_gap(phrase: Pattern[T], words: Sequence[str], known: int, at: int) -> int:
    """Como `match_end`, depois de saltar o menor número de palavras que serve; uma pausa não se salta."""
    wanted = phrase.elements[known] if known < len(phrase.elements) else None
    if wanted is not None and not (wanted.optional or wanted.gap):
        for where in range(at, min(at + MAX_GAP + 1, len(words))):
            if wanted.accepts(words[where]) and (end := match_end(phrase, words, known, where)):
                return end
            if words[where] == BREAK:
                return 0
        return 0
    for skipped in range(MAX_GAP + 1):
        if skipped and at + skipped <= len(words) and words[at + skipped - 1] == BREAK:
            return 0
        if end := match_end(phrase, words, known, at + skipped):
            return end
    return 0
