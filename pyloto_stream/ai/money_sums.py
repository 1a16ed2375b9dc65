"""Que quantia se quer dizer, quando não é a do primeiro número: o total, o teto, os milhares?

Promete ler "6 conto", o "mil" já dito ("pedem 3 mil; eu tenho 7") e o que vale por fim ("mas 4 é o teto").
"""

from collections.abc import Sequence
from itertools import pairwise

from pyloto_stream.ai.numerals import Number, numbers_in
from pyloto_stream.ai.parsers_money import CEILINGS, counts
from pyloto_stream.ai.parsers_numbers import Amount
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

MAX_MONEY = 1_000_000_000
LEAST_THOUSAND = 1000
CEILING_REACH = 3
"""Até quantas palavras depois do número dizem que ele é o teto ("mas 4 é o teto")."""
SLANG_BELOW, MAX_PARTS, PART_REACH, MAX_STRETCH = 100, 60, 4, 3
_PARTS = frozenset(("x", "vez", "vezes", "parcela", "parcelas", "prestacao", "prestacoes"))
_SETTLES = frozenset(
    (
        "fechamos",
        "fechei",
        "ficamos",
        "paramos",
        "baixamos",
        "subimos",
        "baixei",
        "subi",
        "separei",
        "separamos",
    )
)
_SLANG = frozenset(("conto", "contos", "pau", "paus", "barao", "mango", "mangos", "mangas"))
_SUMS = frozenset(("total", "tenho", "temos", "teto"))
_PER_MONTH = frozenset(("por", "ao", "mes", "mensais", "reais"))
_STRETCHED = frozenset(("apertando", "esticando", "estourando", "espremendo", "forcando", "chorando"))
_REACHES = frozenset(("chego", "chega", "chegamos", "chegar", "subo", "subir", "vou", "vamos", "ir"))
_TIMES = frozenset(("dia", "dias", "semana", "semanas", "mes", "meses", "ano", "anos", "hora", "horas", "x"))
_BEYOND = frozenset(("mais", "acima", "passar", "passa", "passe", "alem"))


def reais(value: float) -> str:
    """A quantia como se guarda: `R$ 1.500`."""
    cents = value < LEAST_THOUSAND and value != round(value)
    shown = f"{value:,.2f}" if cents else f"{round(value):,}"
    return f"R$ {shown}".translate(str.maketrans(",.", ".,"))


def in_thousands(reading: Reading, start: int, end: int) -> str:
    """O total, ou o que se tem, sem o "mil" já dito ("ela põe 2 e eu 3 mil, total 5")."""
    thousands = 0.0
    for number in numbers_in(reading, start, end):
        before = reading.words[number.start - 1].text if number.start else BREAK
        after = reading.words[number.end].text if number.end < len(reading.words) else BREAK
        if thousands and number.value < LEAST_THOUSAND and after == BREAK and before in _SUMS:
            return reais(number.value * LEAST_THOUSAND)
        thousands = thousands or (number.value if LEAST_THOUSAND <= number.value <= MAX_MONEY else 0.0)
    return ""


def article(reading: Reading, number: Number) -> bool:
    """É só o artigo ("nem um centavo"), e não uma quantia ("um conto")?"""
    word, after = reading.words[number.start].text, reading.words[number.end : number.end + 1]
    return number.value == 1 and word in ("um", "uma") and not (after and after[0].text in _SLANG)


def slang(reading: Reading, amount: Amount, *, monthly: bool) -> float:
    """O valor de "6 conto" e "40 pau", que de um sistema são milhares; zero se não se disse assim."""
    after = reading.words[amount.end].text if amount.end < len(reading.words) else BREAK
    value = amount.low.value
    slang = after in _SLANG and amount.high is None and not monthly
    return value * 1000 if slang and value < SLANG_BELOW else 0.0


def ceiling(reading: Reading, amount: Amount, end: int) -> Amount | None:
    """O número que se diz ser o teto ou o total, depois de `amount` ("3 mil, mas 4 é o teto")."""
    for number in numbers_in(reading, amount.low.end, end):
        before = [w.text for w in reading.words[max(0, number.start - CEILING_REACH) : number.start]]
        first = number.end
        while first < end and reading.words[first].text in _PER_MONTH:  # "500 por mês no máximo"
            first += 1
        after = [w.text for w in reading.words[first : min(end, first + CEILING_REACH + 1)]]
        top = (after[:1] == ["e"] and CEILINGS & {*after[:CEILING_REACH]}) or after[:2] == ["no", "maximo"]
        beyond = before[-1:] in (["que"], ["de"]) and _BEYOND & {*before} and {"nao", "nem"} & {*before}
        settled = before[-2:-1] == ["vamos"] or before[-1:] == ["total"] or "encaro" in after
        settled = settled or (bool(_SETTLES & {*before[-2:-1]}) and not counts(after[0] if after else BREAK))
        settled = settled or _stretched(reading, amount, number, after)
        high = amount.high is not None and number == amount.high
        if (top and not (high and _linked(reading, amount))) or (not high and (beyond or settled)):
            return Amount(number, None, "", "")
    return None


def _stretched(reading: Reading, amount: Amount, number: Number, after: Sequence[str]) -> bool:
    """É até onde se vai, se for preciso ("5 mil, no máximo 6", "chego a 12", "8 apertando")?"""
    before = [word.plain for word in reading.words[max(0, number.start - 2) : number.start]]
    unit = after[0] if after else BREAK
    reaches = before[:1] and before[0] in _REACHES and before[1:] in (["a"], ["pra"], ["ate"])
    if not (reaches or before == ["no", "maximo"] or _STRETCHED & {*before[1:], unit}):
        return False
    low, top = amount.low.value, number.value
    top *= LEAST_THOUSAND if top < LEAST_THOUSAND <= low else 1
    low *= LEAST_THOUSAND if low < SLANG_BELOW and top >= LEAST_THOUSAND else 1
    return low < top <= low * MAX_STRETCH and unit not in _TIMES and not counts(unit)


def installments(reading: Reading, amount: Amount) -> float:
    """O total de "3 parcelas de mil" e "10x de 250"; zero se não se disse assim."""
    near = numbers_in(
        reading, max(0, amount.low.start - PART_REACH), min(len(reading.words), amount.end + PART_REACH)
    )
    for many, each in pairwise(near):
        if amount.low not in (many, each):
            continue
        between = [word.text for word in reading.words[many.end : each.start]]
        glued = between == ["de"] and reading.words[many.start].plain.endswith("x")
        named = between[1:] == ["de"] and between[0] in _PARTS
        if (glued or named) and many.value <= MAX_PARTS and each.value > SLANG_BELOW:
            return many.value * each.value
    return 0.0


def _linked(reading: Reading, amount: Amount) -> bool:
    """O intervalo diz-se com "a" ou "até", e não só com uma vírgula?"""
    return amount.high is not None and reading.words[amount.low.end].text != BREAK
