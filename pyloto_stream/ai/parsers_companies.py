"""Qual é o nome da empresa? O que vem depois de "se chama", ou as maiúsculas que um ramo ou um sinal anuncia.

Promete o nome como a pessoa o escreveu, sem a cidade nem o ramo dito em minúsculas; sem pergunta, só com um
sinal claro, e nunca a empresa em que a pessoa só trabalhou, nem a que todos conhecem.
"""

from collections.abc import Iterator

from pyloto_stream.ai.firms import is_famous, is_firm, is_head, is_public, with_suffix
from pyloto_stream.ai.lexicon import COMMON, CONTINUES, GIVEN, LEXICON, PARTICLES, SENTENCE, STATES, words
from pyloto_stream.ai.municipalities import MAX_PLACE_WORDS, exact
from pyloto_stream.ai.parsers_choices import mentioned
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import Run, starts, written
from pyloto_stream.conversation.flows import FIELDS

MAX_COMPANY_WORDS = 7
TELLING = 2
"""Palavras que fazem um nome de empresa, se só o lugar o anuncia."""
NEAR, MAX_SIGLA = 5, 3
_PARTS = frozenset((BREAK, "em", "no", "na", "e", "com", "que", "para"))
"""Separam o ramo do que vem depois."""
_JOINS = PARTICLES | {"a", "com", "no", "na", "em", "para", "ao"}
_ARTICLES = frozenset(("a", "o", "as", "os"))
_OPENING = COMMON | SENTENCE | PARTICLES
_OF = frozenset(("da", "do", "das", "dos", "na", "no", "pela", "pelo"))
_WE, _OWNED, _WORKED = words("company_we"), words("company_owned"), words("company_worked")
_LOOSE, _PAST = words("firm_loose"), words("past")
_WANTS, _GENERIC, _AREAS = words("company_wants"), words("company_generic"), words("place_heads")


