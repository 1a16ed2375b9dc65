"""A quem o token da Graph é mostrado, quando um download passa de um endereço da lista a outro."""

import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.media_download import MediaDownloader
from pyloto_stream.whatsapp.media_stream import MediaStreams
from tests.support.files import MAX_BYTES, PDF, Files, Sunk, sha256, source
from tests.support.graph import SECRET
from tests.support.tls import Authority

HOST = "lookaside.fbsbx.com"


class Here(AbstractResolver):
    """Todo nome fica nesta máquina, em `port`."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self,
        host: str,
        port: int = 0,  # noqa: ARG002 — a que se pediu; vale a daqui
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        """O nome, aqui."""
        here = ("127.0.0.1", self._port)
        return [ResolveResult(hostname=host, host=here[0], port=here[1], family=family, proto=0, flags=0)]

    async def close(self) -> None:
        """Nada a fechar."""


@asynccontextmanager
async def another_host(folder: Path, seen: list[str | None]) -> AsyncIterator[int]:
    """A porta de um servidor TLS que entrega o arquivo e anota o token que lhe mostram."""

    async def serve(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("Authorization"))
        return web.Response(body=PDF)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*Authority(folder, "ca").issue("server"))
    app = web.Application()
    app.router.add_get("/x", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def test_i19_another_host_of_the_list_serves_the_file_and_is_not_shown_the_token(
    files: Files, tmp_path: Path
) -> None:
    async def moved(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": f"https://{HOST}/x"})

    files.file, sink, seen = moved, Sunk(), list[str | None]()
    client = WhatsAppHttpClient(files.url, "v24.0", SECRET)
    async with another_host(tmp_path, seen) as port:
        connector = aiohttp.TCPConnector(resolver=Here(port), ssl=False)
        client.http._session = aiohttp.ClientSession(connector=connector)
        streams = MediaStreams(client.http, files.url, (HOST,), MAX_BYTES)
        await MediaDownloader(client, streams, MAX_BYTES).fetch(source(digest=sha256()), sink)
        await client.close()
    assert ([token for _, token, _ in files.seen], seen) == ([f"Bearer {SECRET}"], [None])
    assert len(sink.whole) == 1
