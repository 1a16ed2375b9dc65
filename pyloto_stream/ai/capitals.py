"""Que palavras seguidas com maiúscula podem ser um nome de empresa?

Promete só trechos do texto, com as partículas e os números entre as maiúsculas; se são uma empresa é
de `parsers_companies`.
"""

from collections.abc import Iterator

from pyloto_stream.ai.firms import is_firm, is_head
from pyloto_stream.ai.lexicon import COMMON, GIVEN, PARTICLES, SENTENCE, words
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

MAX_CODE = 5
TELLING = 2
"""Palavras que fazem um nome de empresa, se só o lugar o anuncia."""
JOINS = PARTICLES | {"a", "com", "no", "na", "em", "para", "ao"}
ARTICLES = frozenset(("a", "o", "as", "os"))
_OPENS_NAME = ARTICLES | {BREAK}
OF = frozenset(("da", "do", "das", "dos", "na", "no", "pela", "pelo"))
_OWN = frozenset(("da", "do"))
FAMILY, _WORDS_TOO = words("family"), words("given_too")
_NICKNAMES = frozenset(("dona", "seu", "tia", "tio", "vo", "vovo"))
"""Com maiúscula, começam o nome de lojas: "Dona Flor Uniformes"."""
OPENING = COMMON | SENTENCE | PARTICLES | words("company_we")
"""Começam uma frase, e não um nome."""


def capitals(reading: Reading, start: int, end: int) -> Iterator[tuple[int, int]]:
    """As sequências de palavras com maiúscula, com as partículas entre elas."""
    at, cased = start, reading.once(_capitals)
    while at < end:
        if at not in cased or (at > start and _inside(reading, at)):
            at += 1
            continue
        plain, raw = reading.words[at].plain, reading.original(at, at + 1)
        announced = at > start and reading.words[at - 1].text in ARTICLES and plain not in GIVEN
        announced = announced or (at > start and is_head(reading.words[at - 1].plain))
        opens = plain in OPENING and not is_head(plain) and not announced  # "Quero Cadastrar Minha Loja"
        opens = opens or (plain in OF and (at == start or reading.strong_break(at - 1)))  # "Na Onda Sul"
        opens = opens and not (plain in _NICKNAMES and at + 1 < end and capital(reading, at + 1))
        after = reading.words[at + 1].plain if at + 1 < end else ""
        led = (
            after in PARTICLES
            and not (after == "e" and at > start and reading.words[at - 1].plain in OF)
            and (plain in GIVEN or (raw.isupper() and len(raw) > 1))
        )
        # "Camila da Papelaria Sol"
        named = plain in GIVEN or after not in ("na", "no")
        person = after in OF and named and not is_firm(reading, at) and _firm_after(reading, at + 2, end)
        person = person or (after in _OWN and plain in GIVEN and _presents(reading, start, at, end))
        if opens or led or person:
            at += 1
            continue
        stop = at + 1
        while stop < end and _follows(reading, stop, end):
            stop += 1
        yield at, stop
        at = stop


def _inside(reading: Reading, at: int) -> bool:
    """Um hífen prende a palavra em `at` à anterior ("Não-Me-Toque")?"""
    since = reading.words[at].start
    return reading.raw[since - 1] == "-" and reading.words[at - 1].end == since - 1


def _presents(reading: Reading, start: int, at: int, end: int) -> bool:
    """Quem abre a conversa diz de onde é ("Cida do Pamonhão aqui")?"""
    opens = at == start or reading.words[at - 1].text in _OPENS_NAME
    lone = at + 2 < end and capital(reading, at + 2) and not {reading.words[at + 2].plain} & FAMILY
    told = reading.words[at + 2].plain if lone else ""
    return opens and bool(told) and told not in GIVEN and reading.words[at].plain not in _WORDS_TOO


def _firm_after(reading: Reading, at: int, end: int) -> bool:
    """Começa em `at` outro nome, com seu ramo ("Tati da Doce Mel Confeitaria")?"""
    stop = at
    while stop < end and (capital(reading, stop) or joins(reading, stop, end)):
        stop += 1
    return stop - at >= TELLING and any(is_firm(reading, i) for i in range(at, stop))


def _follows(reading: Reading, at: int, end: int) -> bool:
    """A palavra em `at` continua o nome em maiúsculas que vem antes? Um travessão o termina."""
    if _partners(reading, at, end):
        return True
    between = reading.raw[reading.words[at - 1].end : reading.words[at].start]
    if between != "-" and {*"-–—|/"} & {*between}:
        return False
    return capital(reading, at) or joins(reading, at, end) or _coded(reading, at, end)


def _partners(reading: Reading, at: int, end: int) -> bool:
    """A vírgula em `at` separa sócios ("Oliveira, Lemos & Associados")?"""
    if reading.words[at].text != BREAK or reading.words[at].plain.strip() != "," or at + 2 >= end:
        return False
    between = reading.raw[reading.words[at + 1].end : reading.words[at + 2].start]
    return capital(reading, at + 1) and between.strip() == "&"


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
    return at in reading.once(_capitals)


def _capitals(reading: Reading) -> frozenset[int]:
    """As palavras com maiúscula."""
    raw, found = reading.raw, list[int]()
    for at, word in enumerate(reading.words):
        first = raw[word.start]
        if first.isupper() or (first.isdigit() and raw[word.end - 1].isupper()):
            found.append(at)
    loud = [at for at in found if reading.original(at, at + 1).isupper()]
    return frozenset(found).difference(loud if loud and _shouts(raw) else ())


def _shouts(raw: str) -> bool:
    """O texto está quase todo em maiúsculas? Então elas não dizem nada."""
    letters = [letter for letter in raw if letter.isalpha()]
    return 2 * sum(letter.isupper() for letter in letters) > len(letters)
