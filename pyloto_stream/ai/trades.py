"""Que ramos e mercadorias um texto cita, no singular, no plural, no diminutivo ou com uma letra trocada?

Os dados estão em `data/trades.toml`. Promete: custa o número de palavras do texto, e não o de ramos; vale
o nome mais longo que começa numa palavra. Não decide qual deles é o de quem fala (ver `trade_signs.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from pyloto_stream.ai.lexicon import PACKAGE, READER
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.spelling import Speller
from pyloto_stream.conversation.data_files import load_toml

Kind = Literal["kind", "good", "weak", "own", "online", "no_shop", "not_trade"]
REMEMBERED = 8192
SHORTEST_TYPO = 7
"""Letras a partir das quais uma palavra desconhecida pode ser um ramo mal escrito."""
_OF = frozenset(("de", "da", "do", "das", "dos", "d"))
_PLURALS = (("oes", "ao"), ("aes", "ao"), ("ais", "al"), ("eis", "el"), ("ois", "ol"), ("ns", "m"))
_SMALL = (("zinhas", ""), ("zinhos", ""), ("zinha", ""), ("zinho", ""))
_SHOPS = ("eria", "aria")
_SMALLER = (("inhas", "a"), ("inhos", "o"), ("inha", "a"), ("inho", "o"), ("inho", "e"), ("inhas", "as"))


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


class Seen(NamedTuple):
    """Um ramo ou mercadoria em `words[start:end]`."""

    start: int
    end: int
    trade: Trade


class Trades:
    """Os nomes de uma seção, prontos para procurar."""

    def __init__(self, section: TradeWords) -> None:
        self.over, self.made = section.over, section.own["made"]
        self._options = {*section.kinds, *section.goods, *section.weak}
        self._by_first: dict[str, list[tuple[tuple[str, ...], Trade]]] = {}
        for words, trade in _named(section):
            self._by_first.setdefault(words[0], []).append((words, trade))
        for options in self._by_first.values():
            options.sort(key=lambda one: -len(one[0]))
        self._known = {word for options in self._by_first.values() for words, _ in options for word in words}
        self._known |= set(section.words["sells"].split())
        heads = {w[0] for o in self._by_first.values() for w, t in o if len(w) == 1 and t.kind == "kind"}
        self._speller = Speller(word for word in heads if len(word) >= SHORTEST_TYPO)
        self._singular = lru_cache(maxsize=REMEMBERED)(self._singular_of)

    def said(self, reading: Reading) -> list[str]:
        """As palavras de `reading` como os nomes as dizem."""
        return [
            word.text if word.text == BREAK else self._singular(word.plain, word.text)
            for word in reading.words
        ]

    def is_option(self, value: str) -> bool:
        """`value` é uma opção do campo, e não um ramo como se disse?"""
        return value in self._options

    def seen(self, said: Sequence[str]) -> list[Seen]:
        """Os ramos e mercadorias de `said`, por posição, sem um dentro do outro."""
        found: list[Seen] = []
        at = 0
        while at < len(said):
            one = next(self._at(said, at), None) if said[at] in self._by_first else None
            if one is not None:
                found.append(one)
            at = one.end if one is not None else at + 1
        return found

    def _at(self, said: Sequence[str], at: int) -> Iterator[Seen]:
        for words, trade in self._by_first[said[at]]:
            if tuple(said[at : at + len(words)]) == words:
                yield Seen(at, at + len(words), trade)

    def _singular_of(self, plain: str, text: str) -> str:
        """A forma conhecida de uma palavra; ela mesma, se nenhuma é."""
        if plain in _OF:
            return "de"
        for word in (plain, text):
            for form in _forms(word):
                if form in self._known:
                    return form
        unknown = plain == text and len(plain) >= SHORTEST_TYPO and not READER.knows(plain)
        return self._speller.correct(plain) if unknown else text


def _forms(word: str) -> Iterator[str]:
    yield word
    if word.endswith("s") and len(word) > 3:
        yield word[:-1]
        yield from (word.removesuffix(many) + one for many, one in _PLURALS if word.endswith(many))
        if word.endswith("es"):
            yield word[:-2]
    for shop in _SHOPS:  # "frutaria" é onde se vendem frutas
        stem = word.removesuffix("s").removesuffix(shop)
        if word.removesuffix("s").endswith(shop) and len(stem) > 3:
            yield from (stem + vowel for vowel in "aoe")
    for small, one in (*_SMALL, *_SMALLER):
        if word.endswith(small) and len(word) > len(small) + 2:
            yield word.removesuffix(small) + one


def _named(section: TradeWords) -> Iterator[tuple[tuple[str, ...], Trade]]:
    groups: tuple[tuple[Kind, Mapping[str, str]], ...] = (
        ("kind", section.kinds),
        ("good", section.goods),
        ("weak", section.weak),
    )
    for kind, named in groups:
        for value, listed in named.items():
            yield from ((_split(name), Trade(kind, value)) for name in listed.split())
    for value in section.over:
        yield from ((_split(name), Trade("online", value)) for name in section.words["platforms"].split())
    for name in section.own["kinds"].split():
        bare = name.rstrip("+")
        yield _split(bare), Trade("own", "", name[len(bare) :])
    yield from ((_split(name), Trade("weak", "")) for name in section.own["weak"].split())
    yield from ((_split(name), Trade("no_shop", "")) for name in section.words["no_shop"].split())
    yield from ((_split(name), Trade("not_trade", "")) for name in section.words["not_trades"].split())


def _split(name: str) -> tuple[str, ...]:
    return tuple("de" if word in _OF else word for word in name.split("_"))


def words_of(section: TradeWords) -> dict[str, frozenset[str]]:
    """As listas de palavras da seção."""
    return {name: frozenset(listed.split()) for name, listed in section.words.items()}


SECTIONS = load_toml(PACKAGE, "trades.toml", dict[str, TradeWords])
TRADES = {name: Trades(section) for name, section in SECTIONS.items()}
