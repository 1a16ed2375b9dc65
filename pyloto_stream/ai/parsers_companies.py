"""Qual é o nome da empresa? O que vem depois de "se chama", ou as maiúsculas que um ramo ou um sinal anuncia.

Promete o nome como a pessoa o escreveu, sem a cidade nem o ramo dito em minúsculas; sem pergunta, só com um
sinal claro, e nunca a empresa em que a pessoa só trabalhou, nem a que todos conhecem.
"""

from pyloto_stream.ai.capitals import JOINS, OPENING, TELLING, capital, capitals
from pyloto_stream.ai.firm_signals import (
    after_firm,
    alone,
    another,
    is_place,
    kind_before,
    said_at,
    signal,
    wants,
)
from pyloto_stream.ai.firms import is_famous, is_firm, with_suffix
from pyloto_stream.ai.lexicon import COMMON, CONTINUES, GIVEN, PARTICLES, READER, SENTENCE, words
from pyloto_stream.ai.lower_firms import in_lower_case, with_kind
from pyloto_stream.ai.municipalities import MAX_PLACE_WORDS, begins, exact
from pyloto_stream.ai.people_names import FAMILY
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import Run, starts, written

MAX_COMPANY_WORDS = 7
_PAST = words("past")
_CLOSINGS = frozenset(["rs", "rsrs", "kk", "kkk", "ok", "viu", "ta", "mesmo", "tambem", "ne", "assim"])
_PRONOUNS = frozenset(("me", "te", "se", "eu", "ele", "ela", "q", "que"))
_MINE = frozenset(("minha", "meu", "nossa", "nosso"))


