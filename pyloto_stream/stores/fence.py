"""Como se separa o que uma pessoa esquecida deixou do que ela diz depois? Por uma cerca na cadeia dela.

A cerca é o evento `PERSON_FORGOTTEN`, e a ponta guarda (`void`) o último turno de antes dele. Promete: o que
um turno de antes ainda queira gravar com a cadeia não passa (`trail.py`); o que é novo tem na cadeia, depois
da cerca, o evento que se gravou com ele ou antes dele, e por isso se reconhece sem relógio; a cadeia confere
a cada passo, e a cerca acaba por ser o evento mais antigo dela: é a prova. Repetir não põe outra, se nada
aconteceu desde a última; só `void` avança. Limite: o que se grava sem mover a cadeia não passa pela cerca.
"""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.anchor_check import FORGOTTEN
from pyloto_stream.stores.audit_log import TRIES, AuditLogStore
from pyloto_stream.stores.chain import GENESIS, AuditEvent, ChainHead, event_path, head_path, link
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import (
    ConflictError,
    Create,
    Delete,
    Document,
    Documents,
    Query,
    Update,
    Write,
    scan,
)
from pyloto_stream.stores.values import Data

ERASED = "ERASURE_DONE"
"""Ação do evento que diz que tudo o que estava antes da cerca foi apagado, e quanto era."""
_PAGE = 200
_TOLD = 10
"""Vezes seguidas que se pode ter dito que se apagou; mais, e põe-se outra cerca."""


class Fence(msgspec.Struct, frozen=True):
    """A cerca: seu número na cadeia e seu instante.

    `found`: já estava lá; `finished`: e o que estava antes dela já se apagou todo.
    """

    user_key: str
    seq: int
    at: str
    found: bool = False
    finished: bool = False


async def raise_fence(documents: Documents, user_key: str, event: AuditEvent, number: int) -> Fence:
    """Põe a cerca `event`, ou acha a que já é o fim da cadeia; `number`: o último turno de antes dela.

    Raises:
        ConflictError: a cadeia não parou de andar.
        UnavailableError: o banco não respondeu.
    """
    newest = Query(_events(user_key), order_by="seq", descending=True, limit=_TOLD)
    for _ in range(TRIES):
        head = await _readable_head(documents, user_key)
        events = [document.data for document in await documents.query(newest)]
        standing = _standing(user_key, events) if head.version else None
        head = _beyond(head, events)
        void = max(number, head.void)
        writes, after = link(user_key, head, [] if standing else [event])
        if writes:
            writes[-1] = _with(writes[-1], void)
        elif head.version and void > head.void:  # quem cortou antes pode ter parado sem chegar aqui
            writes = [Update(head_path(user_key), {"void": void}, head.version)]
        try:
            if writes:
                await documents.write(*writes)
        except ConflictError:
            continue
        return standing or Fence(user_key, after.seq, event.timestamp)
    raise ConflictError("the chain keeps moving")


async def clear(documents: Documents, fence: Fence, tell: Callable[[int], None]) -> int:
    """Apaga da cadeia o que está antes da cerca, e o que nela não tem número; devolve quantos.

    Raises:
        ConflictError: a cadeia não parou de andar; o que saiu, saiu.
        UnavailableError: o banco não respondeu.
    """
    log, gone, tries = AuditLogStore(documents), 0, 0
    while True:
        try:
            count = await log.cut(fence.user_key, fence.seq)
        except ConflictError:
            tries += 1
            if tries == TRIES:
                raise
            continue
        if not count:
            break
        gone, tries = gone + count, 0
        tell(count)
    async for document in scan(documents, Query(_events(fence.user_key), limit=_PAGE)):
        seq = document.data.get("seq")
        if not isinstance(seq, int) or seq < fence.seq:
            await documents.write(Delete(document.path))
            gone += 1
    await _begin(documents, fence)
    return gone


async def older(
    documents: Documents,
    fence: Fence,
    page: Sequence[Document],
    event_of: Callable[[Document], str],
    is_old: Callable[[Document], bool],
) -> list[Document]:
    """Os documentos de `page`, já lidos, que são de antes da cerca.

    `event_of`: id do evento que se gravou com o documento, ou antes; vazio se não há: então `is_old` decide.

    Raises:
        UnavailableError: o banco não respondeu.
    """
    head = await AuditLogStore(documents).head(fence.user_key)  # depois da página: o que ela tem, ele conta

    async def is_new(document: Document) -> bool:
        name = event_of(document)
        if not name:
            return not is_old(document)
        if head.seq == fence.seq:
            return False
        event = await documents.get(event_path(fence.user_key, name))
        seq = event.data.get("seq") if event else None
        return isinstance(seq, int) and fence.seq < seq <= head.seq

    verdicts = await asyncio.gather(*map(is_new, page))
    return [document for document, new in zip(page, verdicts, strict=True) if not new]


async def _readable_head(documents: Documents, user_key: str) -> ChainHead:
    """A ponta; uma estragada vale por nenhuma, mas é por cima dela que se grava."""
    try:
        return await AuditLogStore(documents).head(user_key)
    except PermanentError:
        document = await documents.get(head_path(user_key))
        return ChainHead(version=document.version if document else "")


def _beyond(head: ChainHead, newest: Sequence[Data]) -> ChainHead:
    """A ponta, e nunca antes de um evento: numa cadeia estragada, nada velho passa por novo."""
    for event in newest:
        seq = event.get("seq")
        if isinstance(seq, int) and seq > head.seq:
            return msgspec.structs.replace(head, seq=seq, hash=str(event.get("hash", "")))
    return head


def _standing(user_key: str, newest: Sequence[Data]) -> Fence | None:
    """A cerca depois da qual nada aconteceu, a não ser dizer que se apagou."""
    finished = False
    for event in newest:
        seq, at = event.get("seq"), event.get("timestamp")
        if event.get("action") == FORGOTTEN and isinstance(seq, int) and isinstance(at, str):
            return Fence(user_key, seq, at, found=True, finished=finished)
        if event.get("action") != ERASED:
            return None
        finished = True
    return None


async def _begin(documents: Documents, fence: Fence) -> None:
    """A cadeia começa na cerca, também se o que vinha antes não fechava."""
    oldest = Query(_events(fence.user_key), order_by="seq", limit=1)
    for _ in range(TRIES):
        head = await documents.get(head_path(fence.user_key))
        events = await documents.query(oldest)
        if head is None or not events or events[0].data.get("seq") != fence.seq:
            return
        start: Data = {"start_hash": events[0].data.get("prev_hash", ""), "start_seq": fence.seq - 1}
        if start.items() <= {"start_hash": GENESIS, "start_seq": 0, **head.data}.items():
            return
        try:
            await documents.write(Update(head.path, start, head.version))
        except ConflictError:
            continue
        return
    raise ConflictError("the chain keeps moving")


def _with(write: Write, void: int) -> Write:
    """A gravação da ponta, que também diz que turnos já não valem."""
    assert isinstance(write, Create | Update)  # noqa: S101 — é o que `link` põe por último
    return msgspec.structs.replace(write, data={**write.data, "void": void})


def _events(user_key: str) -> str:
    return path("conversations", user_key, "audit")
