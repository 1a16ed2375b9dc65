"""O que cada processo entregou à trilha, e em que ordem? Uma linha por commit que a alimentou.

O instante é o de antes do commit: numa conversa, quem vem depois só começa com ele aplicado, e por isso as
linhas de vários processos se ordenam. Limite: `handoff` e `media` correm ao lado dela, sem ordem certa.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from consumers.pipeline import AUDIT_LANE, TURN_LANE
from pyloto_stream.conversation.records import Record
from pyloto_stream.stores.chain import AuditEvent
from pyloto_stream.stores.events import events_of
from pyloto_stream.streams import settle_batch
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Plan, Turn
from pyloto_stream.streams.scripts import Packed, Script
from pyloto_stream.streams.settle import Settler
from pyloto_stream.streams.settle_batch import BatchSettler
from pyloto_stream.streams.together import ask_each

if TYPE_CHECKING:
    from pyloto_stream.streams.entry import Entry
    from pyloto_stream.streams.verdict import Bury, Decision, Park

FED_LOG = "FED_LOG"
"""A variável de ambiente que diz em que arquivo."""
_records = msgspec.json.Decoder(list[Record])
_write, _written = Settler._write, BatchSettler._written
_made: dict[int, settle_batch._Written] = {}
"""O que se vai confirmar em lote, pela operação que o leva."""


class Fed(msgspec.Struct, frozen=True):
    """Os eventos de um commit. `at_s`: relógio monotônico, um só na máquina."""

    at_s: float
    conversation: str
    lane: str
    events: tuple[str, ...]


class Expected(msgspec.Struct):
    """O que a cadeia de uma conversa tem de ter: `spoken`, na ordem, e `aside`, em qualquer lugar."""

    spoken: list[str] = []
    aside: list[str] = []


def install() -> None:
    """Este processo passa a anotar, também o que confirma em lote."""
    Settler._write = _noted  # type: ignore[method-assign] # o executor é o mesmo; só se anota
    BatchSettler._written = _remembered  # type: ignore[method-assign] # idem
    vars(settle_batch)["ask_each"] = _asked


async def _noted(self: Settler, entry: "Entry", turn: Turn | None, decision: "Plan | Park | Bury") -> bool:
    at_s = time.monotonic()
    applied = await _write(self, entry, turn, decision)
    if applied and turn is not None and isinstance(decision, Plan):
        _note(at_s, turn, decision)
    return applied


def _remembered(
    self: BatchSettler, entry: "Entry", turn: Turn | None, decision: "Decision"
) -> settle_batch._Written | None:
    made = _written(self, entry, turn, decision)
    if made is not None:
        _made[id(made.op)] = made
    return made


async def _asked(
    gateway: Gateway, script: Script, ops: Mapping[int, Sequence[Packed]], head: bytes = b""
) -> dict[int, list[object]]:
    at_s = time.monotonic()
    told = await ask_each(gateway, script, ops, head)
    for partition, replies in told.items():
        for reply, op in zip(replies, ops[partition], strict=True):
            made = _made.pop(id(op))
            if reply:
                _note(at_s, made.turn, made.plan)
    return told


def _note(at_s: float, turn: Turn, plan: Plan) -> None:
    fed = b",".join(each.event for each in plan.feed if each.lane == AUDIT_LANE.name)
    events = tuple(event.event_id for event in chained(b"[%b]" % fed))
    _tell(Fed(at_s, turn.conversation, turn.lane, events))


def _tell(fed: Fed) -> None:
    with Path(os.environ[FED_LOG]).open("ab", buffering=0) as log:
        log.write(msgspec.json.encode(fed) + b"\n")  # uma escrita: as de vários processos não se misturam


def chained(records: str | bytes) -> Sequence[AuditEvent]:
    """Os eventos de cadeia de registros como a fila os leva, uma lista JSON."""
    return events_of(_records.decode(records))


def expected(log: Path) -> dict[str, Expected]:
    """Por conversa, o que se entregou à trilha."""
    found: dict[str, Expected] = {}
    for fed in sorted(_lines(log), key=lambda fed: fed.at_s):
        mine = found.setdefault(fed.conversation, Expected())
        (mine.spoken if fed.lane == TURN_LANE.name else mine.aside).extend(fed.events)
    return found


def _lines(log: Path) -> Iterator[Fed]:
    for line in log.read_bytes().splitlines():
        yield msgspec.json.decode(line, type=Fed)
