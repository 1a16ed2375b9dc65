"""Que palavras dizem de um horário que está livre, tomado ou que é de outra coisa? As de `data/shifts.toml`.

Promete falhar ao importar se o arquivo está malformado.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec

from pyloto_stream.ai.lexicon import PACKAGE
from pyloto_stream.conversation.data_files import load_toml

Sense = Literal["", "free", "busy", "denied", "other"]
"""Livre, tomado, negado ("não posso") ou de outra coisa."""
Place = Literal["", "ended", "clock", "clause"]


class _Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Uma regra de `[[pairs]]`, como no arquivo."""

    words: str
    sense: Sense
    before: str = ""
    after: str = ""
    near: str = ""
    unless_before: str = ""
    unless_after: str = ""
    unless_second: str = ""
    negated: bool = False
    place: Place = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """O arquivo: palavras separadas por espaços."""

    free: str
    busy: str
    other: str
    turns: str
    enters: str
    light: str
    jobs: str
    wanted: str
    sure: str
    pairs: tuple[_Pair, ...]


class Pair(NamedTuple):
    """O que uma palavra diz com as vizinhas; um conjunto vazio não pede nada."""

    sense: Sense
    place: Place
    negated: bool
    before: frozenset[str]
    after: frozenset[str]
    near: frozenset[str]
    unless_before: frozenset[str]
    unless_after: frozenset[str]
    unless_second: frozenset[str]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(pairs: tuple[_Pair, ...]) -> Mapping[str, tuple[Pair, ...]]:
    """As regras de cada palavra, na ordem do arquivo."""
    by_word: dict[str, tuple[Pair, ...]] = {}
    for pair in pairs:
        rule = Pair(
            pair.sense,
            pair.place,
            pair.negated,
            _words(pair.before),
            _words(pair.after),
            _words(pair.near),
            _words(pair.unless_before),
            _words(pair.unless_after),
            _words(pair.unless_second),
        )
        for word in pair.words.split():
            by_word[word] = (*by_word.get(word, ()), rule)
    return by_word


_FILE = load_toml(PACKAGE, "shifts.toml", _File)
FREE, BUSY, OTHER = _words(_FILE.free), _words(_FILE.busy), _words(_FILE.other)
TURNS, ENTERS, LIGHT = _words(_FILE.turns), _words(_FILE.enters), _words(_FILE.light)
JOBS, WANTED, SURE = _words(_FILE.jobs), _words(_FILE.wanted), _words(_FILE.sure)
PAIRS = _pairs(_FILE.pairs)
KNOWN = FREE | BUSY | OTHER | TURNS | PAIRS.keys()
"""As palavras que, digitadas assim, não se corrigem."""
