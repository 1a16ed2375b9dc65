"""Como um arquivo de tamanho desconhecido vai e vem inteiro do Cloud Storage? Em blocos, conferidos no fim.

Promete: só o último bloco torna o objeto visível, e só se o CRC32C do todo confere; o que cabe num bloco vai
num pedido só; lê-se uma geração só. Limite: não retoma; quem falhou começa de novo. (O `BlobWriter` do SDK
não serve: largado depois de uma falha, o coletor de lixo o fecha, e o que se tinha viraria o objeto.)
"""

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

import google_crc32c
from google.api_core.exceptions import from_http_response

from pyloto_stream.errors import PylotoError, UnavailableError
from pyloto_stream.stores.object_gcs_client import Google
from pyloto_stream.stores.objects import NO_BUCKET, UNAVAILABLE

if TYPE_CHECKING:
    from google.cloud.storage import Blob  # type: ignore[import-untyped]

BLOCK_BYTES = 1024 * 1024
"""O que vai ou vem de cada vez; o Google exige múltiplos de 256 KiB."""
FIRST_BYTES = 256 * 1024
"""O primeiro bloco lido: quem só quer saber o tipo lê pouco."""


class _Sum:
    """CRC32C de bytes que passam, como o Google o escreve."""

    def __init__(self) -> None:
        self._checksum = google_crc32c.Checksum()  # type: ignore[no-untyped-call]

    def add(self, block: bytes) -> None:
        self._checksum.update(block)  # type: ignore[no-untyped-call]

    def text(self) -> str:
        return base64.b64encode(self._checksum.digest()).decode()  # type: ignore[no-untyped-call]


async def upload(
    google: Google, blob: "Blob", chunks: AsyncIterator[bytes], content_type: str, *, create_only: bool
) -> None:
    """Grava `chunks` em `blob`.

    Raises:
        PermanentError: code `object_exists`, com `create_only` e outro ali.
        UnavailableError: ver `told`.
    """
    options = {**google.once, **({"if_generation_match": 0} if create_only else {})}
    checksum, session, at, whole = _Sum(), "", 0, False
    try:
        async with aclosing(_blocks(chunks)) as blocks:
            async for block in blocks:
                last = len(block) < BLOCK_BYTES
                if last and not session:
                    work = blob.upload_from_string
                    await google.call(NO_BUCKET, work, block, content_type, checksum="crc32c", **options)
                else:
                    checksum.add(block)
                    start = blob.create_resumable_upload_session
                    session = session or await google.call(
                        NO_BUCKET, start, content_type, checksum=None, **options
                    )
                    digest = checksum.text() if last else ""
                    await google.call(UNAVAILABLE, _send, google, session, block, at, digest)
                at += len(block)
        whole = True
    finally:
        if session and not whole:
            await asyncio.shield(_abandon(google, session))


async def _blocks(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Blocos de exatos `BLOCK_BYTES`, e um último menor, que pode ser vazio."""
    held = bytearray()
    async for chunk in chunks:
        held += chunk
        while len(held) >= BLOCK_BYTES:
            with memoryview(held) as view:
                block = bytes(view[:BLOCK_BYTES])
            del held[:BLOCK_BYTES]
            yield block
    yield bytes(held)


def _send(google: Google, session: str, block: bytes, at: int, digest: str) -> None:
    """Um bloco da sessão, a partir do byte `at`; com `digest`, é o último."""
    end = at + len(block)
    bounds = f"{at}-{end - 1}" if block else "*"
    headers = {"Content-Range": f"bytes {bounds}/{end if digest else '*'}"}
    if digest:
        headers["X-Goog-Hash"] = f"crc32c={digest}"
    answer = google.http.request(  # type: ignore[no-untyped-call]
        "PUT", session, data=block, headers=headers, timeout=google.timeout_s, allow_redirects=False
    )
    if digest and answer.status_code in (200, 201):
        return
    if answer.status_code != 308:
        raise from_http_response(answer)  # type: ignore[no-untyped-call]
    if digest or answer.headers.get("Range") != f"bytes=0-{end - 1}":
        raise UnavailableError("object store kept less than it was sent", code=UNAVAILABLE)


async def _abandon(google: Google, session: str) -> None:
    """Diz que não vem mais nada; se não dá para dizer, a sessão vence sozinha em uma semana, sem se ver."""
    with suppress(PylotoError):
        await google.call(
            UNAVAILABLE, google.http.request, "DELETE", session, timeout=google.timeout_s, data=b""
        )


async def download(google: Google, blob: "Blob") -> AsyncIterator[bytes]:
    """Os bytes de `blob`, já descrito, numa geração só.

    Raises:
        UnavailableError: a rede, ou o que veio não é o objeto.
    """
    at, checksum, options = 0, _Sum(), {**google.once, "raw_download": True, "checksum": None}
    while at < blob.size:
        end = min(at + (BLOCK_BYTES if at else FIRST_BYTES), blob.size)
        pinned = blob.bucket.blob(blob.name, generation=blob.generation)  # cada download esquece a geração
        work = pinned.download_as_bytes
        block: bytes = await google.call(UNAVAILABLE, work, start=at, end=end - 1, **options)
        if len(block) != end - at:
            raise UnavailableError("an object arrived cut", code=UNAVAILABLE)
        at = end
        checksum.add(block)
        yield block
    if checksum.text() != blob.crc32c:
        raise UnavailableError("an object arrived damaged", code=UNAVAILABLE)
