"""O que é o mínimo? Um aiohttp que só lê o corpo e diz 200; e o mesmo com HMAC e um XADD por pedido.

Nenhum deduplica, lê o conteúdo, mede, ou junta gravações. Uso: `python -m bench.ingress.bare KIND`, com
`REDIS_URL` e KIND `empty`, `uvloop` ou `xadd`; a primeira linha escrita é a porta. `empty` usa o laço do
asyncio, como `web.run_app`; os outros, o modo mais rápido documentado: uvloop, sem log de acesso (aiohttp,
"Deployment"), e um conjunto de conexões que espera vaga, com hiredis (redis-py, "Connections").
"""

import asyncio
import os
import sys

import uvloop
from aiohttp import web
from redis.asyncio import BlockingConnectionPool, Redis

from bench.ingress.webhooks import PATH, SECRET
from pyloto_stream.whatsapp.signature import HEADER, Verdict, verify

STREAM = "events"


async def empty(request: web.Request) -> web.Response:
    """Lê e diz 200."""
    await request.read()
    return web.Response()


def appending(redis: Redis) -> web.Application:
    """Confere a assinatura e acrescenta o corpo a um stream."""

    async def receive(request: web.Request) -> web.Response:
        content = await request.read()
        if verify((SECRET,), content, request.headers.get(HEADER)) is not Verdict.OK:
            return web.Response(status=403)
        await redis.xadd(STREAM, {"body": content})
        return web.Response()

    app = web.Application()
    app.router.add_post(PATH, receive)
    return app


def only_answering() -> web.Application:
    """Só responde."""
    app = web.Application()
    app.router.add_post(PATH, empty)
    return app


async def serve(kind: str, redis_url: str) -> None:
    """Atende até o fim do processo."""
    pool = BlockingConnectionPool.from_url(redis_url)
    app = appending(Redis(connection_pool=pool)) if kind == "xadd" else only_answering()
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    start = asyncio.run if sys.argv[1] == "empty" else uvloop.run
    start(serve(sys.argv[1], os.environ["REDIS_URL"]))
