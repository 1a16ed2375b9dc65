"""Que parcelas de gente se somam? As que se enumeram, com o que cada um faz ou onde fica no meio.

Promete grupos na ordem em que foram ditos, sem quem "não vai usar"; duas frases não se somam.
"""

from collections.abc import Iterator

from pyloto_stream.ai.crew_parts import Crew, Numbers, clause
from pyloto_stream.ai.crew_words import (
    DETERMINERS,
    IN,
    KIN,
    MONEY,
    PLACES,
    PLURAL,
    SHIFTS,
    WANTS,
    is_crew,
    is_use,
    opens,
)
from pyloto_stream.ai.crews import crew_at, in_list, name_at
from pyloto_stream.ai.lexicon import GIVEN, words
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

_SEPARATORS = frozenset(("e", "mais", "com", "fora", "alem", BREAK))
_TIES = frozenset(("e", "mais", "com", "outros", "outras", BREAK, "sao", "so"))
_ALSO = frozenset((
    "alem", "fora", "tambem", "mais", "pra", "pro", "pros", "pras", "para", "cada", "sendo", "pela", "pelas",
))  # fmt: skip
_THOSE = frozenset(("o", "a", "os", "as", "do", "da", "dos", "das", "no", "na"))
_NOT = frozenset(("nao", "nem", "sem"))
_NAMES = GIVEN | KIN
_AREAS = PLACES | SHIFTS
_BEFORE_COUNT = _AREAS | IN | PLURAL | {"a", "o"}
_AFTER_COUNT = IN | DETERMINERS | {"a", "de", "pela"}
_BETWEEN = _SEPARATORS | _ALSO
PEAKS = words("crew_peaks")
_FOLLOWS = frozenset((BREAK, "que", "no", "na", "pra", "para", "e", "la", "so"))
_TURNS = frozenset(
    ("mas", "porem", "quero", "queria", "preciso", "queremos", "precisamos", "so", "somente", "apenas")
)
REACH = 4
GAP = 6
"""Até quantas palavras dizem o que alguém faz, antes da parcela seguinte ("minha mãe cuida do caixa, …")."""


def crew_groups(reading: Reading, start: int, end: int, numbers: Numbers) -> Iterator[list[Crew]]:
    """As enumerações de gente, cada uma com suas parcelas; quem "não vai usar" fica de fora."""
    at, crews, peaked = start, list[Crew](), False
    ahead: Crew | None = None
    while at < end:
        word = reading.words[at]
        if not (crews or at in numbers or opens(word.plain, word.text) or word.plain in _NAMES):
            at, ahead = at + 1, None
            continue
        one = ahead or _next(reading, at, end, crews, numbers)
        if one is None:
            joins = reading.words[at].text in _SEPARATORS and not reading.strong_break(at)
            joins = joins or (bool(crews) and crews[-1].we and reading.words[at].plain in ("sao", "seriam"))
            if crews and not joins:
                yield crews
                crews = []
            at, ahead = at + 1, None
            continue
        if one.counted and crews and reading.words[at - 1].text != "e" and _of_place(reading, crews[-1]):
            crews.pop()
        if peaked:
            one = one._replace(person=True)
        peaked = bool(PEAKS & {*clause(reading, one.end, min(end, one.end + 2))}) and one.person
        again = crews and reading.words[at].plain in ("ela", "ele") and _again(reading, at, crews[-1])
        if not (again or peaked or _excluded(reading, one.end, end)):
            crews.append(one)
        at, ahead = _goes_on(reading, one, end, crews, numbers)
    if crews:
        yield crews


def _of_place(reading: Reading, before: Crew) -> bool:
    """Antes do número disse-se só onde trabalham ("é o financeiro, 3 pessoas")?"""
    return not before.counted and not before.we and reading.words[before.end - 1].plain in PLACES


def _again(reading: Reading, at: int, before: Crew) -> bool:
    """O "ele" em `at` é de quem se acaba de falar ("o gerente, só ele")?"""
    return not before.counted and not before.we and reading.words[at - 1].text not in ("e", "mais")


def _next(reading: Reading, at: int, end: int, crews: list[Crew], numbers: Numbers) -> Crew | None:
    found = crew_at(reading, at, end, numbers) or _others(reading, at, end, crews, numbers)
    if found is None and crews and crews[-1].counted:
        found = _elided(reading, at, end, numbers)
    return found or _named(reading, at, end, crews)