def company(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """O nome de uma empresa em `[start, end)`."""
    if not asked:
        readers = (_told_alone, _titled, in_lower_case)
    elif reading.has("gesture", "no") or reading.has("mark", "unsure") or _was(reading, start, end):
        return ""
    else:
        start = _after_greeting(reading, start)
        named = start < end and (is_firm(reading, start) or capital(reading, start))
        readers = (_told_asked, *((_whole, _titled) if named else (_titled, _whole)))
    return next(filter(None, (read(reading, start, end) for read in readers)), "")


def _was(reading: Reading, start: int, end: int) -> bool:
    """É o nome que a empresa tinha ("antes era Vila Pet, …")?"""
    return reading.words[start].plain in _PAST and end < len(reading.words)


def _after_greeting(reading: Reading, start: int) -> int:
    return max((m.end for m in reading.found("gesture", "greeting") if m.start == start), default=start)


def _told_alone(reading: Reading, start: int, end: int) -> str:
    return _told(reading, start, end, asked=False)


def _told_asked(reading: Reading, start: int, end: int) -> str:
    return _told(reading, start, end, asked=True)


def _told(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """O que vem depois de "se chama" e afins."""
    for at, sure in starts(reading, "company", start, end, asked=asked):
        if not sure:
            continue
        stop = next((i for i in range(at, end) if reading.words[i].text == BREAK), end)
        if not asked:
            stop = next((i for i in range(at + 1, stop) if reading.words[i].plain in CONTINUES), stop)
        lower = reading.original(at, at + 1).islower()
        if lower and reading.words[at].plain in OPENING and not asked:  # "sem nome fantasia ainda"
            continue
        if found := _fit(reading, at, _before_city(reading, at, stop)):
            return found
    return ""


def _whole(reading: Reading, start: int, end: int) -> str:
    """A resposta inteira, se não é uma frase."""
    weak = [at for at, sure in starts(reading, "company", start, end, asked=True) if not sure]
    weak = [at for at in weak if at - start <= TELLING or not is_firm(reading, start)]
    for at in weak:
        stop = next((i for i in range(at, end) if reading.words[i].text == BREAK), end)
        stop = next((i for i in range(at + 1, stop) if _elsewhere(reading, i, stop)), stop)
        while stop > at and reading.words[stop - 1].plain in _CLOSINGS:
            stop -= 1
        telling = [word.plain for word in reading.words[at:stop] if word.plain not in PARTICLES]
        generic = stop - at == 1 and reading.starts_at("choice", at)  # "pizzaria" é o ramo, não o nome
        if (
            not telling
            or generic
            or telling[0] in ("um", "uma")
            or telling[0] in SENTENCE | _PRONOUNS
            or COMMON.issuperset(telling)
        ):
            continue
        if found := _fit(reading, at, _before_city(reading, at, stop)):
            return found
    return ""


def _elsewhere(reading: Reading, at: int, stop: int) -> bool:
    """Diz onde se acha a empresa ("no Google"), e não mais o nome dela?"""
    return reading.words[at].plain in ("no", "na") and is_famous(reading, at + 1, stop)


def _fit(reading: Reading, at: int, stop: int) -> str:
    said = [word.plain for word in reading.words[at:stop]]
    telling = [word for word in said if word not in PARTICLES and not word.isdigit()]
    if not telling or len(said) > MAX_COMPANY_WORDS:
        return ""
    raw = reading.original(at, stop)
    return written(reading, Run(at, stop)) if raw.islower() else raw


def _titled(reading: Reading, start: int, end: int) -> str:
    """As maiúsculas que um sinal, ou o próprio ramo, diz serem uma empresa."""
    for at, last in capitals(reading, start, end):
        if last - at == 1 and (kept := with_kind(reading, start, at)):
            return kept
        stop = _before_city(reading, at, last)
        stop = with_suffix(reading, stop, end) if stop == last else stop
        telling = [i for i in range(at, stop) if reading.words[i].plain not in JOINS and _spells(reading, i)]
        plain = {reading.words[i].plain for i in telling}
        if not telling or "pyloto" in plain or stop - at > MAX_COMPANY_WORDS or another(reading, at, stop):
            continue
        firm = any(is_firm(reading, i) for i in telling)
        if not firm and (reading.words[at].plain in GIVEN or is_place(reading, telling)):
            continue
        if at in {m.start for m in reading.found("choice", "vehicle")} and len(telling) < TELLING:
            continue
        sign = signal(reading, start, at, firm=firm)
        kind = after_firm(reading, start, at)
        single = (
            len(telling) < TELLING
            and not firm
            and (sign == TELLING or ((kind or (sign and _speaks(reading, at))) and _coined(reading, at)))
        )
        if (len(telling) < TELLING and not single) or (telling[0] != at and not sign):
            continue
        beside = at - 1 > start and said_at(reading, at - 1) == BREAK
        own = stop - at > len(telling) or reading.words[max(at - 3, start)].plain in _MINE
        if (
            firm
            or sign
            or kind
            or wants(reading, start, at, stop, end)
            or (beside and own and kind_before(reading, start, at - 1))
            or (alone(reading, start, at, stop, end) and _own(reading, telling))
        ):
            return reading.original(at, stop)
    return ""


def _speaks(reading: Reading, at: int) -> bool:
    """Diz de que empresa é quem fala, e não de onde veio outra coisa ("o pessoal da … indicou")?"""
    return reading.words[max(at - TELLING, 0)].plain not in ("e", "pessoal", "gente", "trabalho", "nome")


def _own(reading: Reading, telling: list[int]) -> bool:
    """São palavras que só um nome junta, e não uma frase nem gente?"""
    told = [reading.words[i].plain for i in telling]
    people = told[0] in GIVEN | FAMILY or FAMILY.issuperset(told)
    plain = any(reading.words[i].plain in OPENING for i in telling)
    return not people and not plain and any(_coined(reading, i) for i in telling)


def _coined(reading: Reading, at: int) -> bool:
    """É uma palavra que as regras não conhecem, e não é gente nem lugar?"""
    plain = reading.words[at].plain
    return not (READER.knows(plain) or plain in OPENING or plain in GIVEN or plain in FAMILY or begins(plain))


def _spells(reading: Reading, at: int) -> bool:
    """Diz alguma coisa (não é uma letra solta, nem um título de gente)?"""
    plain = reading.words[at].plain
    hyphen = reading.raw[reading.words[at].end : reading.words[at].end + 1] == "-"  # "K-Nal"
    return (
        (len(plain) > 1 or hyphen)
        and plain not in ("dra", "dr", "sra", "sr")
        and reading.words[at].text != BREAK
    )


def _before_city(reading: Reading, at: int, stop: int) -> int:
    """Sem a cidade que termina o nome: "Farmácia Vida Plena de Lages"; "Forno de Barro" não é de Barro."""
    stop = next((i for i in range(at + 1, stop) if _elsewhere(reading, i, stop)), stop)
    for i in range(max(at + 1, stop - MAX_PLACE_WORDS), stop - 1):
        link, city = reading.words[i].plain, exact([word.plain for word in reading.words[i + 1 : stop]])
        if link not in ("de", "em") or city is None:
            continue
        own = [j for j in range(at, i) if reading.words[j].plain not in PARTICLES and not is_firm(reading, j)]
        if link == "em" or city.large or len(own) >= TELLING:
            return i
    return stop
