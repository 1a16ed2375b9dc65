"""Qual é o orçamento? Valores em reais, de "uns 5 mil" a "R$ 1.500,00".

Promete só os números ditos ("R$ 5.000 a R$ 10.000"), ou as palavras da pessoa quando a unidade é duvidosa. O
preço dos outros e o que já se gastou não são orçamento.
"""

from collections.abc import Iterator

from pyloto_stream.ai.money_sums import (
    LEAST_THOUSAND,
    MAX_MONEY,
    article,
    ceiling,
    in_thousands,
    installments,
    reais,
    slang,
)
from pyloto_stream.ai.numerals import Number, numbers_in
from pyloto_stream.ai.parsers_money import counts, owner
from pyloto_stream.ai.parsers_numbers import Amount, amount_in, period_after, range_in
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

SMALL_MONEY = 50
"""Abaixo disto, sem unidade, "5 a 10" pode ser mil: guardamos as palavras da pessoa."""
MAX_PHRASE = 80
MAX_CLAUSE_WORDS = 10
RANGE_REACH = 7
WISH_REACH, YEAR_REACH = 3, 3
LEAST = 3
_UNITS = frozenset(("reais", "real", "conto", "contos", "mil", "k", "dias", "meses", "semanas", "pessoas"))
_WISHES = frozenset(("queria", "quero", "queriamos", "queremos", "ate", "maximo", "topo", "troco"))


def budget(reading: Reading, start: int, end: int, *, monthly: bool = False) -> str:
    """A resposta a quanto se pode gastar: "R$ 5.000 a R$ 10.000", "R$ 500"."""
    numbers = [n for n in numbers_in(reading, start, end) if n.value <= MAX_MONEY]
    while numbers and article(reading, numbers[0]):
        start = numbers.pop(0).end
    others = [n for n in numbers if _owner(reading, n, asked=True) == "theirs"]
    if others and len(others) == len(numbers):
        return ""
    after = max((n.end for n in others if n.start == numbers[0].start), default=start)
    return _budget(reading, after, end, monthly=monthly)


def budget_said(reading: Reading, start: int, end: int, *, monthly: bool = False) -> str:
    """Um valor que ninguém perguntou: só se o número é claramente dinheiro, e de quem fala."""
    paid, yearly = 0.0, False
    for number in numbers_in(reading, start, end):
        whose = _owner(reading, number)
        if monthly and whose == "ours" and _by_year(reading, number):
            yearly = True
            continue
        if yearly and not whose and period_after(reading, number.end, end) == " por mês":  # "dá 300 por mês"
            whose = "ours"
        if paid and not whose and _wished(reading, number, paid):  # "hoje pago 400, queria uns 250"
            whose = _owner(reading, number, asked=True) or ("ours" if _scaled(reading, number, paid) else "")
        paid = max(paid, number.value) if whose == "theirs" else paid
        if whose == "ours":
            if not monthly and _scaled(reading, number, paid):  # "pediram 35 mil, pago no máximo 20"
                return reais(number.value * LEAST_THOUSAND)
            stop = next((e for s, e in _sentences(reading, number.end, end)), end)
            said = _budget(reading, number.start, stop, monthly=monthly)
            if said.startswith("R$"):
                return said
    return in_thousands(reading, start, end)


def _by_year(reading: Reading, number: Number) -> bool:
    """O valor é para o ano inteiro ("3600 pro ano")?"""
    near = reading.words[max(0, number.start - YEAR_REACH) : number.end + YEAR_REACH]
    return any(
        word.text == "anual" or (word.text == "ano" and at >= YEAR_REACH) for at, word in enumerate(near)
    )


def _scaled(reading: Reading, number: Number, paid: float) -> bool:
    """Os mil do preço de outro, `paid`, valem também para o número, que não os repete?"""
    after = reading.words[number.end].plain if number.end < len(reading.words) else BREAK
    near = paid >= LEAST_THOUSAND > number.value >= LEAST and paid <= number.value * 20 * LEAST_THOUSAND
    return near and number.value * 2 <= LEAST_THOUSAND and after not in _UNITS


