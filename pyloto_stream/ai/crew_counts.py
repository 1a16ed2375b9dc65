"""De quantas pessoas fala um número que vem antes? "8 auditores", "12 na operação", "somos em seis".

Promete uma parcela só de quem é gente; um número de coisas, de dias ou de dinheiro não é nenhuma.
"""

from pyloto_stream.ai.crew_after import they_are, told_after
from pyloto_stream.ai.crew_parts import Crew, Numbers, closed, reach_of
from pyloto_stream.ai.crew_users import at_hand, in_all, more_with_me, only_of, served_at, they_use, use_there
from pyloto_stream.ai.crew_words import (
    ABOUT,
    COLLECTIVES,
    DETERMINERS,
    DEVICES,
    EITHER,
    IN,
    LOGINS,
    MONEY,
    NEW,
    PLACES,
    PLURAL,
    SITES,
    THEM,
    WE,
    WE_ARE,
    is_crew,
    is_owner,
    is_use,
    stem,
)
from pyloto_stream.ai.reading import Reading

_WILL = frozenset(("vao", "iam", "iriam", "iria", "vai", "ia", "teriam", "terao", "precisam", "precisariam"))
_HEADS = frozenset(("gente", "cabras", "almas", "cabecas", "cabeca"))
_FILLS = frozenset(("ai", "la", "no", "ao", "total", "todo", "por", "enquanto", "hoje", "ja", "atualmente"))
_AREAS = PLACES | COLLECTIVES
_HOLDS = frozenset(("em", "com", "nos", "nas", "pra", "para"))
_AMONG = frozenset(("corredores", "habitantes", "seguidores", "inteiros"))
"""Gente só quando quem fala se inclui ("somos uns 40 corredores")."""
_TOGETHER = {"dupla": 2, "trio": 3, "quarteto": 4}
NEAR = 6


def counted(reading: Reading, at: int, end: int, numbers: Numbers) -> Crew | None:
    """A parcela que traz o seu número, se uma começa em `at`."""
    if not numbers:  # só "somos uma dupla" dispensa o número
        return _ourselves(reading, at, end, numbers)
    return (
        _numbered(reading, at, end, numbers)
        or they_are(reading, at, end, numbers)
        or _ourselves(reading, at, end, numbers)
        or told_after(reading, at, end, numbers)
    )


def _numbered(reading: Reading, at: int, end: int, numbers: Numbers) -> Crew | None:
    """Por exemplo: "84 diretores", "os 4 da rua", "12 na operação", "uns 15 mexeriam"."""
    number = numbers.get(at + (reading.words[at].plain in PLURAL))
    if number is None or (number.value == 1 and reading.words[number.start].plain in DETERMINERS):
        return None
    low, high, after = reach_of(reading, number, end)
    if closed(reading, after, end) and (
        more_with_me(reading, at) or in_all(reading, at, after) or only_of(reading, at, after)
    ):
        return Crew(low, high, at, after, person=True, counted=True)
    stop = _noun(reading, after, end)
    if stop < 0:
        return None
    plain = reading.words[stop].plain
    if is_crew(reading, stop) or plain in THEM or _heads(reading, stop, end):
        return Crew(low, high, at, stop + 1, person=plain not in EITHER, counted=True, owner=is_owner(plain))
    if _subject(reading, stop, end) or served_at(reading, at, stop) or they_use(reading, stop, end):
        return Crew(low, high, at, stop, person=True, counted=True)
    role = stem(plain) in PLACES and stem(plain) not in SITES  # "2 tosadores e 1 recepção"
    held = plain in DEVICES and at > 0
    held = held and (reading.words[at - 1].plain in _HOLDS or at_hand(reading, at, stop, end))
    if role or held:
        return Crew(low, high, at, stop + 1, person=held, counted=True)
    return _there(reading, Crew(low, high, at, stop + 2, person=False, counted=True), end, numbers)


def _noun(reading: Reading, at: int, end: int) -> int:
    """Onde está o que se conta, depois de "novos", "outros" ("mais 3 novos vendedores"); -1 se não há."""
    stop = at
    while stop < end and reading.words[stop].plain in NEW:
        of = reading.words[stop].plain == "de"
        if stop + 1 >= end or not (is_crew(reading, stop + 1) or (of and _heads(reading, stop + 1, end))):
            return -1
        stop += 1
    return stop if stop < end else -1


def _there(reading: Reading, one: Crew, end: int, numbers: Numbers) -> Crew | None:
    """A parcela `one` se o número diz onde trabalham ("12 na operação"); certa se o lugar se conhece."""
    stop = one.end - 2
    if stop + 1 >= end or reading.words[stop].plain not in IN or stop + 1 in numbers:
        return None
    if any(word.plain in MONEY for word in reading.words[max(0, one.start - NEAR) : one.start]):
        return None
    where = reading.words[stop + 1 : min(end, stop + 3)]
    area = any(word.plain in _AREAS for word in where) or use_there(reading, stop + 2)
    of = one.start > 0 and reading.words[one.start - 1].plain in (
        "dos",
        "das",
    )  # "o caixa dos três no celular"
    return None if of and not area else one._replace(person=area)


def _heads(reading: Reading, at: int, end: int) -> bool:
    """Conta-se gente por "cabeças", "almas", "cabras"; as de gado não."""
    following = reading.words[at + 1].plain if at + 1 < end else ""
    return reading.words[at].plain in _HEADS and following != "de"


def _subject(reading: Reading, at: int, end: int) -> bool:
    """Depois do número, com ou sem um nome, diz-se que usam ("600 usariam", "130 clientes entrariam")?"""
    plain = reading.words[at].plain
    if plain in ("clientes", "cliente"):
        return at + 1 < end and reading.words[at + 1].plain.endswith("riam")
    if plain == "com" and at + 1 < end and reading.words[at + 1].plain.removesuffix("s") in LOGINS:
        return True
    while at + 1 < end and plain in _FILLS:  # "uns 20 aí no total usando"
        at, plain = at + 1, reading.words[at + 1].plain
    if is_use(plain) and plain.endswith(("m", "ndo", "ao", "mos")):
        return True
    if plain in ("e", "sao") and at + 1 < end and reading.words[at + 1].plain in ("quem", "que"):
        return True
    verb = plain in _WILL and at + 1 < end
    return verb and (is_use(reading.words[at + 1].plain) or reading.words[at + 1].plain in ("ter", "senha"))


def _ourselves(reading: Reading, at: int, end: int, numbers: Numbers) -> Crew | None:
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
    several = _TOGETHER.get(reading.words[stop].plain, 0) if stop < end else 0
    listed = "eu" in [word.plain for word in reading.words[stop + 1 : stop + 3]]
    if several and not listed and reading.words[stop - 1].plain in ("em", "uma", "um"):
        return Crew(several, several, at, stop + 1, person=True, counted=True, we=True)
    if number is None or number.value < 2:
        return None
    low, high, after = reach_of(reading, number, end)
    if after < end and (is_crew(reading, after) or reading.words[after].plain in _AMONG):
        return Crew(low, high, at, after + 1, person=True, counted=True, we=True)
    alone = closed(reading, after, end) or reading.words[after].plain.endswith(("mos", "am", "em", "ndo"))
    return Crew(low, high, at, after, person=True, counted=True, we=True) if alone else None
