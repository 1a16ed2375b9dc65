"""Quantas pessoas vão usar? As que se contam uma a uma, e os grupos que se somam, quando alguém os soma.

Promete um número só de gente; de grupos diferentes, o de quem usa, o de agora e o de sempre, nunca o de quem
não usa, o que era antes ou o do pico.
"""

from collections.abc import Iterator, Mapping

from pyloto_stream.ai.crew_words import DETERMINERS, USES, is_person
from pyloto_stream.ai.crews import Crew, crew_at
from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.numerals import Number, numbers_in
from pyloto_stream.ai.parsers_numbers import MAX_QUANTITY
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

__all__ = ["is_person", "people"]

_LINKS = frozenset(("e", "mais", "com", BREAK))
_PAST = words("past")
_TOTALS = frozenset(("da", "total", "poe", "coloca", "seremos", "somando", "usando"))
_ONLY = frozenset(("so", "somente", "apenas"))
_FOR = frozenset(("pra", "para", "pro", "pros", "pras", "por", "pelos", "pelas"))
_PEAKS = frozenset(("temporada", "pico", "safra", "festa", "colheita", "alta", "natal", "verao", "dezembro"))
_NOT = frozenset(("nao", "nem", "sem"))
_WAS = _PAST | {"anterior", "demiti", "sairam", "perdi"}
_NOW = frozenset(("agora", "hoje", "verdade", "vdd", "atualmente", "alias", "minto", "digo"))
_PREPOSITIONS = frozenset(
    ["de", "da", "do", "das", "dos", "na", "no", "nas", "nos", "em", "ao", "pra", "para"]
)
_DOING = _ING = ("ando", "endo", "indo")
_FOLLOWS = frozenset((BREAK, "que", "no", "na", "pra", "para"))
REACH = 4
FAR = 9


