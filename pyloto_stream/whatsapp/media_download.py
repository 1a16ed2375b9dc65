"""Como um arquivo recebido chega inteiro, e é o que se disse, sem nunca estar todo na memória?

Promete: entrega o conteúdo em pedaços a quem o guarda; tamanho, tipo e SHA-256 são conferidos no caminho, e o
erro sobe por dentro dos pedaços, para que nada fique guardado. Um conteúdo errado é pedido de novo uma vez.
Limite: o id vindo de um webhook vive 7 dias, e o endereço, 5 minutos (fatos, seção 8).
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64Error
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing

import msgspec

from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.error_codes import ErrorClass
from pyloto_stream.whatsapp.graph_call import Call
from pyloto_stream.whatsapp.graph_errors import (
    GraphError,
    GraphRefusedError,
    GraphTransientError,
)
from pyloto_stream.whatsapp.media_errors import (
    MediaGoneError,
    MediaHashError,
    MediaRefusedError,
    MediaTooLargeError,
    MediaTypeError,
)
from pyloto_stream.whatsapp.media_stream import Incoming, MediaHostError, MediaStreams
from pyloto_stream.whatsapp.media_types import acceptable, sniff

FRESH_MS = 4 * 60_000
"""O endereço do webhook vale 5 minutos desde o evento; com um de margem."""
TIMEOUT_S = 240.0
"""Um arquivo inteiro: 100 MB a 3,5 Mbit/s."""

_HEX = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{43}=?", re.ASCII)

Sink = Callable[[str, str, AsyncIterator[bytes]], Awaitable[object]]
"""`(sha256, mime_type, chunks)`: guarda o conteúdo, e nada se `chunks` levanta; pode largá-lo sem ler."""


class MediaSource(msgspec.Struct, frozen=True):
    """O que o webhook disse de um arquivo. `sha256` em hexadecimal ou base64; `url` vive 5 minutos."""

    id: str
    kind: str
    phone_number_id: str
    sha256: str = ""
    url: str = ""
    sent_at_ms: int = 0


class Fetched(msgspec.Struct, frozen=True):
    """O que se achou: SHA-256 em hexadecimal e o tipo, pelo conteúdo."""

    sha256: str
    mime_type: str


class _Address(msgspec.Struct, frozen=True):
    url: str
    sha256: str = ""
    file_size: int = 0


_address = msgspec.json.Decoder(_Address, strict=False)


class MediaDownloader:
    """Baixa pelo cliente `graph` o que `streams` deixa; `max_bytes` vale diga o que disser a Meta.

    `timeout_s`: teto de cada transferência.
    """

    def __init__(
        self,
        graph: WhatsAppHttpClient,
        streams: MediaStreams,
        max_bytes: int,
        *,
        timeout_s: float = TIMEOUT_S,
        clock: Clock = system_clock,
    ) -> None:
        self._graph = graph
        self._streams = streams
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._clock = clock

    async def fetch(self, source: MediaSource, sink: Sink, timeout_s: float = TIMEOUT_S) -> Fetched:
        """Entrega o arquivo a `sink` e devolve o que ele é; `timeout_s` pode encurtar o teto.

        Raises:
            MediaRefusedError: `MediaGoneError`, `MediaTooLargeError`, `MediaHashError` ou `MediaTypeError`.
            MediaHostError: a Meta aponta para fora da lista.
            GraphError: a Graph não respondeu, ou a transferência foi cortada; repetir.
        """
        fault: GraphError | MediaRefusedError | MediaHostError = MediaGoneError()
        wrong = 0
        async with aclosing(self._addresses(source)) as addresses:
            async for address in addresses:
                result = await self._download(source, address, sink, timeout_s)
                if isinstance(result, Fetched):
                    return result
                wrong += isinstance(result, MediaHashError)
                fault = result
                if wrong > 1:
                    break
        raise MediaGoneError if isinstance(fault, GraphRefusedError) else fault

    async def _addresses(self, source: MediaSource) -> AsyncGenerator[_Address, None]:
        """Onde pedir, do mais barato ao mais certo: o endereço do webhook se fresco, e o que a Graph diz."""
        fresh = self._clock() - source.sent_at_ms < FRESH_MS
        if source.url and fresh and digest_of(source.sha256):
            yield _Address(source.url)
        for _ in range(2):
            yield await self._resolve(source)

    async def _resolve(self, source: MediaSource) -> _Address:
        query = {"phone_number_id": source.phone_number_id}
        call = Call("GET", source.id, "media_resolve", query=query, number=source.phone_number_id)
        address: _Address | None = None
        gone = False
        try:
            address = _address.decode(await self._graph.call(call))
        except GraphRefusedError:
            gone = True
        except msgspec.MsgspecError:
            pass
        if gone:
            raise MediaGoneError
        if address is None:
            raise GraphTransientError("media address does not decode", code="media_odd_answer")
        if address.file_size > self._max_bytes:
            raise MediaTooLargeError
        return address

    async def _download(
        self, source: MediaSource, address: _Address, sink: Sink, timeout_s: float
    ) -> Fetched | GraphError | MediaHashError | MediaHostError:
        """Um endereço, uma vez. Devolve a falha que outro endereço pode desmentir; levanta as demais."""
        expected = digest_of(source.sha256) or digest_of(address.sha256)
        token, limit_s = self._graph.token_of(source.phone_number_id), min(timeout_s, self._timeout_s)
        try:
            while True:
                async with self._streams.open(address.url, token, limit_s) as found:
                    if not isinstance(found, Incoming):
                        break
                    if expected is not None:
                        return await _delivered(found, source.kind, expected, sink)
                    expected = await _measured(found)  # ninguém disse o resumo, que dá nome ao objeto
        except (MediaHashError, MediaHostError) as error:
            return error.with_traceback(None)
        if isinstance(found, GraphRefusedError) or found.kind is ErrorClass.AUTH:
            return found
        raise found


def digest_of(declared: str) -> bytes | None:
    """Os 32 bytes de um SHA-256 declarado em hexadecimal ou base64; `None` se não é um."""
    if _HEX.fullmatch(declared):
        return bytes.fromhex(declared)
    if _BASE64.fullmatch(declared):
        try:
            return b64decode(declared.rstrip("=") + "=", altchars=b"-_" if set("-_") & {*declared} else None)
        except NotBase64Error:
            return None
    return None


async def _measured(found: Incoming) -> bytes:
    async with aclosing(found.chunks(None)) as chunks:
        async for _ in chunks:
            pass
    return found.digest


async def _delivered(found: Incoming, kind: str, expected: bytes, sink: Sink) -> Fetched:
    head = await found.head()
    mime_type = sniff(head)
    if not acceptable(kind, mime_type, head):
        raise MediaTypeError
    async with aclosing(found.chunks(expected)) as chunks:
        await sink(expected.hex(), mime_type, chunks)
    return Fetched(expected.hex(), mime_type)
