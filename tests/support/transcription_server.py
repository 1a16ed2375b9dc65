"""Um servidor de laço local que fala `/audio/transcriptions` como a OpenAI: multipart e JSON."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiohttp import BodyPartReader, web

KEY = "sk-test-transcriptions"
MODEL = "whisper-local"


class Asked(NamedTuple):
    """Um pedido recebido, como chegou."""

    path: str
    authorization: str
    fields: dict[str, str]
    filename: str
    mime_type: str
    audio: bytes
    raw: str
    """Cabeçalhos, para procurar o que não devia ter saído."""


class Transcriptions:
    """`text` é o que se responde, ou `answer`, se dado; `slow` segura a resposta até `release`."""

    def __init__(self) -> None:
        self.url = ""
        self.text = "quero um sistema para minha loja"
        self.answer: Callable[[Asked], Awaitable[web.StreamResponse]] | None = None
        self.asked: list[Asked] = []
        self.slow = False
        self.at_once = 0
        self.most_at_once = 0
        self.release = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Um pedido."""
        if request.path != "/v1/audio/transcriptions" or request.method != "POST":
            return _error(404, "not_found")
        asked = await _read(request)
        self.asked.append(asked)
        if asked.authorization != f"Bearer {KEY}":
            return _error(401, "invalid_api_key")
        if not asked.audio or asked.fields.get("model") != MODEL:
            return _error(400, "invalid_request_error")
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.slow:
                await self.release.wait()
            if self.answer is not None:
                return await self.answer(asked)
            return web.json_response({"text": self.text, "usage": {"type": "duration", "seconds": 1}})
        finally:
            self.at_once -= 1


async def _read(request: web.Request) -> Asked:
    fields: dict[str, str] = {}
    filename, mime_type, audio = "", "", b""
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        if part.name == "file":
            filename, mime_type = part.filename or "", part.headers.get("Content-Type", "")
            audio = bytes(await part.read())
        else:
            fields[part.name or ""] = await part.text()
    raw = f"{request.path_qs} {dict(request.headers)} {fields} {filename}"
    return Asked(
        request.path, request.headers.get("Authorization", ""), fields, filename, mime_type, audio, raw
    )


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"error": {"message": code, "type": code, "code": code}}, status=status)


def refusing(status: int, code: str = "server_error") -> Callable[[Asked], Awaitable[web.StreamResponse]]:
    """Roteiro: um erro da API."""

    async def answer(_asked: Asked) -> web.StreamResponse:
        return _error(status, code)

    return answer


def saying(body: bytes) -> Callable[[Asked], Awaitable[web.StreamResponse]]:
    """Roteiro: 200 com o corpo exato `body`."""

    async def answer(_asked: Asked) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/json")

    return answer


@asynccontextmanager
async def transcription_server() -> AsyncIterator[Transcriptions]:
    """Uma `Transcriptions` numa porta livre do laço local."""
    server = Transcriptions()
    app = web.Application(client_max_size=32 * 1024 * 1024)
    app.router.add_route("*", "/{tail:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listener).start()
    server.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    try:
        yield server
    finally:
        server.release.set()
        await runner.cleanup()
