"""Quando uma entrega deixa de esperar? Quando o que houve na conversa a aceita ou a encerra.

Promete: o estado muda na mesma gravação que põe o fato na trilha, só para a frente (`OPEN` → `ACCEPTED` →
`CLOSED`), e repetir não muda nada. Limite: só as entregas que o registro cita, as últimas da
conversa (`data.handoff` e `data.older`).
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
from pyloto_stream.stores.values import Data

MOVES: Mapping[str, tuple[Status, tuple[Status, ...]]] = {
    ACTIONS["takeover"]: ("ACCEPTED", BEFORE["ACCEPTED"]),
    "HUMAN_REPLIED": ("ACCEPTED", BEFORE["ACCEPTED"]),
    ACTIONS["release"]: ("CLOSED", BEFORE["CLOSED"]),
    ACTIONS["close"]: ("CLOSED", BEFORE["CLOSED"]),
    "HANDOFF_RELEASED": ("CLOSED", ("ACCEPTED",)),
}
"""A que estado um fato leva a entrega que cita, e de quais. O prazo não encerra a que ninguém aceitou."""


class Move(NamedTuple):
    """Uma mudança: para onde, de onde, e o instante (ISO) do fato que a causa."""

    status: Status
    before: tuple[Status, ...]
    at: str


def moves_of(user_key: str, records: Iterable[Record]) -> dict[str, list[Move]]:
    """As mudanças que `records` trazem, na ordem, pelo caminho da entrega."""
    moves: dict[str, list[Move]] = {}
    for record in records:
        if not isinstance(record, ActionRecord) or record.action not in MOVES:
            continue
        move = Move(*MOVES[record.action], iso(record.at_ms))
        for named in f"{record.data.get('older', '')} {record.data.get('handoff', '')}".split():
            moves.setdefault(path("handoffs", scoped_id(user_key, named)), []).append(move)
    return moves


async def moved(
    documents: Documents, writes: Sequence[Write], moves: Mapping[str, Sequence[Move]]
) -> Sequence[Write]:
    """`writes` com `moves`: no que nasce na mesma gravação, ou no que está gravado e ainda pode ir até lá.

    Quem grava trata o conflito relendo: outro pode mexer na entrega entre esta leitura e a gravação.
    """
    if not moves:
        return writes
    born = {write.path for write in writes if isinstance(write, Create)}
    found = await asyncio.gather(*(documents.get(place) for place in moves if place not in born))
    updates = [_update(document, moves[document.path]) for document in found if document is not None]
    return [_born(write, moves) for write in writes] + [update for update in updates if update is not None]


def _born(write: Write, moves: Mapping[str, Sequence[Move]]) -> Write:
    if not isinstance(write, Create) or write.path not in moves:
        return write
    return Create(write.path, {**write.data, **_after(write.data, moves[write.path])})


def _update(document: Document, moves: Iterable[Move]) -> Update | None:
    changed = _after(document.data, moves)
    return Update(document.path, changed, document.version) if changed else None


def _after(data: Data, moves: Iterable[Move]) -> Data:
    """O que `moves` mudam numa entrega; vazio se nada."""
    status, changed = data.get("status"), Data()
    for move in moves:
        if status in move.before:
            status, changed = move.status, {"status": move.status, "updated_at": move.at}
    return changed
