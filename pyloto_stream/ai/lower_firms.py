"""Qual é o nome de empresa de quem não usa maiúsculas? Um ramo e o que o segue: "pizzaria do tonho aqui".

Promete o ramo e o nome, sem a cidade; o que só descreve ("padaria pequena", "loja de roupas") não é nome, e
quem escreve os outros nomes com maiúscula escreveria assim também o da empresa.
"""

from pyloto_stream.ai.capitals import ARTICLES, OF, OPENING
from pyloto_stream.ai.firm_signals import SPEAKERS, another
from pyloto_stream.ai.firms import TAILS, is_famous, is_firm, is_head, is_public
from pyloto_stream.ai.lexicon import CONTINUES, LEXICON, PARTICLES, words
from pyloto_stream.ai.municipalities import MAX_PLACE_WORDS, begins, exact
from pyloto_stream.ai.people_names import is_given
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import is_title

MAX_COMPANY_WORDS = 7
TWO = 2
_LOOSE, _GENERIC, _WANTS, _VERBS = (
    words(name) for name in ("firm_loose", "company_generic", "company_wants", "verbs")
)
_STOPS = frozenset(("em", "que", "na", "no", "com", "para", "pra", "aqui", "quero", "queria", "preciso", "e"))
_LEADS = frozenset(("tenho", "cadastrar", "abri", "zap", "whats", "whatsapp", "insta", "instagram", "aqui"))
_PLACES = frozenset(("zap", "whats", "whatsapp", "insta", "instagram", "aqui"))
_MINE = frozenset(("minha", "meu", "nossa", "nosso"))
_KINSHIP = ("minha", "meu", "nossa", "nosso", "sua", "seu", "um", "uma", "cada", "toda", "todo")
_OF_NAME = frozenset(("da", "do", "das", "dos"))
_KIN, _DESCRIBES = words("company_kin"), tuple(words("company_describes"))
_DULL = (OPENING | _GENERIC | _WANTS) - words("company_fits")


def in_lower_case(reading: Reading, start: int, end: int) -> str:
    """O ramo e o nome, em minúsculas, de `[start, end)`; vazio se não há."""
    if writes_names(reading):
        return ""
    for at in range(start, end):
        plain = reading.words[at].plain
        paired = at + 1 < end and reading.words[at + 1].plain in TAILS
        head = is_head(reading.words[at].plain) and (reading.words[at].plain not in _LOOSE or paired)
        announced = _announced(reading, start, at)
        opens = _opens(reading, at) and head
        stop = _stop(reading, at, end) if opens or announced or head or plain in _LOOSE else at
        announced = announced or (stop > at and _asks(reading, start, at, stop, end))
        if not (opens or announced) or another(reading, at, at + 1):
            continue
        if found := _named(reading, at, stop, end, announced=announced):
            return found
    return ""


def with_kind(reading: Reading, start: int, at: int) -> str:
    """O ramo em minúsculas que o nome em `at` pede ("pizzaria do Beto"), se é a empresa de quem fala."""
    kind = at - TWO
    if kind < start or reading.words[at - 1].plain not in _OF_NAME:
        return ""
    plain = reading.words[kind].plain
    named = (is_head(plain) and plain not in _LOOSE) or plain in TAILS
    own = named and (_opens(reading, kind) or _announced(reading, start, kind))
    fits = own and not another(reading, kind, at + 1) and not _dull(reading, at, at)
    return reading.original(kind, at + 1) if fits and exact([reading.words[at].plain]) is None else ""


def writes_names(reading: Reading) -> bool:
    """A pessoa põe maiúscula nos nomes, e não só no começo das frases?"""
    return any(
        is_title(reading, i) and not reading.strong_break(i - 1) and len(reading.words[i].plain) > TWO
        for i in range(1, len(reading.words))
        if reading.words[i].text != BREAK
    )


def _opens(reading: Reading, at: int) -> bool:
    """Antes de `at` não há nada na oração, ou só um cumprimento?"""
    greets = any(m.end == at for m in reading.found("gesture", "greeting"))
    return at == 0 or reading.words[at - 1].text == BREAK or greets


