"""Qual é o nome de quem fala, e o da empresa? O que nenhuma lista conhece, reconhecido por lugar e forma.

Promete devolver o que a pessoa escreveu, com maiúsculas e os acentos mais comuns, ou vazio se não parece um
nome.
"""

import re
from typing import NamedTuple

from pyloto_stream.ai.lexicon import (
    COMMON,
    CONTINUES,
    LEXICON,
    PARTICLES,
    READER,
    SENTENCE,
    SURNAMES,
)  # fmt: skip
from pyloto_stream.ai.municipalities import DOUBTFUL, exact
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

MAX_NAME_WORDS, MAX_COMPANY_WORDS, MAX_LETTERS = 7, 7, 20
_UNSPEAKABLE = re.compile(r"[^aeiouy]{5}|^[^aeiouy]+$")
"""Teclas ao acaso: sem vogal, ou consoantes demais em seguida."""
_SYMBOLS = re.compile(r"[{}<>\[\]\\|=#$%@]")
"""Nada disto está num nome, nem encostado nele."""
_HOME = frozenset(("de", "do", "da", "em"))
"""Ligam o nome de quem se apresenta ao lugar de onde é."""
_NOT_NAMES = ("gesture", "choice", "concept")


class Run(NamedTuple):
    """Palavras seguidas que podem formar um nome."""

    start: int
    end: int


def person(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """O nome de uma pessoa em `[start, end)`; sem ter sido pedido, só depois de "me chamo" e afins."""
    for at, sure in starts(reading, "name", start, end, asked=asked):
        run = _proper(reading, at, end) or _without_home(reading, run_at(reading, at, end))
        proper = run.end > run.start and not sure and at > start and is_title(reading, at)
        if plausible(reading, run, end, sure=sure or proper) and (sure or not _is_city(reading, run)):
            return written(reading, run)
    return ""


def _is_city(reading: Reading, run: Run) -> bool:
    """É uma cidade conhecida que ninguém tem por nome?"""
    words = [word.plain for word in reading.words[run.start : run.end]]
    place = exact(words)
    return place is not None and place.large and " ".join(words) not in DOUBTFUL


def is_title(reading: Reading, at: int) -> bool:
    """A palavra em `at` foi escrita com maiúscula (e só a primeira)?"""
    return (raw := reading.original(at, at + 1)).istitle() and len(raw) > 1


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
    """Sem o lugar, se o nome vem seguido de cidade e sigla: "Rui Prado de Telêmaco Borba PR"."""
    words = [word.plain.upper() for word in reading.words[run.start : run.end]]
    state = next((i for i in range(len(words) - 1, 1, -1) if words[i] in LEXICON.states.values()), 0)
    cuts = [i for i in range(1, state) if words[i].lower() in _HOME]
    if not cuts:
        return run
    full = (i for i in cuts if sum(word.lower() not in PARTICLES for word in words[:i]) > 1)
    return run._replace(end=run.start + next(full, cuts[0]))


def company(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """O nome de uma empresa: texto curto, quase livre."""
    for at, sure in starts(reading, "company", start, end, asked=asked):
        stop = next((i for i in range(at, end) if reading.words[i].text == BREAK), end)
        if not asked:
            stop = next((i for i in range(at + 1, stop) if reading.words[i].plain in CONTINUES), stop)
        words = [word.plain for word in reading.words[at:stop]]
        telling = [word for word in words if word not in PARTICLES and not word.isdigit()]
        if not telling or len(words) > MAX_COMPANY_WORDS:
            continue
        generic = len(words) == 1 and reading.starts_at("choice", at)  # "pizzaria" é o ramo, não o nome
        if sure or not (generic or words[0] in SENTENCE or COMMON.issuperset(telling)):
            raw = reading.original(at, stop)
            return written(reading, Run(at, stop)) if raw.islower() else raw
    return ""


def starts(reading: Reading, name: str, start: int, end: int, *, asked: bool) -> list[tuple[int, bool]]:
    """Onde o nome pode começar, do sinal mais claro ao mais fraco; `True` se o sinal é claro."""
    strong = [m.end for m in reading.found("lead", name) if start <= m.start and m.end < end]
    if not asked:
        titled = [m.end for m in reading.found("lead", f"{name}_title") if start <= m.start and m.end < end]
        strong += [at for at in titled if is_title(reading, at)]
        return [(at, True) for at in sorted(strong, reverse=True)]
    weak = [m.end for m in reading.found("lead", f"{name}_weak") if start <= m.start and m.end < end]
    leads = [(at, True) for at in sorted(strong, reverse=True)]
    return [*leads, *((at, False) for at in sorted(weak, reverse=True)), (start, False)]


def run_at(reading: Reading, start: int, end: int) -> Run:
    """As palavras a partir de `start` que podem formar um nome."""
    at = start
    while at < end and at - start < MAX_NAME_WORDS + 1:
        word = reading.words[at]
        common = word.plain in COMMON and not (at > start and word.plain in SURNAMES)
        if word.text == BREAK or common or not word.plain.isalpha():
            break
        at += 1
    return _trim(reading, Run(start, at))


def _trim(reading: Reading, run: Run) -> Run:
    end = run.end
    while end > run.start and (
        reading.words[end - 1].plain in PARTICLES or reading.words[end - 1].text == BREAK
    ):
        end -= 1
    return run._replace(end=end)


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


def unmarked(reading: Reading, start: int, end: int) -> bool:
    """Nenhum símbolo nas palavras `[start, end)`, nem encostado nelas?"""
    near = reading.raw[max(reading.words[start].start - 1, 0) : reading.words[end - 1].end + 1]
    return not _SYMBOLS.search(near)


def known_phrase(reading: Reading, at: int) -> bool:
    """A palavra em `at`, como foi digitada, é o começo de uma frase que quer dizer outra coisa?"""
    known = READER.knows(reading.words[at].plain)
    return known and any(reading.starts_at(group, at) for group in _NOT_NAMES)


def written(reading: Reading, run: Run) -> str:
    """O nome como a pessoa o escreveu, com maiúsculas."""
    raw = reading.original(run.start, run.end).strip("-' ")
    if not (raw.islower() or raw.isupper()):
        return raw
    return " ".join(_capitalized(word) for word in raw.lower().split())


def _capitalized(word: str) -> str:
    if word in PARTICLES:
        return word
    return LEXICON.accents.get(word) or word[:1].upper() + word[1:]
