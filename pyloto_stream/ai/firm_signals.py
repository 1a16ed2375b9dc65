"""O que, em volta de um nome, diz que é o de uma empresa, e que é a de quem fala?

Promete: quem a pessoa é, o ramo dito antes ou o que se quer; nunca a empresa em que só trabalhou.
"""

from pyloto_stream.ai.capitals import ARTICLES, OF, TELLING
from pyloto_stream.ai.firm_teams import around, team_of, wanted_for
from pyloto_stream.ai.firms import is_famous, is_firm, is_head, is_public
from pyloto_stream.ai.lexicon import STATES, words
from pyloto_stream.ai.municipalities import exact
from pyloto_stream.ai.others_firms import OUR, OWNERS, WANTS, clause_before, theirs
from pyloto_stream.ai.people_names import FAMILY, is_given
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import dashed, is_title

NEAR = 5
SPEAKERS = words("company_we")
_OWNED, _WORKED, _AREAS = (words(name) for name in ("company_owned", "company_worked", "place_heads"))
_PARTS = frozenset((BREAK, "ta", "esta", "em", "no", "na", "e", "com", "que", "para"))
"""Separam o ramo do que vem depois."""
_OPENED = words("company_opened")
_HIRES = WANTS | {"quero", "preciso", "queria"}
_FOR = frozenset(("pra", "pro", "para"))
_RIDERS = frozenset(("motoboy", "motoca", "entregador"))
_LINKS = ARTICLES | OF
_HAVE = frozenset(("tenho", "temos", "toco", "tocamos", "somos"))
_CHANNELS = frozenset(("zap", "whats", "whatsapp", "insta", "instagram", "site", "direct"))
_SEEN = frozenset(("vi", "vimos", "achei", "peguei", "igual", "tipo", "chamei", "pedi", "comprei"))
_KEPT, _MINE = _HAVE | OUR, OUR | {"mei"}
_SHORT = {"eh": "e", "gnt": "gente"}
_WE = words("company_we_do")
"""Depois de "na Onda Sul", dizem que é de lá quem fala."""


def signal(reading: Reading, start: int, at: int, *, firm: bool) -> int:
    """Quantas palavras bastam, dado o que vem antes: 0 se nada anuncia uma empresa; uma só vale 2."""
    before = [said_at(reading, i) for i in range(max(start, at - NEAR - 1), at)]
    if not before:
        return 0
    if (quoted(reading, at) and before[-1] in _LINKS) or _of_speaker(reading, start, at):
        return TELLING
    told = TELLING if team_of(reading, at, before) else int(wanted_for(before))
    return max(told, _announced(reading, start, at, before, firm=firm))


def _announced(reading: Reading, start: int, at: int, before: list[str], *, firm: bool) -> int:
    """O mesmo, pelo que se diz de quem fala ou do que é seu."""
    article = before[-1] in ARTICLES
    if before[-2:-1] == ["e"] and before[-3:-2] and before[-3] in OUR and _kind_said(reading, at):
        return TELLING if article else 0  # "serve pra pousada? a minha é a Pé na Areia"
    linked = article or before[-1] in OF
    lead = before[-2] if linked and len(before) > 1 else before[-1]
    if _apposed(reading, start, at, before):
        return TELLING
    kind = article and len(before) > 2 and lead == "e" and is_firm(reading, at - 3)  # "a padaria é a Trigo"
    opened = article and before[-2:-1] and _OPENED & {*before} and BREAK not in before
    if (
        opened or (kind and is_title(reading, at)) or (lead in OWNERS and before[-1] in OF)
    ):  # "abri mês passado a Papel", "sou dono da Transbeck"
        return TELLING
    if lead == BREAK and linked and not article and {"aqui", "sou", "falo"} & {*before}:
        return 1
    person = article and lead in ("sou", "e", "aqui") and "gente" not in before
    if before[-1] in ("na", "no", "pra", "pro", "para") and _follows_we(reading, at):
        return TELLING
    if lead in SPEAKERS and linked and not (person and not firm):
        ours = article and "gente" in before  # "a gente é a Solaris"
        return TELLING if ours or lead in ("somos", "represento", "nos") else 1
    if lead in _OWNED or (lead == "toca" and "gente" in before):
        return TELLING
    return int(lead in _CHANNELS and before[-1] in OF and not _SEEN & {*before})  # "no zap da Tutti Bella"


def _kind_said(reading: Reading, at: int) -> bool:
    """Disse-se antes de `at` um ramo?"""
    return any(is_head(word.plain) for word in reading.words[:at])


def quoted(reading: Reading, at: int) -> bool:
    """O nome está entre aspas?"""
    return reading.raw[max(reading.words[at].start - 1, 0)] in "\"'“‘«" and reading.words[at].start > 0


def _apposed(reading: Reading, start: int, at: int, before: list[str]) -> bool:
    """Diz-se antes o ramo do que é seu ("nossa startup, Zelo,", "tenho uma marmitaria, a Panela")?"""
    led = before[-1] in ARTICLES and before[-2:-1] == [BREAK]
    if led and after_firm(reading, start, at - 2):  # "minha marca, a Caju Amigo"
        return True
    linked = before[-1] in _LINKS
    lead = before[-2] if linked and len(before) > 1 else before[-1]
    if lead == BREAK and not linked and before[-2:-1] and before[-2] in _OWNED:  # "Loja: Mundo dos Pneus"
        return True
    if before[-1] == BREAK:
        return not reading.strong_break(at - 1) and bool(_MINE & {*before[-3:-1]})
    said = clause_before(reading, at - 2) if led else []
    now = said[said[:1] == ["hoje"] :][:2] == ["e", "uma"]  # "hoje é uma padaria em Brasília, a …"
    return (now or bool(_KEPT & {*said})) and kind_before(reading, start, at - 2)


