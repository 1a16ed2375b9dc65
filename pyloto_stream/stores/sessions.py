"""Onde ficam as sessões encerradas? Em `sessions/{id}`, uma vez cada, para sempre iguais."""

from typing import TYPE_CHECKING

import msgspec

from pyloto_stream.conversation.records import Outcome, SessionRecord
from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import Create, Document, Documents, Position, Query, position
from pyloto_stream.stores.times import iso

if TYPE_CHECKING:
    from pyloto_stream.stores.values import Data


class ClosedSession(msgspec.Struct, frozen=True):
    """Uma sessão encerrada. `id` é único no sistema; `session_id`, na conversa. Instantes em ISO 8601."""

    id: str
    session_id: str
    user_key: str
    tenant_id: str
    opened_at: str
    closed_at: str
    outcome: Outcome
    intents: list[str] = []
    facts: dict[str, str] = {}
    summary: str = ""
    prompt_version: str = ""


def scoped_id(user_key: str, record_id: str) -> str:
    """Id único no sistema para um registro cujo id só é único na conversa."""
    return f"{user_key}.{record_id}"


def session_write(user_key: str, tenant_id: str, record: SessionRecord) -> Create:
    """Gravação de uma sessão encerrada."""
    data: Data = {
        "id": scoped_id(user_key, record.id),
        "session_id": record.id,
        "user_key": user_key,
        "tenant_id": tenant_id,
        "opened_at": iso(record.opened_at_ms),
        "closed_at": iso(record.closed_at_ms),
        "outcome": record.outcome,
        "intents": list(record.intents),
        "facts": dict(record.facts),
        "summary": record.summary,
        "prompt_version": record.prompt_version,
    }
    return Create(path("sessions", scoped_id(user_key, record.id)), data)


class SessionStore:
    """Sessões encerradas sobre qualquer banco de documentos."""

    def __init__(self, documents: Documents, tenant_id: str = "default") -> None:
        self._documents = documents
        self._tenant_id = tenant_id

    async def add(self, user_key: str, record: SessionRecord) -> bool:
        """Grava; `False` se já estava lá."""
        write = session_write(user_key, self._tenant_id, record)
        return await self._documents.create(write.path, write.data)

    async def get(self, session_id: str) -> ClosedSession | None:
        """Uma sessão pelo `id` do sistema, ou `None`."""
        document = await self._documents.get(path("sessions", session_id))
        return _session(document) if document else None

    async def of(
        self, user_key: str, *, start: Position | None = None, limit: int = 50
    ) -> tuple[list[ClosedSession], Position | None]:
        """Sessões de uma pessoa, da mais recente para trás, e onde continuar (`None`: acabou)."""
        where = (("user_key", user_key),)
        query = Query("sessions", where, "closed_at", descending=True, after=start, limit=limit + 1)
        found = await self._documents.query(query)
        last = position(found[limit - 1], "closed_at") if len(found) > limit else None
        return [_session(document) for document in found[:limit]], last


def _session(document: Document) -> ClosedSession:
    try:
        return msgspec.convert(document.data, ClosedSession)
    except msgspec.ValidationError as error:
        raise PermanentError("stored session does not decode", code="undecodable_document") from error
