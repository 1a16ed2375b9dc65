"""Quantas pessoas? Quem se conta um a um, e os grupos que se somam ("eu, minha filha e a moça do caixa").

Promete um número, só de quem foi nomeado ou contado; um grupo só ("8 auditores") também, se é de gente.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pyloto_stream.ai.lexicon import GIVEN, words
from pyloto_stream.ai.numerals import Number, numbers_in
from pyloto_stream.ai.parsers_numbers import MAX_QUANTITY
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import is_title

_DETERMINERS = frozenset(("a", "o", "um", "uma", "minha", "meu", "sua", "seu", "nossa", "nosso"))
_LINKS = frozenset(("e", "mais", "com", BREAK))
_PERSONS, _NOT_PERSONS, _USES = words("persons"), words("not_persons"), words("uses")
_AGENTS = ("or", "ora", "eiro", "eira", "ista", "ante", "ente", "ario", "aria", "ologo", "ologa", "grafo")
"""Terminações de quem faz alguma coisa."""
_TOTALS = frozenset(("da", "total", "poe", "coloca", "seremos", "somando", "usando"))
_ONLY = frozenset(("so", "somente", "apenas"))
REACH = 4
MIN_AGENT = 6


class _Item(NamedTuple):
    """Uma parcela nas palavras `[start, end)`; `person`: diz que é gente."""

    value: int
    start: int
    end: int
    person: bool


def people(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """Quantas pessoas se contam em `[start, end)`, se há o que somar ou se o grupo é de gente."""
    numbers = {n.start: n for n in numbers_in(reading, start, end) if n.value <= MAX_QUANTITY}
    if any(reading.words[n.start - 1].plain in _TOTALS for at, n in numbers.items() if at > start):
        last = [n for at, n in numbers.items() if at > start and reading.words[at - 1].plain in _TOTALS][-1]
        return str(round(last.value))
    best: list[_Item] = []
    for items in _lists(reading, start, end, numbers):
        if sum(item.value for item in items) > sum(item.value for item in best) or not best:
            best = items if _counts(reading, items, end, asked=asked) else best
    return str(sum(item.value for item in best)) if best else ""


def _counts(reading: Reading, items: list[_Item], end: int, *, asked: bool) -> bool:
    """A lista conta quem usa?"""
    first, last = items[0].start, items[-1].end
    if not any(item.person for item in items):
        return False
    after = {word.plain for word in reading.words[last : min(end, last + REACH)]}
    before = {word.plain for word in reading.words[max(0, first - REACH) : first]}
    uses = bool((after | before) & _USES)
    if len(items) == 1:
        return bool(before & _ONLY) and uses and items[0].value == 1
    told = sum(item.person for item in items) == len(items)
    return ((asked or uses or bool(before & _ONLY)) and (told or asked)) or (told and items[0].value > 1)


def _lists(reading: Reading, start: int, end: int, numbers: dict[int, Number]) -> Iterator[list[_Item]]:
    """As enumerações de gente, cada uma com suas parcelas."""
    at, items = start, list[_Item]()
    while at < end:
        item = _item(reading, at, end, numbers)
        if item is None:
            if reading.words[at].text not in _LINKS and items:
                yield items
                items = []
            at += 1
            continue
        items.append(item)
        at = item.end
    if items:
        yield items


def _item(reading: Reading, at: int, end: int, numbers: dict[int, Number]) -> _Item | None:
    said = [word.plain for word in reading.words[at : min(end, at + 3)]]
    if said[0] in ("eu", "ela", "ele"):
        return _Item(1, at, at + 1, person=True)
    skip = said[0] in ("meus", "minhas", "os", "as", "uns", "umas") and at + 1 in numbers
    number = numbers.get(at + skip)
    if number is not None and not (number.value == 1 and reading.words[at].plain in _DETERMINERS):
        stop = number.end
        person = stop < end and is_person(reading.words[stop].plain)
        placed = stop < end and reading.words[stop].plain in ("na", "no", "nas", "nos", "em")
        if not (person or placed):
            return None
        return _Item(round(number.value), at, stop + person + 2 * placed, person)
    if said[0] not in _DETERMINERS or len(said) < 2:
        return None
    named = is_title(reading, at + 1) and said[1] in GIVEN
    single = is_person(said[1]) and not (said[1].endswith("s") and not said[1].endswith("is"))
    if not (named or single):
        return None
    stop = at + 2
    if stop + 1 < end and reading.words[stop].plain in ("da", "do", "de"):  # "a moça do caixa"
        stop += 2
    return _Item(1, at, stop, person=True)


def is_person(plain: str) -> bool:
    """A palavra diz gente, por si ou pela terminação ("auditores")?"""
    forms = {plain, plain.removesuffix("s"), plain.removesuffix("es")}
    if forms & _NOT_PERSONS:
        return False
    return bool(forms & _PERSONS) or (len(plain) >= MIN_AGENT and any(one.endswith(_AGENTS) for one in forms))
