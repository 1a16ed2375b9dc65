"""Quando uma entrega deixa de esperar? Quando o que houve na conversa a aceita ou a encerra.

Promete: o estado muda na mesma gravação que põe o fato na trilha, só para a frente (`OPEN` → `ACCEPTED` →
`CLOSED`), e repetir não muda nada. Limite: só a entrega que o registro cita (`data.handoff`), a última da
conversa.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pyloto_stream.conversation.operators import ACTIONS
from pyloto_stream.conversation.records import ActionRecord, Record
from pyloto_stream.stores.handoffs import BEFORE, Status
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import Create, Document, Documents, Update, Write
from pyloto_stream.stores.sessions import scoped_id
from pyloto_stream.stores.times import iso

MOVES: Mapping[str, Status] = {
    ACTIONS["takeover"]: "ACCEPTED",
    "HUMAN_REPLIED": "ACCEPTED",
    ACTIONS["release"]: "CLOSED",
    ACTIONS["close"]: "CLOSED",
    "HANDOFF_RELEASED": "CLOSED",
}
"""A que estado um fato leva a entrega que cita."""


class Move(NamedTuple):
    """Para onde vai uma entrega, e o instante (ISO) do fato que a leva."""

    status: Status
    at: str


def moves_of(user_key: str, records: Iterable[Record]) -> dict[str, Move]:
    """As entregas que `records` movem, por caminho; de dois fatos, vale o que leva mais longe."""
    moves: dict[str, Move] = {}
    for record in records:
        if not isinstance(record, ActionRecord) or record.action not in MOVES:
            continue
        named, status = record.data.get("handoff"), MOVES[record.action]
        if not isinstance(named, str) or not named:
            continue
        place = path("handoffs", scoped_id(user_key, named))
        if place not in moves or moves[place].status in BEFORE[status]:
            moves[place] = Move(status, iso(record.at_ms))
    return moves


async def moved(documents: Documents, writes: Sequence[Write], moves: Mapping[str, Move]) -> Sequence[Write]:
    """`writes` com `moves`: no que nasce na mesma gravação, ou no que está gravado e ainda pode ir até lá.

    Quem grava trata o conflito relendo: outro pode mexer na entrega entre esta leitura e a gravação.
    """
    if not moves:
        return writes
    born = {write.path for write in writes if isinstance(write, Create)}
    found = await asyncio.gather(*(documents.get(place) for place in moves if place not in born))
    updates = [_update(document, moves[document.path]) for document in found if document is not None]
    return [_born(write, moves) for write in writes] + [update for update in updates if update is not None]


def _born(write: Write, moves: Mapping[str, Move]) -> Write:
    if not isinstance(write, Create) or write.path not in moves:
        return write
    move = moves[write.path]
    return Create(write.path, {**write.data, "status": move.status, "updated_at": move.at})


def _update(document: Document, move: Move) -> Update | None:
    if document.data.get("status") not in BEFORE[move.status]:
        return None
    return Update(document.path, {"status": move.status, "updated_at": move.at}, document.version)
