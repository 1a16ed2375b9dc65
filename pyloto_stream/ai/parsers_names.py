"""Qual é o nome de quem fala? O que nenhuma lista conhece por inteiro, reconhecido por lugar e forma.

Promete devolver o que a pessoa escreveu, com maiúsculas e os acentos mais comuns, ou vazio se não parece um
nome.
"""

import re

from pyloto_stream.ai.lexicon import COMMON, CONTINUES, GIVEN, LEXICON, PARTICLES
from pyloto_stream.ai.municipalities import DOUBTFUL, exact
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import (
    MAX_NAME_WORDS,
    Run,
    is_title,
    known_phrase,
    run_at,
    starts,
    unmarked,
    written,
)

MAX_LETTERS = 20
TWO = 2
_UNSPEAKABLE = re.compile(r"[^aeiouy]{5}|^[^aeiouy]+$")
"""Teclas ao acaso: sem vogal, ou consoantes demais em seguida."""
_HOME = frozenset(("de", "do", "da", "em"))
"""Ligam o nome de quem se apresenta ao lugar de onde é."""
_TITLES = frozenset(("seu", "dona", "sr", "sra", "dr", "dra"))


def person(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """O nome de uma pessoa em `[start, end)`; sem ter sido pedido, só depois de "me chamo" e afins."""
    if not asked and (signed := _signed(reading, start, end)):
        return signed
    for first, sure in starts(reading, "name", start, end, asked=asked):
        at = first + (first + 1 < end and reading.words[first].plain in _TITLES)
        run = _without_home(reading, _proper(reading, at, end) or run_at(reading, at, end))
        proper = run.end > run.start and not sure and at > start and is_title(reading, at)
        if plausible(reading, run, end, sure=sure or proper) and (sure or not _is_city(reading, run)):
            return written(reading, run)
    return ""


def _signed(reading: Reading, start: int, end: int) -> str:
    """O nome que ninguém pediu e nada anuncia: "Ivonete Barros, Porto Velho", "Marlene aqui"."""
    at = start
    while at < end:
        stop = next((i for i in range(at, end) if reading.words[i].text == BREAK), end)
        title = at + 1 < stop and reading.words[at].plain in _TITLES
        first = at + title
        given = first < stop and reading.words[first].plain in GIVEN and is_title(reading, first)
        last = min(stop, first + MAX_NAME_WORDS)
        if given and (found := _presented(reading, first, last, titled=title)):
            return found
        at = stop + 1
    return ""


def _presented(reading: Reading, first: int, stop: int, *, titled: bool) -> str:
    """O nome que ocupa a oração, ou que vem antes de "aqui"; um só, se é "Dona Iolanda"."""
    presents = stop - first == TWO and reading.words[first + 1].plain in ("aqui", "falando")
    run = _without_home(reading, Run(first, first + 1 if presents else stop))
    firm = any(reading.starts_at("choice", i) for i in range(run.start, run.end))
    whole = (titled or run.end - first >= TWO) and _all_titled(reading, run)
    return written(reading, run) if not firm and (presents or whole) else ""


def _all_titled(reading: Reading, run: Run) -> bool:
    return all(is_title(reading, i) or reading.words[i].plain in PARTICLES for i in range(*run))


def _is_city(reading: Reading, run: Run) -> bool:
    """É uma cidade conhecida que ninguém tem por nome?"""
    told = [word.plain for word in reading.words[run.start : run.end]]
    return _known_city(told) and " ".join(told) not in DOUBTFUL


def _proper(reading: Reading, start: int, end: int) -> Run | None:
    """A oração inteira, se só tem palavras com maiúscula; a última pode ser comum ("Téo Dias")."""
    stop = next((i for i in range(start, end) if reading.words[i].text == BREAK), end)
    names = [at for at in range(start, stop) if reading.words[at].plain not in PARTICLES]
    if not 2 <= len(names) <= MAX_NAME_WORDS or names[0] != start or names[-1] != stop - 1:
        return None
    common = any(reading.words[at].plain in COMMON for at in names[:-1])
    fits = not common and all(is_title(reading, at) for at in names)
    greets = any(m.start == start for m in reading.found("gesture", "greeting"))
    return Run(start, stop) if fits and not greets else None


def _without_home(reading: Reading, run: Run) -> Run:
    """Sem o lugar ou a empresa que o segue: "Rui Prado de Telêmaco Borba PR", "Camila da Papelaria Sol"."""
    told = [word.plain for word in reading.words[run.start : run.end]]
    state = next((i for i in range(len(told) - 1, 1, -1) if told[i].upper() in LEXICON.states.values()), 0)
    if state:
        cuts = [i for i in range(1, state) if told[i] in _HOME]
        full = (i for i in cuts if sum(word not in PARTICLES for word in told[:i]) > 1)
        return run._replace(end=run.start + next(full, cuts[0])) if cuts else run
    for i in range(1, len(told) - 1):
        rest = told[i + 1 :]
        firm = any(reading.starts_at("choice", run.start + at) for at in range(i + 1, len(told)))
        if told[i] in _HOME and (firm or (_known_city(rest) and " ".join(rest) not in DOUBTFUL)):
            return run._replace(end=run.start + i)
    return run


def _known_city(told: list[str]) -> bool:
    place = exact(told)
    return place is not None and place.large


def plausible(reading: Reading, run: Run, end: int, *, sure: bool) -> bool:
    """As palavras de `run` parecem um nome? `sure`: um sinal claro as anunciou."""
    words = [word.plain for word in reading.words[run.start : run.end]]
    telling = [word for word in words if word not in PARTICLES]
    if not telling or words[0] in PARTICLES or len(words) > MAX_NAME_WORDS:
        return False
    whole = [word for word in telling if len(word) > 1]  # as outras são iniciais
    if not whole or any(len(word) > MAX_LETTERS or _UNSPEAKABLE.search(word) for word in whole):
        return False
    if not unmarked(reading, run.start, run.end):
        return False
    if sure:
        return True
    if len(words) == 1 and known_phrase(reading, run.start):
        return False
    following = reading.words[run.end] if run.end < end else None
    if following is None or following.text == BREAK or following.plain.isdigit():
        return True
    return following.plain in CONTINUES or following.plain in PARTICLES
