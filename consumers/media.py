"""Como um arquivo que alguém mandou fica guardado, uma vez só? A etapa da faixa `media`.

Promete: repetir não muda nada; o mesmo conteúdo, venha de quem vier, é um objeto só, e o que se guardou há
menos de `REUSE_DAYS` nem é baixado. O que não dá para guardar fica registrado e a conversa fica sabendo, para
pedir de novo. Graph ou repositório fora do ar: espera, sem tocar nas outras faixas. Limite: os arquivos de um
turno vão um a um e dividem o prazo da etapa; o que já foi guardado não se repete.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec

from consumers.pipeline import MEDIA, TIMEOUTS_S, TURN_LANE
from consumers.plans import feed
from consumers.skew import newer
from pyloto_stream.conversation.events import MediaFailed
from pyloto_stream.conversation.records import ActionRecord, MediaRecord, opaque
from pyloto_stream.conversation.wanted import MediaWanted
from pyloto_stream.errors import PermanentError, TransientError, UnavailableError
from pyloto_stream.stores.media import REUSE_DAYS, object_path
from pyloto_stream.stores.objects import ObjectMissingError, Objects
from pyloto_stream.stores.times import DAY_MS
from pyloto_stream.streams.model import Feed, Handler, Outcome, Plan, Turn
from pyloto_stream.whatsapp.media_download import Fetched, MediaDownloader, MediaSource, digest_of
from pyloto_stream.whatsapp.media_errors import MediaTypeError
from pyloto_stream.whatsapp.media_types import HEAD_BYTES, acceptable, sniff

MARGIN_S = 20.0
"""O que sobra do prazo da etapa para decidir e guardar depois do último download."""

FIRST_WAIT_MS = 2_000
"""Espera depois do primeiro tropeço; a cada outro, quatro vezes mais. O id vive 7 dias: há tempo, e pedir de
novo à pessoa por um tropeço de segundos da Meta seria pior."""

SLOW = "media_slow"
"""O prazo do turno acabou antes do arquivo; na última tentativa, é um arquivo perdido como os outros."""

_wanted = msgspec.json.Decoder(list[MediaWanted])
_encode = msgspec.json.Encoder().encode


class MediaDesk:
    """Guarda o que um `MediaWanted` pede. `attempts`: na última, o que ainda tropeça é dado por perdido."""

    def __init__(
        self,
        downloader: MediaDownloader,
        objects: Objects,
        attempts: int,
        count: Callable[[str], None] = lambda _result: None,
    ) -> None:
        self._downloader = downloader
        self._objects = objects
        self._attempts = attempts
        self._count = count

    async def keep(self, turn: Turn, wanted: MediaWanted, timeout_s: float) -> tuple[tuple[Feed, ...], bool]:
        """O que alimentar às outras faixas, e se a Graph foi chamada.

        Raises:
            UnavailableError: Graph ou repositório fora do ar.
            TransientError: repetir; na última tentativa já não é levantada.
        """
        asked = False
        try:
            stored = await self._stored(wanted, turn.now_ms)
            if stored is None:
                asked = True
                stored = await self._fetched(wanted, timeout_s, turn.now_ms)
            size = await self._size(stored)
        except UnavailableError:
            raise
        except (PermanentError, TransientError) as error:
            if isinstance(error, TransientError) and turn.failures + 1 < self._attempts:
                error.retry_after_ms = max(error.retry_after_ms, FIRST_WAIT_MS * 4**turn.failures)
                raise
            self._count(error.code)
            return failed(turn, wanted, error.code), asked and error.code != SLOW
        self._count("stored" if asked else "known")
        return kept(turn, wanted, stored, size), asked

    async def _stored(self, wanted: MediaWanted, now_ms: int) -> Fetched | None:
        """O arquivo, se já se tem um com o resumo declarado; o tipo é o do conteúdo guardado."""
        digest = digest_of(wanted.media.sha256)
        if digest is None or await self._stale(digest.hex(), now_ms):
            return None
        head = b""
        try:
            async with self._objects.open(object_path(digest.hex())) as chunks:
                async for chunk in chunks:
                    head += chunk
                    if len(head) >= HEAD_BYTES:
                        break
        except ObjectMissingError:
            return None
        mime_type = sniff(head[:HEAD_BYTES])
        if not acceptable(wanted.kind, mime_type, head):
            raise MediaTypeError
        return Fetched(digest.hex(), mime_type)

    async def _stale(self, sha256: str, now_ms: int) -> bool:
        """Há um tão velho que a retenção pode estar a ponto de o apagar? Então grava-se de novo."""
        found = await self._objects.head(object_path(sha256))
        return found is not None and found.created_at_ms < now_ms - REUSE_DAYS * DAY_MS

    async def _fetched(self, wanted: MediaWanted, timeout_s: float, now_ms: int) -> Fetched:
        async def sink(sha256: str, mime_type: str, chunks: AsyncIterator[bytes]) -> None:
            new = not await self._stale(sha256, now_ms)
            await self._objects.put(object_path(sha256), chunks, mime_type, create_only=new)

        media = wanted.media
        source = MediaSource(
            id=media.id,
            kind=wanted.kind,
            phone_number_id=wanted.phone_number_id,
            sha256=media.sha256,
            url=media.url,
            sent_at_ms=wanted.sent_at_ms,
        )
        try:
            async with asyncio.timeout(timeout_s):  # um arquivo pode levar mais de uma transferência
                return await self._downloader.fetch(source, sink, timeout_s)
        except TimeoutError:
            pass
        raise TransientError("the files of this turn take too long", code=SLOW)

    async def _size(self, stored: Fetched) -> int:
        info = await self._objects.head(object_path(stored.sha256))
        if info is None:
            raise TransientError("a stored object vanished", code="object_vanished")
        return info.size


def media_stage(desk: MediaDesk, budget_s: float = TIMEOUTS_S[MEDIA] - MARGIN_S) -> Handler:
    """Etapa `media`: um turno traz um ou mais `MediaWanted` da mesma conversa."""

    async def handle(turn: Turn) -> Outcome:
        try:
            events = _wanted.decode(turn.events)
        except msgspec.MsgspecError as error:
            if later := newer(turn):
                return later
            raise PermanentError("wanted file does not decode", code="undecodable_event") from error
        clock = asyncio.get_running_loop().time
        until, feeds, anything = clock() + budget_s, list[Feed](), False
        for wanted in events:
            fed, asked = await desk.keep(turn, wanted, max(0.0, until - clock()))
            feeds.extend(fed)
            anything |= asked
        return Plan(feed=tuple(feeds), asked=anything)

    return handle


def kept(turn: Turn, wanted: MediaWanted, stored: Fetched, size: int) -> tuple[Feed, ...]:
    """O registro de um arquivo guardado. Pura."""
    record = MediaRecord(
        id=f"media:{opaque(wanted.message_id)}",
        message_id=wanted.message_id,
        sha256=stored.sha256,
        mime_type=stored.mime_type,
        size=size,
        path=object_path(stored.sha256),
        at_ms=turn.now_ms,
        kind=wanted.kind,
        phone_number_id=wanted.phone_number_id,
        whatsapp_media_id=wanted.media.id,
    )
    return feed(record)


def failed(turn: Turn, wanted: MediaWanted, code: str) -> tuple[Feed, ...]:
    """O registro de um arquivo que não se guardou, e o aviso à conversa, que decide se pede de novo. Pura."""
    message = opaque(wanted.message_id)
    record = ActionRecord(
        id=f"media_failed:{message}",
        action="MEDIA_FAILED",
        at_ms=turn.now_ms,
        actor="SYSTEM",
        reason=code.upper(),
        correlation_id=wanted.correlation_id,
        data={"message": message, "kind": wanted.kind},
    )
    notice = MediaFailed(message_id=wanted.message_id, kind=wanted.kind, code=code)
    return (*feed(record), Feed(TURN_LANE.name, _encode(notice)))
