"""Como se apaga o que passou do prazo sem levar o que mudou no meio, nem segurar quem trabalha?

Promete: lotes pequenos; um documento só se apaga se ainda está como foi lido; repetir continua de onde se
parou; no ensaio (`dry`) nada se grava. Limite: o que mudou enquanto se olhava fica para a próxima vez.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import msgspec

from pyloto_stream.stores.ports import ConflictError, Delete, Document, Documents, Query, scan

BATCH = 200
"""Documentos por gravação: menos de um segundo de quem espera a vez de gravar."""


class Tally(msgspec.Struct):
    """O que houve, ou haveria, numa coleção. `kept`: vencidos que mudaram no meio; `error`: o que falhou."""

    name: str
    removed: int = 0
    kept: int = 0
    error: str = ""


class Sweeping(msgspec.Struct, frozen=True):
    """Uma passada: sobre que banco, em que instante, se é ensaio, e a quem se diz que anda."""

    documents: Documents
    now_ms: int
    dry: bool
    tell: Callable[[int], None]


Gone = Callable[[Sequence[Document]], Awaitable[None]]


async def older(documents: Documents, collection: str, field: str, before: str) -> AsyncIterator[Document]:
    """Os documentos cujo `field` (instante ISO) é anterior a `before`, do mais velho ao mais novo."""
    async for document in scan(documents, Query(collection, order_by=field, limit=BATCH)):
        value = document.data[field]
        if not isinstance(value, str) or value >= before:
            return
        yield document


async def remove(
    sweeping: Sweeping, found: AsyncIterator[Document], tally: Tally, gone: Gone | None = None
) -> None:
    """Apaga `found` em lotes; `gone` recebe, de cada lote, os que de fato se apagaram (ou se apagariam).

    Raises:
        UnavailableError: o banco não respondeu; o que se contou está apagado.
    """
    batch = list[Document]()
    async for document in found:
        batch.append(document)
        if len(batch) == BATCH:
            await _batch(sweeping, batch, tally, gone)
            batch = []
    await _batch(sweeping, batch, tally, gone)


async def _batch(sweeping: Sweeping, batch: Sequence[Document], tally: Tally, gone: Gone | None) -> None:
    deleted = [*batch] if sweeping.dry else await _deleted(sweeping.documents, batch, tally)
    tally.removed += len(deleted)
    sweeping.tell(len(deleted))
    if gone is not None:
        await gone(deleted)


async def _deleted(documents: Documents, batch: Sequence[Document], tally: Tally) -> list[Document]:
    if not batch:
        return []
    try:
        await documents.write(*(Delete(document.path, document.version) for document in batch))
    except ConflictError:
        return [document for document in batch if await _one(documents, document, tally)]
    return [*batch]


async def _one(documents: Documents, document: Document, tally: Tally) -> bool:
    try:
        await documents.write(Delete(document.path, document.version))
    except ConflictError:
        tally.kept += await documents.get(document.path) is not None
        return False
    return True
