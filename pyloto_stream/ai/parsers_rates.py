"""Quantas por dia, por semana ou por mês costumam ser, quando o texto traz mais de um número?

Promete a quantidade de costume, com período ("300 por dia quando chove, normal é 70" é `70 por dia`).
O que houve uma vez, o que é de outro e o que conta tempo, dinheiro ou gente que trabalha não é volume.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.numerals import Number, numbers_in
from pyloto_stream.ai.parsers_numbers import (
    MAX_QUANTITY,
    Amount,
    amount_in,
    current_from,
    period_after,
    period_before,
    period_said,
    shown,
)
from pyloto_stream.ai.parsers_people import is_person
from pyloto_stream.ai.parsers_terms import is_money
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.rate_signs import (
    AROUND,
    but_ours,
    does,
    in_trips,
    is_once,
    is_usual,
    not_it,
    of_another,
    of_others,
    on_site,
)
from pyloto_stream.ai.reading import Reading

DELIVERIES, CONVERSATIONS = "delivery_volume", "conversation_volume"
MAX_HOUR = 24
THINGS = 3
"""Até quantas palavras depois do número está o nome do que ele conta."""
_COUNTED = {DELIVERIES: words("delivered"), CONVERSATIONS: words("talked")}
_CUSTOMERS, _LINKS = words("customers"), frozenset(("por", "para", "pra", "em", "no", "na", "ao"))
_UNCOUNTED = words("uncounted")
_RECEIVED = frozenset(("recebe", "recebo", "recebemos", "atende", "atendo", "atendemos"))
_SPENT = frozenset(("gastava", "gasto", "gastamos", "gastei", "pago", "pagava", "pagamos"))
_FOLLOWED = frozenset(("seguidor", "seguidores", "inscritos", "lidas", "curtidas", "visualizacoes"))
_CONTACTS = frozenset(("ligando", "chamando", "perguntando", "mandando", "pedindo", "escrevendo", "querendo"))
_PLACES = frozenset(("pedido", "pedidos", "casa", "casas", "assinante", "assinantes", "familia", "familias"))
_REPEATS = words("repeated_errands")


class Rate(NamedTuple):
    """Uma quantidade do texto: é a de costume? Foi só uma vez? O que ela conta está dito?"""

    number: Number
    amount: Amount
    usual: bool
    once: bool
    told: bool


def usual_rate(reading: Reading, name: str) -> str:
    """A quantidade de costume do campo `name` em `reading`; vazio se não há uma com período."""
    found = [rate for span in reading.sentences() for rate in _rates(reading, name, *span)]
    dated = [rate for rate in found if rate.amount.period]
    period = dated[0].amount.period if dated else _daily(reading)
    for rate in found:
        if rate.usual and not rate.once and (rate.amount.period or period):
            return shown(rate.amount._replace(period=rate.amount.period or period))
    kept = [rate for rate in dated if not rate.once]
    daily = [rate for rate in kept if rate.amount.period != " por hora"]  # "10 por hora, o que dá 80 por dia"
    for rate in daily or kept:
        return shown(rate.amount)
    sole = found[0] if len(found) == 1 and not found[0].once and found[0].told else None
    said = sole and period_said(reading, sole.number.start)
    return shown(sole.amount._replace(period=said)) if sole and said else ""


def told_rate(reading: Reading, name: str) -> str:
    """A quantidade de costume, se a resposta traz outras ("ontem foram 300, mas o comum é 90 por dia")."""
    found = [rate for span in reading.sentences() for rate in _rates(reading, name, *span)]
    later = len(found) > 1 and not found[0].amount.period and any(rate.amount.period for rate in found)
    return usual_rate(reading, name) if later or any(rate.usual or rate.once for rate in found) else ""


def only_once(reading: Reading, name: str) -> bool:
    """Tudo o que se disse de `name` aconteceu uma vez só ("no dia das mães fiz 140")?"""
    if any(word.text in _FOLLOWED for word in reading.words):  # "8 mil seguidores", "43 não lidas"
        return True
    found = [rate for span in reading.sentences() for rate in _rates(reading, name, *span)]
    return bool(found) and all(rate.once for rate in found)


def _told(reading: Reading, name: str, number: Number, last: int) -> bool:
    """Diz-se logo o que o número conta, ou ele é feminino e está só ("umas noventa.", "trezentas")?"""
    after = reading.words[last].text if last < len(reading.words) else BREAK
    before = [word.text for word in reading.words[max(0, number.start - AROUND - 1) : number.start]]
    said = [word.text for word in reading.words[number.start : number.end]]
    feminine = before[-1:] == ["umas"] or any(word.endswith("entas") or word == "duas" for word in said)
    people = after in ("pessoa", "pessoas") and any(word.startswith("atend") for word in before)
    people = people or (after in (BREAK, "e") and does(reading, number))
    return people or after in _COUNTED[name] or after in _PLACES or (feminine and after == BREAK)


def _daily(reading: Reading) -> str:
    return " por dia" if any(word.text in ("dia", "dias") for word in reading.words) else ""


def _rates(reading: Reading, name: str, start: int, end: int) -> Iterator[Rate]:
    """As quantidades de `[start, end)` que valem hoje e podem ser de `name`."""
    found = [n for n in numbers_in(reading, start, end) if n.value <= MAX_QUANTITY]
    after, reached = current_from(reading, start, end), start
    for at, number in enumerate(found):
        article = number.value == 1 and _is_article(reading, name, number)
        amount = amount_in(reading, number.start, end, MAX_QUANTITY)
        if article or number.start < max(after, reached) or amount is None or amount.low != number:
            continue
        reached = amount.end
        stop = next((other.start for other in found[at + 1 :] if other.start >= amount.end), end)
        previous = max((other.end for other in found[:at]), default=start)
        period = period_after(reading, amount.end, stop) or period_before(reading, previous, number.start)
        if _counts(reading, name, number, amount.end, end) and not of_another(reading, start, number.start):
            usual = is_usual(reading, previous, amount, stop)
            usual = usual or (name == DELIVERIES and at > 0 and in_trips(reading, previous, number))
            theirs = period and stop < end and of_others(reading, previous, number.start)
            if theirs and but_ours(reading, amount.end, stop):
                continue
            if not usual and len(found) > 1 and not_it(reading, previous, number.start):
                continue
            once = is_once(reading, start, amount, stop, usual=usual)
            told = _told(reading, name, number, amount.end)
            yield Rate(number, amount._replace(period=period), usual, once, told)


def _is_article(reading: Reading, name: str, number: Number) -> bool:
    """Não é "uma entrega por dia" nem "1"?"""
    after = [word.text for word in reading.words[number.end : number.end + 2]]
    each = after[:1] != [] and after[0] in _COUNTED[name] and after[1:] == ["por"]
    return not (each or reading.words[number.start].plain.isdigit())


def _counts(reading: Reading, name: str, number: Number, last: int, end: int) -> bool:
    """O número pode contar o que `name` conta?"""
    served = name == DELIVERIES and on_site(reading, last)
    if served or is_money(reading, number, alone=name != DELIVERIES) or _is_hour(reading, number):
        return False
    if any(word.text in _SPENT for word in reading.words[max(0, number.start - THINGS) : number.start]):
        return False
    if _repeated(reading, number, last):
        return any({word.text, word.plain} & _REPEATS for word in reading.words)
    after: list[str] = []
    for word in reading.words[last : min(end, last + THINGS)]:
        if word.text == BREAK or word.text in _LINKS:
            break
        after += [word.text, word.plain]
    if not _COUNTED[name].isdisjoint(after) or not _CUSTOMERS.isdisjoint(after):
        return True
    if name == CONVERSATIONS and _CONTACTS & {word.text for word in reading.words[last : last + THINGS + 1]}:
        return True
    others = (listed for other, listed in _COUNTED.items() if other != name)
    if any(not listed.isdisjoint(after) for listed in others):
        return False
    thing = after[1] if after else ""
    slash = last < end and reading.raw[reading.words[last].start - 1] == "/"  # "80/dia"
    if name == CONVERSATIONS and thing not in _UNCOUNTED and is_person(thing):  # "recebe 60 produtor por dia"
        received = {word.text for word in reading.words[max(0, number.start - THINGS) : number.start]}
        return bool(_RECEIVED & received) and bool(period_after(reading, last, end))
    return slash or not (thing in _UNCOUNTED or is_person(thing))


def _repeated(reading: Reading, number: Number, last: int) -> bool:
    """É "4x" ou "4 vezes"?"""
    glued = reading.words[number.end - 1].plain.endswith("x")
    return glued or (last < len(reading.words) and reading.words[last].text in ("vez", "vezes", "x"))


def _is_hour(reading: Reading, number: Number) -> bool:
    """É uma hora ("antes das 9", "às 7")?"""
    before = reading.words[number.start - 1].text if number.start else ""
    return number.value <= MAX_HOUR and before in ("as", "das")
