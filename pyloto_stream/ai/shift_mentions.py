"""Que horários o texto cita, e onde? As partes do dia, os dias e as horas, sem o que só se parece com eles.

Promete os trechos em ordem, sem um dentro de outro. De quem é o horário, e se está livre, é de `shifts`.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pyloto_stream.ai.clock_spans import Clock, clocks
from pyloto_stream.ai.numerals import numbers_in
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

FIELD = "availability"
WEEKEND, WEEKDAYS, ANY_TIME = "Fim de semana", "Dias úteis", "Horário livre"
_DAYS_AWAY = frozenset(("mais", "desde", "muito", "acordar", "ja", "pouco"))
_ONE_DAY = frozenset(("amanha", "hoje", "ontem", "anteontem"))
_GONE = frozenset(("passado", "passada", "passados", "retrasado", "retrasada", "anterior"))
_NAMES = frozenset(("domingos", "domingo", "sabado"))
_SAY_NAME = frozenset(("sou", "o", "chamo", "seu", "aqui", "nome"))
_NOT_WEEKDAYS = frozenset(("fim", "fins", "final", "finais", "mais", "menos", "cerca", "depois", "antes"))
_PER = frozenset(("por", "cada"))


class Mention(NamedTuple):
    """Os horários `values` ditos em `[start, end)`; `clock` são as horas, se é de horas que se fala."""

    start: int
    end: int
    values: frozenset[str]
    clock: Clock | None = None


def mentions(reading: Reading) -> list[Mention]:
    """O que o texto cita de horários, em ordem."""
    found = [
        *_named(reading),
        *(Mention(c.start, c.end, frozenset() if c.point else c.parts, c) for c in clocks(reading)),
    ]
    kept = [m for m in found if not any(_inside(m, other) for other in found)]
    return sorted(kept)


def _named(reading: Reading) -> Iterator[Mention]:
    """Os horários ditos pelo nome ("de manhã", "fim de semana")."""
    together: dict[tuple[int, int], set[str]] = {}
    for match in reading.found("choice", FIELD):
        if not _other_thing(reading, match.start, match.end):
            together.setdefault((match.start, match.end), set()).add(match.payload.value)
    weekly = reading.words if "emana" in reading.raw.lower() else ()
    for at, word in enumerate(weekly):  # "de semana só à noite"; não "fim de semana"
        whole = word.text == "semana" and at > 0 and reading.words[at - 1].text == "de"
        if whole and (at == 1 or reading.words[at - 2].text not in _NOT_WEEKDAYS):
            together.setdefault((at - 1, at + 1), {WEEKDAYS})
        opens = word.text == "semana" and (at == 0 or reading.words[at - 1].text == BREAK)
        if (
            opens
            and any(reading.starts_at("choice", at + reach) for reach in (1, 2))
            and _led(reading, at + 1)
        ):
            together.setdefault((at, at + 1), {WEEKDAYS})  # "semana à noite"
    for (start, end), values in together.items():
        yield Mention(start, end, frozenset(values))


def _led(reading: Reading, at: int) -> bool:
    """Em `at` começa uma parte do dia ("à noite", "de manhã")?"""
    return at < len(reading.words) and reading.words[at].text in (
        "a",
        "de",
        "pela",
        "noite",
        "manha",
        "tarde",
    )


def _inside(one: Mention, other: Mention) -> bool:
    longer = other.end - other.start > one.end - one.start
    return longer and other.start <= one.start and one.end <= other.end


def _other_thing(reading: Reading, start: int, end: int) -> bool:
    """Não é um horário em que se trabalha: cumprimento, "amanhã cedo", "200 por noite", um nome?"""
    if any(g.start <= start < g.end for g in reading.found("gesture", "greeting")):
        return True
    words = reading.words
    before = words[start - 1].text if start else BREAK
    after = [word.text for word in words[end : end + 3]]
    near = {word.text for word in words[max(0, start - 2) : start + 1]}
    if near & _ONE_DAY or (words[start].text in ("cedo", "cedinho", "tarde") and before in _DAYS_AWAY):
        return True
    if after[:1] and (after[0] in _GONE or after[:2] == ["e", "uma"]):
        return True
    if before in _PER and _counted(reading, start - 1):
        return True
    word = words[start]
    if word.plain.startswith("manhae"):  # o sobrenome
        return True
    if not reading.raw[word.start].isupper() or before == BREAK:
        return False
    return word.text != word.plain or (word.plain in _NAMES and _follows_name(reading, start, end))


def _follows_name(reading: Reading, start: int, end: int) -> bool:
    """A palavra com maiúscula está onde se diz um nome ("meu nome é Domingos", "Domingos Sávio")?"""
    words, before = reading.words, [word.text for word in reading.words[max(0, start - 2) : start]]
    upper = end < len(words) and reading.raw[words[end].start].isupper()
    return upper or before[:1] == ["nome"] or (before[-1:] != ["e"] and before[-1] in _SAY_NAME)


def _counted(reading: Reading, at: int) -> bool:
    """Antes de "por noite" há um número, que é quanto se ganha, ou uma pergunta de quanto?"""
    near = range(max(0, at - 4), at)
    numbers = any(n.end in (at, at - 1, at - 2) for n in numbers_in(reading, near.start, at))
    return numbers or any(
        reading.words[i].text in ("quanto", "quantas", "quantos", "ganha", "tira") for i in near
    )
