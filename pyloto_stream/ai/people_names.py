"""Até onde vai o nome de uma pessoa que começa aqui? Nomes e sobrenomes conhecidos, ou maiúsculas seguidas.

Promete só palavras seguidas, sem o título ("Dra.") e sem a empresa ou o lugar que o seguem; se é quem fala
é de `parsers_names`.
"""

from pyloto_stream.ai.firms import TAILS, is_firm, is_head
from pyloto_stream.ai.lexicon import COMMON, GIVEN, PARTICLES, SURNAMES, words
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import MAX_NAME_WORDS, TITLES, Run, dashed, is_dear, is_title

FAMILY = words("family")
_WORDS_TOO = words("given_too")


def after_title(reading: Reading, at: int) -> int:
    """Onde começa o nome que `at` pode anunciar com um título ("Dra. Milena", "seu Raimundo")."""
    size = len(reading.words)
    if at >= size or reading.words[at].plain not in TITLES:
        return at
    dotted = at + 1 < size and reading.words[at + 1].plain == "."
    return at + 1 + dotted if at + 1 + dotted < size else at


def is_given(reading: Reading, at: int, *, titled: bool = False) -> bool:
    """A palavra em `at` é um nome de gente? O que também é outra palavra, só com maiúscula ou título."""
    plain = reading.words[at].plain
    if plain in GIVEN:
        return titled or plain not in _WORDS_TOO or is_title(reading, at)
    if not is_dear(plain):
        return False
    return plain.endswith("im") or titled or is_title(reading, at)


def person_at(reading: Reading, at: int, *, titled: bool = False) -> Run:
    """O nome conhecido que começa em `at`: vazio se não é de gente."""
    size = len(reading.words)
    if at >= size or not _opens(reading, at, titled=titled):
        return Run(at, at)
    cased = is_title(reading, at)
    end = at + 1
    while end < size and end - at < MAX_NAME_WORDS:
        step = _next(reading, end, cased=cased)
        if not step:
            break
        end = step
    trade = any(_trade(reading, i) for i in range(at + 1, end))
    return Run(at, at) if trade else Run(at, end)


def _trade(reading: Reading, at: int) -> bool:
    """A palavra em `at` é um ramo ("Alzira Pães", "Beto Lanches"), e não só parecida com um ("Pereira")?"""
    plain = reading.words[at].plain
    return is_firm(reading, at) and (plain not in FAMILY or plain in TAILS or is_head(plain))


def _opens(reading: Reading, at: int, *, titled: bool) -> bool:
    """Começa em `at` um nome: um conhecido, ou uma maiúscula com um sobrenome conhecido depois."""
    word = reading.words[at]
    if is_given(reading, at, titled=titled):
        return True
    if not word.plain.isalpha() or word.plain in COMMON or not is_title(reading, at) or is_firm(reading, at):
        return False
    named = at + 1 < len(reading.words) and reading.words[at + 1].plain in FAMILY
    return named and is_title(reading, at + 1) and word.plain not in TITLES


def _next(reading: Reading, at: int, *, cased: bool) -> int:
    """Onde acaba o nome que continua em `at`; 0 se não continua."""
    size, word = len(reading.words), reading.words[at]
    if word.text != BREAK and dashed(reading, at):  # "Clóvis Hartmann — Moinho Trigal"
        return 0
    if word.text == BREAK:  # "Ângela M. Dutra"
        before = reading.original(at - 1, at)
        initial = word.plain.strip() == "." and len(before) == 1 and before.isupper()
        return at + 1 if initial and at + 1 < size and is_title(reading, at + 1) else 0
    if word.plain in PARTICLES:
        return _linked(reading, at, cased=cased)
    initial = cased and len(word.plain) == 1 and reading.original(at, at + 1).isupper()
    return at + 1 if initial or _continues(reading, at, cased=cased) else 0


def _linked(reading: Reading, at: int, *, cased: bool) -> int:
    """O sobrenome que uma partícula liga ao nome ("dos Anjos", "de Moraes e Silva")."""
    after = at
    while after < len(reading.words) and reading.words[after].plain in PARTICLES:
        after += 1
    if after >= len(reading.words) or after - at > 2:
        return 0
    known = reading.words[after].plain in FAMILY and (not cased or is_title(reading, after))
    return after + 1 if known else 0


def _continues(reading: Reading, at: int, *, cased: bool) -> bool:
    plain = reading.words[at].plain
    listed = (
        at + 1 < len(reading.words) and ":" in reading.words[at + 1].plain
    )  # "Ubiratan Sales Cidade: Ilhéus"
    if listed and plain not in FAMILY:
        return False
    if plain in COMMON and plain not in SURNAMES:
        return False
    known = plain in GIVEN or plain in FAMILY
    return is_title(reading, at) and plain.isalpha() if cased else known
