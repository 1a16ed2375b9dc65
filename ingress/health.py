"""O processo está vivo, e pode receber?"""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from ingress.answers import report
from ingress.ports import Readiness

READY_TIMEOUT_S = 2.0


async def health(_request: web.Request) -> web.Response:
    """`GET /health`: 200 enquanto o laço de eventos anda; não olha para dependências."""
    return report(200, "ok")


def readiness(runtime: Readiness, timeout_s: float = READY_TIMEOUT_S) -> Handler:
    """Tratador de `GET /ready`: 200 se o executor aceita; 503 se não, ou se tarda `timeout_s`."""

    async def ready(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(timeout_s):
                accepting = await runtime.ready()
        except TimeoutError:
            accepting = False
        return report(200, "ready") if accepting else report(503, "not_ready")

    return ready
