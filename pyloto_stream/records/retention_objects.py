"""Que arquivos passaram do prazo? Exportações, mídia, âncoras, e o que ficou sem documento.

Promete: um arquivo de mídia que volta enquanto se apaga fica (o objeto só sai se ainda é o velho; ver
`REUSE_DAYS`); uma exportação em curso não é tocada; uma âncora só sai com a trilha que prova. Limite: um
objeto de mais de um dia cujo documento ainda está a caminho (a auditoria parada por tanto tempo) passa por
abandonado.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence

from pyloto_stream.records.export import sweep
from pyloto_stream.records.exporter import GcsHistoryExporter
from pyloto_stream.records.retention_batches import Gone, Sweeping, Tally, older, remove
from pyloto_stream.stores.anchor_check import KEPT_DAYS
from pyloto_stream.stores.exports import ExportStore, export_path
from pyloto_stream.stores.media import RETENTION_DAYS, media_path, people_path
from pyloto_stream.stores.objects import ObjectEntry, Objects, is_path
from pyloto_stream.stores.ports import TTL_FIELD, Document
from pyloto_stream.stores.times import DAY_MS, iso

ORPHAN_MS = DAY_MS
"""Antes disso, um objeto sem documento pode estar a caminho."""
_TOGETHER = 16
"""Objetos de que se trata ao mesmo tempo."""
_SHA256 = re.compile(r"media/[0-9a-f]{2}/([0-9a-f]{64})", re.ASCII)
_EXPORT = re.compile(r"exports/([A-Za-z0-9_-]+)\.[a-z]+", re.ASCII)
_ANCHOR = re.compile(r"anchors/(\d{4}-\d\d-\d\d)\.jsonl(?:\.sig)?", re.ASCII)


async def exports(sweeping: Sweeping, objects: Objects, tally: Tally, files: Tally) -> None:
    """Documento e arquivo das que venceram; as de quem morreu no meio viram `FAILED`, sem arquivo."""
    store, now = ExportStore(sweeping.documents), iso(sweeping.now_ms)
    if sweeping.dry:
        async for export in store.abandoned(sweeping.now_ms):
            if export.expires_at >= now:  # as vencidas se contam abaixo
                await _delete(sweeping, objects, export.path, files, sweeping.now_ms)
    else:
        exporter = GcsHistoryExporter(sweeping.documents, objects)
        files.removed += await sweep(store, exporter, sweeping.now_ms)
    found = older(sweeping.documents, "exports", TTL_FIELD, now)
    await remove(sweeping, found, tally, _with_files(sweeping, objects, files, sweeping.now_ms))


async def media(sweeping: Sweeping, objects: Objects, tally: Tally, files: Tally, people: Tally) -> None:
    """Documento e arquivo do que não chega há `RETENTION_DAYS`; o arquivo só se também ele é tão velho.

    `people`: quem o mandou, que vence junto.
    """
    before_ms, now = sweeping.now_ms - RETENTION_DAYS * DAY_MS, iso(sweeping.now_ms)
    files_gone = _with_files(sweeping, objects, files, before_ms)

    async def gone(documents: Sequence[Document]) -> None:
        await files_gone(documents)
        for document in documents:
            senders = older(sweeping.documents, people_path(document.id), TTL_FIELD, now)
            await remove(sweeping, senders, people)

    await remove(sweeping, older(sweeping.documents, "media", TTL_FIELD, now), tally, gone)


async def media_orphans(sweeping: Sweeping, objects: Objects, tally: Tally) -> None:
    """Arquivos de mídia cujo documento não existe."""
    await _orphans(sweeping, objects, tally, "media/", lambda name: _named(_SHA256, name, media_path))


async def export_orphans(sweeping: Sweeping, objects: Objects, tally: Tally) -> None:
    """Arquivos de exportação cujo documento não existe."""
    await _orphans(sweeping, objects, tally, "exports/", lambda name: _named(_EXPORT, name, export_path))


async def anchors(sweeping: Sweeping, objects: Objects, tally: Tally) -> None:
    """As de dias de que a trilha já nada guarda, com os selos delas."""
    last = iso(sweeping.now_ms - KEPT_DAYS * DAY_MS)[:10]
    async for entry in objects.list("anchors/"):
        named = _ANCHOR.fullmatch(entry.path)
        if named and named[1] < last:
            await _delete(sweeping, objects, entry.path, tally, sweeping.now_ms)


def _with_files(sweeping: Sweeping, objects: Objects, files: Tally, before_ms: int) -> Gone:
    """Depois dos documentos, os arquivos deles: o que uma queda deixa entre os dois fica sem documento."""

    async def gone(documents: Sequence[Document]) -> None:
        paths = [str(document.data.get("path", "")) for document in documents]
        owned = [path for path in paths if is_path(path)]
        for start in range(0, len(owned), _TOGETHER):
            together = owned[start : start + _TOGETHER]
            await asyncio.gather(*(_delete(sweeping, objects, path, files, before_ms) for path in together))

    return gone


async def _orphans(
    sweeping: Sweeping, objects: Objects, tally: Tally, prefix: str, place: Callable[[str], str]
) -> None:
    before_ms = sweeping.now_ms - ORPHAN_MS

    async def judge(entry: ObjectEntry) -> None:
        owner = place(entry.path)
        if owner and await sweeping.documents.get(owner) is None:
            await _delete(sweeping, objects, entry.path, tally, before_ms)

    async for entries in _batches(objects.list(prefix)):
        await asyncio.gather(*(judge(entry) for entry in entries if entry.created_at_ms < before_ms))


async def _batches(entries: AsyncIterator[ObjectEntry]) -> AsyncIterator[list[ObjectEntry]]:
    batch = list[ObjectEntry]()
    async for entry in entries:
        batch.append(entry)
        if len(batch) == _TOGETHER:
            yield batch
            batch = []
    yield batch


def _named(form: re.Pattern[str], path: str, place: Callable[[str], str]) -> str:
    """O documento de um objeto; vazio se não tem a forma de um nosso, que então não se toca."""
    named = form.fullmatch(path)
    return place(named[1]) if named else ""


async def _delete(sweeping: Sweeping, objects: Objects, path: str, tally: Tally, before_ms: int) -> None:
    if sweeping.dry:
        found = await objects.head(path)
        removed = found is not None and found.created_at_ms < before_ms
    else:
        removed = await objects.delete(path, before_ms=before_ms)
    tally.removed += removed
    sweeping.tell(int(removed))
