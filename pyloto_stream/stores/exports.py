"""Quem pediu que exportação, e em que pé ela está? O documento `exports/{export_id}`.

Estados: `RUNNING` → `DONE`, ou `RUNNING` → `FAILED`. Promete: o estado só muda de quem o leu por último, na
mesma gravação que põe o fato na trilha da conversa; quem perdeu o documento (apagado com a pessoa, ou dado
por abandonado) não o faz renascer. Quem exporta renova um prazo; vencido o prazo, outro pode dá-la por
abandonada. Limite: `FAILED` de quem morreu não entra na trilha, que já tem o pedido.
"""

from typing import TYPE_CHECKING, Literal

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.audit_log import TRIES, AuditLogStore
from pyloto_stream.stores.chain import AuditEvent, link
from pyloto_stream.stores.objects import is_path
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import (
    TTL_FIELD,
    ConflictError,
    Create,
    Document,
    Documents,
    Query,
    Update,
    Write,
    scan,
)
from pyloto_stream.stores.times import DAY_MS, iso

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pyloto_stream.stores.values import Data

RETENTION_DAYS = 30
"""Dias desde o pedido (produto, seção 10): do documento e do objeto."""
LEASE_MS = 5 * 60_000
"""Sem sinal de vida por este tempo, quem exportava morreu."""
SCOPE = ("profile", "messages", "sessions", "handoffs", "audit")

_LOST = "the export is no longer ours: the person was erased, or it took too long"

Format = Literal["txt", "md", "json"]
Status = Literal["RUNNING", "DONE", "FAILED"]


class ExportLostError(PermanentError):
    """A exportação deixou de ser de quem a faz: a pessoa foi esquecida, ou o prazo venceu."""

    code = "export_lost"


class Export(msgspec.Struct, frozen=True):
    """Uma exportação. `version` é a do documento lido; `lease_until`, até quando se espera por quem a faz."""

    id: str
    user_key: str
    requested_by: str
    format: Format
    include_pii: bool
    status: Status
    path: str
    created_at: str
    lease_until: str
    expires_at: str
    scope: list[str] = []
    finished_at: str = ""
    error: str = ""
    messages: int = 0
    events: int = 0
    size: int = 0
    version: str = ""


def object_path(export_id: str, form: Format) -> str:
    """Onde fica o arquivo: não diz de quem é."""
    return f"exports/{export_id}.{form}"


def export_path(export_id: str) -> str:
    """Onde fica o documento."""
    return path("exports", export_id)


class ExportStore:
    """As exportações sobre qualquer banco de documentos."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def begin(
        self, wanted: tuple[str, str, str, Format], event: AuditEvent, now_ms: int, *, include_pii: bool
    ) -> Export:
        """Anota o pedido (id, conversa, quem pede, forma), e o fato `event` na trilha, juntos.

        Raises:
            ConflictError: a trilha não parou de andar; nada foi anotado.
            UnavailableError: o banco não respondeu.
        """
        export_id, user_key, requested_by, form = wanted
        data: Data = {
            "id": export_id,
            "user_key": user_key,
            "requested_by": requested_by,
            "scope": [*SCOPE],
            "format": form,
            "include_pii": include_pii,
            "status": "RUNNING",
            "path": object_path(export_id, form),
            "created_at": iso(now_ms),
            "lease_until": iso(now_ms + LEASE_MS),
            TTL_FIELD: iso(now_ms + RETENTION_DAYS * DAY_MS),
        }
        version = await self._with(user_key, Create(export_path(export_id), data), event)
        return _export(Document(export_path(export_id), data, version))

    async def renew(self, export: Export, now_ms: int) -> Export:
        """Diz que ainda há quem a faça.

        Raises:
            ExportLostError: já não é de quem a faz.
        """
        change: Data = {"lease_until": iso(now_ms + LEASE_MS)}
        return await self._update(export, change)

    async def finish(
        self, export: Export, counts: tuple[int, int, int], event: AuditEvent, now_ms: int
    ) -> None:
        """Está feita, com tantas mensagens, eventos e bytes; e o fato `event` na trilha, juntos.

        Raises:
            ExportLostError: já não é de quem a fez; nada foi gravado.
        """
        messages, events, size = counts
        change: Data = {
            "status": "DONE",
            "finished_at": iso(now_ms),
            "messages": messages,
            "events": events,
            "size": size,
        }
        await self._with(export.user_key, Update(export_path(export.id), change, export.version), event)

    async def fail(self, export: Export, code: str, now_ms: int) -> None:
        """Não deu certo; `code` diz por quê.

        Raises:
            ExportLostError: já não é de quem a fazia, ou não existe.
        """
        await self._update(export, {"status": "FAILED", "error": code, "finished_at": iso(now_ms)})

    async def get(self, export_id: str) -> Export | None:
        """Uma exportação, ou `None`."""
        document = await self._documents.get(export_path(export_id))
        return _export(document) if document else None

    async def abandoned(self, now_ms: int, user_key: str = "") -> "AsyncIterator[Export]":
        """As `RUNNING` cujo prazo venceu, de uma conversa ou todas; as que não se leem, o vencimento leva."""
        owner = (("user_key", user_key),) if user_key else ()
        async for document in scan(self._documents, Query("exports", (("status", "RUNNING"), *owner))):
            try:
                export = _export(document)
            except PermanentError:
                continue
            if export.lease_until < iso(now_ms) and is_path(export.path):
                yield export

    async def _update(self, export: Export, change: "Data") -> Export:
        try:
            (version,) = await self._documents.write(Update(export_path(export.id), change, export.version))
        except ConflictError:
            raise ExportLostError(_LOST) from None
        return msgspec.convert({**msgspec.to_builtins(export), **change, "version": version}, Export)

    async def _with(self, user_key: str, write: Write, event: AuditEvent) -> str:
        """Grava `write` e `event` juntos; devolve a versão de `write`."""
        log = AuditLogStore(self._documents)
        for _ in range(TRIES):
            links, _head = link(user_key, await log.head(user_key), [event])
            try:
                versions = await self._documents.write(write, *links)
            except ConflictError:
                if isinstance(write, Update) and await self._moved(write):
                    raise ExportLostError(_LOST) from None
                continue
            return versions[0]
        raise ConflictError("the chain keeps moving")

    async def _moved(self, write: Update) -> bool:
        found = await self._documents.get(write.path)
        return found is None or found.version != write.version


def _export(document: Document) -> Export:
    try:
        return msgspec.convert({**document.data, "version": document.version}, Export)
    except msgspec.ValidationError as error:
        raise PermanentError("stored export does not decode", code="undecodable_document") from error
