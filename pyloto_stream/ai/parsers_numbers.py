"""Quantos? Números em algarismos ou por extenso, intervalos e períodos, como se digitam.

Promete um texto curto e normalizado ("20 por dia", "20 a 30"), ou vazio se não há o que ler.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.numerals import Number, numbers_in
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

MAX_QUANTITY = 1_000_000
_PERIODS: Mapping[str, str] = {
    "dia": "por dia", "dias": "por dia", "diaria": "por dia", "diarias": "por dia", "diario": "por dia",
    "diariamente": "por dia", "noite": "por dia",
    "noites": "por dia", "semana": "por semana", "semanal": "por semana",
    "semanais": "por semana", "mes": "por mês", "mensal": "por mês", "mensais": "por mês", "hora": "por hora",
    "ano": "por ano", "anual": "por ano", "meis": "por mês", "diarios": "por dia",
    "manha": "por dia", "tarde": "por dia",
    "semanalmente": "por semana", "mensalmente": "por mês", "fds": "no fim de semana",
}  # fmt: skip
_RESETS = frozenset(("digamos", "bota", "poe", "coloca", "minto"))
"""Depois de um número, dizem que vale o seguinte."""
_NEEDS_BY = frozenset(("dia", "dias", "noite", "semana", "mes", "meis", "hora", "ano", "manha", "tarde"))
_BY = frozenset(("por", "ao", "cada", "na", "no", "num", "numa", "toda", "todo"))
_PAST, _NOW = words("past"), words("now")
_TURNS = _RESETS | _NOW | {"nao"}
_WEEKDAYS = frozenset(
    ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo", "sabados", "domingos", "sextas")
)
_NOT_PERIOD = frozenset(
    ("de", "do", "da", "dos", "das", "util", "uteis", "e", "um", "uma", "o", "a", "bom", "boa")
)
BEFORE, NEAR = 5, 2
REACH = 8
"""Até quantas palavras depois do número o período ainda é dele."""


class Amount(NamedTuple):
    """Um número ou um intervalo, com o que o qualifica, nas palavras `[start, end)`."""

    low: Number
    high: Number | None
    prefix: str
    period: str

    @property
    def end(self) -> int:
        """Onde acaba o número, sem o período."""
        return (self.high or self.low).end


def amount_in(reading: Reading, start: int, end: int, limit: float) -> Amount | None:
    """A primeira quantidade de `[start, end)`, como em `range_in`, com o que a qualifica."""
    found = range_in(reading, start, end, limit)
    if found is None:
        return None
    low, high = found
    stop = (high or low).end
    period = _period(reading, stop, min(end, stop + REACH)) or _period(reading, start, low.start)
    return Amount(low, high, _prefix(reading, low, start), period)


def range_in(reading: Reading, start: int, end: int, limit: float) -> tuple[Number, Number | None] | None:
    """O primeiro número de `[start, end)` que não passa de `limit` (documentos e telefones passam).

    Depois de "agora são" ou "não," vale o de agora. O segundo é o outro lado do intervalo, se há um.
    """
    found = [number for number in numbers_in(reading, start, end) if number.value <= limit]
    if len(found) > 1:
        after = current_from(reading, start, end)
        found = [number for number in found if number.start >= after] or found
    if not found:
        return None
    return found[0], found[1] if len(found) > 1 and _ranged(reading, *found[:2]) else None


def current_from(reading: Reading, start: int, end: int) -> int:
    """Onde começa o que vale hoje: depois de "eram 10, agora" e de "10, não,"; `start` se nada mudou."""
    said = [word.text for word in reading.words[start:end]]
    if _TURNS.isdisjoint(said):
        return start
    was = next((i for i, word in enumerate(said) if word in _PAST), len(said))
    found = start
    for i, word in enumerate(said):
        denied = word == "nao" and said[i - 1 : i] == [BREAK] and said[i + 1 : i + 2] == [BREAK]
        reset = word in _RESETS and found < start + i
        if (i > was and word in _NOW) or denied or reset:
            found = start + i + 1
    return found


def _ranged(reading: Reading, low: Number, high: Number) -> bool:
    """Os dois números formam um intervalo ("20 a 30", "entre 20 e 30", "20-30", "50, talvez 60")?"""
    if high.start == low.end:
        between = reading.raw[reading.words[low.end - 1].end : reading.words[high.start].start]
        return high.value > low.value and "-" in between
    links = [w.text for w in reading.words[low.end : high.start] if w.text not in ("r", "rs", "reais", "de")]
    if links == [BREAK]:
        return _next_to(reading, low, high)
    if BREAK in links and links[-1] != "talvez":
        return False
    before = reading.words[low.start - 1].text if low.start else ""
    shorter = high.value > low.value or high.value * 1000 > low.value >= 1000  # "50 mil, talvez 60"
    if len(links) > 2 or not shorter:
        return False
    if links == ["e"]:
        return before == "entre" or (
            before == "r" and low.start > 1 and reading.words[low.start - 2].text == "entre"
        )
    return bool(links) and links[-1] in ("a", "ate", "ou", "talvez") and not {"no", "maximo"} & {*links}


def _next_to(reading: Reading, low: Number, high: Number) -> bool:
    """Depois de uma vírgula, o segundo número é o outro lado do primeiro ("uns 20, 25 mil")?"""
    if reading.words[low.end].plain != "," or low.value < 1:
        return False
    scaled = low.value * 1000 if high.value >= 1000 > low.value else low.value
    return scaled < high.value <= scaled * 2


def _prefix(reading: Reading, number: Number, start: int) -> str:
    before = " ".join(word.text for word in reading.words[max(start, number.start - 2) : number.start])
    return f"{before} " if before in ("mais de", "menos de") else ""


def period_after(reading: Reading, start: int, stop: int) -> str:
    """O período dito depois do número que acaba em `start` ("300 por dia", "35 pedidos dia")."""
    return _period(reading, start, min(stop, start + REACH))


def period_before(reading: Reading, start: int, end: int) -> str:
    """O período dito logo antes do número que começa em `end` ("todo dia, umas 70")."""
    return _period(reading, max(start, end - BEFORE), end, bare=False)


def period_said(reading: Reading, at: int) -> str:
    """O período dito longe do número em `at` ("por mês, …, atendemos 4.500"; "o dia inteiro, umas 90")."""
    said = " ".join(word.text for word in reading.words[max(0, at - BEFORE) : at])
    daily = f"dia inteiro {BREAK}" in said or f"dia todo {BREAK}" in said
    return _period(reading, 0, len(reading.words), bare=False) or " por dia" * daily


def _period(reading: Reading, start: int, end: int, *, bare: bool = True) -> str:
    for at in range(start, end):
        word = reading.words[at]
        before = reading.words[at - 1].text if at else BREAK
        if word.text in ("diaria", "diarias") and before in ("a", "uma", "de", "da"):
            continue  # "a diária é 120": quanto se paga
        name = word.text if word.text in _PERIODS else word.plain
        if name in _WEEKDAYS and before in ("todo", "toda", "cada", "aos", "nos"):
            return " por semana"
        if name in _PERIODS and (name not in _NEEDS_BY or _by(reading, start, at, bare=bare)):
            return f" {_PERIODS[name]}"
    return ""


def _by(reading: Reading, start: int, at: int, *, bare: bool) -> bool:
    """O que está antes de "dia" faz dele um período ("por dia", "todo santo dia", "300/dia")?

    Sem nada que o diga ("35 pedidos dia"), só com `bare`.
    """
    word, before = reading.words[at], reading.words[at - 1] if at else None
    if before is None or before.text == BREAK:
        return False
    every = before.text == "cada" and at > 1 and reading.words[at - 2].text == "a"  # "15 a cada hora"
    if before.text in ("cada", "na") and word.text == "hora" and not every:  # "some na hora do aperto"
        return False
    if before.text in _BY or before.plain in ("p", "a") or reading.raw[word.start - 1 : word.start] == "/":
        return True
    if before.text in ("santo", "bendito", "unico"):
        return reading.words[at - 2].text in _BY
    near = at - start
    if not bare:
        return False
    if before.text == "do":
        return near <= NEAR and near > 1
    after = reading.words[at + 1].text if at + 1 < len(reading.words) else BREAK
    return near in (0, 1) and at > 0 and after not in _NOT_PERIOD and before.text not in _NOT_PERIOD


def quantity(reading: Reading, start: int, end: int) -> str:
    """Uma quantidade: "20 por dia", "20 a 30", "10 por dia e 30 no fim de semana"."""
    amount = amount_in(reading, start, end, MAX_QUANTITY)
    if amount is None:
        return ""
    first = shown(amount)
    more = amount_in(reading, amount.end, end, MAX_QUANTITY) if amount.period else None
    own = more and _period(reading, more.end, min(end, more.end + REACH))
    joined = more and any(w.text == "e" for w in reading.words[amount.end : more.low.start])
    return f"{first} e {shown(more)}" if more and own and joined and own != amount.period else first


def shown(amount: Amount) -> str:
    """A quantidade como se guarda: "20 a 30 por dia"."""
    high = f" a {round(amount.high.value)}" if amount.high else ""
    return f"{amount.prefix}{round(amount.low.value)}{high}{amount.period}"
