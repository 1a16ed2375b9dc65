"""De quem é o número que vem depois? "Motoristas são 120", "Vendedores: 25", "equipe de 15".

Promete só o número ligado a quem se disse; o de outra coisa na mesma frase não é de ninguém.
"""

from pyloto_stream.ai.crew_parts import Crew, Numbers, closed, reach_of
from pyloto_stream.ai.crew_words import (
    ABOUT,
    ANTECEDENT,
    ARE,
    BETWEEN,
    COLLECTIVES,
    DETERMINERS,
    EITHER,
    HEDGES,
    IN,
    KIN,
    LOGINS,
    NEEDS,
    PLACES,
    SHIFTS,
    TELLS,
    THEM,
    is_crew,
    is_owner,
    is_use,
)
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

_AREA_LINKS = (["com"], [BREAK], ["sao"], ["ficam"], ["fica"], ["usam"], ["trabalham"], ["mexem"], ["dao"])
_WILL = frozenset(("vao", "iam", "irao"))
_PEOPLED = COLLECTIVES | PLACES


def they_are(reading: Reading, at: int, end: int, numbers: Numbers) -> Crew | None:
    """Por exemplo: "Meus vendedores respondem tudo, são nove", "só a família mexe, que é 5"."""
    plain = reading.words[at].plain
    before = reading.words[at - 1] if at else None
    will = before is not None and before.plain in _WILL and is_use(plain)  # "vão mexer seis"
    that = before is not None and before.text == "que"
    needs = plain in NEEDS
    if (plain not in ARE and not will and not needs) or (plain in ("e", "eh") and not that):
        return None
    stop = at + 1
    while stop < end and reading.words[stop].plain in ABOUT:
        stop += 1
    stop += stop < end and reading.words[stop].plain in ("os", "as")  # "quem usa são os 6"
    number = numbers.get(stop)
    if number is None:
        return None
    low, high, after = reach_of(reading, number, end)
    if after + 1 < end and reading.words[after].plain in ("os", "as") and is_crew(reading, after + 1):
        return Crew(low, high, at, after + 2, person=True, counted=True)  # "são nove os fiscais"
    if not (closed(reading, after, end) or reading.words[after].plain in ("dependendo", "conforme")):
        return None
    spoken = range(max(0, at - ANTECEDENT), at)
    if needs:  # "quantos usuários suporta? precisamos de 80"
        logins = any(reading.words[i].plain.removesuffix("s") in LOGINS for i in spoken)
        return Crew(low, high, at, after, person=True, counted=True) if logins else None
    people = any(is_crew(reading, i) or reading.words[i].plain in _PEOPLED for i in spoken)
    then = range(after, min(end, after + 4)) if after < end and reading.words[after].text == "que" else ()
    uses = will or plain == "trabalham" or any(is_use(reading.words[i].plain) for i in (*spoken, *then))
    return Crew(low, high, at, after, person=True, counted=True) if people or uses else None


def told_after(reading: Reading, at: int, end: int, numbers: Numbers) -> Crew | None:
    """Por exemplo: "Vendedores: 25", "os mototaxistas são 120", "equipe de 15", "agrônomos, 12 deles"."""
    plain = reading.words[at].plain
    who = at > 0 and is_use(plain) and reading.words[at - 1].plain == "quem"  # "quem acessa: 7"
    area = ((plain in PLACES or plain in SHIFTS) and not is_crew(reading, at)) or plain in EITHER
    group = plain in COLLECTIVES or area or who
    if plain in KIN or not (group or is_crew(reading, at)):
        return None
    for n in range(at + 1, min(end, at + 7)):
        number = numbers.get(n)
        if number is None or (n == at + 1 and reading.words[n].plain in DETERMINERS):
            continue
        low, high, after = reach_of(reading, number, end)
        between = [word.plain if word.text != BREAK else BREAK for word in reading.words[at + 1 : n]]
        if not _linked(reading, between, n, group=group) or (area and not _there(reading, between, n)):
            return None
        if after < end and (is_crew(reading, after) or reading.words[after].plain in THEM):
            if between == ["e"] and not plain.endswith("s") and reading.words[after].plain not in THEM:
                return None  # "gerente e dois vendedores" são três
            owner = is_owner(reading.words[after].plain)
            return Crew(low, high, at, after + 1, person=True, counted=True, owner=owner)
        alone = closed(reading, after, end)
        return Crew(low, high, at, after, person=True, counted=True) if alone else None
    return None


def _there(reading: Reading, between: list[str], at: int) -> bool:
    """As palavras entre o lugar e o número dizem que são os de lá ("recepção (4)", "no salão são 3")?"""
    return between in _AREA_LINKS or (len(between) <= BETWEEN and reading.words[at - 1].plain == "(")


def _linked(reading: Reading, between: list[str], at: int, *, group: bool) -> bool:
    """As palavras entre o papel e o número dizem que é dele ("Servidores na ponta: 21")?"""
    if any(
        reading.strong_break(i) and ":" not in reading.words[i].plain for i in range(at - len(between), at)
    ):
        return False
    if not between:
        return not group
    if between in (["pra"], ["para"]):
        return reading.words[at - 2].plain.removesuffix("s") in LOGINS
    hedges = next((i for i, one in enumerate(reversed(between)) if one not in HEDGES), len(between))
    rest = between[: len(between) - hedges]
    said = between[len(between) - hedges :]
    if not hedges:
        return False
    last = at + 1 >= len(reading.words) or reading.words[at + 1].text == BREAK  # "as nutricionistas, três"
    opened = said[0] == BREAK and (reading.words[at - len(said)].plain.endswith((":", "(")) or last)
    one = opened and len(rest) == 1  # "Usuários simultâneos: 45", "setor técnico (16)"
    if rest and not one and (rest[0] not in IN or len(rest) > BETWEEN):
        return group and len(rest) == 1 and said[0] in ("de", "entre")  # "equipe enxuta de 11"
    return bool({*said} & TELLS) and (len(said) > 1 or said[0] != BREAK or opened)
