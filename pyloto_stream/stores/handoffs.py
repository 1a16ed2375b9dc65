"""Quem espera por uma pessoa, e em que ordem? A fila de entregas em `handoffs/{id}`.

Estados: `OPEN` → `ACCEPTED` → `CLOSED`, ou `OPEN` → `CLOSED`. De dois operadores que aceitam juntos, um só
consegue.
"""

from typing import TYPE_CHECKING, Literal

import msgspec

from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.conversation.records import HandoffRecord
from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import (
    ConflictError,
    Create,
    Document,
    Documents,
    Position,
    Query,
    Update,
    position,
)
from pyloto_stream.stores.sessions import scoped_id
from pyloto_stream.stores.times import iso

if TYPE_CHECKING:
    from pyloto_stream.stores.values import Data

Status = Literal["OPEN", "ACCEPTED", "CLOSED"]

Level = Literal["high", "medium", "low"]

BEFORE: dict[Status, tuple[Status, ...]] = {
    "OPEN": (),
    "ACCEPTED": ("OPEN",),
    "CLOSED": ("OPEN", "ACCEPTED"),
}
"""De que estados se chega a cada um."""
LEVELS: tuple[Level, ...] = ("high", "medium", "low")


class Handoff(msgspec.Struct, frozen=True):
    """Uma entrega. `id` é único no sistema; `handoff_id`, na conversa.

    `queue_key` ordena a fila: nível, nota, tempo de espera.
    """

    id: str
    handoff_id: str
    session_id: str
    user_key: str
    tenant_id: str
    status: Status
    created_at: str
    updated_at: str
    queue_key: str
    intent_primary: str
    intents_detected: list[str] = []
    resolved_intents: list[str] = []
    open_intents: list[str] = []
    summary: str = ""
    requirements: dict[str, object] = {}
    deadline: str = ""
    routing: str = ""
    confidence: float = 0.0
    qualification_level: Level = "low"
    qualification_reasons: list[str] = []
    lead_score: int = 0


def handoff_write(user_key: str, tenant_id: str, record: HandoffRecord) -> Create:
    """Gravação de uma entrega nova, `OPEN`."""
    key = scoped_id(user_key, record.id)
    at = iso(record.at_ms)
    level = LEVELS.index(record.qualification_level)
    data: Data = {
        **msgspec.json.decode(msgspec.json.encode(record)),
        "id": key,
        "handoff_id": record.id,
        "user_key": user_key,
        "tenant_id": tenant_id,
        "status": "OPEN",
        "created_at": at,
        "updated_at": at,
        "queue_key": f"{level}-{100 - min(max(record.lead_score, 0), 100):03d}-{at}",
    }
    del data["record"], data["at_ms"]
    return Create(path("handoffs", key), data)


class HandoffStore:
    """A fila de entregas sobre qualquer banco de documentos."""

    def __init__(self, documents: Documents, tenant_id: str = "default", clock: Clock = system_clock) -> None:
        self._documents = documents
        self._tenant_id = tenant_id
        self._clock = clock

    async def add(self, user_key: str, record: HandoffRecord) -> bool:
        """Grava uma entrega nova; `False` se já estava lá."""
        write = handoff_write(user_key, self._tenant_id, record)
        return await self._documents.create(write.path, write.data)

    async def get(self, handoff_id: str) -> Handoff | None:
        """Uma entrega pelo `id` do sistema, ou `None`."""
        document = await self._documents.get(path("handoffs", handoff_id))
        return _handoff(document) if document else None

    async def queue(
        self,
        status: Status = "OPEN",
        *,
        level: Level | None = None,
        start: Position | None = None,
        limit: int = 50,
    ) -> tuple[list[Handoff], Position | None]:
        """Entregas em `status`, a mais urgente primeiro, e onde continuar (`None`: acabou).

        `level`: só as desse nível, que na ordem da fila estão juntas.
        """
        prefix = "" if level is None else f"{LEVELS.index(level)}-"
        after = start or (Position(prefix, "0") if prefix else None)
        query = Query("handoffs", (("status", status),), "queue_key", after=after, limit=limit + 1)
        found = await self._documents.query(query)
        found = [document for document in found if str(document.data["queue_key"]).startswith(prefix)]
        last = position(found[limit - 1], "queue_key") if len(found) > limit else None
        return [_handoff(document) for document in found[:limit]], last

    async def accept(self, handoff_id: str) -> bool:
        """Uma pessoa assume; `False` se não existe ou já não está `OPEN`."""
        return await self._move(handoff_id, "ACCEPTED")

    async def close(self, handoff_id: str) -> bool:
        """Encerra; `False` se não existe ou já está `CLOSED`."""
        return await self._move(handoff_id, "CLOSED")

    async def _move(self, handoff_id: str, status: Status) -> bool:
        while True:
            document = await self._documents.get(path("handoffs", handoff_id))
            if document is None or _handoff(document).status not in BEFORE[status]:
                return False
            change: Data = {"status": status, "updated_at": iso(self._clock())}
            try:
                await self._documents.write(Update(document.path, change, document.version))
            except ConflictError:
                continue  # outro mexeu no meio: o estado novo decide
            return True


def _handoff(document: Document) -> Handoff:
    try:
        return msgspec.convert(document.data, Handoff)
    except msgspec.ValidationError as error:
        raise PermanentError("stored handoff does not decode", code="undecodable_document") from error
