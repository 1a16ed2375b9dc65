"""Qual é o orçamento, e para quando? Valores em reais e prazos, de "5 mil" a "sem pressa"."""

import re

from pyloto_stream.ai.parsers_numbers import amount_in, numbers_in
from pyloto_stream.ai.reading import Reading

MAX_MONEY = 1_000_000_000
SMALL_MONEY = 50
"""Abaixo disto, sem unidade, "5 a 10" pode ser mil: guardamos as palavras da pessoa."""
MAX_PHRASE = 80
MAX_CLAUSE_WORDS = 10
_UNITS = frozenset(("dia", "dias", "semana", "semanas", "mes", "meses", "ano", "anos", "hora", "horas"))
_DATE = re.compile(r"\b\d{1,2}\s?/\s?\d{1,2}(?:\s?/\s?\d{2,4})?\b")


def budget(reading: Reading, start: int, end: int) -> str:
    """Um valor: "R$ 5.000 a R$ 10.000", "até R$ 500 por mês"."""
    amount = amount_in(reading, start, end, MAX_MONEY)
    if amount is None:
        return ""
    low, high = amount.low.value, amount.high.value if amount.high else 0.0
    if high >= 1000 > low and high >= low * 100:  # "5 a 10 mil": o mil vale para os dois
        low *= 1000
    if low < SMALL_MONEY:
        return _phrase(reading, start, end, amount.low.start, (amount.high or amount.low).end)
    upper = f" a {_reais(high)}" if high else ""
    return f"{amount.prefix}{_reais(low)}{upper}{amount.period}"


def _reais(value: float) -> str:
    return f"R$ {round(value):,}".replace(",", ".")


def deadline(reading: Reading, start: int, end: int) -> str:
    """Um prazo, com as palavras da pessoa."""
    marks = [m for m in reading.found("mark", "deadline") if start <= m.start < end]
    if marks:
        return _phrase(reading, start, end, marks[0].start, max(m.end for m in marks))
    for number in numbers_in(reading, start, end):
        following = reading.words[number.end].text if number.end < end else ""
        before = reading.words[number.start - 1].text if number.start > start else ""
        if following in _UNITS or before == "dia":
            return _phrase(reading, start, end, number.start, min(end, number.end + 1))
    date = _DATE.search(reading.original(start, end))
    return date[0] if date else ""


def _phrase(reading: Reading, start: int, end: int, first: int, last: int) -> str:
    """A oração inteira, se curta; senão só o trecho que interessa."""
    if end - start > MAX_CLAUSE_WORDS:
        start, end = first, last
    return reading.original(start, end)[:MAX_PHRASE].strip()
