"""Qual é o orçamento? Valores em reais, de "uns 5 mil" a "R$ 1.500,00".

Promete só os números ditos ("R$ 5.000 a R$ 10.000"), ou as palavras da pessoa quando a unidade é duvidosa.
"""

from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.numerals import numbers_in
from pyloto_stream.ai.parsers_numbers import amount_in
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

MAX_MONEY = 1_000_000_000
SMALL_MONEY = 50
"""Abaixo disto, sem unidade, "5 a 10" pode ser mil: guardamos as palavras da pessoa."""
MAX_PHRASE = 80
MAX_CLAUSE_WORDS = 10
MONEY_REACH = 6
"""Até quantas palavras antes do número se anuncia que ele é dinheiro ("posso pagar até …")."""
_CURRENCY, _SPENDING = words("currency"), words("spending")


def budget(reading: Reading, start: int, end: int) -> str:
    """Um valor: "R$ 5.000 a R$ 10.000", "R$ 500"."""
    amount = amount_in(reading, start, end, MAX_MONEY)
    if amount is None:
        return ""
    low, high = amount.low.value, amount.high.value if amount.high else 0.0
    if high >= 1000 > low and high >= low * 100:  # "5 a 10 mil": o mil vale para os dois
        low *= 1000
    if low >= 1000 > high > 0:  # "50 mil, talvez 60"
        high *= 1000
    if low < SMALL_MONEY:
        return _phrase(reading, start, end, amount.low.start, amount.end)
    return f"{_reais(low)} a {_reais(high)}" if high > low else _reais(low)


def budget_said(reading: Reading, start: int, end: int) -> str:
    """Um valor que ninguém perguntou: só se o número é claramente dinheiro."""
    for number in numbers_in(reading, start, end):
        if is_money(reading, number.start, number.end):
            said = budget(reading, max(start, number.start - 2), end)
            return said if said.startswith("R$") else ""
    return ""


def is_money(reading: Reading, start: int, end: int) -> bool:
    """O número em `[start, end)` é dinheiro ("R$ 500", "500 reais", "posso pagar 500")?"""
    before = [word.text for word in reading.words[max(start - MONEY_REACH, 0) : start]]
    clause = before[max((i + 1 for i, word in enumerate(before) if word == BREAK), default=0) :]
    after = [word.text for word in reading.words[end : end + MONEY_REACH]]
    beside = {*before[-1:], *after[:2]}
    spent = {*clause, *after[:2]}
    return bool(_CURRENCY & beside or _SPENDING & spent) or clause[-2:] == ["tenho", "ate"]


def _reais(value: float) -> str:
    return f"R$ {round(value):,}".replace(",", ".")


def _phrase(reading: Reading, start: int, end: int, first: int, last: int) -> str:
    """A oração inteira, se curta; senão só o trecho que interessa."""
    if end - start > MAX_CLAUSE_WORDS:
        start, end = first, last
    return reading.original(start, end)[:MAX_PHRASE].strip()
