"""Para quando? Prazos como as pessoas os dizem: "até o fim do mês", "pra ontem", "dia 20", "sem pressa".

Promete as palavras da pessoa, sem o resto da frase, e o último dos prazos ditos ("em março, não, em abril").
"""

import re
from collections.abc import Iterator

from pyloto_stream.ai.lexicon import LEXICON, PARTICLES, words
from pyloto_stream.ai.numerals import numbers_in
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

MAX_PHRASE = 80
NEAR = 3
_UNITS = frozenset(("dia", "dias", "semana", "semanas", "mes", "meses", "ano", "anos", "hora", "horas"))
_PARTS = frozenset(("fim", "final", "inicio", "comeco", "meados"))
_SINCE, _SINCE_AFTER = words("since"), frozenset(("atras", "de"))
_OPENS, _LOOSE, _CERTAIN = words("deadline_opens"), words("deadline_loose"), words("deadline_certain")
_INSIDE = _OPENS | words("deadline_inside")
_MONTHS = words("months")
_DATE = re.compile(
    r"(?:\b(?:até|ate|para|pra|em)\s+)?(?:\b(?:o\s+)?dia\s+)?"
    r"(?<![\d/])\d{1,2}\s?/\s?\d{1,2}(?:\s?/\s?\d{2,4})?(?![\d/])",
    re.IGNORECASE,
)


def deadline(reading: Reading, start: int, end: int) -> str:
    """Um prazo, com as palavras da pessoa."""
    unsure = reading.has("mark", "unsure")  # "não sei te dizer agora"
    spans = [s for s in _spans(reading, start, end) if not unsure or _certain(reading, s)]
    dates = [match[0] for match in _DATE.finditer(reading.original(start, end))]
    found = dates or [reading.original(*span) for span in spans]
    return found[-1][:MAX_PHRASE].strip() if found else ""


def deadline_said(reading: Reading, start: int, end: int) -> str:
    """O prazo que ninguém perguntou: só o que não pode ser outra coisa."""
    announced = [m.end for m in reading.found("hint", "deadline") if start - NEAR <= m.start < end]
    sure = [
        span
        for span in _spans(reading, start, end)
        if _certain(reading, span) or any(span[0] - NEAR <= at <= span[0] for at in announced)
    ]
    return reading.original(*sure[-1])[:MAX_PHRASE].strip() if sure else ""


def _certain(reading: Reading, span: tuple[int, int]) -> bool:
    """O trecho diz por si que é um prazo ("até …", "sem pressa")?"""
    said = {word.text for word in reading.words[span[0] : span[1]]}
    return reading.words[span[0]].text in _OPENS or bool(_CERTAIN & said)


def _spans(reading: Reading, start: int, end: int) -> list[tuple[int, int]]:
    """Os prazos de `[start, end)`, em ordem, o mais longo onde se sobrepõem."""
    spans: list[tuple[int, int]] = []
    for span in sorted(_grown(reading, start, end, *core) for core in _cores(reading, start, end)):
        if spans and span[0] < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], span[1]))
        else:
            spans.append(span)
    return spans


def _cores(reading: Reading, start: int, end: int) -> Iterator[tuple[int, int]]:
    """O que faz de um trecho um prazo."""
    for match in reading.found("mark", "deadline"):
        if start <= match.start < end:
            yield match.start, match.end
    said = [word.text for word in reading.words]
    for number in numbers_in(reading, start, end):
        following = said[number.end] if number.end < end else ""
        before = said[number.start - 1] if number.start > start else ""
        since = before in _SINCE or (said[number.end + 1 : number.end + 2] or [""])[0] in _SINCE_AFTER
        if (following in _UNITS and not since) or before == "dia":
            yield number.start, number.end + (following in _UNITS)
    for at in range(start, end - 2):
        if said[at] in _PARTS and said[at + 1] == "de" and _continues(said[at + 2]):
            yield at, at + 3
        if said[at] in ("antes", "depois") and said[at + 1] in PARTICLES and said[at + 2] != BREAK:
            yield at, at + 3


def _grown(reading: Reading, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """O trecho com as palavras que o completam, dos dois lados."""
    said = [word.text for word in reading.words]
    while (
        last < end - 1 and said[last] in ("de", "do", "da", "desse", "deste") and _continues(said[last + 1])
    ):
        last += 2
    if last < end and said[last] in ("ainda", "possivel"):
        last += 1
    at = first
    if at - 2 >= start and said[at - 1] in ("a", "ou") and _counts(said[at - 2]):  # "2 a 3 meses"
        at -= 2
    while at > start and (_inside(reading, at - 1) or _value_before(said, at)):
        at -= 1
    while at < first and said[at] in _LOOSE:
        at += 1
    if said[at : at + 1] == ["dia"] and any(word in _MONTHS for word in said[at:last]):  # "dia 5 de março"
        at += 1
    return at, last


def _inside(reading: Reading, at: int) -> bool:
    word = reading.words[at]
    return word.text in _INSIDE or word.plain in _INSIDE


def _counts(word: str) -> bool:
    return word.isdigit() or word in LEXICON.numbers


def _value_before(said: list[str], at: int) -> bool:
    """Há um dia do mês antes de "de março"?"""
    return said[at] == "de" and said[at - 1].isdigit()


def _continues(word: str) -> bool:
    return word in _MONTHS or word in _UNITS or (word.isdigit() and len(word) == 4)