def _announced(reading: Reading, start: int, at: int) -> bool:
    """O que vem antes diz que o nome da empresa começa em `at` ("é da …", "no zap da …")?"""
    if at - 1 >= start and reading.words[at - 1].plain in _MINE:
        return is_head(reading.words[at].plain) and reading.words[at].plain not in _LOOSE
    linked = at - 1 >= start and reading.words[at - 1].text in ARTICLES | OF
    if not linked or at - TWO < start:
        return False
    lead = reading.words[at - TWO]
    if lead.text == "e":
        opens = _opens(reading, at - TWO)
        return reading.original(at - TWO, at - 1).lower() in ("é", "eh") or (opens and at - TWO == start)
    owner = is_given(reading, at - TWO) and reading.words[at - 1].text in OF
    return lead.text in SPEAKERS or lead.text in _LEADS or owner


def _asks(reading: Reading, start: int, at: int, stop: int, end: int) -> bool:
    """Quem abre a oração quer alguma coisa ("a padaria nova esperança precisa de entregador")?"""
    led = at - 1 >= start and reading.words[at - 1].text in ARTICLES
    wants = stop < end and reading.words[stop].plain in _WANTS
    loose = (
        stop > at + 1 and reading.words[at].plain in _LOOSE and reading.words[at + 1].plain not in _OF_NAME
    )
    return wants and not loose and _opens(reading, at - led)


def _stop(reading: Reading, at: int, end: int) -> int:
    """Onde acaba o nome que começa em `at`: na pontuação, num verbo, no lugar onde fica."""
    stop = at + 1
    while stop < end and stop - at <= MAX_COMPANY_WORDS:
        word = reading.words[stop]
        ends = (
            word.plain in _STOPS
            or word.plain in CONTINUES - PARTICLES
            or word.plain in _WANTS
            or word.plain in _VERBS
        )
        article = word.plain in ARTICLES and stop > at + 1
        number = word.plain in LEXICON.numbers or word.plain.isdigit()
        if word.text == BREAK or ends or article or number or _city_at(reading, stop, end):
            break
        stop += 1
    return stop


def _city_at(reading: Reading, at: int, end: int) -> bool:
    """Diz-se em `at` de que cidade é ("de petrolina")?"""
    if reading.words[at].plain != "de" or at + 1 >= end or not begins(reading.words[at + 1].plain):
        return False
    told = [word.plain for word in reading.words[at + 1 : min(end, at + 1 + MAX_PLACE_WORDS)]]
    return any(exact(told[:size]) is not None for size in range(len(told), 0, -1))


def _named(reading: Reading, at: int, stop: int, end: int, *, announced: bool) -> str:
    """O ramo em `at` e o que o segue, se é um nome."""
    head = is_head(reading.words[at].plain)
    two = reading.words[at].plain in _LOOSE and at + 1 < stop and is_firm(reading, at + 1)  # "auto peças"
    rest = [i for i in range(at + 1, stop) if reading.words[i].plain not in PARTICLES]
    lead = reading.words[at - TWO].text if at >= TWO else ""
    tail = announced and lead not in _PLACES and rest
    ended = tail and is_firm(reading, stop - 1) and reading.words[stop - 2].plain not in OF
    asks = stop < end and "?" in reading.words[stop].plain
    body = rest[two:] if head else [at, *rest]
    named = (head or ended) and not asks and stop - at <= MAX_COMPANY_WORDS
    if not named or not body or reading.words[stop - 1].plain in PARTICLES:
        return ""
    if is_famous(reading, at, stop) or is_public(reading, at, stop) or _describes(reading, at, body):
        return ""
    return reading.original(at, stop)


def _describes(reading: Reading, at: int, body: list[int]) -> bool:
    """O que segue o ramo só diz como ele é ("pizzaria pequena", "quitanda orgânica")?"""
    if any(_dull(reading, i, body[-1]) for i in body) or all(
        reading.words[i].plain in _GENERIC for i in body
    ):
        return True
    alone = len(body) == 1 and body[0] == at + 1
    return alone and (
        reading.words[body[0]].plain.endswith(_DESCRIBES) or is_head(reading.words[at + 1].plain)
    )


def _dull(reading: Reading, at: int, last: int) -> bool:
    """Diz como a empresa é, e não como se chama ("loja de roupas", "pizzaria pequena")?"""
    plain, before = reading.words[at].plain, reading.words[at - 1].plain
    if plain in _KIN and at < last:  # "marmitex da tia lu"
        return False
    told = plain in _DULL or plain in _KIN or plain in LEXICON.numbers or (plain == "sao" and at == last)
    return told or before == "de" or before in _KINSHIP or not plain.isalpha()
