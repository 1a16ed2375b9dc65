"""Que ramos e mercadorias há, e que opção cada um é? Os dados estão em `data/trades.toml`.

Promete: um arquivo malformado falha ao importar. Não decide qual ramo é o de quem fala (`trade_signs.py`).
"""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import msgspec

from pyloto_stream.ai.lexicon import PACKAGE
from pyloto_stream.ai.name_tables import NameTable
from pyloto_stream.conversation.data_files import load_toml

Kind = Literal["kind", "good", "weak", "own", "online", "no_shop", "not_trade"]


class TradeWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Uma seção de `trades.toml` (cada parte é explicada lá)."""

    over: dict[str, str]
    kinds: dict[str, str]
    goods: dict[str, str]
    weak: dict[str, str]
    own: dict[str, str]
    words: dict[str, str]


class Trade(NamedTuple):
    """`value` é a opção (vazia num ramo sem opção); `takes`, se o que vem depois de "de" é parte dele."""

    kind: Kind
    value: str
    takes: str = ""


class Trades:
    """Os nomes de uma seção, prontos para procurar."""

    def __init__(self, section: TradeWords) -> None:
        self.over, self.made = section.over, section.own["made"]
        self._options = {*section.kinds, *section.goods, *section.weak}
        kinds = [name for listed in section.kinds.values() for name in listed.split()]
        heads = [name for name in kinds if "_" not in name]
        self.table = NameTable(_named(section), heads, section.words["sells"].split())

    def is_option(self, value: str) -> bool:
        """`value` é uma opção do campo, e não um ramo como se disse?"""
        return value in self._options


def _named(section: TradeWords) -> Iterator[tuple[str, Trade]]:
    groups: tuple[tuple[Kind, Mapping[str, str]], ...] = (
        ("kind", section.kinds),
        ("good", section.goods),
        ("weak", section.weak),
    )
    for kind, named in groups:
        for value, listed in named.items():
            yield from ((name, Trade(kind, value)) for name in listed.split())
    for value in section.over:
        yield from ((name, Trade("online", value)) for name in section.words["platforms"].split())
    for name in section.own["kinds"].split():
        bare = name.rstrip("+")
        yield bare, Trade("own", "", name[len(bare) :])
    yield from ((name, Trade("weak", "")) for name in section.own["weak"].split())
    yield from ((name, Trade("no_shop", "")) for name in section.words["no_shop"].split())
    yield from ((name, Trade("not_trade", "")) for name in section.words["not_trades"].split())


def words_of(section: TradeWords) -> dict[str, frozenset[str]]:
    """As listas de palavras da seção."""
    return {name: frozenset(listed.split()) for name, listed in section.words.items()}


SECTIONS = load_toml(PACKAGE, "trades.toml", dict[str, TradeWords])
TRADES = {name: Trades(section) for name, section in SECTIONS.items()}