def _wished(reading: Reading, number: Number, paid: float) -> bool:
    """Antes do número diz-se que é o que se quer, ou até onde se vai ("se for até 250 eu troco")?"""
    before = [word.text for word in reading.words[max(0, number.start - WISH_REACH) : number.start]]
    return bool(_WISHES & {*before}) and (number.value >= SMALL_MONEY or _scaled(reading, number, paid))


def is_money(reading: Reading, number: Number, *, alone: bool = True) -> bool:
    """O número é dinheiro ("R$ 500", "posso pagar 500", "custa 500")? `alone` aceita o que só é grande."""
    return bool(_owner(reading, number, alone=alone))


def _owner(reading: Reading, number: Number, *, asked: bool = False, alone: bool = True) -> str:
    high = _end_of_range(reading, number)
    return owner(reading, number.start, high.end, max(number.value, high.value), asked=asked, alone=alone)


def _end_of_range(reading: Reading, number: Number) -> Number:
    """O maior número do intervalo que `number` abre ("de 10 a 12 mil"), ou ele mesmo."""
    stop = min(len(reading.words), number.end + RANGE_REACH)
    low, high = range_in(reading, number.start, stop, MAX_MONEY) or (None, None)
    return high if low == number and high else number


def _sentences(reading: Reading, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Onde acaba a frase do valor, e a seguinte se o corrige ("R$ 22 mil. Não, 24")."""
    for _, stop in reading.sentences():
        following = reading.words[stop + 1].text if stop + 1 < len(reading.words) else ""
        if (
            following == "no"
            and reading.words[stop + 2 : stop + 3]
            and reading.words[stop + 2].text == "maximo"
        ):
            continue
        if stop >= start and following not in ("nao", "minto", "alias", "digo"):
            yield start, min(stop, end)


def _budget(reading: Reading, start: int, end: int, *, monthly: bool) -> str:
    amount = amount_in(reading, start, end, MAX_MONEY)
    if amount is None:
        return ""
    first = next(numbers_in(reading, start, end))
    if not monthly and (whole := installments(reading, amount)):
        return reais(whole)
    spoken = slang(reading, amount, monthly=monthly)
    last = ceiling(reading, amount, end)
    small = last is not None and last.low.value < (SMALL_MONEY if monthly else LEAST_THOUSAND)
    if last is not None and small and max(spoken, amount.low.value) >= LEAST_THOUSAND:
        return reais(last.low.value * LEAST_THOUSAND)
    amount = last or amount
    low, high = spoken or amount.low.value, amount.high.value if amount.high else 0.0
    if high >= LEAST_THOUSAND > low and high >= low * 100:  # "5 a 10 mil": o mil vale para os dois
        low *= 1000
    if low >= LEAST_THOUSAND > high > 0:  # "50 mil, talvez 60"
        high *= 1000
    if first.start < amount.low.start and first.value >= LEAST_THOUSAND and low * 100 < first.value * 10:
        low, high = low * 1000, high * 1000 if high < LEAST_THOUSAND else high  # "6 mil, não, bota 8"
    counted = amount.end < end and counts(reading.words[amount.end].plain)
    if counted and first.start < amount.low.start:  # "dois mil… não, 1800 mensagens"
        return ""
    if low < SMALL_MONEY and not _said_reais(reading, amount):
        if counted:  # "na verdade são 15 pessoas"
            return ""
        return _phrase(reading, start, end, amount.low.start, amount.end)
    return f"{reais(low)} a {reais(high)}" if high > low else reais(low)


def _said_reais(reading: Reading, amount: Amount) -> bool:
    """A moeda está ao lado do número?"""
    before = reading.words[amount.low.start - 1].text if amount.low.start else BREAK
    after = reading.words[amount.end].text if amount.end < len(reading.words) else BREAK
    return before in ("r", "rs") or after in ("reais", "real")


def _phrase(reading: Reading, start: int, end: int, first: int, last: int) -> str:
    """A oração inteira, se curta; senão só o trecho que interessa."""
    if end - start > MAX_CLAUSE_WORDS:
        start, end = first, last
    return reading.original(start, end)[:MAX_PHRASE].strip()
