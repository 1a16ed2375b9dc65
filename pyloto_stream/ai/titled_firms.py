"""Que maiúsculas são o nome da empresa de quem fala? As que um ramo, um sinal ou o lugar na frase anuncia.

Promete o nome como a pessoa o escreveu, sem a cidade nem o ramo dito em minúsculas; nunca a empresa de outro.
"""

from pyloto_stream.ai.capitals import ARTICLES, JOINS, OPENING, TELLING, capitals
from pyloto_stream.ai.firm_beside import after_person, placed_beside, says_firm, we_say
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
from pyloto_stream.ai.firm_teams import team_of
from pyloto_stream.ai.firms import is_famous, is_firm, is_head, with_suffix
from pyloto_stream.ai.lexicon import GIVEN, PARTICLES, READER, STATES
from pyloto_stream.ai.lower_firms import with_kind
from pyloto_stream.ai.municipalities import DOUBTFUL, MAX_PLACE_WORDS, begins, exact
from pyloto_stream.ai.others_firms import OUR, WANTS
from pyloto_stream.ai.people_names import FAMILY
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import TITLES, is_title

MAX_COMPANY_WORDS = 7
_PEOPLE = GIVEN | FAMILY
_BODIES = frozenset(("associacao", "sindicato", "camara", "colonia", "federacao"))
"""Têm no nome a cidade."""
_PARTS_OF_CITY = frozenset(("zona", "bairro", "centro", "rua", "avenida", "setor", "regiao"))
_DO = frozenset(("faz", "usa", "trabalha", "entrega", "anota", "perde", "controla", "aqui"))
_GOES_ON = WANTS | _DO
_MINE = frozenset(("minha", "meu", "nossa", "nosso"))


def titled(reading: Reading, start: int, end: int) -> str:
    """As maiúsculas que um sinal, ou o próprio ramo, diz serem uma empresa."""
    for first, last in capitals(reading, start, end):
        at = after_person(reading, first, last)
        stop = before_city(reading, at, last)
        if stop - at == 1 and (kept := with_kind(reading, start, at)):
            return kept
        stop = with_suffix(reading, stop, end) if stop == last else stop
        telling = [i for i in range(at, stop) if reading.words[i].plain not in JOINS and _spells(reading, i)]
        plain = {reading.words[i].plain for i in telling}
        if not any(len(word) > 1 for word in plain) or "pyloto" in plain or stop - at > MAX_COMPANY_WORDS:
            continue
        firm = any(is_firm(reading, i) for i in telling)
        if _other(reading, start, at, stop, telling, firm=firm) or another(reading, at, stop):
            continue
        sign = signal(reading, start, at, firm=firm)
        kind = after_firm(reading, start, at)
        asks = wants(reading, start, at, stop, end)
        single = (
            len(telling) < TELLING
            and not firm
            and (
                sign == TELLING
                or _heads_list(reading, start, at, stop)
                or ((kind or asks or (sign and _speaks(reading, at, stop))) and _coined(reading, at))
            )
        )
        if (len(telling) < TELLING and not single) or (telling[0] != at and not sign):
            continue
        beside = at - 1 > start and said_at(reading, at - 1) == BREAK
        own = stop - at > len(telling) or reading.words[max(at - 3, start)].plain in _MINE
        if (
            firm
            or sign
            or kind
            or asks
            or single
            or (_in_brackets(reading, at) and kind_before(reading, start, at - 1))
            or _said_ours(reading, stop, end)
            or says_firm(reading, at)
            or (beside and we_say(reading, at, stop, end) and kind_before(reading, start, at - 1))
            or (placed_beside(reading, at, stop, end) and _own(reading, telling))
            or (beside and own and kind_before(reading, start, at - 1))
            or (alone(reading, start, at, stop, end) and _own(reading, telling))
        ):
            return reading.original(at, stop)
    return ""


def _other(reading: Reading, start: int, at: int, stop: int, telling: list[int], *, firm: bool) -> bool:
    """É o nome de gente, de um lugar ou de um veículo?"""
    plain = reading.words[at].plain
    if firm and begins(plain) and _is_city(reading, at, stop):  # "Feira de Santana"
        return True
    titled_person = plain in TITLES and reading.words[telling[-1]].plain in _PEOPLE
    if not firm and (titled_person or plain in GIVEN or _placed(reading, start, at, telling)):
        return True
    return len(telling) < TELLING and any(m.start == at for m in reading.found("choice", "vehicle"))


