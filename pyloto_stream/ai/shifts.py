"""Em que horários a pessoa pode trabalhar? Dos que cita, os que diz livres, sem os tomados nem os dos outros.

Promete só valores que o campo tem. Quem só diz quando não pode tem livre o resto do dia; "depois" de uma hora
de saída começa nela ("trabalho até as 18h, depois posso").
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from pyloto_stream.ai.clock_spans import AFTERNOON, DAWN, MIDNIGHT, MORNING, NIGHT, NOON, PARTS, parts_between
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.shift_mentions import ANY_TIME, WEEKDAYS, WEEKEND, Mention, mentions
from pyloto_stream.ai.shift_senses import senses
from pyloto_stream.ai.shift_words import ENTERS, FREE, SURE, Sense

DAY_PARTS, DAYS = frozenset((MORNING, AFTERNOON, NIGHT)), frozenset((WEEKDAYS, WEEKEND))
LIGHT = frozenset((MORNING, AFTERNOON))
EVENING = 18.0
REACH = 4
_NOTHING = frozenset[str]()
_OPPOSITE = frozenset(("contraturno", "oposto", "inverso", "contrario"))
_BESIDES = frozenset(("fora", "tirando", "exceto", "alem", "menos"))
_REST = (
    frozenset(("resto", "restante", "outro", "outra", "outros", "outras", "demais")) | _OPPOSITE | _BESIDES
)
_TIMES = frozenset(
    ("horario", "horarios", "turno", "turnos", "periodo", "periodos", "hora", "horas", "tempo")
)
_JOBS = (["de"], ["como"], ["num"])
_ONWARDS = frozenset(("depois", "dali", "dai", "diante"))
_AFTER_THAT = frozenset((("depois", "disso"), ("depois", "desse"), ("depois", "dessa")))
_ASKED_FOR = frozenset(("qualquer", "precisar", "precisarem", "chamar", "chamarem", "quiser", "quiserem"))
_ONE_DAY = frozenset(("sabado", "sabados", "domingo", "domingos", "feriado", "feriados", "segunda", "sexta"))
_RELEASED = frozenset(
    ("livre", "liberado", "liberada", "solto", "solta", "disponivel", "desocupado", "desocupada")
)
_LEAVES = frozenset((
    "largar", "largo", "sair", "saio", "terminar", "termino", "acabar", "soltar", "chegou", "chega", "chegar",
))  # fmt: skip
_WHOLE, _EVERY = (
    frozenset(("dia", "tempo", "integral")),
    frozenset(("turnos", "periodos", "horarios", "tres", "3")),
)


class _Told(NamedTuple):
    """Os horários citados e o sentido deles; `left` é a hora a que acaba o que ocupa a pessoa."""

    found: Sequence[Mention]
    senses: Sequence[Sense]
    left: float | None

    def said(self, *wanted: Sense) -> list[Mention]:
        """Os horários com um dos sentidos `wanted`."""
        return [m for m, sense in zip(self.found, self.senses, strict=True) if sense in wanted]

    def values(self, *wanted: Sense) -> frozenset[str]:
        """O que eles cobrem."""
        return _NOTHING.union(*(m.values for m in self.said(*wanted)))


def free_shifts(reading: Reading) -> frozenset[str]:
    """Os horários em que quem escreve diz que pode trabalhar."""
    found = mentions(reading)
    if not found:
        return _NOTHING
    sensed = senses(reading, found)
    left, seen = None, list(found)
    for at, (mention, sense) in enumerate(zip(found, sensed, strict=True)):
        if sense == "busy":
            left = _left_at(reading, mention, left)
        elif sense == "free":
            opens = _opened(seen, sensed, at) or left
            seen[at] = mention._replace(values=_until(reading, mention, opens))
    told = _Told(seen, sensed, left)
    values = told.values("free")
    values |= (
        _after_that(reading, told, values) or _rest(reading, told, values) or _worked(reading, told, values)
    )
    return _any_time(reading, told, values) if ANY_TIME in values else values


def _opened(seen: Sequence[Mention], sensed: Sequence[Sense], at: int) -> float | None:
    """A hora a que começa a parte do dia que vem logo antes ("no período da tarde até as 20h")."""
    before = seen[at - 1] if at and sensed[at - 1] == "free" else None
    if before is None or len(before.values) != 1 or seen[at].start - before.end > 1:
        return None
    return next((first for part, first, _ in PARTS if part in before.values), None)


def _left_at(reading: Reading, mention: Mention, left: float | None) -> float | None:
    """A hora a que acaba o que ocupa a pessoa, se `mention` a diz."""
    clock = mention.clock
    if clock is None or clock.closes is None:
        return left
    near = {word.text for word in reading.words[max(0, mention.start - REACH) : mention.start]}
    if clock.point and not ENTERS.isdisjoint(near):
        return left
    early = clock.point and 0 < clock.closes <= 7 and "manha" not in _words(reading, mention)
    return clock.closes + NOON if early else clock.closes  # "largo às cinco" é da tarde


def _until(reading: Reading, mention: Mention, left: float | None) -> frozenset[str]:
    """O que um horário livre cobre: "até as 23h" começa quando se saiu, às 17h30."""
    clock = mention.clock
    if clock is not None and clock.point and clock.closes is not None:  # "às 18h tô livre"
        near = {w.text for w in reading.words[max(0, mention.start - REACH) : mention.end + REACH]}
        return parts_between(clock.closes, MIDNIGHT + 1) if near & _RELEASED else _NOTHING
    if left is None:
        return mention.values
    if clock is not None and clock.opens is None and clock.closes is not None:
        return parts_between(left, clock.closes) if clock.closes > left else mention.values
    near = {word.text for word in reading.words[max(0, mention.start - 2) : mention.start]}
    return parts_between(left, EVENING) if "ate" in near and left < EVENING else mention.values


def _words(reading: Reading, mention: Mention) -> set[str]:
    return {word.text for word in reading.words[mention.start : mention.end]}


def _rest(reading: Reading, told: _Told, values: frozenset[str]) -> frozenset[str]:
    """O que se diz por exclusão: "o resto do dia", "depois", ou só o que se nega ("de manhã não posso")."""
    taken = told.values("busy", "denied")
    if not told.said("busy", "denied"):
        return _NOTHING
    said = [word.text for word in reading.words]
    for at in (i for i, word in enumerate(said) if word in _REST):
        after = {*said[at + 1 : at + 4]}
        apart = said[at] in _OPPOSITE or (said[at] in _BESIDES and after & {"isso", "disso"})
        if apart and taken & DAY_PARTS:
            return DAY_PARTS - taken
        if taken & DAY_PARTS and ("dia" in after or after & _TIMES):
            return (LIGHT if "dia" in after else DAY_PARTS) - taken
        if "semana" in after and WEEKEND in taken:
            return frozenset((WEEKDAYS,))
    if "antes" in said and (enters := _enters_at(reading, told)) is not None and values <= {ANY_TIME}:
        return parts_between(DAWN, enters)
    if values - ({ANY_TIME} if told.left is not None else _NOTHING):
        return _NOTHING
    last = max((m.end for m in told.said("busy")), default=len(said))
    leaving = any(word == "quando" and _LEAVES & {*said[i + 1 : i + 3]} for i, word in enumerate(said))
    if told.left is not None and (leaving or (_ONWARDS | SURE) & {*said[last:]}):
        return parts_between(told.left, MIDNIGHT + 1)
    denied = told.values("denied")
    parts, days = denied & DAY_PARTS, denied & DAYS
    if any(_ONE_DAY & _words(reading, m) for m in told.said("denied")):  # só esse dia: os outros não se sabe
        days = _NOTHING
    apart = not parts or any(m.values <= DAYS for m in told.said("denied"))  # "sábado de manhã não" é um só
    return (DAY_PARTS - taken if parts else _NOTHING) | (DAYS - days if days and apart else _NOTHING)


def _after_that(reading: Reading, told: _Told, values: frozenset[str]) -> frozenset[str]:
    """O que vem depois do que ocupa, dito ao lado dos dias ("das 8 às 17, posso depois disso e no fds")."""
    if told.left is None or not values or not values <= DAYS:
        return _NOTHING
    said = pairwise(word.text for word in reading.words)
    return _NOTHING if _AFTER_THAT.isdisjoint(said) else parts_between(told.left, MIDNIGHT + 1)


def _enters_at(reading: Reading, told: _Told) -> float | None:
    """A hora a que começa o que ocupa a pessoa ("entro às 14h")."""
    for mention in told.said("busy"):
        near = {word.text for word in reading.words[max(0, mention.start - REACH) : mention.start]}
        if mention.clock is not None and mention.clock.point and near & ENTERS:
            return mention.clock.closes
    return None


def _worked(reading: Reading, told: _Told, values: frozenset[str]) -> frozenset[str]:
    """Sem nada que se diga livre, "trabalho à noite" é quando a pessoa se oferece para trabalhar."""
    said = [word.text for word in reading.words]
    if not values and any(
        m.values == {ANY_TIME} and _ASKED_FOR & _words(reading, m) for m in told.said("busy")
    ):
        return frozenset((ANY_TIME,))  # "trabalho qualquer dia"
    if values or told.left is not None or not FREE.isdisjoint(said):
        return _NOTHING
    busy = told.said("busy")
    meant = all({"trabalho", "trampo"} & {*said[max(0, m.start - 2) : m.start]} for m in busy)
    meant = meant and not any(said[m.end : m.end + 1] in _JOBS for m in busy)
    return told.values("busy") if meant else _NOTHING


def _any_time(reading: Reading, told: _Told, values: frozenset[str]) -> frozenset[str]:
    """Entre outros horários, "qualquer hora" e "o dia todo" valem o que eles deixam."""
    specific, denied = values - {ANY_TIME}, told.values("denied")
    if not specific:
        parts, days = denied & DAY_PARTS, denied & DAYS
        day = any("dia" in _words(reading, m) for m in told.said("free"))
        if day and NIGHT in told.values("busy"):
            return LIGHT
        left = (DAY_PARTS - parts if parts else _NOTHING) | (DAYS - days if days else _NOTHING)
        return left or values
    loose = [_words(reading, m) for m in told.said("free") if ANY_TIME in m.values]
    if specific == {WEEKDAYS} and any(said & (_WHOLE | _EVERY) for said in loose):
        return specific | (DAY_PARTS if any(said & _EVERY for said in loose) else LIGHT)
    hour = any(said & _ASKED_FOR and said & _TIMES for said in loose)
    listed = hour and sum(bool(m.values & DAY_PARTS) for m in told.said("free")) > 1
    return frozenset((ANY_TIME,)) if listed else specific
