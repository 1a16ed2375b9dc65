"""Dos ramos que um texto cita, qual é o de quem fala? O que diz ter, o que vende, e só então o resto.

Promete: o ramo de um vizinho, de um concorrente ou de quem recebe a entrega não é o de quem fala, e o que a
pessoa tem vale mais do que o que ela vende. Limite: de dois ramos ditos da mesma forma, o primeiro.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pyloto_stream.ai.name_tables import Seen
from pyloto_stream.ai.parsers_companies import company
from pyloto_stream.ai.parsers_numbers import current_from
from pyloto_stream.ai.phrases import BREAK, Match
from pyloto_stream.ai.reading import Reading, Tag
from pyloto_stream.ai.trade_scene import Scene
from pyloto_stream.ai.trades import SECTIONS, TRADES, Trade, words_of

OWNED, OPENS, NAMED, SOLD, LISTED, ONLINE, MEANT, PASSING, GENERIC = 9, 8, 7, 6, 5, 4, 3, 2, 1
"""Quanto vale o que se citou: o negócio que se tem, o que abre a frase, o que se vende, …, "loja" só."""
_MINE = frozenset(
    ("tenho", "temos", "vendo", "vendemos", "sou", "somos", "faco", "fazemos", "minha", "nossa")
)
_STREET = frozenset(("feira", "feirinha", "rua", "praia", "loja", "lojinha", "bazar", "porta", "praca"))
_WORDS = {name: words_of(section) for name, section in SECTIONS.items()}


class Sighting(NamedTuple):
    """Um ramo citado: onde, que valor dá e quanto vale."""

    match: Match[Tag]
    rank: int


def sightings(reading: Reading, name: str) -> list[Sighting]:
    """O que o texto cita de `name`: os ramos da tabela, e as frases das opções que ela não tem."""
    signs = _Signs(reading, name)
    return [one for one in (*signs.trades(), *signs.phrases(), *signs.online()) if one.rank]


def best(reading: Reading, name: str, told: Sequence[Sighting]) -> str:
    """O valor que mais vale entre os de agora ("antes era mercado, agora…"); ou o que vale mais do que ele.

    Quem diz que tem loja física não é só da internet.
    """
    if len({one.match.payload.value for one in told}) > 1:
        now = current_from(reading, 0, len(reading.words))
        told = [one for one in told if one.match.start >= now] or told
        told = _turned(reading, told) or told
    if not told:
        return ""
    value = max(told, key=lambda one: (one.rank, -one.match.start)).match.payload.value
    said = {one.match.payload.value for one in told}
    if any(word.text == "fisica" for one in told for word in reading.words[one.match.start : one.match.end]):
        return value
    over = TRADES[name].over
    return next((strong for strong, weak in over.items() if weak == value and strong in said), value)


def _turned(reading: Reading, told: Sequence[Sighting]) -> list[Sighting]:
    """O que se diz ter depois de "mas" ("vocês atendem farmácia, mas eu tenho uma loja de discos")."""
    turn = next((at for at, word in enumerate(reading.words) if word.text == "mas"), 0)
    mine = turn and any(word.text in _MINE for word in reading.words[turn + 1 : turn + 4])
    before = max((one.rank for one in told if one.match.start < turn), default=0)
    return [one for one in told if one.match.start > turn] if mine and before < OPENS else []


class _Signs:
    """Os ramos de um texto, com o que cada um vale."""

    def __init__(self, reading: Reading, name: str) -> None:
        self.reading, self.name, self.known = reading, name, TRADES[name]
        self.scene = Scene(reading, _WORDS[name])
        self.words = _WORDS[name]
        self.said = self.known.table.said(reading)
        self.seen = self.known.table.seen(self.said)
        self._at = {one.start: one for one in self.seen}

    def trades(self) -> Iterator[Sighting]:
        """Os ramos da tabela."""
        for one in self.seen:
            end, trade = self._with_complement(one), one.payload
            if trade.kind in ("no_shop", "not_trade") or (trade.takes == "++" and end == one.end):
                continue
            value = trade.value or self.reading.original(one.start, end).lower()
            if trade.takes and end > one.end:
                value = self._made_of(one.start, one.end, end) or value
            elif trade.kind == "kind" and self.said[one.start] in self.words["wide"]:
                value = self._named_after(one.end) or value
            yield self._sighting(one.start, end, value, self._rank(one, end))

    def phrases(self) -> Iterator[Sighting]:
        """As frases das opções; "loja", sem dizer de quê, é a que menos vale."""
        covered = {at for seen in self.seen for at in range(seen.start, seen.end)}
        for match in self.reading.found("choice", self.name):
            if match.start not in covered:
                yield Sighting(match, self._rank_of_phrase(match))

    def online(self) -> Iterator[Sighting]:
        """As opções de quem diz que só vende online, ou que não tem loja e vende online."""
        at = self.scene.only_online([one.end for one in self.seen if one.payload.kind == "kind"])
        if at is None and any(one.payload.kind == "no_shop" for one in self.seen):
            at = self.scene.anywhere("online")
        if at is not None:
            yield from (self._sighting(at, at + 1, value, ONLINE) for value in self.known.over)

    def _sighting(self, start: int, end: int, value: str, rank: int) -> Sighting:
        return Sighting(Match(start, end, Tag("choice", self.name, value)), rank)

    def _rank(self, one: Seen[Trade], end: int) -> int:
        kind, scene = one.payload.kind, self.scene
        if scene.of_rivals(one.start, end) or (kind == "weak" and scene.ridden(one.start)):
            return 0
        if kind == "online":
            return ONLINE
        if kind in ("kind", "own"):
            opens = scene.opens(one.start, end)
            if scene.owned(one.start, end) or (opens and kind == "kind"):
                return OPENS if scene.of_kin(one.start) else OWNED
            if kind == "own":
                return OPENS if opens or scene.served(one.start) else 0
            return PASSING if scene.of_others(one.start) else NAMED
        if scene.sold(one.start):
            return SOLD
        if kind == "good":
            return LISTED
        return MEANT if scene.begins(one.start) or self._in_list(one) else self._in_name(one)

    def _in_name(self, one: Seen[Trade]) -> int:
        """O que vale estar no nome da empresa de quem fala ("Bella Modas", "Rei do Gás"), ou zero."""
        if not self.reading.raw[self.reading.words[one.start].start].isupper() or one.start == 0:
            return 0
        name = company(self.reading, 0, len(self.reading.words), asked=False)
        return PASSING if self.reading.original(one.start, one.end) in name and name[:1].isupper() else 0

    def _rank_of_phrase(self, match: Match[Tag]) -> int:
        text = self.scene.text
        if text[match.start] in self.words["generic"]:
            before = text[match.start - 1] if match.start else ""
            served = self.scene.served(match.start) and "?" not in self.reading.raw
            bare = match.end - match.start == 1
            others = bare and before in self.words["shops_of_others"] and not served
            return 0 if others or self.scene.of_rivals(match.start, match.start + 1) else GENERIC
        if match.payload.value in self.known.over:  # "vendo no insta e na feira" não é só na internet
            after = text[match.end : match.end + 3]
            return 0 if after[:1] == ["e"] and _STREET.intersection(after[2:]) else ONLINE
        return OWNED if self.scene.owned(match.start, match.end) else NAMED

    def _in_list(self, one: Seen[Trade]) -> bool:
        """Está ao lado de outra coisa que se vende ("fio, disjuntor, lâmpada")?"""
        after = self.said[one.end : one.end + 2]
        joined = any(word in (BREAK, "e") for word in after)
        return joined and any(at in self._at for at in range(one.end + 1, one.end + 4))

    def _with_complement(self, one: Seen[Trade]) -> int:
        """Onde acaba um ramo sem opção, com o adjetivo e o "de …" que são parte dele."""
        end, said = one.end, self.said
        if one.payload.kind != "own":
            return end
        if end < len(said) and said[end] in self.words["adjectives"]:
            end += 1
        while one.payload.takes and end + 1 < len(said) and said[end] == "de" and self._noun(end + 1):
            end += 2
            if end < len(said) and said[end] in self.words["adjectives"]:
                end += 1
        return end

    def _noun(self, at: int) -> bool:
        word = self.reading.words[at]
        return word.text != BREAK and word.plain.isalpha() and self.reading.raw[word.start].islower()

    def _made_of(self, head: int, start: int, end: int) -> str:
        """A opção do que o ramo faz ("fábrica de salgados"), se vale para quem faz, ou do que revende."""
        sells = self.said[head] in self.words["resellers"]
        made = (self._at[at].payload for at in range(start, end) if at in self._at)
        return next((t.value for t in made if t.kind == "good" and (sells or t.value == self.known.made)), "")

    def _named_after(self, end: int) -> str:
        """A opção do que dá nome a uma casa que pode vender de tudo ("Empório das Tintas")."""
        after = self._at.get(end + 1) if self.said[end : end + 1] == ["de"] else None
        return after.payload.value if after is not None and after.payload.kind in ("kind", "good") else ""
