"""Onde alguém diz como se chama a empresa? "a firma chama Metalpinus", "a marca é Doce da Lu".

Promete o nome, com a caixa da pessoa, quando o que se chama assim é um negócio; o nome de gente, de um
sistema ou de um bicho não é.
"""

from pyloto_stream.ai.capitals import ARTICLES, JOINS, OPENING, capital, joins
from pyloto_stream.ai.firm_beside import calls_something, of_part
from pyloto_stream.ai.firms import is_famous, is_firm, is_head
from pyloto_stream.ai.lexicon import COMMON, CONTINUES, GIVEN, PARTICLES, READER, words
from pyloto_stream.ai.municipalities import exact
from pyloto_stream.ai.name_ends import ends_name, no_name
from pyloto_stream.ai.people_names import person_at
from pyloto_stream.ai.phrases import BREAK, Match
from pyloto_stream.ai.reading import Reading, Tag
from pyloto_stream.ai.runs import Run, dashed, starts, written
from pyloto_stream.ai.titled_firms import MAX_COMPANY_WORDS, before_city

MAX_WORDS = 6
REACH = 20
"""Até quantas palavras separam o negócio do seu nome ("tenho um brechó online, o nome é …")."""
_NAMED, _IS = "company_named", "company_is"
_BUSINESS, _PRODUCTS = words("company_nouns"), words("company_products")
_KIN = words("company_kin")
_NAMES = GIVEN | _KIN
_OTHERS = _PRODUCTS | words("persons") | words("crew") | words("relatives")
_CALLED = frozenset(("empresa", "firma", "marca"))
_MINE = frozenset(("minha", "meu", "nossa", "nosso"))
_INTRODUCES = frozenset(("a", "o", "e", "sou", "chamo", "dona", "seu"))
_LINKS = frozenset(
    ("de", "em", "no", "na", "pelo", "pela", "por", "para", "pra", "ao", "aos", "com", "um", "uma")
)
_TO = frozenset(("do", "da", "o", "a", "os", "as"))
"""Depois de "chama", dizem que é um verbo qualquer ("a loja chama um motoboy")."""


def told(reading: Reading, start: int, end: int) -> str:
    """O que vem depois de "nome fantasia", "nome da empresa é" e afins."""
    for at, _ in starts(reading, "company", start, end, asked=False):
        stop = next((i for i in range(at, end) if reading.words[i].text == BREAK), end)
        stop = next((i for i in range(at + 1, stop) if reading.words[i].plain in CONTINUES), stop)
        lower = reading.original(at, at + 1).islower()
        if lower and reading.words[at].plain in OPENING:  # "sem nome fantasia ainda"
            continue
        if found := fit(reading, at, before_city(reading, at, stop)):
            return found
    return ""


def fit(reading: Reading, at: int, stop: int) -> str:
    """O nome em `[at, stop)`, com maiúsculas, se cabe num."""
    said = [word.plain for word in reading.words[at:stop]]
    telling = [word for word in said if word not in PARTICLES and not word.isdigit()]
    raw = reading.original(at, stop)
    if not telling or len(said) > MAX_COMPANY_WORDS or no_name(raw, said):
        return ""
    return written(reading, Run(at, stop)) if raw.islower() else raw


def named(reading: Reading, start: int, end: int) -> str:
    """O nome que se diz ser o de um negócio, em `[start, end)`."""
    for match in reading.found("lead", _NAMED):
        if (
            start <= match.start
            and match.end < end
            and _says(reading, match)
            and _of_business(reading, match)
        ):
            calls = calls_something(reading, match.start, match.end)
            if found := _name(reading, match.end, end, calls=calls):
                return found
    for match in reading.found("lead", _IS):
        if start <= match.start and match.end < end and (found := _equal(reading, match, end)):
            return found
    return ""


def _says(reading: Reading, match: Match[Tag]) -> bool:
    """O sinal está escrito assim mesmo, e não corrigido ("chamando"), e o seu "e" é um "é"?"""
    first, last = reading.words[match.start], match.end - 1
    if first.plain != first.text:
        return False
    if reading.words[last].text == "e":
        return reading.original(last, last + 1).lower() in ("é", "eh") or reading.raw.isascii()
    if reading.words[last].plain == "nome":  # "nome sujo", "nome galeto do mineiro"
        return capital(reading, match.end) or is_head(reading.words[match.end].plain)
    return True


def names_business(reading: Reading, at: int) -> bool:
    """O sinal que acaba em `at` diz o nome de um negócio, e não o de quem fala?"""
    ended = (m for m in reading.found("lead", _NAMED) if m.end == at)
    return any(_of_business(reading, m) for m in ended)