def _follows_we(reading: Reading, at: int) -> bool:
    """Depois do nome em `at`, quem fala diz o que faz lá ("na Onda Sul Surf School somos 5")?"""
    stop = at + 1
    while stop < len(reading.words) and reading.original(stop, stop + 1)[:1].isupper():
        stop += 1
    after = [word.plain for word in reading.words[stop : stop + 2]]
    return bool(after) and (after[0] in _WE or around(reading, stop))


def _of_speaker(reading: Reading, start: int, at: int) -> bool:
    """Quem fala diz o seu nome e de onde é ("Arlindo, da Branco Total")?"""
    if at - 1 < start or reading.words[at - 1].plain not in ("da", "do", "das", "dos"):
        return False
    last = at - TELLING - (at - TELLING >= start and reading.words[at - TELLING].text == BREAK)
    named = last >= start and (is_given(reading, last) or reading.words[last].plain in FAMILY)
    kin = all(word.plain in FAMILY for word in reading.words[at : at + TELLING])
    return named and is_title(reading, last) and not kin


def alone(reading: Reading, start: int, at: int, stop: int, end: int) -> bool:
    """O nome ocupa uma oração, no começo ou no fim da mensagem, ou é de quem se fala desde o começo?"""
    led = at - 1 >= start and reading.words[at - 1].text in ARTICLES
    first = at - led
    greeted = {i for m in reading.found("gesture", "greeting") for i in range(m.start, m.end)}
    opens = all(i in greeted or reading.words[i].text == BREAK for i in range(start, first))
    if led and reading.original(first, at).istitle():
        return opens
    last = all(reading.words[i].text == BREAK for i in range(stop, end))
    begins = first == start or reading.words[first - 1].text == BREAK
    closes = stop < end and (reading.words[stop].text in (BREAK, "aqui") or dashed(reading, stop))
    return begins and (last or (opens and closes))


def another(reading: Reading, at: int, stop: int) -> bool:
    """É um órgão público, uma empresa que todos conhecem, ou a em que a pessoa trabalhou ou com quem fala?"""
    before = [said_at(reading, i) for i in range(max(0, at - NEAR), at)]
    since = max((i + 1 for i, word in enumerate(before) if word == BREAK), default=0)
    worked = bool(_WORKED & {*before[since:]})
    if worked and _RIDERS & {*before[since:]} and _FOR & {*before} and _HIRES & {*clause_before(reading, at)}:
        worked = bool((_WORKED - _RIDERS) & {*before[since:]})  # "preciso de motoboy pro restaurante …"
    drives = "trabalho" in before and reading.has("choice", "vehicle")
    worked = worked or drives or theirs(reading, at, stop)
    part = at > 1 and before[-1] in OF and is_public(reading, at - TELLING, at - 1)  # "Secretaria da Fazenda"
    part = part and before[-3:-1] != ["sou", "secretaria"]
    return worked or part or is_public(reading, at, stop) or is_famous(reading, at, stop)


def after_firm(reading: Reading, start: int, at: int) -> bool:
    """O ramo vem logo antes, na mesma oração ("loja de roupa infantil Pingo de Gente")?"""
    for i in range(at - 1, max(start, at - NEAR) - 1, -1):
        if reading.words[i].text in _PARTS:
            return False
        if is_firm(reading, i) or reading.words[i].plain in ("marca", "firma", "startup"):
            return True
    return False


def kind_before(reading: Reading, start: int, at: int) -> bool:
    """A oração que acaba em `at` diz o ramo ("é pra pastelaria da minha sogra, Pastel da Neide")?"""
    first = next((i + 1 for i in range(at - 1, start - 1, -1) if said_at(reading, i) == BREAK), start)
    return any(is_head(reading.words[i].plain) for i in range(first, at))


def wants(reading: Reading, start: int, at: int, stop: int, end: int) -> bool:
    """Alguém de nome assim quer alguma coisa ("a Barraca do Tonho quer …")?"""
    led = at - 1 >= start and reading.words[at - 1].text in ARTICLES
    if stop >= end:
        return False
    return (led and reading.words[stop].text in WANTS) or _is_one(reading, at - led, stop, end)


def _is_one(reading: Reading, first: int, stop: int, end: int) -> bool:
    """Diz-se o que é ("a Kaptiva é uma empresa de brindes")?"""
    if (
        reading.words[stop].plain != "e"
        or stop + 2 >= end
        or reading.words[stop + 1].plain not in ("um", "uma")
    ):
        return False
    greeted = any(m.end == first for m in reading.found("gesture", "greeting"))
    opens = first == 0 or reading.words[first - 1].text == BREAK or greeted
    return opens and any(
        is_head(word.plain) or word.plain in _OWNED for word in reading.words[stop + 2 : stop + 4]
    )


def is_place(reading: Reading, telling: list[int]) -> bool:
    """As palavras `telling` são uma cidade, ou começam o nome de uma parte dela?"""
    told = [reading.words[i].plain for i in telling]
    state = told[-1] in STATES
    if state and len(told[-1]) == TELLING:  # "sou do Gama DF"
        return True
    return told[0] in _AREAS or exact(told[: -1 if state else None] or told) is not None


def said_at(reading: Reading, at: int) -> str:
    """A palavra como foi digitada; `BREAK` na pontuação."""
    if reading.words[at].text == BREAK:
        return BREAK
    return _SHORT.get(reading.words[at].plain, reading.words[at].plain)
