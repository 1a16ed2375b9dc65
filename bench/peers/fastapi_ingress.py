"""O que faz a dupla mais usada? FastAPI + uvicorn: confere o HMAC, faz um XADD por pedido e diz 200.

Modo mais rápido documentado: uvloop e httptools, sem log de acesso (uvicorn, "Settings"); o corpo cru de
`Request`, e um `Response` devolvido direto (FastAPI, "Using the Request Directly" e "Return a Response
Directly"); `BlockingConnectionPool` com hiredis (redis-py, "Connections"). Não deduplica nem lê o conteúdo.
A porta, qualquer, é a que o uvicorn diz no log.
"""

import hmac
import os

import uvicorn
from fastapi import FastAPI, Request, Response
from redis.asyncio import BlockingConnectionPool, Redis

PATH = "/webhooks/whatsapp"
SECRET = os.environ["WEBHOOK_SECRET"].encode()
STREAM = "events"

app = FastAPI(openapi_url=None)
redis = Redis(connection_pool=BlockingConnectionPool.from_url(os.environ["REDIS_URL"]))


@app.post(PATH)
async def receive(request: Request) -> Response:
    """Confere a assinatura e acrescenta o corpo a um stream."""
    body = await request.body()
    expected = "sha256=" + hmac.digest(SECRET, body, "sha256").hex()
    if not hmac.compare_digest(expected, request.headers.get("X-Hub-Signature-256", "")):
        return Response(status_code=403)
    await redis.xadd(STREAM, {"body": body})
    return Response(status_code=200)


if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=0, loop="uvloop", http="httptools", access_log=False, backlog=1024
    )
