"""Que palavras há à volta de um número, na oração dele e na que a antecede, para saber o que ele diz?

Promete as palavras como se digitaram (só as abreviaturas abertas), sem as que apenas arredondam o número.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from pyloto_stream.ai.lexicon import LEXICON, words
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

BEFORE, AFTER = 9, 16
"""Até quantas palavras, antes e depois do número, se procura quem o diz dinheiro."""
_ROUND = frozenset(("e", "pouco", "poucos", "pouca", "poucas", "quebrado", "quebrados", "tanto", "tantos"))
AROUND = words("around")


class Around(NamedTuple):
    """O número e o que há à volta: a oração de antes, se o número abre a sua, e as palavras da sua."""

    earlier: Sequence[str]
    before: Sequence[str]
    after: Sequence[str]
    own: Sequence[str]
    value: float


class Forms(msgspec.Struct, frozen=True):
    """Palavras inteiras e começos de palavras (`raiz*` nos dados)."""

    whole: frozenset[str]
    stems: tuple[str, ...]

    def accept(self, word: str) -> bool:
        """`word` é uma delas?"""
        return word in self.whole or (bool(self.stems) and word.startswith(self.stems))


def forms(name: str) -> Forms:
    """As palavras de `name` nos dados."""
    listed = words(name)
    stems = tuple(word[:-1] for word in listed if word.endswith("*"))
    return Forms(frozenset(word for word in listed if not word.endswith("*")), stems)


def around(reading: Reading, start: int, end: int, value: float) -> Around:
    """O que há à volta do número em `[start, end)`."""
    spoken = reading.once(_spoken)
    at = end
    while at < min(len(spoken), end + 3) and spoken[at] in _ROUND and _rounds(spoken, at):
        at += 1
    before = _clause_before(spoken, start)
    opening = start - len(before) - 1
    crosses = opening > 0 and AROUND.issuperset(before)
    crosses = crosses and (":" in reading.words[opening].plain or not reading.strong_break(opening))
    earlier = _clause_before(spoken, opening) if crosses else []
    return Around(earlier, before, _after(reading, spoken, at), spoken[start:end], value)


def _spoken(reading: Reading) -> list[str]:
    """As palavras como se digitaram, com as abreviaturas abertas."""
    return [w.text if w.plain in LEXICON.short_forms or w.text == BREAK else w.plain for w in reading.words]


def _rounds(spoken: Sequence[str], at: int) -> bool:
    """As palavras em `at` só arredondam o número ("e pouco")?"""
    return spoken[at] != "e" or (at + 1 < len(spoken) and spoken[at + 1] in _ROUND)


def _clause_before(spoken: Sequence[str], start: int) -> list[str]:
    """As palavras da oração antes de `start`."""
    first = start
    while first > max(0, start - BEFORE) and spoken[first - 1] != BREAK:
        first -= 1
    return list(spoken[first:start])


def _after(reading: Reading, spoken: Sequence[str], end: int) -> list[str]:
    """As palavras de depois na oração; na seguinte, se ela fala do número (", é o que dá")."""
    found: list[str] = []
    for at in range(end, min(len(spoken), end + AFTER)):
        if spoken[at] == BREAK and (reading.strong_break(at) or spoken[at + 1 : at + 2] != ["e"]):
            break
        if spoken[at] != BREAK:
            found.append(spoken[at])
    return found
