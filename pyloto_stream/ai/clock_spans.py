"""Que horas de relógio a pessoa diz, e que partes do dia são? "das 7 ao meio dia", "depois das 18h".

Promete horas de 0 a 29 (passado das 24 é a madrugada) e só com algo que as diga horas: "às", "das", "h", ":".
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from pyloto_stream.ai.lexicon import LEXICON
from pyloto_stream.ai.phrases import fold
from pyloto_stream.ai.reading import Reading

MORNING, AFTERNOON, NIGHT = "Manhã", "Tarde", "Noite"
PARTS = ((MORNING, 5.0, 12.0), (AFTERNOON, 12.0, 18.0), (NIGHT, 18.0, 29.0))
DAWN, NOON, MIDNIGHT = 6.0, 12.0, 24.0
LEAST = 1.0
"""Uma parte do dia em que se está até uma hora não conta, salvo se é metade do tempo."""
_NUMBER = (
    r"\d{1,2}|uma|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|onze|doze|treze|quatorze|catorze|quinze|"
    "dezesseis|dezessete|dezoito|dezenove|vinte(?: e (?:uma|duas|tres))?"
)
_TIME = (
    rf"(?:meio[ -]?dia(?: e meia)?|meia[ -]?noite|(?:{_NUMBER})(?:[:h]\d\d\b| ?h(?:s|rs?|oras?)?\b|\b)"
    r"(?: (?:horas?|hrs?|hs?)\b)?(?: e (?:meia|pouc[oa]|quinze|trinta)\b)?"
    r"(?: (?:da|de) (?:manha|madrugada|tarde|noite|matina))?)"
)
_ON = "(?:em|pra|p|para) (?:diante|frente)"
_BY = r"(?:(?:as?|ao?s?|o|umas?|uns|ali|pelas|la|pras?|pelo|cerca de|perto d[aeo]s?) ){0,3}"
_RANGE = re.compile(
    rf"(?:\b(?P<opens>das?|de|do|entre|desde|apartir|partir d[aeo]s?|dps d[aeo]s?|depois d[aeo]s?|apos)"
    rf" (?:as? |o )?)?(?P<start>{_TIME})"
    rf"(?: (?:em|pra|para) (?:diante|frente),?)? ?(?:ate|as|a|ao|e|-|–|/) ?{_BY}(?P<end>{_TIME})"
)
_AFTER = re.compile(
    rf"\b(?:(?P<after>depois|dps|partir|apartir|apos|pos|passad[oa])(?: d[aeo]s?)?(?: as?)?|das?|do|de)"
    rf" (?P<start>{_TIME})(?P<on> {_ON})?|\b(?P<late>{_TIME}) {_ON}"
)
_BEFORE = re.compile(rf"\b(?:ate|antes d[aeo]s?) {_BY}(?P<end>{_TIME})")
_AT = re.compile(
    rf"\b(?:as|ao|pelas|la pelas) (?:umas? )?(?P<end>{_TIME})|(?P<bare>"
    rf"\d\d?(?:h\d\d|h|:\d\d)\b(?: da manha| da tarde| da noite)?"
    rf"|\b(?:{_NUMBER})(?: e meia)? da (?:manha|tarde|noite))"
)
_CLOCKED = re.compile(r"\d ?h|:\d\d|hora|meio|meia|manha|tarde|noite|madrugada|matina")
_COUNTS = re.compile(
    r" ?(?:%|reais|mil\b|km|anos?\b|dias?\b|mes|semanas?\b|minutos?|entregas?"
    r"|lojas?|r\$|pedidos?|corridas?|vezes)"
)


class Clock(NamedTuple):
    """Um trecho `[start, end)` que diz horas; sem `opens` ou `closes`, o outro lado está aberto."""

    start: int
    end: int
    opens: float | None
    closes: float | None
    point: bool = False

    @property
    def parts(self) -> frozenset[str]:
        """As partes do dia que ele cobre."""
        opens = DAWN if self.opens is None else self.opens
        closes = MIDNIGHT if self.closes is None else self.closes
        return parts_between(opens, closes)


def parts_between(opens: float, closes: float) -> frozenset[str]:
    """As partes do dia entre duas horas."""
    whole = closes - opens
    found = set()
    for part, first, last in PARTS:
        shared = min(closes, last) - max(opens, first)
        if part == NIGHT:  # antes das 5 da manhã também é noite
            shared = max(shared, 0) + max(0.0, min(closes, 5.0) - max(opens, 0.0))
        if shared > LEAST or (shared > 0 and shared * 2 >= whole):
            found.add(part)
    return frozenset(found)


def clocks(reading: Reading) -> tuple[Clock, ...]:
    """As horas ditas no texto, em ordem."""
    plain = fold(reading.raw)
    hours = any(map(str.isdigit, plain)) or "meio" in plain or "meia" in plain
    spoken = hours or any(w.text in ("as", "das", "ate", "pelas") for w in reading.words)
    if not spoken:
        return ()
    if len(plain) != len(reading.raw):
        plain = "".join(fold(letter)[:1] or " " for letter in reading.raw)
    return tuple(_clocks(reading, plain))


def _clocks(reading: Reading, plain: str) -> Iterator[Clock]:
    starts = [word.start for word in reading.words]
    taken: list[tuple[int, int]] = []
    for pattern in (_RANGE, _BEFORE, _AFTER, _AT):
        for match in pattern.finditer(plain):
            first, last = match.span()
            if any(a < last and first < b for a, b in taken) or _COUNTS.match(plain, last):
                continue
            read = _read(match, pattern)
            if read is None:
                continue
            taken.append((first, last))
            at, stop = bisect_right(starts, first) - 1, bisect_right(starts, last - 1)
            yield Clock(max(at, 0), stop, *read, point=pattern is _AT)


def _read(match: re.Match[str], pattern: re.Pattern[str]) -> tuple[float | None, float | None] | None:
    """As horas que `match` diz, ou `None` se são números de outra coisa."""
    said = match.groupdict()
    if pattern is _RANGE:
        return _range(match[0], said)
    if pattern is _AFTER:
        if said["late"]:
            opens = _hour(said["late"], later=False)
            return (opens, None) if opens is not None else None
        clocked = said["on"] or said["after"] or _CLOCKED.search(said["start"] or "")
        start = said["start"] or ""
        opens = _hour(start, later=said["after"] not in (None, "partir", "apartir"))
        return (opens, None) if clocked and opens is not None else None
    closes = _hour(said.get("end") or said.get("bare") or "", later=pattern is _BEFORE)
    return (None, closes) if closes is not None else None


def _range(whole: str, said: dict[str, str | None]) -> tuple[float, float] | None:
    start, end = said["start"] or "", said["end"] or ""
    if not (said["opens"] or _CLOCKED.search(whole)) or not (" as " in whole or _sure(start, end, said)):
        return None
    opens, closes = _hour(start, later=False), _hour(end, later=False)
    if opens is None or closes is None:
        return None
    night = "noite" in end and "meia" not in end
    if ("tarde" in end or night) and opens < closes - NOON and not _named(start):
        opens += NOON  # "das 6 às 10 da noite"
    if closes <= opens and closes + NOON > opens and closes < NOON and not _named(end):
        closes += NOON  # "das 8 às 5"
    if closes <= opens:
        closes += MIDNIGHT
    if closes <= 7 and opens >= 1 and not (_named(start) or start.startswith("0") or _named(end)):
        opens, closes = opens + NOON, closes + NOON  # "das 2 às 6"
    return opens, closes


def _sure(start: str, end: str, said: dict[str, str | None]) -> bool:
    return bool(_CLOCKED.search(start + end)) or said["opens"] in ("das", "da")


def _named(time: str) -> bool:
    return any(part in time for part in ("manha", "madrugada", "matina", "tarde", "noite", "meio"))


def _hour(time: str, *, later: bool) -> float | None:
    """A hora de `time`; `later` é o que se diz à tarde sem o dizer ("depois das 6")."""
    if time.startswith("meio"):
        return NOON
    if time.startswith("meia"):
        return 0.0
    digits = re.match(r"(\d{1,2})(?:[:h](\d\d))?", time)
    word = re.match(r"[a-z]+(?: e (?:uma|duas|tres)\b)?", time)
    if digits is not None:
        value = int(digits[1]) + int(digits[2] or 0) / 60
    elif word is not None:
        value = float(sum(LEXICON.numbers.get(one, 0) for one in word[0].split()))
    else:
        return None
    value += 0.5 if " e meia" in time else 0.0
    if value > MIDNIGHT:
        return None
    if value < NOON and (
        ("tarde" in time)
        or ("noite" in time)
        or (later and not _named(time) and value <= 6 and time[0] != "0")
    ):
        value += NOON
    return value
