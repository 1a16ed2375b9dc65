"""Qual é o nome de quem fala? O que nenhuma lista conhece por inteiro, reconhecido por lugar e forma.

Promete devolver o que a pessoa escreveu, com maiúsculas e os acentos mais comuns, ou vazio se não parece um
nome.
"""

import re
from collections.abc import Iterable, Iterator

from pyloto_stream.ai.firm_beside import says_firm
from pyloto_stream.ai.firm_names import names_business
from pyloto_stream.ai.firms import is_firm
from pyloto_stream.ai.lexicon import COMMON, CONTINUES, GIVEN, LEXICON, PARTICLES, words
from pyloto_stream.ai.municipalities import DOUBTFUL, exact
from pyloto_stream.ai.people_names import FAMILY, after_title, person_at
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
from pyloto_stream.ai.signatures import signed

MAX_LETTERS = 20
POSSIBLE, PROPER, KNOWN, ANNOUNCED = 1, 2, 3, 4
"""Quanto um trecho parece o nome de quem responde."""
_UNSPEAKABLE = re.compile(r"[^aeiouy]{5}|^[^aeiouy]+$")
"""Teclas ao acaso: sem vogal, ou consoantes demais em seguida."""
_HOME = frozenset(("de", "do", "da", "em"))
"""Ligam o nome de quem se apresenta ao lugar de onde é."""
_OFFICES = words("offices")
_CLOSES = CONTINUES | {"kk", "kkk", "kkkk", "viu", "ue"}
_LINKED = PARTICLES | FAMILY
_FORMAL = frozenset(("meu", "nome"))
_OWN = frozenset(("me", "meu", "chamo", "pode", "chama", "sou"))
"""Começam um sinal que só serve para o nome de quem fala."""


def person(reading: Reading, start: int, end: int) -> str:
    """O nome que ninguém pediu: depois de "me chamo" e afins, ou o que assina ou apresenta quem fala."""
    announced = starts(reading, "name", start, end, asked=False)
    if len(announced) > 1:  # "meu nome é José Carlos mas me chamam de Zeca": o nome, e não o apelido
        formal = {m.end for m in reading.found("lead", "name") if reading.words[m.start].plain in _FORMAL}
        announced.sort(key=lambda one: one[0] not in formal)
    led = (_led(reading, at, end) for at, _ in announced)
    return next(filter(None, led), "") or signed(reading, start, end)


def answered(reading: Reading, spans: Iterable[tuple[int, int]]) -> str:
    """O nome de quem respondeu à pergunta por ele: o que mais parece um, entre os das orações `spans`."""
    best: tuple[int, Run] = (0, Run(0, 0))
    for start, end in spans:
        for rank, run in _candidates(reading, start, end):
            fuller = min(rank, best[0]) >= KNOWN and _fuller(reading, best[1], run)
            if (rank > best[0] or fuller) and not _denied(reading, run):
                best = max(rank, best[0]), run
    return written(reading, best[1]) if best[0] else ""


def _candidates(reading: Reading, start: int, end: int) -> Iterator[tuple[int, Run]]:
    """O que pode ser o nome numa oração, e quanto o parece."""
    for first, sure in starts(reading, "name", start, end, asked=True):
        at = after_title(reading, first)
        known = person_at(reading, at, titled=at > first)
        run = _without_home(reading, _proper(reading, at, end) or run_at(reading, at, max(end, at)))
        run = run if run.end > known.end or not known else known
        proper = run.end > run.start and not sure and at > start and is_title(reading, at)
        if not plausible(reading, run, max(end, run.end), sure=sure or proper):
            continue
        if sure or not _is_city(reading, run):
            yield (ANNOUNCED if sure else KNOWN if known.end > at else _shape(reading, run)), run
    for at in range(start, end):
        inside = at > start and (
            is_title(reading, at - 1) or reading.raw[reading.words[at].start - 1] in "'’"
        )  # nem "Souza Couto" em "Belarmino de Souza Couto"
        inside = inside or (
            at - 1 > start and reading.words[at - 1].plain in PARTICLES and is_title(reading, at - 2)
        )
        known = Run(at, at) if inside else person_at(reading, at)
        whole = known.end > known.start and (known.end >= end or reading.words[known.end].plain in _CLOSES)
        if whole and unmarked(reading, *known) and not _is_city(reading, known):
            yield KNOWN, known


def _shape(reading: Reading, run: Run) -> int:
    return PROPER if run.end > run.start and _all_titled(reading, run) else POSSIBLE


def _fuller(reading: Reading, best: Run, run: Run) -> bool:
    """`run` repete `best` com mais palavras ("ieda, i e d a, ieda furtado")?"""
    told = [word.plain for word in reading.words[best.start : best.end]]
    return [word.plain for word in reading.words[run.start : run.end]][: len(told)] == told


def _denied(reading: Reading, run: Run) -> bool:
    """Logo depois se diz que não é este ("Vandinho não, …")?"""
    return run.end < len(reading.words) and reading.words[run.end].plain == "nao"


def _led(reading: Reading, first: int, end: int) -> str:
    """O nome que um sinal anuncia em `first`."""
    if names_business(reading, first) or says_firm(reading, first):  # "o nome é Garimpei", do brechó
        return ""
    joined = first > 2 and reading.original(first - 2, first) in ("e o", "e a")  # "1 comprador, e o sr. Osni"
    if joined and reading.words[first - 3].text == BREAK:
        return ""
    at = after_title(reading, first)
    article = first > 0 and reading.words[first - 1].plain in ("a", "o")  # "sou a mariana", e não a cidade
    known = person_at(reading, at, titled=article or at > first)
    if known.end > known.start:
        return written(reading, known) if unmarked(reading, *known) else ""
    if _of_firm(reading, first, end):
        return written(reading, Run(first, first + 1))
    run = _without_home(reading, _proper(reading, at, end) or run_at(reading, at, end))
    own = any(m.end == first and reading.words[m.start].plain in _OWN for m in reading.found("lead", "name"))
    loose = not is_title(reading, at) and (known_phrase(reading, at) or not own)
    fits = not loose and plausible(reading, run, end, sure=True)
    office = any(is_firm(reading, i) or reading.words[i].plain in _OFFICES for i in range(*run))
    return written(reading, run) if fits and not office else ""


def _of_firm(reading: Reading, at: int, end: int) -> bool:
    """Quem abre a conversa diz o apelido e de onde é ("é a lu do brechó")?"""
    known = at + 2 < end and reading.words[at].plain in GIVEN and reading.words[at + 1].plain in ("do", "da")
    return known and is_firm(reading, at + 2)


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
    if is_title(reading, run.start):  # "cabo Nunes do quartel"
        lower = (i for i in range(1, len(told) - 1) if told[i] in PARTICLES and told[i + 1] not in _LINKED)
        cut = next((i for i in lower if reading.original(run.start + i + 1, run.start + i + 2).islower()), 0)
        run, told = (run._replace(end=run.start + cut), told[:cut]) if cut else (run, told)
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
