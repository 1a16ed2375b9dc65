"""Onde, num texto, se diz uma data, uma duração ou uma época? Os trechos que podem ser um prazo.

Promete trechos inteiros ("antes do início da safra", "até o fim do edital em setembro"), em ordem e sem
sobreposição; se algum é o prazo de quem fala é de `parsers_deadlines`.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pyloto_stream.ai.lexicon import LEXICON, words
from pyloto_stream.ai.numerals import Number, numbers_in
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

UNITS = frozenset(("dia", "dias", "semana", "semanas", "mes", "meses", "ano", "anos", "hora", "horas"))
_PARTS = words("deadline_parts")
_SINCE, _SINCE_AFTER = words("since"), frozenset(("atras", "de", "antes", "depois"))
_OPENS, _LOOSE = words("deadline_opens"), words("deadline_loose")
_INSIDE = _OPENS | words("deadline_inside")
MONTHS, EVENTS, SEASONS = words("months"), words("deadline_events"), words("deadline_seasons")
_KINDS = words("deadline_kinds")
_OF = frozenset(("de", "do", "da", "dos", "das", "desse", "deste", "dessa", "desta", "d"))
_ADJECTIVES = ("ivo", "iva", "ico", "ica", "ino", "ina", "inas", "inos", "ivos", "ivas", "icos", "icas")
_SCARCE, _HAVE = frozenset(("so", "apenas", "uns", "mais")), frozenset(("tenho", "temos", "faltam", "restam"))
_WORKING = frozenset(("uteis", "corridos"))
_WHOLE = _WORKING | {"letivo", "letivas", "fiscal", "escolar", "escolares", "eleitoral", "junina", "feira"}
MIN_ADJECTIVE = 6
_YEARS, _BEFORE_YEAR = range(2024, 2051), frozenset(("em", "ate", "pra", "para"))
_DAYS = frozenset(("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo"))
_LEADS_DAY = (["ate"], ["para"], ["pra"], ["essa"], ["nessa"], ["esta"], ["nesta"], ["proxima"])
_ORDINALS = frozenset(("primeira", "segunda", "terceira", "ultima"))
MAX_DAY, MAX_MONTH = 31, 12


class When(NamedTuple):
    """Um trecho `[start, end)`; `kind` diz o que há nele: `duration`, `date`, `event` ou `mark`."""

    start: int
    end: int
    kind: str


def spans(reading: Reading, start: int, end: int) -> list[When]:
    """Os trechos de `[start, end)`, o mais longo onde se sobrepõem."""
    found: list[When] = []
    said = [word.plain if word.plain in SEASONS else word.text for word in reading.words]
    for core in sorted(set(_cores(reading, said, start, end))):
        span = _grown(reading, said, start, end, core)
        if found and span.start < found[-1].end:
            last = found[-1]
            kind = last.kind if last.kind != "mark" else span.kind
            found[-1] = When(min(last.start, span.start), max(last.end, span.end), kind)
        else:
            found.append(span)
    return found


def _cores(reading: Reading, said: list[str], start: int, end: int) -> Iterator[When]:
    """O que faz de um trecho uma data, uma duração ou uma época."""
    for match in reading.found("mark", "deadline"):
        if start <= match.start < end:
            yield When(match.start, match.end, "mark")
    numbers = list(numbers_in(reading, start, end))
    for at, number in enumerate(numbers):
        yield from _counted(said, number, start, end)
        following = numbers[at + 1] if at + 1 < len(numbers) else None
        if following is not None and _is_date(reading, number, following):
            year = numbers[at + 2] if at + 2 < len(numbers) else None
            dated = year is not None and year.start == following.end and _slashed(reading, following, year)
            yield When(number.start, year.end if year and dated else following.end, "date")
    for at in range(start, end):
        yield from _season(said, start, at)
        if at + 2 >= end or said[at + 1] not in _OF:
            continue
        known = continues(said[at + 2])
        if known and (said[at] in _PARTS or (said[at] == "semana" and said[at - 1] in _ORDINALS)):
            yield When(at, at + 3, "date")
        if said[at] in ("antes", "depois") and said[at + 2] != BREAK:
            yield When(at, at + 3, "event" if known else "mark")


def _season(said: list[str], start: int, at: int) -> Iterator[When]:
    """Um mês, uma época ou um acontecimento."""
    if said[at] in MONTHS:
        yield When(at, at + 1, "date")
    elif said[at] in _DAYS:
        named = said[at + 1 : at + 2] == ["feira"] or said[at + 1 : at + 3] == ["que", "vem"]
        if (named and said[at - 1 : at] != ["a"]) or said[max(start, at - 1) : at] in _LEADS_DAY:
            yield When(at, at + 1, "date")
    elif said[at] in EVENTS or said[at] in SEASONS:
        if said[at] != "joao":
            yield When(at, at + 1, "event")
        elif at > start and said[at - 1] == "sao":
            yield When(at - 1, at + 1, "event")


def _counted(said: list[str], number: Number, start: int, end: int) -> Iterator[When]:
    """Uma duração ("em 45 dias"), um dia do mês ("dia 20") ou um ano ("em 2027")."""
    following = said[number.end] if number.end < end else ""
    before = said[number.start - 1] if number.start > start else ""
    after = said[number.end + 1] if number.end + 1 < len(said) else ""
    lasts = after == "de" and said[number.end + 2 : number.end + 3] == ["prazo"]  # "2 anos de prazo"
    since = (before in _SINCE and not has_left(said, number)) or (after in _SINCE_AFTER and not lasts)
    if following in UNITS and not since:
        yield When(number.start, number.end + 1, "duration")
    elif (
        before == "dia"
        or (following == "de" and after in MONTHS)
        or (number.value in _YEARS and said[number.start].isdigit() and before in _BEFORE_YEAR)
    ):
        yield When(number.start, number.end, "date")


def has_left(said: list[str], number: Number) -> bool:
    """É o tempo que se tem ("temos 90 dias", "tenho dois meses pra trocar"), e não desde quando?"""
    before = next((word for word in said[: number.start][::-1] if word not in _SCARCE), "")
    after = said[number.end + 1] if number.end + 1 < len(said) else BREAK
    short = number.end < len(said) and said[number.end] not in ("ano", "anos", "hora", "horas")
    return before in _HAVE and short and after in (BREAK, "para", "pra", "ate", "so", "no", "e")


def _is_date(reading: Reading, day: Number, month: Number) -> bool:
    """Os dois números são dia e mês ("31/10")?"""
    if month.start != day.end or not (1 <= day.value <= MAX_DAY and 1 <= month.value <= MAX_MONTH):
        return False
    return _slashed(reading, day, month)


def _slashed(reading: Reading, one: Number, other: Number) -> bool:
    """Entre os dois números só há uma barra ou um hífen?"""
    between = reading.raw[reading.words[one.end - 1].end : reading.words[other.start].start]
    return between.strip() in ("/", "-")


def _grown(reading: Reading, said: list[str], start: int, end: int, core: When) -> When:
    """O trecho com as palavras que o completam, dos dois lados."""
    last = _right(said, core.end, end)
    at = core.start
    if at - 2 >= start and said[at - 1] in ("a", "ou", "e", BREAK) and _counts(said[at - 2]):  # "2 a 3 meses"
        between, paused = said[at - 1] == "e", said[at - 1] == BREAK
        paused = paused and (reading.words[at - 1].plain != "," or core.kind != "duration")
        if (not paused and not between) or said[at - 3 : at - 2] == ["entre"]:
            at -= 3 if between else 2
    while at > start and (_inside(reading, at - 1) or (said[at] == "de" and _counts(said[at - 1]))):
        at -= 1
    while at < core.start and said[at] in _LOOSE:
        at += 1
    if said[max(start, at - 2) : at] == ["menos", "de"]:
        at -= 2
    return When(*_whole_event(said, start, at, last, end), core.kind)


def _whole_event(said: list[str], start: int, at: int, last: int, end: int) -> tuple[int, int]:
    """O trecho com o nome do que acontece: "até a Agrishow do ano que vem", "até a colheita da soja"."""
    opening = said[max(start, at - 4) : at]
    if len(opening) > 3 and opening[3] in _OF and opening[0] in ("ate", "antes", "para", "pra"):
        at -= 4
    bounded = said[at] in ("ate", "antes") and said[last - 1] in EVENTS
    if bounded and last + 1 < end and said[last] in _OF and said[last + 1] != BREAK:
        last += 2
    return at, last


def _right(said: list[str], last: int, end: int) -> int:
    """Até onde vai o trecho para a direita ("fim do edital em setembro", "ano letivo", "sexta que vem")."""
    while last < end:
        following = said[last + 1] if last + 1 < end else BREAK
        of = said[last] in _OF and continues(following)
        month = said[last] in ("em", "e", "ou") and following in MONTHS
        comes = said[last] == "que" and following in ("vem", "der", "puder", "puderem")
        half = said[last] == "e" and following in ("meio", "meia")
        if of or month or comes or half:
            last += 2
        elif said[last] in _WHOLE or _is_adjective(said, last) or said[last] in ("ainda", "possivel"):
            last += 1
        else:
            break
    return last


def _is_adjective(said: list[str], at: int) -> bool:
    """A palavra em `at` qualifica uma época ("verão amazônico")?"""
    word = said[at]
    return len(word) >= MIN_ADJECTIVE and word.endswith(_ADJECTIVES) and continues(said[at - 1])


def _inside(reading: Reading, at: int) -> bool:
    word = reading.words[at]
    return word.text in _INSIDE or word.plain in _INSIDE


def _counts(word: str) -> bool:
    return word.isdigit() or word in LEXICON.numbers


def continues(word: str) -> bool:
    """A palavra pode ser aquilo de que se diz o começo ou o fim ("do mês", "da safra", "de 2027")?"""
    listed = word in MONTHS or word in UNITS or word in EVENTS or word in SEASONS or word in _KINDS
    return listed or word in _PARTS or (word.isdigit() and len(word) == 4)
