"""Quantos? Números em algarismos ou por extenso, intervalos e períodos, como se digitam.

Promete um texto curto e normalizado ("cerca de 20 por dia", "20 a 30"), ou vazio se não há o que ler.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pyloto_stream.ai.lexicon import LEXICON, VAGUE
from pyloto_stream.ai.reading import Reading

MAX_QUANTITY = 1_000_000
_SCALES = {"mil": 1000, "k": 1000, "milhao": 1_000_000, "milhoes": 1_000_000}
_PERIODS: Mapping[str, str] = {
    "dia": "por dia", "dias": "por dia", "diaria": "por dia", "diarias": "por dia", "diario": "por dia",
    "diariamente": "por dia", "noite": "por noite", "semana": "por semana", "semanal": "por semana",
    "semanais": "por semana", "mes": "por mês", "mensal": "por mês", "mensais": "por mês", "hora": "por hora",
    "ano": "por ano", "anual": "por ano",
}  # fmt: skip
_NEEDS_BY = frozenset(("dia", "dias", "noite", "semana", "mes", "hora", "ano"))
_BY = frozenset(("por", "ao", "a", "cada", "na", "no", "toda", "todo"))
_DIGITS = re.compile(r"(\d{1,15}(?:[.,]\d{1,15}){0,5})(k|mil)?")


class Number(NamedTuple):
    """Um número nas palavras `[start, end)`."""

    value: float
    start: int
    end: int


def numbers_in(reading: Reading, start: int, end: int) -> Iterator[Number]:
    """Os números de `[start, end)`, da esquerda para a direita."""
    at = start
    while at < end:
        number = _number_at(reading, at, end)
        if number is None:
            at += 1
        else:
            yield number
            at = number.end


def _number_at(reading: Reading, start: int, end: int) -> Number | None:
    if _vague(reading, start, end):
        return None
    total, current, at, used = 0.0, 0.0, start, start
    while at < end:
        word = reading.words[at].text
        value = _value(reading, at)
        if word in ("duzia", "duzias"):
            current = (current or 1) * 12
        elif value is not None and (current == 0 or 0 < value < _last_place(current)):
            current += value
        elif word in _SCALES and (current or word != "k"):
            total, current = total + (current or 1) * _SCALES[word], 0
        elif not (word == "e" and used > start and at == used):
            break
        at += 1
        used = at if word != "e" else used
    return Number(total + current, start, used) if used > start else None


def _vague(reading: Reading, at: int, end: int) -> bool:
    """É "um monte", "uma ideia": artigo, não número?"""
    word = reading.words[at].text
    if word not in ("um", "uma"):
        return False
    return at + 1 < end and reading.words[at + 1].text in VAGUE


def _last_place(value: float) -> float:
    """Até onde se pode somar por extenso: depois de cem, menos de cem; depois de vinte, menos de dez."""
    if value >= 100 and value % 100 == 0:
        return 100
    return 10 if value >= 20 and value % 10 == 0 else 0


def _value(reading: Reading, at: int) -> float | None:
    word = reading.words[at]
    if word.text == "meia":
        following = reading.words[at + 1].text if at + 1 < len(reading.words) else ""
        return 0.5 if following == "duzia" else None
    if word.text in LEXICON.numbers and not word.text.startswith("duzia"):
        return LEXICON.numbers[word.text]
    match = _DIGITS.fullmatch(reading.raw[word.start : word.end].lower())
    if match is None:
        return None
    return _decimal(match[1]) * (1000 if match[2] else 1)


def _decimal(digits: str) -> float:
    """`5.000,00` e `5,5`: o ponto separa milhares; a vírgula, ou um ponto sem três casas, separa centavos."""
    whole, _, cents = digits.partition(",")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", whole):
        whole = whole.replace(".", "")
    head, _, tail = whole.partition(".")
    return float(f"{head}.{tail or cents or 0}".replace(",", "").rstrip("."))


class Amount(NamedTuple):
    """Um número ou um intervalo, com o que o qualifica."""

    low: Number
    high: Number | None
    prefix: str
    period: str


def amount_in(reading: Reading, start: int, end: int, limit: float) -> Amount | None:
    """A primeira quantidade de `[start, end)`, se não passa de `limit` (documentos e telefones passam)."""
    found = [number for number in numbers_in(reading, start, end) if number.value <= limit]
    if not found:
        return None
    low, high = found[0], None
    if len(found) > 1 and found[1].value > low.value and _ranged(reading, start, low, found[1]):
        high = found[1]
    after = (high or low).end
    return Amount(low, high, _prefix(reading, low, start), _period(reading, after, min(end, after + 5)))


def _ranged(reading: Reading, start: int, low: Number, high: Number) -> bool:
    """Os dois números formam um intervalo ("20 a 30", "entre 20 e 30", "20-30")?"""
    if high.start == low.end:
        return "-" in reading.raw[reading.words[low.end - 1].end : reading.words[high.start].start]
    if high.start - low.end != 1:
        return False
    link = reading.words[low.end].text
    before = reading.words[low.start - 1].text if low.start > start else ""
    return link in ("a", "ate", "ou") or (link == "e" and before == "entre")


def _prefix(reading: Reading, number: Number, start: int) -> str:
    before = [word.text for word in reading.words[max(start, number.start - 3) : number.start]]
    if before[-2:] == ["mais", "de"]:
        return "mais de "
    if before[-2:] == ["menos", "de"]:
        return "menos de "
    if before[-1:] == ["ate"] or before[-2:] == ["no", "maximo"]:
        return "até "
    vague = {"uns", "umas", "cerca", "aproximadamente", "media", "quase", "tipo", "torno"}
    return "cerca de " if vague & set(before) else ""


def _period(reading: Reading, start: int, end: int) -> str:
    for at in range(start, end):
        word, before = reading.words[at].text, reading.words[at - 1].text
        per = reading.raw[reading.words[at].start - 1] == "/"
        if word in _PERIODS and (word not in _NEEDS_BY or before in _BY or per):
            return f" {_PERIODS[word]}"
    return ""


def quantity(reading: Reading, start: int, end: int) -> str:
    """Uma quantidade: "cerca de 20 por dia", "20 a 30"."""
    amount = amount_in(reading, start, end, MAX_QUANTITY)
    if amount is None:
        return ""
    high = f" a {round(amount.high.value)}" if amount.high else ""
    return f"{amount.prefix}{round(amount.low.value)}{high}{amount.period}"
