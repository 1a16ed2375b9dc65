"""Como um arquivo nosso vira um id que a Meta envia, sem subir duas vezes nem deixar restos?

Promete: tipo (pelo conteúdo) e tamanho são conferidos antes, com os limites de `limits.py`; o corpo flui do
repositório, com o tamanho declarado; o id vale 30 dias e é reaproveitado, por número. Se o id não pôde ser
guardado, o arquivo é apagado na Meta. Limite: uma subida cuja resposta se perdeu é repetida; o que talvez
tenha ficado lá ninguém conhece, e vence sozinho.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import aiohttp
import msgspec
from aiohttp.payload import AsyncIterablePayload
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from pyloto_stream.errors import PylotoError
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.graph_call import Call
from pyloto_stream.whatsapp.graph_errors import GraphError, GraphInDoubtError, GraphTransientError
from pyloto_stream.whatsapp.limits import MEDIA_FORMATS, STATIC_STICKER_BYTES
from pyloto_stream.whatsapp.media_errors import MediaTooLargeError, MediaTypeError
from pyloto_stream.whatsapp.media_types import HEAD_BYTES, sniff

TIMEOUT_S = 240.0
"""Um arquivo inteiro: 100 MB a 3,5 Mbit/s."""
TRIES = 2

Content = Callable[[], AbstractAsyncContextManager[AsyncIterator[bytes]]]
"""Abre o conteúdo desde o começo; chamada uma vez para olhar e uma por tentativa."""


class UploadIds(Protocol):
    """Onde se lembram os ids (ver `stores/media.py`)."""

    async def uploaded(self, sha256: str, phone_number_id: str) -> str:
        """O id que ainda vale; vazio se não há."""

    async def keep_upload(self, sha256: str, phone_number_id: str, media_id: str) -> None:
        """Guarda o id que a Meta acabou de dar."""


class OutgoingFile(msgspec.Struct, frozen=True):
    """Um arquivo a enviar: `kind` como em `MEDIA_FORMATS`, `size` em bytes, SHA-256 em hexadecimal."""

    sha256: str
    kind: str
    size: int


class _Id(msgspec.Struct):
    id: str


_id = msgspec.json.Decoder(_Id)


class _Flowing(AsyncIterablePayload):
    """Um corpo que flui e tem tamanho: o pedido leva `Content-Length`."""

    def __init__(self, value: AsyncIterator[bytes], size: int, mime_type: str) -> None:
        super().__init__(value, content_type=mime_type)
        self._size = size


class MediaUploader:
    """Sobe arquivos pelo cliente `graph` e lembra os ids em `ids`."""

    def __init__(self, graph: WhatsAppHttpClient, ids: UploadIds, *, timeout_s: float = TIMEOUT_S) -> None:
        self._graph = graph
        self._ids = ids
        self._timeout_s = timeout_s

    async def upload(self, file: OutgoingFile, phone_number_id: str, content: Content) -> str:
        """O id com que `phone_number_id` pode enviar `file`, que só sobe se a Meta ainda não o tem.

        Raises:
            MediaTypeError, MediaTooLargeError: a Meta não aceitaria; nada foi pedido a ela.
            GraphError: não subiu; nunca é dúvida (code `media_upload_unanswered`: repetir).
            PylotoError: o que `content` ou `ids` levantarem; o que tinha subido foi apagado.
        """
        if known := await self._ids.uploaded(file.sha256, phone_number_id):
            return known
        mime_type = check_outgoing(file, await _head(content))
        media_id = await self._insist(file, mime_type, phone_number_id, content)
        try:
            await self._ids.keep_upload(file.sha256, phone_number_id, media_id)
        except PylotoError:
            await self._discard(media_id, phone_number_id)
            raise
        return media_id

    async def _insist(self, file: OutgoingFile, mime_type: str, number: str, content: Content) -> str:
        patient = AsyncRetrying(
            retry=retry_if_exception_type((GraphTransientError, GraphInDoubtError)),
            stop=stop_after_attempt(TRIES),
            wait=wait_random_exponential(multiplier=0.1, max=1.0),
            reraise=True,
        )
        try:
            return await patient(self._once, file, mime_type, number, content)
        except GraphInDoubtError as error:
            text = str(error)
        raise GraphTransientError(text, code="media_upload_unanswered")

    async def _once(self, file: OutgoingFile, mime_type: str, number: str, content: Content) -> str:
        def form() -> aiohttp.FormData:
            data = aiohttp.FormData({"messaging_product": "whatsapp", "type": mime_type})
            # o nome é nosso: o que a pessoa vê vai na mensagem (`filename`)
            data.add_field("file", _Flowing(_pieces(content), file.size, mime_type), filename="file")
            return data

        call = Call("POST", f"{number}/media", "media_upload", number=number)
        body = await self._graph.call(call, form=form, timeout_s=self._timeout_s)
        try:
            return _id.decode(body).id
        except msgspec.MsgspecError:
            pass
        raise GraphTransientError("upload answer does not decode", code="media_odd_answer")

    async def _discard(self, media_id: str, number: str) -> None:
        """Apaga na Meta; se nem isto dá, o arquivo vence sozinho em 30 dias."""
        try:
            await self._graph.call(Call("DELETE", media_id, "media_delete", number=number))
        except GraphError:
            return


def check_outgoing(file: OutgoingFile, head: bytes) -> str:
    """O tipo de um arquivo que a Meta aceita como `file.kind`. Pura; `head`: os primeiros `HEAD_BYTES`.

    Raises:
        MediaTypeError: o conteúdo não é de um tipo aceito.
        MediaTooLargeError: passa do limite do tipo.
    """
    accepted = MEDIA_FORMATS.get(file.kind)
    mime_type = sniff(head)
    if accepted is None or mime_type not in accepted.mimes or not file.size:
        raise MediaTypeError
    still = file.kind == "sticker" and not _animated(head)
    if file.size > (STATIC_STICKER_BYTES if still else accepted.max_bytes):
        raise MediaTooLargeError
    return mime_type


def _animated(head: bytes) -> bool:
    """WebP com movimento: cabeçalho estendido com o bit de animação (especificação do formato, "VP8X")."""
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0x02)


async def _head(content: Content) -> bytes:
    head = b""
    async with content() as chunks:
        async for chunk in chunks:
            head += chunk
            if len(head) >= HEAD_BYTES:
                break
    return head[:HEAD_BYTES]


async def _pieces(content: Content) -> AsyncIterator[bytes]:
    async with content() as chunks:
        async for chunk in chunks:
            yield chunk
