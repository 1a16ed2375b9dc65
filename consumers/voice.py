"""Como um áudio vira texto antes de se entender o turno? Baixa da Meta, pede a transcrição, e segue.

Promete: os áudios de um turno são ouvidos juntos, em no máximo `BUDGET_S`, e no máximo `AT_ONCE` de um
processo estão na memória; uma falha qualquer deixa a mensagem como veio, e a pessoa é convidada a escrever.
Limite: o que se ouve vale como o que se lê; um áudio longo demais não é ouvido, e a pessoa fica sabendo.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack

import msgspec

from consumers.graph import open_graph
from pyloto_stream.ai.notes import LONG
from pyloto_stream.ai.openai_audio import open_transcriber
from pyloto_stream.ai.voice import (
    BUDGET_S,
    Transcriber,
    TranscriptionError,
    filename_of,
    most_bytes,
    seconds_of,
)
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.records import TranscriptRecord, opaque
from pyloto_stream.errors import PylotoError
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.whatsapp.media_download import MediaDownloader, MediaSource
from pyloto_stream.whatsapp.media_errors import MediaTooLargeError
from pyloto_stream.whatsapp.media_stream import MediaStreams

AT_ONCE = 8


class _LongError(TranscriptionError):
    code = LONG


class VoiceDesk:
    """Ouve com `transcriber` o que `downloader` traz. `count` recebe o que houve com cada áudio."""

    def __init__(
        self,
        downloader: MediaDownloader,
        transcriber: Transcriber,
        max_seconds: float,
        *,
        budget_s: float = BUDGET_S,
        count: Callable[[str], None] = lambda _result: None,
    ) -> None:
        self._downloader = downloader
        self._transcriber = transcriber
        self._max_seconds = max_seconds
        self._budget_s = budget_s
        self._count = count
        self._room = asyncio.Semaphore(AT_ONCE)

    async def heard(
        self, messages: Sequence[MessageReceived], now_ms: int
    ) -> tuple[list[MessageReceived], list[TranscriptRecord]]:
        """As mensagens, com o texto dos áudios que se ouviram, e o registro de cada um. Não levanta."""
        until = asyncio.get_running_loop().time() + self._budget_s
        after = await asyncio.gather(*(self._one(message, until) for message in messages))
        pairs = zip(messages, after, strict=True)
        return after, [_record(new, now_ms) for old, new in pairs if new.text and not old.text]

    async def _one(self, message: MessageReceived, until: float) -> MessageReceived:
        if message.kind != "audio" or message.media is None or message.text:
            return message
        try:
            async with asyncio.timeout_at(until), self._room:
                text = await self._text(message, until)
        except (_LongError, MediaTooLargeError):
            self._count(LONG)
            return msgspec.structs.replace(message, detail=LONG)
        except PylotoError as error:
            self._count(error.code)
            return message
        except TimeoutError:
            self._count("timeout")
            return message
        self._count("ok" if text else "empty")
        return msgspec.structs.replace(message, text=text)

    async def _text(self, message: MessageReceived, until: float) -> str:
        source = _source(message)
        audio, mime_type = bytearray(), ""

        async def sink(_sha256: str, found: str, chunks: AsyncIterator[bytes]) -> None:
            nonlocal mime_type
            mime_type = found
            audio.clear()
            async for chunk in chunks:
                audio.extend(chunk)

        await self._downloader.fetch(source, sink, _left_s(until))
        content = bytes(audio)
        if seconds_of(content, mime_type) > self._max_seconds:
            raise _LongError
        return await self._transcriber.transcribe(content, mime_type, filename_of(mime_type), _left_s(until))


def _source(message: MessageReceived) -> MediaSource:
    media = message.media
    assert media is not None  # noqa: S101 — `_one` já o conferiu
    return MediaSource(
        id=media.id,
        kind=message.kind,
        phone_number_id=message.phone_number_id,
        sha256=media.sha256,
        url=media.url,
        sent_at_ms=message.sent_at_ms or message.accepted_at_ms,
    )


def _left_s(until: float) -> float:
    return max(0.1, until - asyncio.get_running_loop().time())


def _record(message: MessageReceived, now_ms: int) -> TranscriptRecord:
    return TranscriptRecord(f"transcript:{opaque(message.id)}", message.id, message.text, now_ms)


def open_voice(live: LiveSettings, metrics: Metrics, resources: AsyncExitStack) -> VoiceDesk | None:
    """Quem ouve os áudios, se a configuração diz com que modelo; `resources` fecha o que se abre.

    Raises:
        MisconfiguredError: endereço, versão ou token da Graph com forma impossível.
    """
    settings = live.current()
    if not (settings.openai_enabled and settings.openai_transcription_model):
        return None
    graph = open_graph(live, metrics)
    resources.push_async_callback(graph.close)
    limit = min(settings.media_max_bytes, most_bytes(settings.voice_max_seconds))
    streams = MediaStreams(graph.http, settings.whatsapp_api_base_url, settings.media_hosts, limit)
    downloader = MediaDownloader(graph, streams, limit, timeout_s=BUDGET_S)
    transcriber = open_transcriber(
        settings.openai_base_url, settings.openai_api_key.reveal(), settings.openai_transcription_model
    )
    resources.push_async_callback(transcriber.close)
    live.follow(lambda now: transcriber.use(now.openai_api_key.reveal()))
    return VoiceDesk(downloader, transcriber, settings.voice_max_seconds, count=metrics.model.heard)