def people(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """Quantas pessoas se contam em `[start, end)`, se há o que somar ou se o grupo é de gente."""
    numbers = {n.start: n for n in numbers_in(reading, start, end) if 0 < n.value <= MAX_QUANTITY}
    totals = [
        n
        for at, n in numbers.items()
        if at > start and reading.words[at - 1].plain in _TOTALS and _ends(reading, n.end, end)
    ]
    groups = list(_groups(reading, start, end, numbers))
    if totals and len(numbers) > 1 and (asked or groups):
        return str(round(totals[-1].value))
    best, most = "", 0.0
    for crews in groups:
        score = _score(reading, crews, start, end, asked=asked)
        if score > most:
            best, most = _told(crews), score
    return best or ("1" if by_oneself(reading, start, end) else "")


def by_oneself(reading: Reading, start: int, end: int) -> bool:
    """Quem fala diz que está só ("trabalho sozinho", "em casa, sozinha", "só pra mim")?"""
    for at in range(start, end):
        before = reading.words[at - 1].plain if at > start else ""
        edge = at + 1 >= end or reading.words[at + 1].text == BREAK
        if reading.words[at].plain in ("sozinho", "sozinha"):
            speaks = (before.endswith("o") and not before.endswith(_ING)) or before in ("sou", "estou", "to")
            if speaks or (edge and at > start and reading.words[at - 1].text == BREAK):
                return True
        me = [word.plain for word in reading.words[max(start, at - 2) : at]] in (
            ["so", "pra"],
            ["so", "para"],
        )
        if me and reading.words[at].plain == "mim" and edge:
            return True
    return False


def _ends(reading: Reading, at: int, end: int) -> bool:
    return at >= end or reading.words[at].text == BREAK or is_person(reading.words[at].plain)


def _told(crews: list[Crew]) -> str:
    low, high = sum(one.low for one in crews), sum(one.high for one in crews)
    first = crews[0].low
    if len(crews) > 2 and first == low - first:  # "somos 6: 4 vendedores e 2 gerentes"
        return str(first)
    return str(low) if low == high else f"{low} a {high}"


def _score(reading: Reading, crews: list[Crew], start: int, end: int, *, asked: bool) -> float:
    """Quanto `crews` parece quem vai usar; zero se não é gente que se conta aqui."""
    first, last = crews[0].start, crews[-1].end
    after = _clause(reading, last, min(end, last + FAR))
    before = _clause(reading, first, max(start, first - FAR))
    near = {*after[:REACH], *before[:REACH]}
    uses = bool(({*after} | {*before} | _inside(reading, crews)) & USES)
    only = bool(_ONLY & {*before[:3], *after[:1]})
    counted = any(one.counted for one in crews)
    alone = len(crews) == 1 and not counted
    with_us = crews[0].we or (len(crews) > 1 and crews[-1].we)
    if alone and not (only and uses):
        return 0
    if not any(one.person for one in crews):
        return 0
    told = all(one.person for one in crews)
    if all(one.owner for one in crews) and not (uses or asked or with_us or _is_we(before)):
        return 0
    if not counted and not alone and not (asked or uses or only or _is_we(before)):
        return 0
    if len(crews) == 1 and asked and not told:
        return 0
    score = 1.0 + told + 3 * uses + 2 * only + 2 * with_us + bool(_FOR & {*before[:2]}) * 2
    score += 2 * bool(_NOW & {*before[:REACH]}) - 2 * bool(_PEAKS & near)
    score += min(sum(one.low for one in crews), 99) / 1000
    was = _WAS & {*before[:REACH]} and not _NOW & {*before[:REACH]}
    return score * bool(uses and only) if was else max(score, 0.1)


def _is_we(before: list[str]) -> bool:
    return before[:1] in (["somos"], ["sou"], ["seremos"], ["e"], ["pra"], ["para"], ["entre"])


def _inside(reading: Reading, crews: list[Crew]) -> set[str]:
    return {word.plain for word in reading.words[crews[0].start : crews[-1].end]}


def _clause(reading: Reading, at: int, limit: int) -> list[str]:
    """As palavras de `at` até `limit`, para a frente ou para trás, sem passar do fim da frase."""
    steps = range(at, limit) if limit >= at else range(at - 1, limit - 1, -1)
    told = list[str]()
    for i in steps:
        if reading.strong_break(i) or (limit >= at and reading.words[i].plain == "mas"):
            break
        told.append(reading.words[i].plain)
    return told


def _groups(reading: Reading, start: int, end: int, numbers: Mapping[int, Number]) -> Iterator[list[Crew]]:
    """As enumerações de gente, cada uma com suas parcelas; quem "não vai usar" fica de fora."""
    at, crews, peaked = start, list[Crew](), False
    while at < end:
        one = crew_at(reading, at, end, numbers) or _others(reading, at, end, crews, numbers)
        if one is None:
            joins = reading.words[at].text in _LINKS and not reading.strong_break(at)
            if crews and not joins:
                yield crews
                crews = []
            at += 1
            continue
        if peaked:
            one = one._replace(person=True)
        peaked = bool(_PEAKS & {*_clause(reading, one.end, min(end, one.end + 2))}) and one.person
        if not (peaked or _excluded(reading, one.end, end)):
            crews.append(one)
        at = _after_place(reading, one.end, end, numbers)
    if crews:
        yield crews


def _others(
    reading: Reading, at: int, end: int, crews: list[Crew], numbers: Mapping[int, Number]
) -> Crew | None:
    """Por exemplo: "Eu e mais 7", "sou eu e 4": o número sem nome que se soma a quem fala."""
    number = numbers.get(at)
    if number is None or not crews or not crews[-1].we or reading.words[at - 1].text not in ("e", "mais"):
        return None
    after = reading.words[number.end] if number.end < end else None
    ours = after is not None and after.plain.endswith("mos")
    if after is not None and not ours and after.text not in USES | _FOLLOWS:
        return None
    low = round(number.value)
    return Crew(low, low, at, number.end, person=True, counted=True)


def _after_place(reading: Reading, at: int, end: int, numbers: Mapping[int, Number]) -> int:
    """Depois de "no balcão", "do caixa", "usando", se a enumeração continua."""
    stop = at
    if stop < end and reading.words[stop].plain.endswith(_DOING):
        stop += 1
    elif stop < end and reading.words[stop].plain in _PREPOSITIONS:
        stop += 2 + (stop + 1 < end and reading.words[stop + 1].plain in DETERMINERS)
    while stop < end and reading.words[stop].text in _LINKS and not reading.strong_break(stop):
        stop += 1
        if stop < end and crew_at(reading, stop, end, numbers) is not None:
            return stop
    return at


def _excluded(reading: Reading, at: int, end: int) -> bool:
    """Diz-se logo depois que não usam?"""
    after = _clause(reading, at, min(end, at + REACH + 1))
    return any(word in _NOT and USES & {*after[i:]} for i, word in enumerate(after[:3]))
