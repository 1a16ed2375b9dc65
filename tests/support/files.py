"""A parte de arquivos de uma Graph de laço local: resolve ids e serve conteúdos, com os defeitos pedidos."""

import hashlib
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from pyloto_stream.errors import PylotoError
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.media_download import MediaDownloader, MediaSource
from pyloto_stream.whatsapp.media_stream import MediaStreams
from tests.support.graph import NUMBER, SECRET, Graph, Script, graph_server, refusal

PDF = b"%PDF-1.7\n" + b"conteudo do documento\n" * 9000
"""Um documento de uns 190 KiB."""
MEDIA_ID = "1013859600285441"
MAX_BYTES = 1_000_000


def sha256(content: bytes = PDF) -> str:
    """Em hexadecimal, como na resposta da Graph."""
    return hashlib.sha256(content).hexdigest()


class Files:
    """`content` é o que se serve; `file` e `resolve`, se dados, respondem no lugar."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.url = graph.url
        self.content = PDF
        self.sha256 = sha256()
        self.file: Script | None = None
        self.resolve: Script | None = None
        self.seen: list[tuple[str, str, str]] = []
        self.resolved = 0
        graph.script = self._answer

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/v24.0/"):
            self.resolved += 1
            if self.resolve is not None:
                return await self.resolve(request)
            if request.path != f"/v24.0/{MEDIA_ID}" or request.query.get("phone_number_id") != NUMBER:
                return web.Response(status=400, body=refusal(100))
            return web.json_response(self.address(f"{self.url}/file/{self.resolved}"))
        headers = request.headers
        self.seen.append((request.path, headers.get("Authorization", ""), headers.get("User-Agent", "")))
        if self.file is not None:
            return await self.file(request)
        return web.Response(body=self.content, content_type="text/html")

    def address(self, url: str) -> dict[str, object]:
        """A resposta da Graph a um id, com `file_size` em texto, como em alguns documentos."""
        known = {"sha256": self.sha256} if self.sha256 else {}
        return {
            "messaging_product": "whatsapp", "url": url, "mime_type": "image/jpeg", "id": MEDIA_ID,
            "file_size": str(len(self.content)), **known,
        }  # fmt: skip


class Sunk:
    """Guarda o que o downloader entregou; `whole` só se chegou ao fim."""

    def __init__(self) -> None:
        self.whole: list[tuple[str, str, bytes]] = []
        self.largest = 0

    async def __call__(self, digest: str, mime_type: str, chunks: AsyncIterator[bytes]) -> None:
        """Junta os pedaços."""
        got = []
        async for chunk in chunks:
            got.append(chunk)
            self.largest = max(self.largest, len(chunk))
        self.whole.append((digest, mime_type, b"".join(got)))


def source(url: str = "", kind: str = "document", digest: str = "", sent_at_ms: int = 0) -> MediaSource:
    """Um arquivo como o webhook o anuncia."""
    return MediaSource(MEDIA_ID, kind, NUMBER, sha256=digest, url=url, sent_at_ms=sent_at_ms)


@asynccontextmanager
async def files_server() -> AsyncIterator[Files]:
    """Uma `Files` numa porta livre."""
    async with graph_server() as graph:
        yield Files(graph)


@asynccontextmanager
async def downloader(
    url: str,
    *,
    hosts: tuple[str, ...] = (),
    max_bytes: int = MAX_BYTES,
    timeout_s: float = 10.0,
    observe: Callable[[str, int, int, float], None] | None = None,
) -> AsyncIterator[MediaDownloader]:
    """Um `MediaDownloader` que fala com `url`."""
    client = WhatsAppHttpClient(url, "v24.0", SECRET, observe=observe)
    streams = MediaStreams(client.http, url, hosts, max_bytes)
    yield MediaDownloader(client, streams, max_bytes, timeout_s=timeout_s)
    await client.close()


async def fault_of(
    files: Files, wanted: MediaSource, sink: Sunk | None = None, **options: float
) -> PylotoError:
    """A falha de baixar `wanted`; nada se guardou, e ela não mostra endereço nem token."""
    sink = sink or Sunk()
    async with downloader(files.url, timeout_s=options.get("timeout_s", 10.0)) as media:
        with pytest.raises(PylotoError) as caught:
            await media.fetch(wanted, sink)
    assert sink.whole == []
    told = f"{caught.value!r} {vars(caught.value)} {''.join(traceback.format_exception(caught.value))}"
    assert not [secret for secret in (SECRET, files.url, "127.0.0.1") if secret in told]
    return caught.value
