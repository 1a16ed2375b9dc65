"""Qual é o nome de empresa de quem não usa maiúsculas? Um ramo e o que o segue: "pizzaria do tonho aqui".

Promete o ramo e o nome, sem a cidade; o que só descreve ("padaria pequena", "loja de roupas") não é nome, e
quem escreve os outros nomes com maiúscula escreveria assim também o da empresa.
"""

from pyloto_stream.ai.capitals import ARTICLES, OF, OPENING
from pyloto_stream.ai.firm_beside import tells_how
from pyloto_stream.ai.firm_signals import SPEAKERS, another
from pyloto_stream.ai.firms import TAILS, is_famous, is_firm, is_head, is_public
from pyloto_stream.ai.lexicon import GIVEN, LEXICON, PARTICLES, READER, words
from pyloto_stream.ai.municipalities import begins, exact
from pyloto_stream.ai.name_ends import ends_name, led_by_person, names_so
from pyloto_stream.ai.people_names import is_given
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import TITLES, titles

MAX_COMPANY_WORDS = 7
TWO = 2
_LOOSE, _GENERIC, _WANTS = (words(name) for name in ("firm_loose", "company_generic", "company_wants"))
_LEADS = frozenset((
    "tenho", "cadastrar", "abri", "montei", "toco", "zap", "whats", "whatsapp", "insta", "instagram", "aqui",
    "tem", "la",
))  # fmt: skip
_PLACES = frozenset(("zap", "whats", "whatsapp", "insta", "instagram", "aqui", "la"))
_MINE = frozenset(("minha", "meu", "nossa", "nosso"))
_KINSHIP = ("minha", "meu", "nossa", "nosso", "sua", "seu", "um", "uma", "cada", "toda", "todo")
_OF_NAME = frozenset(("da", "do", "das", "dos"))
_KIN, _DESCRIBES = words("company_kin"), tuple(words("company_describes"))
_CALLED, _LINKS, _ASKS = TITLES | _KIN, ARTICLES | OF, _WANTS | {"aqui"}
_HELLO = frozenset(("oi", "ola", "opa", "bom", "boa", "dia", "tarde", "noite"))
_NEEDS = words("company_for") | frozenset(
    ("quero", "queria", "preciso", "precisa", "precisamos", "queremos", "gostaria")
)
_SAINTS = frozenset(("santa", "santo", "sao", "nossa", "bom", "boa", "dona", "seu", "tia", "tio"))
_PAIRED = TAILS | _SAINTS
_WE = frozenset(("somos", "tamo", "estamos", "temos", "trabalhamos", "trabalho", "tamos"))
_DULL = ((OPENING | _GENERIC | _WANTS) - words("company_fits")) | (_KIN - {"ze"})


def in_lower_case(reading: Reading, start: int, end: int) -> str:
    """O ramo e o nome, em minúsculas, de `[start, end)`; vazio se não há."""
    if writes_names(reading):
        return ""
    for at in range(start, end):
        plain = reading.words[at].plain
        kind = is_head(plain)
        if not kind and plain not in _LOOSE and (at == start or reading.words[at - 1].text not in _LINKS):
            continue
        paired = at + 1 < end and reading.words[at + 1].plain in _PAIRED
        head = kind and (plain not in _LOOSE or paired)
        announced = _announced(reading, start, at)
        opens = _opens(reading, at) and head
        led = at == start + 1 and plain not in SPEAKERS and plain not in _KIN  # "a quimilab análises tem"
        stop = _stop(reading, at, end) if opens or announced or head or led or plain in _LOOSE else at
        announced = announced or (stop > at and _asks(reading, start, at, stop, end))
        if not (opens or announced) or another(reading, at, at + 1):
            continue
        if found := _named(reading, at, stop, end, announced=announced):
            return found
    return ""


def with_kind(reading: Reading, start: int, at: int) -> str:
    """O ramo em minúsculas que o nome em `at` pede ("pizzaria do Beto"), se é a empresa de quem fala."""
    first = at - (at - 1 >= start and reading.words[at - 1].plain in _CALLED)
    kind = first - TWO
    if kind < start or reading.words[first - 1].plain not in _OF_NAME:
        return ""
    plain = reading.words[kind].plain
    named = (is_head(plain) and plain not in _LOOSE) or plain in TAILS
    own = named and (
        _opens(reading, kind)
        or _announced(reading, start, kind)
        or _asks(reading, start, kind, at + 1, len(reading.words))
    )
    dull = first == at and _dull(reading, at, at)
    fits = own and not another(reading, kind, at + 1) and not dull
    return reading.original(kind, at + 1) if fits and exact([reading.words[at].plain]) is None else ""


def writes_names(reading: Reading) -> bool:
    """A pessoa põe maiúscula nos nomes, e não só no começo das frases?"""
    return any(
        i > 0 and not reading.strong_break(i - 1) and not _corrected(reading, i) for i in titles(reading)
    )


def _corrected(reading: Reading, at: int) -> bool:
    """O teclado põe a maiúscula sozinho nesta palavra (uma cidade, uma marca, um nome de gente)?"""
    plain = reading.words[at].plain
    return len(plain) <= TWO or plain in GIVEN or READER.knows(plain) or begins(plain)


def _opens(reading: Reading, at: int) -> bool:
    """Antes de `at` não há nada na oração, ou só um cumprimento?"""
    greets = any(m.end == at for m in reading.found("gesture", "greeting"))
    return at == 0 or reading.words[at - 1].text == BREAK or greets