def company(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """O nome de uma empresa em `[start, end)`."""
    if not asked:
        readers = (_told_alone, _titled, _lower)
    elif reading.has("gesture", "no") or reading.has("mark", "unsure") or _was(reading, start, end):
        return ""
    else:
        start = _after_greeting(reading, start, end)
        named = start < end and (is_firm(reading, start) or _capital(reading, start))
        readers = (_told_asked, *((_whole, _titled) if named else (_titled, _whole)))
    return next(filter(None, (read(reading, start, end) for read in readers)), "")


def _was(reading: Reading, start: int, end: int) -> bool:
    """É o nome que a empresa tinha ("antes era Vila Pet, …")?"""
    return reading.words[start].plain in _PAST and end < len(reading.words)


def _after_greeting(reading: Reading, start: int, end: int) -> int:
    return max((m.end for m in reading.found("gesture", "greeting") if m.start == start), default=start)


def _told_alone(reading: Reading, start: int, end: int) -> str:
    return _told(reading, start, end, asked=False)


def _told_asked(reading: Reading, start: int, end: int) -> str:
    return _told(reading, start, end, asked=True)


def _told(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """O que vem depois de "se chama" e afins."""
    for at, sure in starts(reading, "company", start, end, asked=asked):
        if not sure:
            continue
        stop = next((i for i in range(at, end) if reading.words[i].text == BREAK), end)
        if not asked:
            stop = next((i for i in range(at + 1, stop) if reading.words[i].plain in CONTINUES), stop)
        if found := _fit(reading, at, _before_city(reading, at, stop)):
            return found
    return ""


def _whole(reading: Reading, start: int, end: int) -> str:
    """A resposta inteira, se não é uma frase."""
    weak = [at for at, sure in starts(reading, "company", start, end, asked=True) if not sure]
    for at in weak:
        stop = next((i for i in range(at, end) if reading.words[i].text == BREAK), end)
        stop = next((i for i in range(at + 1, stop) if _elsewhere(reading, i, stop)), stop)
        while stop > at and reading.words[stop - 1].plain in ("rs", "rsrs", "kk", "kkk", "ok", "viu", "ta"):
            stop -= 1
        telling = [word.plain for word in reading.words[at:stop] if word.plain not in PARTICLES]
        generic = stop - at == 1 and reading.starts_at("choice", at)  # "pizzaria" é o ramo, não o nome
        if (
            not telling
            or generic
            or telling[0] in ("um", "uma")
            or telling[0] in SENTENCE
            or COMMON.issuperset(telling)
        ):
            continue
        if found := _fit(reading, at, _before_city(reading, at, stop)):
            return found
    return ""


def _elsewhere(reading: Reading, at: int, stop: int) -> bool:
    """Diz onde se acha a empresa ("no Google"), e não mais o nome dela?"""
    return reading.words[at].plain in ("no", "na") and is_famous(reading, at + 1, stop)


def _fit(reading: Reading, at: int, stop: int) -> str:
    said = [word.plain for word in reading.words[at:stop]]
    telling = [word for word in said if word not in PARTICLES and not word.isdigit()]
    if not telling or len(said) > MAX_COMPANY_WORDS:
        return ""
    raw = reading.original(at, stop)
    return written(reading, Run(at, stop)) if raw.islower() else raw


def _titled(reading: Reading, start: int, end: int) -> str:
    """As maiúsculas que um sinal, ou o próprio ramo, diz serem uma empresa."""
    for at, last in _runs(reading, start, end):
        stop = _before_city(reading, at, last)
        stop = with_suffix(reading, stop, end) if stop == last else stop
        telling = [i for i in range(at, stop) if reading.words[i].plain not in _JOINS and _spells(reading, i)]
        plain = {reading.words[i].plain for i in telling}
        if not telling or "pyloto" in plain or stop - at > MAX_COMPANY_WORDS or _other(reading, at, stop):
            continue
        firm = any(is_firm(reading, i) for i in telling)
        if not firm and (reading.words[at].plain in GIVEN or _place(reading, telling)):
            continue
        if at in {m.start for m in reading.found("choice", "vehicle")} and len(telling) < TELLING:
            continue
        signal = _signal(reading, start, at, firm=firm)
        few = len(telling) < TELLING and not (signal == TELLING and not firm)
        if few or telling[0] != at and not signal:
            continue
        beside = at - 1 > start and _plain(reading, at - 1) == BREAK and stop - at > len(telling)
        if (
            firm
            or signal
            or _after_firm(reading, start, at)
            or _wants(reading, start, at, stop, end)
            or (beside and _kind_before(reading, start, at - 1))
        ):
            return reading.original(at, stop)
    return ""


def _other(reading: Reading, at: int, stop: int) -> bool:
    """É um órgão público, uma empresa que todos conhecem, ou a em que a pessoa trabalhou ou com quem fala?"""
    before = [_plain(reading, i) for i in range(max(0, at - NEAR), at)]
    since = max((i + 1 for i, word in enumerate(before) if word == BREAK), default=0)
    worked = bool(_WORKED & {*before[since:]})
    drives = "trabalho" in before and bool(mentioned(reading, "vehicle", FIELDS["vehicle"], 0, 10_000))
    return worked or drives or is_public(reading, at, stop) or is_famous(reading, at, stop)


def _plain(reading: Reading, at: int) -> str:
    """A palavra como foi digitada; `BREAK` na pontuação."""
    return BREAK if reading.words[at].text == BREAK else reading.words[at].plain


def _place(reading: Reading, telling: list[int]) -> bool:
    told = [reading.words[i].plain for i in telling]
    state = told[-1] in STATES
    if state and len(told[-1]) == TELLING:  # "sou do Gama DF"
        return True
    return told[0] in _AREAS or exact(told[: -1 if state else None] or told) is not None


def _signal(reading: Reading, start: int, at: int, *, firm: bool) -> int:
    """Quantas palavras bastam, dado o que vem antes: 0 se nada anuncia uma empresa; uma só vale 2."""
    before = [_plain(reading, i) for i in range(max(start, at - NEAR - 1), at)]
    if not before:
        return 0
    article = before[-1] in _ARTICLES
    linked = article or before[-1] in _OF
    lead = before[-2] if linked and len(before) > 1 else before[-1]
    if lead == BREAK and article and _after_firm(reading, start, at - 2):  # "minha marca, a Caju Amigo"
        return TELLING
    if lead == BREAK and not linked and len(before) > 1 and before[-2] in _OWNED:  # "Loja: Mundo dos Pneus"
        return TELLING
    opened = before[-2:-1] and {"abri", "abrimos", "montei", "montamos"} & {*before}
    if article and opened and BREAK not in before:  # "abri mês passado a Papel & Poesia"
        return TELLING
    if lead == BREAK and linked and not article and {"aqui", "sou", "falo"} & {*before}:
        return 1
    kind = article and len(before) > 2 and lead == "e" and is_firm(reading, at - 3)  # "a padaria é a Trigo"
    person = article and lead in ("sou", "e", "aqui") and "gente" not in before and not kind
    if lead in _WE and linked and not (person and not firm):
        return TELLING if lead in ("somos", "represento", "nos") else 1
    return TELLING if lead in _OWNED else 0


def _spells(reading: Reading, at: int) -> bool:
    """Diz alguma coisa (não é uma letra solta, nem um título de gente)?"""
    plain = reading.words[at].plain
    return len(plain) > 1 and plain not in ("dra", "dr", "sra", "sr") and reading.words[at].text != BREAK


def _kind_before(reading: Reading, start: int, at: int) -> bool:
    """A oração que acaba em `at` diz o ramo ("é pra pastelaria da minha sogra, Pastel da Neide")?"""
    first = next((i + 1 for i in range(at - 1, start - 1, -1) if _plain(reading, i) == BREAK), start)
    return any(is_head(reading.words[i].plain) for i in range(first, at))


def _wants(reading: Reading, start: int, at: int, stop: int, end: int) -> bool:
    """Alguém de nome assim quer alguma coisa ("a Barraca do Tonho quer …")?"""
    led = at - 1 >= start and reading.words[at - 1].text in _ARTICLES
    return led and stop < end and reading.words[stop].text in _WANTS


def _lower(reading: Reading, start: int, end: int) -> str:
    """Um ramo seguido de um nome em minúsculas: "pizzaria do tonho aqui", "tenho a lanchonete xis da praça"."""
    for at in range(start, end):
        first = at == start or reading.words[at - 1].text == BREAK
        linked = at > start and reading.words[at - 1].text in _ARTICLES | _OF
        lead = reading.words[at - 2].text if linked and at - 2 >= start else ""
        announced = lead in _WE or lead in ("tenho", "cadastrar", "abri")
        head = is_head(reading.words[at].plain) and reading.words[at].plain not in _LOOSE
        if not ((first and head) or announced) or _other(reading, at, at + 1):
            continue
        stop = at + 1
        while stop < end and not _ends_lower(reading, stop):
            stop += 1
        rest = [i for i in range(at + 1, stop) if reading.words[i].plain not in PARTICLES]
        closed = announced or stop >= end or reading.words[stop].text in (BREAK, "aqui")
        asks = stop < end and "?" in reading.words[stop].plain
        body = rest if head else [at, *rest]
        ended = announced and rest and is_firm(reading, stop - 1) and reading.words[stop - 2].plain not in _OF
        named = (head or ended) and not asks
        if not body or not closed or not named or stop - at > MAX_COMPANY_WORDS:
            continue
        if not any(_dull(reading, i) for i in body) and not is_famous(reading, at, stop):
            return reading.original(at, stop)
    return ""


def _dull(reading: Reading, at: int) -> bool:
    """Diz como a empresa é, e não como se chama ("loja de roupas", "pizzaria pequena")?"""
    plain, before = reading.words[at].plain, reading.words[at - 1].plain
    told = plain in _OPENING or plain in _GENERIC or plain in _WANTS or plain in LEXICON.numbers
    return told or before == "de" or not plain.isalpha()


def _ends_lower(reading: Reading, at: int) -> bool:
    word = reading.words[at]
    return word.text == BREAK or word.plain in CONTINUES - PARTICLES or word.plain in ("em", "que", "na", "no")


def _after_firm(reading: Reading, start: int, at: int) -> bool:
    """O ramo vem logo antes, na mesma oração ("loja de roupa infantil Pingo de Gente")?"""
    for i in range(at - 1, max(start, at - NEAR) - 1, -1):
        if reading.words[i].text in _PARTS:
            return False
        if is_firm(reading, i) or reading.words[i].text in ("marca", "firma", "startup"):
            return True
    return False


def _runs(reading: Reading, start: int, end: int) -> Iterator[tuple[int, int]]:
    """As sequências de palavras com maiúscula, com as partículas entre elas."""
    at = start
    while at < end:
        plain, raw = reading.words[at].plain, reading.original(at, at + 1)
        announced = at > start and reading.words[at - 1].text in _ARTICLES and plain not in GIVEN
        opens = plain in _OPENING and not is_head(plain) and not announced  # "Quero Cadastrar Minha Loja"
        after = reading.words[at + 1].plain if at + 1 < end else ""
        led = after in PARTICLES and (plain in GIVEN or (raw.isupper() and len(raw) > 1))
        person = after in _OF and not is_firm(reading, at) and _firm_after(reading, at + 2, end)  # "Camila da Papelaria Sol"
        if not _capital(reading, at) or opens or led or person:
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
    while stop < end and (_capital(reading, stop) or _joins(reading, stop, end)):
        stop += 1
    return stop - at >= TELLING and any(is_firm(reading, i) for i in range(at, stop))


def _follows(reading: Reading, at: int, end: int) -> bool:
    """A palavra em `at` continua o nome em maiúsculas que vem antes? Um travessão o termina."""
    between = reading.raw[reading.words[at - 1].end : reading.words[at].start]
    if {*"-–—|/"} & {*between}:
        return False
    return _capital(reading, at) or _joins(reading, at, end) or _coded(reading, at, end)


def _joins(reading: Reading, at: int, end: int) -> bool:
    between = reading.words[at].plain in _JOINS
    return between and at + 1 < end and (_capital(reading, at + 1) or _joins(reading, at + 1, end))


def _coded(reading: Reading, at: int, end: int) -> bool:
    """Um número que faz parte do nome ("Vet Vida 24h", "Burger 77")?"""
    plain = reading.words[at].plain
    closed = at + 1 >= end or reading.words[at + 1].text == BREAK
    return plain[:1].isdigit() and (closed or not plain.isdigit()) and len(plain) <= NEAR


def _capital(reading: Reading, at: int) -> bool:
    raw = reading.original(at, at + 1)
    return (
        reading.words[at].text != BREAK and raw[:1].isupper() and not (raw.isupper() and len(raw) > MAX_SIGLA)
    )


def _before_city(reading: Reading, at: int, stop: int) -> int:
    """Sem a cidade que termina o nome: "Farmácia Vida Plena de Lages"; "Forno de Barro" não é de Barro."""
    for i in range(max(at + 1, stop - MAX_PLACE_WORDS), stop - 1):
        link, city = reading.words[i].plain, exact([word.plain for word in reading.words[i + 1 : stop]])
        if link not in ("de", "em") or city is None:
            continue
        own = [j for j in range(at, i) if reading.words[j].plain not in PARTICLES and not is_firm(reading, j)]
        if link == "em" or city.large or len(own) >= TELLING:
            return i
    return stop