def _named(reading: Reading, at: int, end: int, crews: list[Crew]) -> Crew | None:
    """Um nome sem artigo, se outro o segue ou o precede."""
    one = name_at(reading, at, end)
    if one is None or crews:  # depois de "eu" só um parente ("eu, pai e mãe")
        if one is None:
            one = name_at(reading, at, end, any_name=True) if crews and not crews[-1].we else None
        kin = one is not None and reading.words[at].plain in KIN
        return one if one is not None and not crews[-1].counted and (kin or not crews[-1].we) else None
    after = range(one.end, min(end, one.end + GAP))
    follows = (i for i in after if reading.words[i - 1].text in _SEPARATORS)
    more = any(name_at(reading, i, end) or reading.words[i].plain == "eu" for i in follows)
    return one if more or in_list(reading, at, end) else None


def _others(reading: Reading, at: int, end: int, crews: list[Crew], numbers: Numbers) -> Crew | None:
    """Por exemplo: "Eu e mais 7", "sou eu e 4", "além de mim, cinco": o número que se soma a quem fala."""
    number = numbers.get(at)
    if number is None or not crews or not crews[-1].we:
        return None
    plus = "+" in reading.raw[reading.words[at - 1].end : reading.words[at].start]
    if not plus and reading.words[at - 1].text not in _TIES:
        return None
    after = reading.words[number.end] if number.end < end else None
    ours = after is not None and after.plain.endswith("mos")
    if after is not None and not ours and not (is_use(after.text) or after.text in _FOLLOWS):
        return None
    low = round(number.value)
    money = MONEY & {word.plain for word in reading.words[at : number.end + 1]}
    return None if money else Crew(low, low, at, number.end, person=True, counted=True)


def _elided(reading: Reading, at: int, end: int, numbers: Numbers) -> Crew | None:
    """A parcela que não repete quem são: "2 enfermeiras de dia e 2 à noite", "tarde 6", "e uma no caixa"."""
    if at == 0 or reading.words[at - 1].text not in _SEPARATORS:
        return None
    first = at
    while first < min(end, at + 3) and reading.words[first].plain in _BEFORE_COUNT:
        first += 1
    number = numbers.get(first)
    if number is None:
        return None
    stop = number.end
    if stop >= end or reading.words[stop].text in (BREAK, "e", "mais"):
        after = reading.words[stop + 1 : stop + 2]
        money = bool(MONEY & {word.plain for word in reading.words[first : min(end, stop + 2)]})
        closed = (first > at or not after) and not money
        return (
            Crew(round(number.value), round(number.value), at, stop, person=True, counted=True)
            if closed
            else None
        )
    area = stop
    while area < min(end, stop + 3) and reading.words[area].plain in _AFTER_COUNT:
        area += 1
    there = stop < area < end and (reading.words[area].plain in _AREAS or is_crew(reading, area))
    low = round(number.value)
    return Crew(low, low, at, area + 1, person=True, counted=True) if there else None


def _goes_on(
    reading: Reading, one: Crew, end: int, crews: list[Crew], numbers: Numbers
) -> tuple[int, Crew | None]:
    """Onde a enumeração continua depois da parcela `one`, e com qual; se não continua, o fim dela."""
    stop = one.end
    if stop < end and reading.words[stop].text not in _SEPARATORS:
        more = _next(reading, stop, end, crews, numbers)
        if more is not None:
            return stop, more
    while stop < min(end, one.end + GAP) and not reading.strong_break(stop):
        word = reading.words[stop]
        if word.text in _SEPARATORS:
            after = stop + 1
            while after < end and reading.words[after].text in _BETWEEN and not reading.strong_break(after):
                after += 1
            for first in range(after, min(end, after + 3)):
                more = _next(reading, first, end, crews, numbers)
                if _joined(reading, one, stop, after, more):
                    return first, more
                if reading.words[first].plain not in _THOSE and reading.words[first].plain not in PLACES:
                    break
        elif word.plain in _TURNS or word.plain in WANTS:
            break
        stop += 1
    return one.end, None


def _joined(reading: Reading, one: Crew, stop: int, after: int, more: Crew | None) -> bool:
    """`more`, que vem depois de `stop`, se soma a `one`?"""
    if more is None:
        return False
    if more.counted == one.counted or stop == one.end:
        return True
    return reading.words[after - 1].text != BREAK  # "2 no depósito, 1 no fiscal e o dono"


def _excluded(reading: Reading, at: int, end: int) -> bool:
    """Diz-se logo depois que não usam?"""
    after = clause(reading, at, min(end, at + REACH + 1))
    return any(word in _NOT and any(map(is_use, after[i:])) for i, word in enumerate(after[:3]))
