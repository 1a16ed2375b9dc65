"""O que cada processo entregou à trilha, e em que ordem? Uma linha por commit que a alimentou.

O instante é o de antes do commit: numa conversa, quem vem depois só começa com ele aplicado, e por isso as
linhas de vários processos se ordenam. Limite: `handoff` e `media` correm ao lado dela, sem ordem certa.
"""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from consumers.pipeline import AUDIT_LANE, TURN_LANE
from pyloto_stream.conversation.records import Record
from pyloto_stream.stores.chain import AuditEvent
from pyloto_stream.stores.events import events_of
from pyloto_stream.streams.model import Plan, Turn
from pyloto_stream.streams.settle import Settler

if TYPE_CHECKING:
    from pyloto_stream.streams.entry import Entry
    from pyloto_stream.streams.verdict import Bury, Park

FED_LOG = "FED_LOG"
"""A variável de ambiente que diz em que arquivo."""
_records = msgspec.json.Decoder(list[Record])
_write = Settler._write


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
    """Este processo passa a anotar."""
    Settler._write = _noted  # type: ignore[method-assign] # o executor é o mesmo; só se anota


async def _noted(self: Settler, entry: "Entry", turn: Turn | None, decision: "Plan | Park | Bury") -> bool:
    at_s = time.monotonic()
    applied = await _write(self, entry, turn, decision)
    if applied and turn is not None and isinstance(decision, Plan):
        fed = b",".join(each.event for each in decision.feed if each.lane == AUDIT_LANE.name)
        events = tuple(event.event_id for event in chained(b"[%b]" % fed))
        _tell(Fed(at_s, turn.conversation, turn.lane, events))
    return applied


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
