"""Que palavras contam gente? "8 auditores", "motoristas são 120", "somos em seis", "a moça do caixa", "eu".

Promete uma parcela só de quem é gente; um número de coisas, de dias ou de dinheiro não é nenhuma.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pyloto_stream.ai.crew_words import (
    ABOUT,
    ANTECEDENT,
    BETWEEN,
    COLLECTIVES,
    DETERMINERS,
    EITHER,
    HEDGES,
    IN,
    JOINS,
    NEW,
    OF,
    PLACES,
    PLURAL,
    QUALIFIES,
    TELLS,
    THEM,
    USES,
    WE,
    WE_ARE,
    is_crew,
    is_owner,
    is_person,
)
from pyloto_stream.ai.lexicon import GIVEN
from pyloto_stream.ai.numerals import Number
from pyloto_stream.ai.parsers_numbers import MAX_QUANTITY, amount_in
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import is_title


class Crew(NamedTuple):
    """Uma parcela nas palavras `[start, end)`; `person`: diz que é gente; `counted`: tem número."""

    low: int
    high: int
    start: int
    end: int
    person: bool
    counted: bool
    we: bool = False
    """É quem fala que se conta ("somos em seis", "eu")."""
    owner: bool = False
    """São os donos, que podem não ser todos."""


def crew_at(reading: Reading, at: int, end: int, numbers: Mapping[int, Number]) -> Crew | None:
    """A parcela de gente que começa em `at`, se alguma começa."""
    plain = reading.words[at].plain
    following = reading.words[at + 1] if at + 1 < end else None
    them = plain in ("ela", "ele") and (following is None or following.text in JOINS | USES)
    if plain == "eu" or them:
        return Crew(1, 1, at, at + 1, person=True, counted=False, we=plain == "eu")
    return (
        _numbered(reading, at, end, numbers)
        or _they_are(reading, at, end, numbers)
        or _ourselves(reading, at, end, numbers)
        or _told_after(reading, at, end, numbers)
        or _single(reading, at, end)
    )


def _numbered(reading: Reading, at: int, end: int, numbers: Mapping[int, Number]) -> Crew | None:
    """Por exemplo: "84 diretores", "os 4 da rua", "12 na operação"."""
    number = numbers.get(at + (reading.words[at].plain in PLURAL))
    if number is None or (number.value == 1 and reading.words[number.start].plain in DETERMINERS):
        return None
    low, high, stop = _range(reading, number, end)
    while stop < end and reading.words[stop].plain in NEW:
        if stop + 1 >= end or not is_crew(reading, stop + 1):
            return None
        stop += 1
    if stop < end and (is_crew(reading, stop) or reading.words[stop].plain in THEM):
        sure = reading.words[stop].plain not in EITHER
        return Crew(
            low, high, at, stop + 1, person=sure, counted=True, owner=is_owner(reading.words[stop].plain)
        )
    if stop < end and reading.words[stop].plain in PLACES:  # "2 tosadores e 1 recepção"
        return Crew(low, high, at, stop + 1, person=False, counted=True)
    if stop + 1 < end and reading.words[stop].plain in IN:
        area = any(word.plain in PLACES for word in reading.words[stop + 1 : min(end, stop + 3)])
        return Crew(low, high, at, stop + 2, person=area, counted=True)
    return None


def _ourselves(reading: Reading, at: int, end: int, numbers: Mapping[int, Number]) -> Crew | None:
    """Por exemplo: "Somos em oito", "a gente é em 5", "nós dois"; nunca "somos 4 lojas"."""
    if reading.words[at].plain not in WE:
        return None
    told = [word.plain for word in reading.words[at : min(end, at + 3)]]
    lead = next((len(one) for one in WE_ARE if tuple(told[: len(one)]) == one), 0)
    if not lead:
        return None
    stop = at + lead
    while stop < end and reading.words[stop].plain in ABOUT:
        stop += 1
    number = numbers.get(stop)
    if number is None or number.value < 2:
        return None
    low, high, after = _range(reading, number, end)
    if after < end and is_crew(reading, after):
        return Crew(low, high, at, after + 1, person=True, counted=True, we=True)
    closed = _closed(reading, after, end) or reading.words[after].plain.endswith(("mos", "am", "em"))
    return Crew(low, high, at, after, person=True, counted=True, we=True) if closed else None


def _they_are(reading: Reading, at: int, end: int, numbers: Mapping[int, Number]) -> Crew | None:
    """Por exemplo: "Meus vendedores respondem tudo, são nove", "só a família mexe, que é 5"."""
    if at == 0 or reading.words[at].plain not in ("sao", "e", "eh", "dao"):
        return None
    if reading.words[at].plain in ("e", "eh") and reading.words[at - 1].plain != "que":
        return None
    stop = at + 1
    while stop < end and reading.words[stop].plain in ABOUT:
        stop += 1
    number = numbers.get(stop)
    if number is None:
        return None
    low, high, after = _range(reading, number, end)
    if not (_closed(reading, after, end) or reading.words[after].plain in ("dependendo", "conforme")):
        return None
    spoken = range(max(0, at - ANTECEDENT), at)
    people = any(is_crew(reading, i) or reading.words[i].plain in COLLECTIVES | PLACES for i in spoken)
    return Crew(low, high, at, after, person=True, counted=True) if people else None


def _told_after(reading: Reading, at: int, end: int, numbers: Mapping[int, Number]) -> Crew | None:
    """Por exemplo: "Vendedores: 25", "os mototaxistas são 120", "equipe de 15", "agrônomos, 12 deles"."""
    plain = reading.words[at].plain
    area = (plain in PLACES and not is_crew(reading, at)) or plain in EITHER
    group = plain in COLLECTIVES or area
    if not (group or is_crew(reading, at)):
        return None
    for n in range(at + 1, min(end, at + 7)):
        number = numbers.get(n)
        if number is None:
            continue
        low, high, after = _range(reading, number, end)
        between = [word.plain if word.text != BREAK else BREAK for word in reading.words[at + 1 : n]]
        if not _linked(reading, between, n, group=group) or (area and between not in (["com"], [BREAK])):
            return None
        if after < end and (is_crew(reading, after) or reading.words[after].plain in THEM):
            return Crew(low, high, at, after + 1, person=True, counted=True)
        closed = _closed(reading, after, end)
        return Crew(low, high, at, after, person=True, counted=True) if closed else None
    return None


def _linked(reading: Reading, between: list[str], at: int, *, group: bool) -> bool:
    """As palavras entre o papel e o número dizem que é dele ("Servidores na ponta: 21")?"""
    if any(
        reading.strong_break(i) and ":" not in reading.words[i].plain for i in range(at - len(between), at)
    ):
        return False
    if not between:
        return not group
    hedges = next((i for i, one in enumerate(reversed(between)) if one not in HEDGES), len(between))
    rest = between[: len(between) - hedges]
    if not hedges or (rest and (rest[0] not in IN or len(rest) > BETWEEN)):
        return False
    said = between[len(between) - hedges :]
    colon = ":" in reading.words[at - len(said)].plain
    return bool({*said} & TELLS) and (len(said) > 1 or said[0] != BREAK or colon)


def _single(reading: Reading, at: int, end: int) -> Crew | None:
    """Por exemplo: "A moça do caixa", "a minha filha", "o Zé"; nunca "o remédio da minha mãe"."""
    stop = at
    while stop < min(end, at + 2) and reading.words[stop].plain in DETERMINERS:
        stop += 1
    if stop == at or stop >= end or (at and reading.words[at - 1].plain in OF):
        return None
    said = reading.words[stop].plain
    named = is_title(reading, stop) and said in GIVEN
    single = is_person(said) and not (said.endswith("s") and not said.endswith("is"))
    if not (named or single) or (at and reading.words[at - 1].plain in ("preciso", "procuro", "busco")):
        return None
    return Crew(1, 1, at, stop + 1, person=True, counted=False)


def _range(reading: Reading, number: Number, end: int) -> tuple[int, int, int]:
    """O número, ou o intervalo que ele começa, e onde acaba."""
    low = round(number.value)
    amount = amount_in(reading, number.start, min(end, number.end + 4), MAX_QUANTITY)
    if amount is None or amount.low.start != number.start or amount.high is None:
        return low, low, number.end
    return low, round(amount.high.value), amount.high.end


def _closed(reading: Reading, at: int, end: int) -> bool:
    """Depois do número em `at` não vem o nome de outra coisa?"""
    return at >= end or reading.words[at].text == BREAK or reading.words[at].plain in QUALIFIES
