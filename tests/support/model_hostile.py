"""O que faz um servidor de modelo hostil ou estragado; roteiros que se somam aos de `model_server.py`."""

import asyncio
import json

import msgspec
from aiohttp import web

from tests.support.model_answers import Asked, decision, envelope
from tests.support.model_server import SCRIPTS, Answer, ModelServer, said


async def _moved(server: ModelServer, _request: web.Request, _asked: Asked) -> web.StreamResponse:
    """A pergunta é mandada a outro endereço, onde alguém a responderia."""
    server.then = "ok"
    return web.Response(status=307, headers={"Location": f"{server.url}/chat/completions"})


async def _packed(_server: ModelServer, _request: web.Request, asked: Asked) -> web.StreamResponse:
    """Uma resposta boa, mas comprimida sem que se pedisse."""
    response = said(asked)
    response.enable_compression(web.ContentCoding.gzip)
    return response


async def _drips(_server: ModelServer, request: web.Request, _asked: Asked) -> web.StreamResponse:
    """Um byte de cada vez, para sempre: nenhuma leitura demora, e a resposta nunca chega."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.01)


async def _endless_error(_server: ModelServer, request: web.Request, _asked: Asked) -> web.StreamResponse:
    """Um erro de corpo sem fim."""
    response = web.StreamResponse(status=500, headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b" " * 65_536)


def _counting(tokens: str) -> Answer:
    """Uma resposta boa que diz ter gasto `tokens` (JSON)."""

    async def handle(_server: ModelServer, _request: web.Request, asked: Asked) -> web.StreamResponse:
        told = {**envelope(msgspec.json.encode(decision(asked)).decode()), "usage": 0}
        usage = f'{{"prompt_tokens": {tokens}, "completion_tokens": {tokens}}}'
        return web.Response(text=json.dumps(told).replace('"usage": 0', f'"usage": {usage}'))

    return handle


async def _nested(_server: ModelServer, _request: web.Request, _asked: Asked) -> web.StreamResponse:
    return web.json_response(envelope('{"reply":' + "[" * 50_000))


async def _nested_body(_server: ModelServer, _request: web.Request, _asked: Asked) -> web.StreamResponse:
    return web.Response(text='{"x":' + "[" * 50_000, content_type="application/json")


SCRIPTS |= {
    "drips": _drips,
    "moved": _moved,
    "packed": _packed,
    "endless_error": _endless_error,
    "tokens_1e18": _counting("1" + "0" * 18),
    "tokens_1e400": _counting("1" + "0" * 400),
    "tokens_null": _counting("null"),
    "nested": _nested,
    "nested_body": _nested_body,
}
HOSTILE = {
    "drips": "timeout", "moved": "not_found", "packed": "bad_answer", "endless_error": "unavailable",
    "tokens_1e400": "bad_answer", "nested": "off_schema", "nested_body": "unavailable",
}  # fmt: skip
"""O código de cada roteiro que falha."""