def _of_business(reading: Reading, match: Match[Tag]) -> bool:
    """De que se fala antes do sinal `match`: de um negócio, ou de gente e de coisas?"""
    at, size = match.start, len(reading.words)
    if reading.words[at].plain == "nome":
        if at and reading.words[at - 1].plain in ("meu", "seu", "teu"):
            return False
        known = person_at(reading, match.end) if match.end < size else Run(0, 0)
        if known.end > known.start:
            return False
        if match.end < size and is_head(reading.words[match.end].plain):
            return True
    reflexive = reading.words[match.end - 1].text == "se" or (at and reading.words[at - 1].text == "se")
    for i in range(at - 1, max(at - REACH, 0) - 1, -1):
        plain = reading.words[i].plain
        if plain in _BUSINESS or is_firm(reading, i):
            return not of_part(reading, i, _OTHERS)
        if reflexive and plain in _MINE:
            return True
        if plain in _PRODUCTS and i and reading.words[i - 1].plain in _LINKS:  # "no app"
            continue
        introduced = plain in GIVEN and i and reading.words[i - 1].plain in _INTRODUCES
        if plain in _OTHERS or introduced:
            return False
    return bool(
        reflexive and not any(word.plain in GIVEN for word in reading.words[match.end : match.end + 1])
    )


def _name(reading: Reading, at: int, end: int, *, calls: bool) -> str:
    """O nome em `at`, até onde vai."""
    at += reading.words[at].text == BREAK and reading.words[at].plain.strip() == ":"
    if at + 1 < end and reading.words[at].plain in ARTICLES and capital(reading, at + 1):
        at += 1
    if at >= end or reading.words[at].text == BREAK:
        return ""
    if capital(reading, at):
        return _cased(reading, at, end)
    first = reading.words[at].plain
    if first in _LINKS:
        return ""
    lone = calls and READER.knows(first) and not is_firm(reading, at)
    if (
        first in OPENING
        or first == "bastante"
        or reading.words[at].text in OPENING
        or lone
        or (calls and first in _TO)
        or not first.isalpha()
    ):
        return ""
    return _lower(reading, at, end)


def _cased(reading: Reading, at: int, end: int) -> str:
    stop = at + 1
    while stop < end and (capital(reading, stop) or joins(reading, stop, end)) and not dashed(reading, stop):
        stop += 1
    told = [word.plain for word in reading.words[at:stop]]
    famous = is_famous(reading, at, stop) or "pyloto" in told
    return "" if famous or stop - at > MAX_WORDS else reading.original(at, before_city(reading, at, stop))


def _lower(reading: Reading, at: int, end: int) -> str:
    """Um nome em minúsculas: até a pausa, um verbo ou o lugar; uma frase não é nome."""
    stop = at + 1
    while stop < end and not ends_name(reading, at, stop, end):
        stop += 1
    while stop > at and reading.words[stop - 1].plain in JOINS:
        stop -= 1
    told = [word.plain for word in reading.words[at:stop] if word.plain not in PARTICLES]
    if not told or len(told) > MAX_WORDS or COMMON.issuperset(told) or is_famous(reading, at, stop):
        return ""
    return reading.original(at, stop)


def _equal(reading: Reading, match: Match[Tag], end: int) -> str:
    """O nome de "minha marca é Leve Bem", "a empresa é a transrio"."""
    at, last = match.end, match.end - 1
    if reading.words[last].text != "e":
        return _listed(reading, at, end)
    if reading.original(last, last + 1).lower() not in ("é", "eh") and not reading.raw.isascii():
        return ""
    led = reading.words[at].plain in ARTICLES
    at += led
    if at >= end or reading.words[at].text == BREAK:
        return ""
    if capital(reading, at):
        place = exact([reading.words[at].plain]) is not None
        return "" if place else _cased(reading, at, end)
    plain = reading.words[at].plain
    known = READER.knows(plain) or plain in OPENING or plain in GIVEN or not plain.isalpha()
    owned = at + 2 < end and reading.words[at + 1].plain in ("da", "do") and not led
    own = is_head(plain) or (owned and reading.words[at + 2].plain in _NAMES)
    return _lower(reading, at, end) if (owned and own) or (led and not known) else ""


def _listed(reading: Reading, at: int, end: int) -> str:
    """O nome de quem preenche uma lista: "empresa: tokinha festas"."""
    colon = reading.words[at].text == BREAK and reading.words[at].plain.strip() == ":"
    if colon:
        return _name(reading, at, end, calls=False)
    plain = reading.words[at].plain
    known = READER.knows(plain) or plain in OPENING or not plain.isalpha()
    apart = reading.words[at - 1].plain in _CALLED and reading.original(at, at + 1).isupper()
    return _lower(reading, at, end) if apart and not known else ""