def _announced(reading: Reading, start: int, at: int) -> bool:
    """O que vem antes diz que o nome da empresa começa em `at` ("é da …", "no zap da …")?"""
    if at - 1 >= start and reading.words[at - 1].plain in _MINE:
        return is_head(reading.words[at].plain) and reading.words[at].plain not in _LOOSE
    if _for_named(reading, start, at):
        return True
    linked = at - 1 >= start and reading.words[at - 1].text in _LINKS
    if (
        not linked or at - TWO < start or reading.words[at - TWO].text == BREAK
    ):  # "da pizzaria fornalha, tudo bem?"
        opens = linked and not any(
            word.text != BREAK and word.text not in _HELLO for word in reading.words[: at - 1]
        )
        return opens and reading.words[at - 1].text in _OF_NAME
    lead = reading.words[at - TWO]
    if reading.words[at - 1].plain in ("na", "no") and any(
        word.plain in _WE for word in reading.words[max(at - 5, start) : at - 1]
    ):
        return True
    if lead.text == "e":
        opens = _opens(reading, at - TWO)
        return reading.original(at - TWO, at - 1).lower() in ("é", "eh") or (opens and at - TWO == start)
    known = is_given(reading, at - TWO) or (  # "é a lu do brechó desapega"
        at - 3 >= start and reading.words[at - TWO].plain in GIVEN and reading.words[at - 3].text in ARTICLES
    )
    owner = known and reading.words[at - 1].text in OF
    return lead.text in SPEAKERS or lead.text in _LEADS or owner


def _for_named(reading: Reading, start: int, at: int) -> bool:
    """Pede-se alguma coisa para o negócio de nome "lanchonete do tadeu"?"""
    if at <= start or reading.words[at - 1].plain not in ("pra", "para"):
        return False
    told = [word.plain for word in reading.words[at : at + 3]]
    proper = (
        len(told) > TWO and is_head(told[0]) and told[1] in _OF_NAME and (told[2] in GIVEN or told[2] in _KIN)
    )
    return proper and bool(_NEEDS & {word.plain for word in reading.words[start : at - 1]})


def _asks(reading: Reading, start: int, at: int, stop: int, end: int) -> bool:
    """Quem abre a oração quer alguma coisa ("a padaria nova esperança precisa de entregador")?"""
    led = at - 1 >= start and reading.words[at - 1].text in ARTICLES
    asked = (reading.words[stop].plain, reading.words[stop].text) if stop < end else ()
    wants = not (_ASKS if led else _WANTS).isdisjoint(asked)
    named = stop > at + 1 and reading.words[at + 1].plain in _OF_NAME
    loose = stop > at + 1 and reading.words[at].plain in _LOOSE and not named
    wants = (wants and not loose) or (led and tells_how(reading, at, stop, end))
    return wants and _opens(reading, at - led)


def _stop(reading: Reading, at: int, end: int) -> int:
    """Onde acaba o nome que começa em `at`: na pontuação, num verbo, no lugar onde fica."""
    stop = at + 1
    while stop < end and stop - at <= MAX_COMPANY_WORDS and not ends_name(reading, at, stop, end):
        stop += 1
    return stop


def _named(reading: Reading, at: int, stop: int, end: int, *, announced: bool) -> str:
    """O ramo em `at` e o que o segue, se é um nome."""
    head = is_head(reading.words[at].plain)
    two = reading.words[at].plain in _LOOSE and at + 1 < stop and is_firm(reading, at + 1)  # "auto peças"
    rest = [i for i in range(at + 1, stop) if reading.words[i].plain not in PARTICLES]
    lead = reading.words[at - TWO].text if at >= TWO else ""
    tail = announced and rest and (lead not in _PLACES or reading.words[stop - 1].plain in TAILS)
    ended = tail and is_firm(reading, stop - 1) and not led_by_person(reading, at, stop)
    asks = stop < end and "?" in reading.words[stop].plain
    body = rest[two:] if head else [at, *rest]
    named = (head or ended) and not asks and stop - at <= MAX_COMPANY_WORDS
    if not named or not body or reading.words[stop - 1].plain in PARTICLES:
        return ""
    other = is_famous(reading, at, stop) or is_public(reading, at, stop)
    described = other or _describes(reading, at, body, announced=announced)
    return "" if described else reading.original(at, stop)


def _describes(reading: Reading, at: int, body: list[int], *, announced: bool) -> bool:
    """O que segue o ramo só diz como ele é ("pizzaria pequena", "quitanda orgânica")?"""
    dull = [i for i in body if _dull(reading, i, body[-1])]
    named = announced and names_so(reading, at, body, dull)
    if (dull and not named) or all(reading.words[i].plain in _GENERIC for i in body):
        return True
    alone = len(body) == 1 and body[0] == at + 1
    if len(body) == 1 and is_head(reading.words[body[0]].plain):  # "restaurante da pousada"
        return True
    return alone and (
        reading.words[body[0]].plain.endswith(_DESCRIBES) or is_head(reading.words[at + 1].plain)
    )


def _dull(reading: Reading, at: int, last: int) -> bool:
    """Diz como a empresa é, e não como se chama ("loja de roupas", "pizzaria pequena")?"""
    plain, before = reading.words[at].plain, reading.words[at - 1].plain
    if plain in _KIN and at < last:  # "marmitex da tia lu"
        return False
    kin = before in _KINSHIP and not (before == "seu" and reading.words[at - TWO].plain in _OF_NAME)
    told = plain in _DULL or plain in LEXICON.numbers or (plain == "sao" and at == last)
    return told or before == "de" or kin or not plain.isalpha()
