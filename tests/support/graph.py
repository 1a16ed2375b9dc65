"""Uma Graph API de laço local, roteirizada: guarda o que recebeu e responde o que o teste mandou."""

import asyncio
import json
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiohttp import web

from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.graph_errors import GraphError
from pyloto_stream.whatsapp.messages import TextMessage
from pyloto_stream.whatsapp.payloads import build

Script = Callable[[web.Request], Awaitable[web.StreamResponse]]

SECRET = "EAAsecretTOKEN42"
PHONE = "5541999990000"
WAMID = "wamid.HBgMNTU0MQ=="
DETAILS = f"The number +{PHONE} said: segredo do cliente"
NUMBER = "106540352242922"
BODY = build(TextMessage("segredo do cliente"), to=PHONE, reply_id="v1.0.abc.0")
SHORT_S = 0.2
"""Prazo dos testes em que ninguém responde."""


class Received(msgspec.Struct, frozen=True):
    """Um pedido que chegou inteiro."""

    path: str
    authorization: str
    content_type: str
    body: object


class Graph:
    """`script` decide cada resposta; `release` solta os roteiros que ficam em silêncio."""

    def __init__(self) -> None:
        self.url = ""
        self.script: Script = accepted
        self.received: list[Received] = []
        self.attempts = 0
        self.silent = asyncio.Event()
        self.release = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Conta a tentativa antes de ler o corpo e segue o roteiro."""
        self.attempts += 1
        return await self.script(request)

    async def record(self, request: web.Request) -> None:
        """Lê o corpo e guarda o pedido."""
        headers = request.headers
        self.received.append(
            Received(
                request.path,
                headers["Authorization"],
                headers["Content-Type"],
                json.loads(await request.read()),
            )
        )

    async def silence(self, request: web.Request) -> web.StreamResponse:
        """Roteiro: lê tudo e não responde."""
        await self.record(request)
        self.silent.set()
        await self.release.wait()
        return web.Response()

    async def drip(self, request: web.Request) -> web.StreamResponse:
        """Roteiro: 200, e então um byte por vez, sem fim."""
        response = web.StreamResponse()
        await response.prepare(request)
        while not self.release.is_set():
            await response.write(b" ")
            try:
                async with asyncio.timeout(0.02):
                    await self.release.wait()
            except TimeoutError:
                continue
        return response


@asynccontextmanager
async def graph_server() -> AsyncIterator[Graph]:
    """Sobe uma `Graph` numa porta livre do laço local."""
    graph = Graph()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", graph.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listener).start()
    graph.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield graph
    finally:
        graph.release.set()
        await runner.cleanup()


def closed_port() -> int:
    """Uma porta do laço local em que ninguém escuta."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def accepted(_request: web.Request) -> web.StreamResponse:
    """Roteiro: a Meta aceitou."""
    contacts = [{"input": f"+{PHONE}", "wa_id": PHONE}]
    return web.json_response(
        {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": WAMID}]}
    )


def answer(status: int, body: bytes, headers: dict[str, str] | None = None) -> Script:
    """Roteiro: `status` com o corpo exato `body`."""

    async def script(request: web.Request) -> web.StreamResponse:
        await request.read()
        return web.Response(status=status, body=body, headers=headers)

    return script


def refusal(code: int, *, transient: bool = False) -> bytes:
    """Corpo de erro da Graph, com dado pessoal em `details` como a Meta faz."""
    error = {
        "message": f"(#{code}) {DETAILS}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": DETAILS},
        "error_subcode": 2494073,
        "fbtrace_id": "AbC-12_x",
        "is_transient": transient,
    }
    return json.dumps({"error": error}).encode()


def cut(*, read_first: bool) -> Script:
    """Roteiro: derruba a conexão sem responder, antes ou depois de ler o corpo."""

    async def script(request: web.Request) -> web.StreamResponse:
        if read_first:
            await request.read()
        return _abort(request)

    return script


def cut_in_answer(status: int) -> Script:
    """Roteiro: responde `status`, começa o corpo e derruba a conexão."""

    async def script(request: web.Request) -> web.StreamResponse:
        await request.read()
        response = web.StreamResponse(status=status, headers={"Content-Length": "500"})
        await response.prepare(request)
        await response.write(b'{"error":')
        return _abort(request, response)

    return script


def _abort(request: web.Request, response: web.StreamResponse | None = None) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.close() if response else request.transport.abort()
    return response or web.Response()


async def failure(client: WhatsAppHttpClient) -> GraphError:
    """Envia, espera uma falha da Graph e confere que ela não traz segredo nem dado pessoal."""
    with pytest.raises(GraphError) as caught:
        await client.send(NUMBER, BODY)
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    told = f"{error} {error!r} {error.code} {vars(error)} {''.join(traceback.format_exception(error))}"
    for secret in (SECRET, PHONE, DETAILS, "segredo", "+55", NUMBER):
        assert secret not in told
    return error
