"""Como se registra um fato sem que ninguém o apague em silêncio? Numa cadeia por conversa, que só cresce.

Promete: cada evento uma vez (o id decide), sem lacuna e sem bifurcação, com qualquer número de gravadores ao
mesmo tempo: quem perde a corrida relê e tenta de novo. Limite: detecta alteração, não a impede (ver
`chain.py`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import takewhile

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.chain import (
    AuditEvent,
    ChainHead,
    event_path,
    head_path,
    link,
)
from pyloto_stream.stores.chain_check import verify_chain
from pyloto_stream.stores.chain_walk import Verdict
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import (
    ConflictError,
    Delete,
    Document,
    Documents,
    Query,
    Update,
    Write,
    scan,
)
from pyloto_stream.stores.values import Data

TRIES = 5
_PAGE = 200


class StoredEvent(AuditEvent, frozen=True):
    """Um evento como está gravado."""

    seq: int = 0
    prev_hash: str = ""
    hash: str = ""


class AuditLogStore:
    """A trilha de auditoria sobre qualquer banco de documentos."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def head(self, user_key: str) -> ChainHead:
        """A ponta gravada; sem ela, o último evento que houver; sem nenhum, `GENESIS`."""
        return await self.tip(user_key) or await self.newest(user_key)

    async def tip(self, user_key: str) -> ChainHead | None:
        """A ponta gravada."""
        document = await self._documents.get(head_path(user_key))
        return _head(document, document.version) if document else None

    async def newest(self, user_key: str) -> ChainHead:
        """O último evento como ponta, para quando não há outra; sem nenhum, `GENESIS`."""
        newest = Query(_collection(user_key), order_by="seq", descending=True, limit=1)
        events = await self._documents.query(newest)
        return _head(events[0], "") if events else ChainHead()

    async def append(
        self, user_key: str, *events: AuditEvent, expected_prev_hash: str | None = None
    ) -> ChainHead:
        """Acrescenta os `events` que faltam, juntos e na ordem; devolve a ponta. Repetir não duplica.

        Raises:
            ConflictError: a ponta não é `expected_prev_hash`, ou a disputa não cedeu em `TRIES` tentativas.
        """
        for _ in range(TRIES):
            fresh = await self.absent(user_key, events)
            head = await self.head(user_key)
            if not fresh:
                return head
            if expected_prev_hash is not None and head.hash != expected_prev_hash:
                raise ConflictError("the chain has moved on")
            writes, after = link(user_key, head, fresh)
            try:
                versions = await self._documents.write(*writes)
            except ConflictError:
                continue
            return msgspec.structs.replace(after, version=versions[-1])
        raise ConflictError("the chain keeps moving")

    async def absent(self, user_key: str, events: Sequence[AuditEvent]) -> list[AuditEvent]:
        """Os que ainda não estão na trilha, na ordem."""
        places = [self._documents.get(event_path(user_key, event.event_id)) for event in events]
        stored = await asyncio.gather(*places)
        return [event for event, document in zip(events, stored, strict=True) if document is None]

    async def events(self, user_key: str) -> AsyncIterator[StoredEvent]:
        """Todos os eventos, do mais antigo ao mais novo.

        Raises:
            PermanentError: code `undecodable_document`.
        """
        async for document in scan(
            self._documents, Query(_collection(user_key), order_by="seq", limit=_PAGE)
        ):
            try:
                yield msgspec.convert(document.data, StoredEvent)
            except msgspec.ValidationError as error:
                raise PermanentError("audit event does not decode", code="undecodable_document") from error

    async def verify(self, user_key: str) -> Verdict:
        """Confere a cadeia inteira; ver `verify_chain`."""
        return await verify_chain(self._documents, user_key)

    async def trim(self, user_key: str, before: str) -> int:
        """Apaga os eventos mais antigos, anteriores a `before` (ISO), e anota onde a cadeia recomeça.

        Devolve quantos; no máximo `_PAGE` por chamada. O que resta continua conferível. Para no primeiro que
        não diz quando foi: a cadeia está estragada, e apagar dali em diante esconderia o estrago.

        Raises:
            ConflictError: a cadeia cresceu no meio; nada foi apagado.
        """
        return await self._cut(user_key, lambda event: is_before(event, before))

    async def cut(self, user_key: str, seq: int) -> int:
        """Apaga os eventos de número menor que `seq`; ver `trim`.

        Raises:
            ConflictError: a cadeia cresceu no meio; nada foi apagado.
        """
        return await self._cut(user_key, lambda event: isinstance(n := event["seq"], int) and n < seq)

    async def _cut(self, user_key: str, is_old: Callable[[Data], bool]) -> int:
        head = await self._documents.get(head_path(user_key))
        oldest = await self._documents.query(Query(_collection(user_key), order_by="seq", limit=_PAGE))
        old = list(takewhile(lambda document: is_old(document.data), oldest))
        if head is None or not old:
            return 0
        last = old[-1].data
        start: Data = {"start_hash": last.get("hash", ""), "start_seq": last["seq"]}
        writes: list[Write] = [Delete(document.path) for document in old]
        await self._documents.write(*writes, Update(head.path, start, head.version))
        return len(old)


def is_before(event: Data, before: str) -> bool:
    """Um evento gravado é anterior a `before` (ISO), e diz o seu número."""
    at = event.get("timestamp")
    return isinstance(at, str) and at < before and isinstance(event.get("seq"), int)


def _collection(user_key: str) -> str:
    return path("conversations", user_key, "audit")


def _head(document: Document, version: str) -> ChainHead:
    try:
        head = msgspec.convert(document.data, ChainHead)
    except msgspec.ValidationError as error:
        raise PermanentError("chain head does not decode", code="undecodable_document") from error
    return msgspec.structs.replace(head, version=version)
