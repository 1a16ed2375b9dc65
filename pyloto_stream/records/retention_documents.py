"""Que documentos passaram do prazo? Mensagens, sessões, entregas, perfis e a ponta velha de cada trilha.

Promete: a trilha só perde eventos da ponta velha, e o que resta confere; um perfil só sai quando a pessoa não
diz nada há um ano. Limite: o cabeçalho e a ponta da cadeia de uma conversa ficam, sem nada da pessoa além da
chave: sem eles a âncora de um dia acusaria a cadeia de ter sumido.
"""

from collections.abc import AsyncIterator

from pyloto_stream.records.retention_batches import BATCH, Sweeping, Tally, older, remove
from pyloto_stream.stores.anchor_check import KEPT_DAYS
from pyloto_stream.stores.audit_log import TRIES, AuditLogStore, is_before
from pyloto_stream.stores.conversations import header_path
from pyloto_stream.stores.media import files_path
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import TTL_FIELD, ConflictError, Document, Query, scan
from pyloto_stream.stores.profiles import PROFILES, history_path, profile_path
from pyloto_stream.stores.times import DAY_MS, iso

SESSION_DAYS = HANDOFF_DAYS = PROFILE_DAYS = 365
"""Como as mensagens de que vêm: desde o fim da sessão, a última mudança da entrega, o último contato."""


async def messages(sweeping: Sweeping, user_key: str, tally: Tally) -> None:
    """As de uma conversa, pelo vencimento de cada uma: também status sem mensagem."""
    collection = path("conversations", user_key, "messages")
    await remove(sweeping, older(sweeping.documents, collection, TTL_FIELD, _ago(sweeping, 0)), tally)


async def files(sweeping: Sweeping, user_key: str, tally: Tally) -> None:
    """Que arquivos uma conversa mandou; os arquivos saem com `media`."""
    found = older(sweeping.documents, files_path(user_key), TTL_FIELD, _ago(sweeping, 0))
    await remove(sweeping, found, tally)


async def audit(sweeping: Sweeping, user_key: str, tally: Tally) -> None:
    """A ponta velha de uma trilha.

    Raises:
        ConflictError: a trilha não parou de andar.
    """
    before = _ago(sweeping, KEPT_DAYS)
    if sweeping.dry:
        count = await _old_events(sweeping, user_key, before)
        tally.removed += count
        sweeping.tell(count)
        return
    log, tries = AuditLogStore(sweeping.documents), 0
    while True:
        try:
            count = await log.trim(user_key, before)
        except ConflictError:
            tries += 1
            if tries == TRIES:
                raise
            continue
        if not count:
            return
        tally.removed += count
        sweeping.tell(count)


async def sessions(sweeping: Sweeping, tally: Tally) -> None:
    """As encerradas há mais de `SESSION_DAYS`."""
    await remove(
        sweeping, older(sweeping.documents, "sessions", "closed_at", _ago(sweeping, SESSION_DAYS)), tally
    )


async def handoffs(sweeping: Sweeping, tally: Tally) -> None:
    """As que não mudam há mais de `HANDOFF_DAYS`, em qualquer estado: ninguém espera um ano."""
    await remove(
        sweeping, older(sweeping.documents, "handoffs", "updated_at", _ago(sweeping, HANDOFF_DAYS)), tally
    )


async def profiles(sweeping: Sweeping, tally: Tally) -> None:
    """Os de quem não fala há mais de `PROFILE_DAYS`; antes o histórico, para não ficar sem dono."""
    before = _ago(sweeping, PROFILE_DAYS)
    async for document in older(sweeping.documents, PROFILES, "updated_at", before):
        owner = document.data.get("user_key")
        if not isinstance(owner, str) or profile_path(owner) != document.path:
            tally.kept += 1
            continue
        header = await sweeping.documents.get(header_path(owner))
        if header is not None and str(header.data.get("last_message_at", "")) >= before:
            continue
        await remove(sweeping, older(sweeping.documents, history_path(owner), "at", before), tally)
        await remove(sweeping, _only(document), tally)


async def _old_events(sweeping: Sweeping, user_key: str, before: str) -> int:
    count = 0
    async for document in scan(
        sweeping.documents, Query(path("conversations", user_key, "audit"), order_by="seq", limit=BATCH)
    ):
        if not is_before(document.data, before):
            break
        count += 1
    return count


async def _only(document: Document) -> AsyncIterator[Document]:
    yield document


def _ago(sweeping: Sweeping, days: int) -> str:
    return iso(sweeping.now_ms - days * DAY_MS)