def _speaks(reading: Reading, at: int, stop: int) -> bool:
    """Diz de que empresa é quem fala, e não de onde veio outra coisa ("o pessoal da … indicou")?"""
    if at > TELLING and reading.words[at - 3].plain in ("em", "fala", "falando"):  # "falo em nome da …"
        return True
    lead = reading.words[max(at - TELLING, 0)].plain
    if stop < len(reading.words) and reading.words[stop].plain in ("nos", "me"):  # "o time da … nos atendeu"
        return False
    if lead in ("pessoal", "gente"):
        return stop < len(reading.words) and reading.words[stop].text in _GOES_ON
    return lead not in ("e", "nome")


def _heads_list(reading: Reading, start: int, at: int, stop: int) -> bool:
    """Abre uma mensagem em tópicos, e o ramo vem a seguir ("Lumi. loja de luminária. Curitiba.")?"""
    if at != start or stop + 1 >= len(reading.words) or reading.words[stop].text != BREAK:
        return False
    return is_head(reading.words[stop + 1].plain) and is_title(reading, at) and _coined(reading, at)


def _is_city(reading: Reading, at: int, stop: int) -> bool:
    place = exact([word.plain for word in reading.words[at:stop]])
    return place is not None and place.large


def _placed(reading: Reading, start: int, at: int, telling: list[int]) -> bool:
    """São um lugar, e não o nome que segue o ramo ("fazenda Três Barras", "laticínio Vale Manso")?"""
    if not is_place(reading, telling):
        return False
    headed = at > start and len(telling) >= TELLING and is_firm(reading, at - 1)
    led = at > start and reading.words[at - 1].text in ARTICLES
    led = led or team_of(reading, at, [word.plain for word in reading.words[start:at]])
    headed = headed or (
        led and signal(reading, start, at, firm=False) == TELLING
    )  # "minha loja, a Arco-Íris"
    place = exact([reading.words[i].plain for i in telling]) if headed else None
    return not headed or (place is not None and place.large) or reading.words[at].plain in _PARTS_OF_CITY


def _said_ours(reading: Reading, stop: int, end: int) -> bool:
    """Diz-se logo depois o que é ("Toca do Coelho, minha loja de brinquedo")?"""
    if stop + 1 < end and reading.words[stop].text == "e" and reading.words[stop + 1].plain in OUR:
        return stop + 2 >= end or reading.words[stop + 2].text == BREAK  # "a Doce Mania é minha"
    apart = stop + 2 < end and said_at(reading, stop) == BREAK and reading.words[stop + 1].plain in OUR
    return apart and is_firm(reading, stop + 2) and not reading.strong_break(stop)


def _in_brackets(reading: Reading, at: int) -> bool:
    """Abre-se um parêntese logo antes de `at`?"""
    return reading.raw[max(reading.words[at].start - 1, 0)] == "(" and at > 0


def _own(reading: Reading, telling: list[int]) -> bool:
    """São palavras que só um nome junta, e não uma frase nem gente?"""
    told = [reading.words[i].plain for i in telling]
    people = told[0] in _PEOPLE or FAMILY.issuperset(told)
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


def before_city(reading: Reading, at: int, stop: int) -> int:
    """Sem a cidade que termina o nome: "Farmácia Vida Plena de Lages"; "Forno de Barro" não é de Barro."""
    stop = next((i for i in range(at + 1, stop) if elsewhere(reading, i, stop)), stop)
    for i in range(max(at + 1, stop - MAX_PLACE_WORDS), stop - 1):
        told = [word.plain for word in reading.words[i + 1 : stop]]
        link, city = reading.words[i].plain, exact(told) or exact(told[:-1] if told[-1] in STATES else told)
        doubtful = " ".join(told) in DOUBTFUL
        if link == "de" and reading.words[at].plain in _BODIES:  # "Sindicato dos Bancários de Bauru"
            continue
        if link not in ("de", "em") or city is None:
            continue
        own = [j for j in range(at, i) if reading.words[j].plain not in PARTICLES and not is_firm(reading, j)]
        if link == "em" or (city.large and not doubtful) or len(own) >= TELLING:
            return i
    return stop


def elsewhere(reading: Reading, at: int, stop: int) -> bool:
    """Diz onde se acha a empresa ("no Google"), e não mais o nome dela?"""
    return reading.words[at].plain in ("no", "na") and is_famous(reading, at + 1, stop)
