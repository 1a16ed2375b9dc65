"""Como se entrega a alguém o que se guarda de uma conversa? `ExportConversationUseCase`, do pedido ao link.

Promete: o pedido está na trilha da conversa antes de se ler a primeira mensagem, e o fim também; quem falha
no meio não deixa arquivo à vista; quem morre no meio deixa um documento `RUNNING`, que a próxima exportação
da conversa, ou a retenção, dá por abandonado e limpa; dois ao mesmo tempo fazem dois arquivos. Uma pessoa
esquecida no meio não volta: a exportação dela perde o documento e apaga o arquivo. Limite: um link já dado
vale até vencer; apagar o objeto o encerra.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress

import msgspec

from pyloto_stream.clock import Clock
from pyloto_stream.conversation.records import OPERATOR
from pyloto_stream.errors import PylotoError
from pyloto_stream.records.export_content import local
from pyloto_stream.records.export_forms import About, Profile
from pyloto_stream.records.exporter import GcsHistoryExporter, Tell, Written
from pyloto_stream.stores.chain import AuditEvent
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.exports import LEASE_MS, Export, ExportLostError, ExportStore, Format
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.times import iso

REQUESTED, DONE = "EXPORT_REQUESTED", "EXPORT_DONE"
_RENEW_MS = LEASE_MS // 5

ProfileOf = Callable[[str, bool], Awaitable[Profile | None]]
"""O perfil de uma conversa em pares (nome, valor), com ou sem o que identifica a pessoa; `None`: não há."""


class ExportRequest(msgspec.Struct, frozen=True):
    """O que se pede. `ttl_s`: quanto dura o link; `reason`: as palavras de quem pede, sem dados pessoais."""

    user_key: str
    requested_by: str
    format: Format = "txt"
    include_pii: bool = False
    ttl_s: int = 3600
    reason: str = ""


class Exported(msgspec.Struct, frozen=True):
    """Uma exportação feita. O link vale até `link_expires_at`; o arquivo, até `expires_at`."""

    export_id: str
    user_key: str
    format: Format
    include_pii: bool
    messages: int
    events: int
    size: int
    url: str
    link_expires_at: str
    expires_at: str
    unopenable: int = 0
    """Campos do perfil que a chave de agora não abre: não estão no arquivo."""


async def no_profile(_user_key: str, _personal: bool) -> Profile | None:  # noqa: FBT001 — é a forma da porta
    """Onde não há perfis."""
    return None


class ExportConversationUseCase:
    """Exporta conversas. `profile_of` diz o que se sabe da pessoa."""

    def __init__(
        self,
        documents: Documents,
        exporter: GcsHistoryExporter,
        clock: Clock,
        profile_of: ProfileOf = no_profile,
    ) -> None:
        self._documents = documents
        self._exports = ExportStore(documents)
        self._exporter = exporter
        self._clock = clock
        self._profile_of = profile_of

    async def run(self, request: ExportRequest, tell: Tell = lambda _items: None) -> Exported | None:
        """Exporta; `None` se ninguém conhece a conversa. `tell` recebe quantos itens a mais se escreveram.

        Raises:
            ExportLostError: a pessoa foi esquecida no meio, ou a exportação foi dada por abandonada.
            ConflictError: a trilha da conversa não parou de andar.
            PermanentError: o link não pode durar tanto, ou há um documento que não se lê.
            MisconfiguredError: este repositório não tem com que assinar links.
            UnavailableError: um dos lados não respondeu.
        """
        if await ConversationStore(self._documents).header(request.user_key) is None:
            return None
        await sweep(self._exports, self._exporter, self._clock(), request.user_key)
        export_id, now = secrets.token_hex(16), self._clock()
        wanted = (export_id, request.user_key, request.requested_by, request.format)
        event = _event(REQUESTED, export_id, request, now, {"pii": int(request.include_pii)})
        export = await self._exports.begin(wanted, event, now, include_pii=request.include_pii)
        held = _Held(self._exports, export, self._clock)
        try:
            await self._exporter.link(export, request.ttl_s)  # o que não se pode assinar nem se escreve
            profile = await self._profile_of(request.user_key, request.include_pii)
            heading = (_about(export, now), profile)
            done = await self._exporter.write(export, heading, held.alive, tell)
            url = await self._exporter.link(export, request.ttl_s)
            signed = self._clock()
            counts = {"messages": done.messages, "events": done.events, "bytes": done.size}
            event = _event(DONE, export_id, request, signed, counts)
            await self._exports.finish(held.export, (done.messages, done.events, done.size), event, signed)
        except BaseException as error:
            await asyncio.shield(self._undo(export, error))
            raise
        exported = _exported(export, request, done, url, signed)
        return msgspec.structs.replace(exported, unopenable=_unopenable(profile))

    async def _undo(self, export: Export, error: BaseException) -> None:
        """O que der: o que não der fica para quem varre."""
        code = error.code if isinstance(error, PylotoError) else "interrupted"
        with suppress(PylotoError):
            await self._exporter.remove(export)
        with suppress(PylotoError):
            found = await self._exports.get(export.id)
            if found is not None and found.status != "FAILED":
                await self._exports.fail(found, code, self._clock())


class _Held:
    """Uma exportação em curso: de tempos em tempos, quem a faz diz que vive."""

    def __init__(self, exports: ExportStore, export: Export, clock: Clock) -> None:
        self.export = export
        self._exports = exports
        self._clock = clock
        self._renewed = clock()

    async def alive(self) -> None:
        now = self._clock()
        if now - self._renewed >= _RENEW_MS:
            self.export = await self._exports.renew(self.export, now)
            self._renewed = now


async def sweep(exports: ExportStore, exporter: GcsHistoryExporter, now_ms: int, user_key: str = "") -> int:
    """Limpa o que quem morreu exportando deixou (de uma conversa, ou de todas); devolve quantos arquivos.

    Raises:
        UnavailableError: um dos lados não respondeu.
    """
    count = 0
    async for export in exports.abandoned(now_ms, user_key):
        try:
            await exports.fail(export, "abandoned", now_ms)
        except ExportLostError:
            continue  # vive, ou outro já limpou
        count += await exporter.remove(export)  # depois: quem a fazia já não a pode terminar
    return count


def _event(
    action: str, export_id: str, request: ExportRequest, at_ms: int, data: dict[str, int]
) -> AuditEvent:
    return AuditEvent(
        event_id=f"{action.lower()}:{export_id}",
        timestamp=iso(at_ms),
        actor=OPERATOR + request.requested_by,
        action=action,
        reason=request.reason,
        data={"export": export_id, "format": request.format, **data},
    )


def _unopenable(profile: Profile | None) -> int:
    return sum(len(value.split(", ")) for name, value in profile or () if name == "unopenable")


def _about(export: Export, now_ms: int) -> About:
    return About(export.id, export.user_key, local(iso(now_ms)), export.requested_by, export.include_pii)


def _exported(export: Export, request: ExportRequest, done: Written, url: str, signed_ms: int) -> Exported:
    return Exported(
        export_id=export.id,
        user_key=export.user_key,
        format=export.format,
        include_pii=export.include_pii,
        messages=done.messages,
        events=done.events,
        size=done.size,
        url=url,
        link_expires_at=iso(signed_ms + request.ttl_s * 1000),
        expires_at=export.expires_at,
    )
