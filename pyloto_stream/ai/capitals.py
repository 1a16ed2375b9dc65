"""Que palavras seguidas com maiúscula podem ser um nome de empresa?

Promete só trechos do texto, com as partículas e os números entre as maiúsculas; se são uma empresa é
de `parsers_companies`.
"""

from collections.abc import Iterator

from pyloto_stream.ai.firms import is_firm, is_head
from pyloto_stream.ai.lexicon import COMMON, GIVEN, PARTICLES, SENTENCE
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

MAX_SIGLA, MAX_CODE = 3, 5
TELLING = 2
"""Palavras que fazem um nome de empresa, se só o lugar o anuncia."""
JOINS = PARTICLES | {"a", "com", "no", "na", "em", "para", "ao"}
ARTICLES = frozenset(("a", "o", "as", "os"))
OF = frozenset(("da", "do", "das", "dos", "na", "no", "pela", "pelo"))
OPENING = COMMON | SENTENCE | PARTICLES
"""Começam uma frase, e não um nome."""


def capitals(reading: Reading, start: int, end: int) -> Iterator[tuple[int, int]]:
    """As sequências de palavras com maiúscula, com as partículas entre elas."""
    at = start
    while at < end:
        plain, raw = reading.words[at].plain, reading.original(at, at + 1)
        announced = at > start and reading.words[at - 1].text in ARTICLES and plain not in GIVEN
        opens = plain in OPENING and not is_head(plain) and not announced  # "Quero Cadastrar Minha Loja"
        after = reading.words[at + 1].plain if at + 1 < end else ""
        led = after in PARTICLES and (plain in GIVEN or (raw.isupper() and len(raw) > 1))
        # "Camila da Papelaria Sol"
        person = after in OF and not is_firm(reading, at) and _firm_after(reading, at + 2, end)
        if not capital(reading, at) or opens or led or person:
            at += 1
            continue
        stop = at + 1
        while stop < end and _follows(reading, stop, end):
            stop += 1
        yield at, stop
        at = stop


def _firm_after(reading: Reading, at: int, end: int) -> bool:
    """Começa em `at` outro nome, com seu ramo ("Tati da Doce Mel Confeitaria")?"""
    stop = at
    while stop < end and (capital(reading, stop) or joins(reading, stop, end)):
        stop += 1
    return stop - at >= TELLING and any(is_firm(reading, i) for i in range(at, stop))


def _follows(reading: Reading, at: int, end: int) -> bool:
    """A palavra em `at` continua o nome em maiúsculas que vem antes? Um travessão o termina."""
    between = reading.raw[reading.words[at - 1].end : reading.words[at].start]
    if {*"-–—|/"} & {*between}:
        return False
    return capital(reading, at) or joins(reading, at, end) or _coded(reading, at, end)


def joins(reading: Reading, at: int, end: int) -> bool:
    """A palavra em `at` liga duas partes de um nome?"""
    between = reading.words[at].plain in JOINS
    return between and at + 1 < end and (capital(reading, at + 1) or joins(reading, at + 1, end))


def _coded(reading: Reading, at: int, end: int) -> bool:
    """Um número que faz parte do nome ("Vet Vida 24h", "Burger 77")?"""
    plain = reading.words[at].plain
    closed = at + 1 >= end or reading.words[at + 1].text == BREAK
    return plain[:1].isdigit() and (closed or not plain.isdigit()) and len(plain) <= MAX_CODE


def capital(reading: Reading, at: int) -> bool:
    """A palavra em `at` tem maiúscula (e não é um grito)?"""
    raw = reading.original(at, at + 1)
    return (
        reading.words[at].text != BREAK and raw[:1].isupper() and not (raw.isupper() and len(raw) > MAX_SIGLA)
    )
