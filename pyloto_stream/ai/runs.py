"""Onde um nome pode começar e acabar num texto, e como se escreve? As ferramentas de quem lê nomes.

Promete só trechos do texto; se são um nome é de `parsers_names`, `parsers_companies` e `parsers_places`.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pyloto_stream.ai.lexicon import COMMON, GIVEN, LEXICON, PARTICLES, READER, SURNAMES, words
from pyloto_stream.ai.phrases import BREAK, REMEMBERED
from pyloto_stream.ai.reading import Reading

MAX_NAME_WORDS = 7
SHORTEST = 4
TITLES = words("titles")
_NAMING = GIVEN | TITLES
_SYMBOLS = re.compile(r"[{}<>\[\]\\|=#$%@]")
"""Nada disto está num nome, nem encostado nele."""
_DASHES = frozenset("—–|•·/")
_NOT_NAMES = ("gesture", "choice", "concept")


class Run(NamedTuple):
    """Palavras seguidas que podem formar um nome."""

    start: int
    end: int


def is_title(reading: Reading, at: int) -> bool:
    """A palavra em `at` foi escrita com maiúscula (e só a primeira)?"""
    word = reading.words[at]
    return word.end > word.start + 1 and reading.raw[word.start : word.end].istitle()


def titles(reading: Reading) -> Iterator[int]:
    """As palavras de que `is_title` diz que sim."""
    raw = reading.raw
    for at, word in enumerate(reading.words):
        if raw[word.start : word.end].istitle() and word.end > word.start + 1:
            yield at


def starts(reading: Reading, name: str, start: int, end: int, *, asked: bool) -> list[tuple[int, bool]]:
    """Onde o nome pode começar, do sinal mais claro ao mais fraco; `True` se o sinal é claro."""
    strong = ends(reading, name, start, end)
    if not asked:
        strong += [
            at
            for at in ends(reading, f"{name}_title", start, end)
            if is_title(reading, at) or (name == "name" and _names(reading.words[at].plain))
        ]
        return [(at, True) for at in sorted(strong, reverse=True)]
    weak = sorted(ends(reading, f"{name}_weak", start, end), reverse=True)
    return [
        *((at, True) for at in sorted(strong, reverse=True)),
        *((at, False) for at in weak),
        (start, False),
    ]


def _names(plain: str) -> bool:
    return plain in _NAMING or is_dear(plain)


@lru_cache(maxsize=REMEMBERED)
def is_dear(plain: str) -> bool:
    """É um nome no diminutivo ("dieguinho", "luizinho", "geraldim")?"""
    if plain.endswith("im"):
        return len(plain) > SHORTEST + 1 and f"{plain[:-2]}o" in GIVEN
    if plain[-4:-1] != "inh":
        return False
    stem = plain[:-4]
    stem = stem[:-1] if stem.endswith("u") and f"{stem[:-1]}o" in GIVEN else stem
    return len(stem) >= SHORTEST and not GIVEN.isdisjoint((stem, f"{stem}{plain[-1]}"))


def ends(reading: Reading, lead: str, start: int, end: int) -> list[int]:
    """Onde acabam os sinais `lead`; dois pontos, ou a vírgula de "Att,", não separam o sinal do nome."""
    found = [m.end for m in reading.found("lead", lead) if start <= m.start]
    skipped = [at + (at < end and reading.words[at].plain.strip() in (":", ",")) for at in found]
    return [at for at in skipped if at < end]


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


def unmarked(reading: Reading, start: int, end: int) -> bool:
    """Nenhum símbolo nas palavras `[start, end)`, nem encostado nelas?"""
    near = reading.raw[max(reading.words[start].start - 1, 0) : reading.words[end - 1].end + 1]
    return not _SYMBOLS.search(near)


def known_phrase(reading: Reading, at: int) -> bool:
    """A palavra em `at`, como foi digitada, é o começo de uma frase que quer dizer outra coisa?"""
    known = READER.knows(reading.words[at].plain)
    return known and any(reading.starts_at(group, at) for group in _NOT_NAMES)


def dashed(reading: Reading, at: int) -> bool:
    """Há um travessão entre a palavra em `at` e a anterior?"""
    between = reading.raw[reading.words[at - 1].end : reading.words[at].start]
    return len(between) > 1 and (" - " in between or bool(_DASHES & {*between}))


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
