"""Qual é o nome da empresa? O que vem depois de "se chama", ou as maiúsculas depois de "somos a".

Promete o nome como a pessoa o escreveu, sem a cidade nem o ramo dito em minúsculas; sem pergunta, só com um
sinal claro.
"""

from collections.abc import Iterator

from pyloto_stream.ai.lexicon import COMMON, CONTINUES, GIVEN, PARTICLES, SENTENCE, STATES, words
from pyloto_stream.ai.municipalities import MAX_PLACE_WORDS, exact
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import Run, ends, starts, written

MAX_COMPANY_WORDS = 7
TELLING = 2
NEAR, MAX_SIGLA = 5, 3
"""Palavras com maiúscula que fazem um nome de empresa, se nada mais o anuncia."""
_FIRMS = ("segment", "client_type", "business_type")
_PARTS = frozenset((BREAK, "em", "no", "na", "e", "com", "que", "para"))
"""Separam o ramo do que vem depois."""
_NOT_FIRMS = words("not_firms")


def company(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """O nome de uma empresa em `[start, end)`."""
    if not asked:
        return _told(reading, start, end, asked=False) or _titled(reading, start, end)
    if reading.has("gesture", "no") or reading.has("mark", "unsure"):  # "depois te passo", "ainda sem nome"
        return ""
    named = _is_firm(reading, start) or _capital(reading, start)
    readers = (_whole, _titled) if named else (_titled, _whole)
    told = _told(reading, start, end, asked=True)
    return told or next(filter(None, (read(reading, start, end) for read in readers)), "")


def _told(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """O que vem depois de "se chama" e afins."""
    for at, sure in starts(reading, "company", start, end, asked=asked):
        if not sure:
            continue
        stop = next((i for i in range(at, end) if reading.words[i].text == BREAK), end)
        if not asked:
            stop = next((i for i in range(at + 1, stop) if reading.words[i].plain in CONTINUES), stop)
        if found := _fit(reading, at, _before_city(reading, at, stop)):
            return found
    return ""


def _whole(reading: Reading, start: int, end: int) -> str:
    """A resposta inteira, se não é uma frase."""
    weak = [at for at, sure in starts(reading, "company", start, end, asked=True) if not sure]
    for at in weak:
        stop = next((i for i in range(at, end) if reading.words[i].text == BREAK), end)
        telling = [word.plain for word in reading.words[at:stop] if word.plain not in PARTICLES]
        generic = stop - at == 1 and reading.starts_at("choice", at)  # "pizzaria" é o ramo, não o nome
        if (
            not telling
            or generic
            or telling[0] in ("um", "uma")
            or telling[0] in SENTENCE
            or COMMON.issuperset(telling)
        ):
            continue
        if found := _fit(reading, at, stop):
            return found
    return ""


def _fit(reading: Reading, at: int, stop: int) -> str:
    said = [word.plain for word in reading.words[at:stop]]
    telling = [word for word in said if word not in PARTICLES and not word.isdigit()]
    if not telling or len(said) > MAX_COMPANY_WORDS:
        return ""
    raw = reading.original(at, stop)
    return written(reading, Run(at, stop)) if raw.islower() else raw


def _titled(reading: Reading, start: int, end: int) -> str:
    """As maiúsculas que um sinal, ou o próprio ramo, diz serem uma empresa."""
    announced = {*ends(reading, "company_near", start, end)}
    for at, last in _runs(reading, start, end):
        stop = _before_city(reading, at, last)
        telling = [i for i in range(at, stop) if reading.words[i].plain not in PARTICLES]
        if len(telling) < TELLING:
            continue
        firm = any(_is_firm(reading, i) for i in telling) or _after_firm(reading, start, at)
        person = reading.words[at].plain in GIVEN and not any(_is_firm(reading, i) for i in telling)
        state = reading.words[telling[-1]].plain in STATES
        place = exact([reading.words[i].plain for i in telling[: -1 if state else None]])
        plain = {reading.words[i].plain for i in telling}
        if person or place or "pyloto" in plain or stop - at > MAX_COMPANY_WORDS:
            continue
        if firm or at in announced:
            return reading.original(at, stop)
    return ""


def _after_firm(reading: Reading, start: int, at: int) -> bool:
    """O ramo vem logo antes, na mesma oração ("loja de roupa infantil Pingo de Gente")?"""
    for i in range(at - 1, max(start, at - NEAR) - 1, -1):
        if reading.words[i].text in _PARTS:
            return False
        if _is_firm(reading, i):
            return True
    return False


def _is_firm(reading: Reading, at: int) -> bool:
    """A palavra em `at` é um ramo ("Ótica", "pousada")?"""
    known = reading.names_within(("choice",), at, at + 1) & {*_FIRMS}
    return bool(known) and reading.words[at].plain not in _NOT_FIRMS


def _runs(reading: Reading, start: int, end: int) -> Iterator[tuple[int, int]]:
    """As sequências de palavras com maiúscula, com as partículas entre elas."""
    at = start
    while at < end:
        plain, raw = reading.words[at].plain, reading.original(at, at + 1)
        skips = plain in COMMON or plain in GIVEN or plain in SENTENCE or (raw.isupper() and len(raw) > 1)
        led = skips and at + 1 < end and reading.words[at + 1].plain in PARTICLES  # "Camila da Papelaria Sol"
        if not _capital(reading, at) or led:
            at += 1
            continue
        stop = at + 1
        while stop < end and (_capital(reading, stop) or _joins(reading, stop, end)):
            stop += 1
        yield at, stop
        at = stop


def _joins(reading: Reading, at: int, end: int) -> bool:
    between = reading.words[at].plain in PARTICLES
    return between and at + 1 < end and (_capital(reading, at + 1) or _joins(reading, at + 1, end))


def _capital(reading: Reading, at: int) -> bool:
    raw = reading.original(at, at + 1)
    return (
        reading.words[at].text != BREAK and raw[:1].isupper() and not (raw.isupper() and len(raw) > MAX_SIGLA)
    )


def _before_city(reading: Reading, at: int, stop: int) -> int:
    """Sem a cidade que termina o nome: "Farmácia Vida Plena de Lages"."""
    for i in range(max(at + 1, stop - MAX_PLACE_WORDS), stop - 1):
        if reading.words[i].plain in ("de", "em") and exact(
            [word.plain for word in reading.words[i + 1 : stop]]
        ):
            return i
    return stop
