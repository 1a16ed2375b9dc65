"""Quantas pessoas são, se se diz quantas há em cada lugar? "Dois por turno, quatro turnos", "um por garçom".

Promete o produto só se os dois números foram ditos e o que se conta é gente; "3 por dia" não é gente.
"""

from itertools import pairwise

from pyloto_stream.ai.crew_parts import Numbers
from pyloto_stream.ai.crew_words import DEVICES, UNITS, is_crew, is_use, stem
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

_EACH = frozenset(("cada", "por"))
_ONE = frozenset(("um", "uma", "qual"))
_LOGINS = frozenset(("login", "acesso", "usuario", "licenca", "senha", "pessoa"))
_OPENS = frozenset(("pra", "para", "em", "com"))
_OF_EACH = frozenset(("de", "x", "com"))
_TEAMS = frozenset(("equipe", "time", "turma", "turno", "grupo", "squad"))
REACH = 6


def per_place(reading: Reading, start: int, end: int, numbers: Numbers, *, asked: bool) -> int:
    """O produto de quantos são em cada lugar pelos lugares; zero se não se contou assim."""
    if not reading.once(_counts_each):
        return 0
    for at in range(start, end):
        plain = reading.words[at].plain
        if plain in _EACH and (found := _each(reading, at, start, end, numbers, asked=asked)):
            return found + _and_me(reading, at, end)
        if plain in _OF_EACH and (found := _of_each(reading, at, start, end, numbers, asked=asked)):
            return found
    return 0


def _and_me(reading: Reading, at: int, end: int) -> int:
    """Diz-se depois que quem fala também é ("…, mais eu no escritório")?"""
    said = [word.plain for word in reading.words[at:end]]
    return int(any(pair == ("mais", "eu") for pair in pairwise(said)))


def _counts_each(reading: Reading) -> bool:
    told = {word.plain for word in reading.words}
    return bool(told & _EACH) or not told.isdisjoint(UNITS) or any(word[:-1] in UNITS for word in told)


def _each(reading: Reading, at: int, start: int, end: int, numbers: Numbers, *, asked: bool) -> int:
    """O produto que "cada" ou "por", em `at`, anuncia."""
    where = at + 1 + (at + 1 < end and reading.words[at + 1].plain == "cada")
    anyone = where >= end or reading.words[where].plain in _ONE or reading.words[where].text == BREAK
    unit = "" if anyone else stem(reading.words[where].plain)
    person = not anyone and is_crew(reading, where)
    rate = _before(reading, at, start, numbers) or (
        _after(reading, where, end, numbers) if reading.words[at].plain == "cada" else None
    )
    if rate is None:
        return 0
    many, size, human = rate
    places = _places(reading, end, numbers, unit, many)
    if places == 0 and person and size == 1:
        places = _devices(reading, end, numbers)
    known = (
        unit in UNITS
        or person
        or anyone
        or any(stem(reading.words[n.end].plain) == unit for n in numbers.values() if n.end < end)
    )
    sure = human or asked or person or unit in UNITS
    return size * places if places > 1 and known and sure else 0


def _before(reading: Reading, at: int, start: int, numbers: Numbers) -> tuple[int, int, bool] | None:
    """Quantos há em cada lugar, ditos antes de "por turno": onde, quantos, se são gente."""
    first = at - 1
    following = reading.words[at + 1] if at + 1 < len(reading.words) else None
    anyone = following is None or following.plain in _ONE or following.text == BREAK
    if anyone and reading.words[first].plain not in _OPENS:
        return None
    if first >= start and reading.words[first].plain in _OPENS:
        first -= 1
    for i in range(first, max(start - 1, first - 3), -1):
        number = numbers.get(i)
        if number is not None:
            human = number.end <= first and is_crew(reading, number.end)
            return (i, round(number.value), human) if number.end > first or human else None
        if reading.words[i].text == BREAK:
            return None
        if i == first and reading.words[i].plain in _ONE:
            return i, 1, False
    return None


def _after(reading: Reading, where: int, end: int, numbers: Numbers) -> tuple[int, int, bool] | None:
    """Quantos há, ditos depois de "cada loja": "tem 2 caixas usando", "mexem duas pessoas"."""
    for i in range(where + 1, min(end, where + 1 + REACH)):
        if reading.strong_break(i) or (reading.words[i].text == BREAK and i > where + 2):
            return None
        number = numbers.get(i)
        if number is None:
            continue
        named = number.end < end and (
            is_crew(reading, number.end) or stem(reading.words[number.end].plain) in _LOGINS
        )
        uses = any(is_use(word.plain) for word in reading.words[where + 1 : min(end, number.end + 2)])
        if reading.words[i - 1].plain in ("sao", "e") or not (named or uses):
            return None
        return i, round(number.value), True
    return None


def _places(reading: Reading, end: int, numbers: Numbers, unit: str, rate: int) -> int:
    """Quantos lugares há: o número que leva o nome do lugar, ou o que vem antes de "em cada uma"."""
    for number in numbers.values():
        if number.start == rate or number.end >= end:
            continue
        if unit and stem(reading.words[number.end].plain) == unit:
            return round(number.value)
    if unit:
        return 0
    after = next((n for n in numbers.values() if n.value > 1 and 0 < n.start - rate <= REACH + 1), None)
    if after is not None and reading.words[after.start - 1].plain in (
        "das",
        "dos",
    ):  # "em cada uma das 4 lojas"
        return round(after.value)
    earlier = [
        n for n in numbers.values() if n.end <= rate and n.value > 1 and reading.words[n.end].text != BREAK
    ]
    return round(earlier[-1].value) if earlier else 0


def _devices(reading: Reading, end: int, numbers: Numbers) -> int:
    """Os aparelhos, quando há um por pessoa."""
    told = (n for n in numbers.values() if n.end < end and reading.words[n.end].plain in DEVICES)
    return next((round(n.value) for n in told), 0)


def _of_each(reading: Reading, at: int, start: int, end: int, numbers: Numbers, *, asked: bool) -> int:
    """Por exemplo: "dois turnos de 14 cada", "3 equipes de 5 vendedores"."""
    unit = stem(reading.words[at - 1].plain) if at > start else ""
    if at - 2 < start or at + 1 not in numbers or unit not in UNITS:
        return 0
    size = numbers[at + 1]
    many = next((n for n in numbers.values() if n.end == at - 1), None)
    following = reading.words[size.end].plain if size.end < end else ""
    human = size.end < end and (is_crew(reading, size.end) or following == "cada")
    each = "cada" in (word.plain for word in reading.words[size.end : min(end, size.end + 2)])
    if many is None or (reading.words[at].plain == "com" and not (each or unit in _TEAMS)):
        return 0
    return round(many.value * size.value) if asked or human else 0
