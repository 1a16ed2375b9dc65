"""Que nome de empresa responde a quem o perguntou? A resposta quase sempre é só ele, ou acaba nele.

Promete o que se dá como nome, com o ramo se veio junto; uma frase, uma recusa ou o nome que já não é, não.
"""

import re

from pyloto_stream.ai.capitals import TELLING, capital, capitals
from pyloto_stream.ai.firm_names import fit
from pyloto_stream.ai.firm_signals import is_place
from pyloto_stream.ai.firms import is_famous, is_firm, is_head
from pyloto_stream.ai.lexicon import COMMON, CONTINUES, PARTICLES, SENTENCE, words
from pyloto_stream.ai.name_ends import no_name
from pyloto_stream.ai.people_names import person_at
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import ends, starts
from pyloto_stream.ai.titled_firms import before_city, elsewhere, titled

_PAST = words("past")
_CLOSINGS = frozenset(
    [
        "rs",
        "rsrs",
        "kk",
        "kkk",
        "ok",
        "viu",
        "ta",
        "mesmo",
        "tambem",
        "ne",
        "assim",
        "uai",
        "so",
        "tche",
        "bah",
        "kkkk",
        "mano",
        "ue",
    ]
)
_QUOTED = re.compile(r"[\"“«]([^\"”»]{2,40})[\"”»]")
_PART = frozenset(("de", "da", "do", "em", "no", "na"))
"""Antes das maiúsculas, dizem que são parte de outra coisa."""
_GOES_ON = _PART | {"fantasia"}
_INSIDE = frozenset(
    ("que", "nao", "ainda", "mes", "semana", "voces", "te", "vou", "tem", "sei", "ser", "meu", "minha")
)
_PRONOUNS = frozenset(("me", "te", "se", "eu", "ele", "ela", "q", "que"))
_OPENS = SENTENCE | _PRONOUNS


def answered(reading: Reading, start: int, end: int) -> str:
    """O nome da empresa na oração `[start, end)` de uma resposta."""
    if end + 1 < len(reading.words) and _introduces(reading, end) and capital(reading, end + 1):
        return ""
    refused = any(start <= m.start < end for m in reading.found("gesture", "no"))  # "Zinco. só isso"
    if refused or reading.has("mark", "unsure") or _was(reading, start, end):
        return ""
    start = _after_greeting(reading, start)
    if start >= end:
        return ""
    opens = is_firm(reading, start) or capital(reading, start)
    readers = (_quoted, _told, *((_headed, _whole, titled) if opens else (titled, _shown, _whole)))
    return next(filter(None, (read(reading, start, end) for read in readers)), "")


def _introduces(reading: Reading, end: int) -> bool:
    """O que a pontuação em `end` separa começa o nome ("no cadastro já: Império", "J. R. Bezerra")?"""
    initial = reading.words[end].plain == "." and len(reading.words[end - 1].plain) == 1
    return initial or ":" in reading.words[end].plain


def _quoted(reading: Reading, start: int, end: int) -> str:
    """O que se pôs entre aspas."""
    since, until = reading.words[start].start, reading.words[end - 1].end
    found = _QUOTED.search(reading.raw[max(since - 1, 0) : until + 1])
    return " ".join(found[1].split()) if found else ""


def _headed(reading: Reading, start: int, end: int) -> str:
    """O ramo em minúsculas e as maiúsculas que o seguem, sem o resto ("ótica Bella Visão e a filial")."""
    if not is_head(reading.words[start].plain) or capital(reading, start) or start + 1 >= end:
        return ""
    run = next(iter(capitals(reading, start, end)), (0, 0))
    return reading.original(start, before_city(reading, start, run[1])) if run[0] == start + 1 else ""


def _shown(reading: Reading, start: int, end: int) -> str:
    """As maiúsculas de uma frase que só as apresenta ("na fachada tá escrito Rei do Pneu")."""
    for at, last in capitals(reading, start, end):
        stop = before_city(reading, at, last)
        told = [i for i in range(at, stop) if reading.words[i].plain not in PARTICLES]
        known = is_place(reading, told) or is_famous(reading, at, stop) or person_at(reading, at).end >= stop
        closed = last >= end or reading.words[last].text == BREAK or reading.words[last].plain in CONTINUES
        known = known or no_name(reading.original(at, stop), ())
        if closed and not known and reading.words[at - 1].plain not in _PART:
            return reading.original(at, stop)
    return ""


def _was(reading: Reading, start: int, end: int) -> bool:
    """É o nome que a empresa tinha ("antes era Vila Pet, …")?"""
    return reading.words[start].plain in _PAST and end < len(reading.words)


def _after_greeting(reading: Reading, start: int) -> int:
    return max((m.end for m in reading.found("gesture", "greeting") if m.start == start), default=start)


def _told(reading: Reading, start: int, end: int) -> str:
    """O que vem depois de "se chama" e afins."""
    ended = ((at, True) for at in ends(reading, "company_named", start, end))
    for at, sure in [*ended, *starts(reading, "company", start, end, asked=True)]:
        stop = next((i for i in range(at, end) if reading.words[i].text == BREAK), end)
        while stop > at and reading.words[stop - 1].plain in _CLOSINGS:
            stop -= 1
        if (
            sure
            and reading.words[at].plain not in _GOES_ON
            and (found := fit(reading, at, before_city(reading, at, stop)))
        ):
            return found
    return ""


def _whole(reading: Reading, start: int, end: int) -> str:
    """A resposta inteira, se não é uma frase."""
    weak = [at for at, sure in starts(reading, "company", start, end, asked=True) if not sure]
    weak = [at for at in weak if at - start <= TELLING or not is_firm(reading, start)]
    for at in weak:
        stop = next((i for i in range(at, end) if reading.words[i].text == BREAK), end)
        stop = next((i for i in range(at + 1, stop) if elsewhere(reading, i, stop)), stop)
        while stop > at and reading.words[stop - 1].plain in _CLOSINGS:
            stop -= 1
        telling = [word.plain for word in reading.words[at:stop] if word.plain not in PARTICLES]
        generic = stop - at == 1 and reading.starts_at("choice", at)  # "pizzaria" é o ramo, não o nome
        if (
            not telling
            or generic
            or _sentence(reading, at, stop)
            or stop <= max((m.end for m in reading.found("lead", "company_weak") if m.start <= at), default=0)
            or telling[0] in ("um", "uma")
            or telling[0] in _OPENS
            or COMMON.issuperset(telling)
        ):
            continue
        if found := fit(reading, at, before_city(reading, at, stop)):
            return found
    return ""


def _sentence(reading: Reading, at: int, stop: int) -> bool:
    """São palavras de uma frase, e não de um nome ("abro mês que vem")?"""
    told = [word.plain for word in reading.words[at:stop]]
    return reading.original(at, stop).islower() and len(told) > TELLING and bool(_INSIDE & {*told[1:]})
