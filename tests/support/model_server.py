"""Um modelo de laço local que fala a API de chat completions de verdade com o SDK de verdade.

Cada pedido segue um roteiro, pelo nome; o normal lê o texto de entre os delimitadores e o entende com as
regras: assim diálogos inteiros funcionam. Guarda tudo o que recebeu.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
from aiohttp import web

from tests.support.model_answers import MODEL as MODEL  # noqa: PLC0414 — para quem abre o servidor
from tests.support.model_answers import SURE, Asked, decision, envelope


def said(asked: Asked, reply: str = "", confidence: float = SURE) -> web.Response:
    """A resposta normal."""
    return web.json_response(envelope(msgspec.json.encode(decision(asked, reply, confidence)).decode()))


def error(status: int, code: str | None = None) -> web.Response:
    """Um erro como os da API; a mensagem ecoa o que não pode chegar ao log."""
    told = {"message": "you sent SEGREDO-DO-ERRO", "type": "x", "param": None, "code": code}
    return web.json_response({"error": told}, status=status)


Answer = Callable[["ModelServer", web.Request, Asked], Awaitable[web.StreamResponse]]


class ModelServer:
    """`script` diz, um a um, o roteiro dos próximos pedidos; esgotado, vale `then`."""

    def __init__(self) -> None:
        self.url = ""
        self.then = "ok"
        self.script: list[str] = []
        self.bodies: list[bytes] = []
        self.keys: list[str] = []
        self.reply = ""
        self.confidence = SURE
        self.wait_s = 0.0
        """Quanto a resposta normal demora."""
        self.gone = asyncio.Event()
        """Um pedido em silêncio foi abandonado por quem o fez."""

    @property
    def asked(self) -> list[Asked]:
        """Os pedidos, em ordem."""
        return [msgspec.json.decode(body, type=Asked) for body in self.bodies]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Guarda o pedido e segue o roteiro."""
        body = await request.read()
        self.bodies.append(body)
        self.keys.append(request.headers.get("Authorization", ""))
        name = self.script.pop(0) if self.script else self.then
        return await SCRIPTS[name](self, request, msgspec.json.decode(body, type=Asked))


async def _ok(server: ModelServer, _request: web.Request, asked: Asked) -> web.StreamResponse:
    await asyncio.sleep(server.wait_s)
    return said(asked, server.reply, server.confidence)


async def _slow(server: ModelServer, _request: web.Request, _asked: Asked) -> web.StreamResponse:
    try:
        await asyncio.sleep(3600)  # quem pergunta desiste antes
    finally:
        server.gone.set()
    return web.Response()


async def _dropped(_server: ModelServer, request: web.Request, _asked: Asked) -> web.StreamResponse:
    """A conexão cai no meio da resposta."""
    response = web.StreamResponse(headers={"Content-Length": "5000", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"choices": [')
    assert request.transport is not None
    request.transport.abort()
    return response


def _fixed(answer: Callable[[], web.Response]) -> Answer:
    async def handle(_server: ModelServer, _request: web.Request, _asked: Asked) -> web.StreamResponse:
        return answer()

    return handle


def _content(text: str | None, *, finish: str = "stop", refusal: str | None = None) -> Answer:
    return _fixed(lambda: web.json_response(envelope(text, finish=finish, refusal=refusal)))


def _raw(text: str, status: int = 200, kind: str = "application/json") -> Answer:
    return _fixed(lambda: web.Response(text=text, status=status, content_type=kind))


HALF = '{"intents":[{"intent":"CUSTOM_SOF'
OFF = json.dumps({"intent": "CUSTOM_SOFTWARE", "confidence": 2})
SCRIPTS: dict[str, Answer] = {
    "ok": _ok,
    "slow": _slow,
    "dropped": _dropped,
    "cut": _content(HALF, finish="length"),
    "filtered": _content("", finish="content_filter"),
    "refusal": _content(None, refusal="I cannot help with that."),
    "off_schema": _content(OFF),
    "not_json": _content("Claro! Posso ajudar."),
    "no_content": _content(None),
    "huge": _content("x" * 600_000),
    "no_choices": _raw('{"choices": []}'),
    "broken_json": _raw('{"choices": [{"message": {"content": "'),
    "html": _raw("<html>oi</html>", kind="text/html"),
    "html_502": _raw("<html>Bad gateway</html>", 502, "text/html"),
    "400": _fixed(lambda: error(400)),
    "401": _fixed(lambda: error(401)),
    "403": _fixed(lambda: error(403)),
    "404": _fixed(lambda: error(404)),
    "429": _fixed(lambda: error(429)),
    "quota": _fixed(lambda: error(429, "insufficient_quota")),
    "500": _fixed(lambda: error(500)),
    "azure_filter": _fixed(lambda: error(400, "content_filter")),
}
FAILURES = {
    "slow": "timeout", "dropped": "unavailable", "cut": "cut", "filtered": "filtered", "refusal": "refused",
    "off_schema": "off_schema", "not_json": "off_schema", "no_content": "off_schema", "huge": "too_large",
    "no_choices": "bad_answer", "broken_json": "bad_answer", "html": "bad_answer",
    "html_502": "unavailable", "400": "rejected", "401": "unauthorized", "403": "unauthorized",
    "404": "not_found", "429": "rate_limited", "quota": "quota_exhausted", "500": "unavailable",
    "azure_filter": "filtered",
}  # fmt: skip
"""O código de cada roteiro que falha."""


@asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    """O servidor, num porto livre."""
    server = ModelServer()
    app = web.Application(client_max_size=2**22)
    app.router.add_post("/v1/chat/completions", server.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listener).start()
    server.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()
