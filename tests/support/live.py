"""A entrada inteira num laço local, sobre o executor e um Redis de verdade."""

import io
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from aiohttp import ClientSession
from redis.asyncio import Redis

from consumers.pipeline import LANES, STAGES
from ingress.app import create_public_app
from ingress.config import IngressConfig
from ingress.ports import Aliases
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.aliases import AliasTable
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.whatsapp.signature import sign
from tests.support.ingress import CONFIG, SECRET, served

PATH = "/webhooks/whatsapp"
PARTITIONS = 4


class Ingress:
    """Uma entrada que atende em `url` e conta em `metrics`."""

    def __init__(self, url: str, metrics: Metrics, http: ClientSession) -> None:
        self.url = url
        self.metrics = metrics
        self.http = http

    async def post(self, body: bytes, **headers: str) -> int:
        """Entrega `body` assinado; devolve o código. `headers` trocam ou acrescentam."""
        given = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(SECRET, body)} | headers
        async with self.http.post(self.url + PATH, data=io.BytesIO(body), headers=given) as answer:
            return answer.status

    async def ready(self) -> int:
        async with self.http.get(self.url + "/ready") as answer:
            return answer.status

    def counted(self, kind: str, result: str) -> float:
        """Quantas partes `kind` terminaram em `result`, segundo as métricas."""
        labels = {"kind": kind, "result": result}
        return self.metrics.registry.get_sample_value("pyloto_updates_total", labels) or 0.0


@asynccontextmanager
async def live(
    redis_url: str,
    *,
    config: IngressConfig = CONFIG,
    options: AcceptOptions | None = None,
    aliases: Callable[[Gateway], Aliases] = AliasTable,
) -> AsyncIterator[Ingress]:
    """Abre o executor em `redis_url` e atende."""
    gateway, metrics = Gateway(redis_url, partitions=PARTITIONS), Metrics()
    await gateway.open(STAGES)
    acceptor = Acceptor(gateway, list(LANES.values()), options or AcceptOptions())
    app = create_public_app(config, acceptor, metrics, aliases=aliases(gateway))
    async with served(app) as url, ClientSession() as http:
        yield Ingress(url, metrics, http)
    await gateway.close()


class Stored:
    """O que o Redis tem: ids de mensagens, `(wamid, status)` e `(motivo, corpo)`, e quantas vezes cada um."""

    def __init__(self) -> None:
        self.messages: Counter[str] = Counter()
        self.statuses: Counter[tuple[str, str]] = Counter()
        self.dead: Counter[tuple[str, bytes]] = Counter()


async def stored(redis_url: str) -> Stored:
    """Lê as filas, as caixas de entrada e a fila de mortos da entrada, byte por byte."""
    found = Stored()
    async with Redis.from_url(redis_url) as redis:
        for event in await _events(redis, "session", "turn"):
            found.messages[event["id"]] += 1
        for event in await _events(redis, "audit", "audit"):
            found.statuses[event["message_id"], event["status"]] += 1
        for fields in await _entries(redis, "*:dead:ingress"):
            found.dead[fields[b"code"].decode(), fields[b"body"]] += 1
    return found


async def _events(redis: Redis, stage: str, lane: str) -> list[dict[str, str]]:
    events: list[dict[str, str]] = []
    for token in await _entries(redis, f"*:stream:{stage}"):
        events += json.loads(token[b"e"])
    async for key in redis.scan_iter(f"*:inbox:{lane}:*"):
        waiting = cast("list[bytes]", await redis.lrange(key, 0, -1))
        events += [json.loads(event) for event in waiting]
    return events


async def _entries(redis: Redis, pattern: str) -> list[dict[bytes, bytes]]:
    found: list[dict[bytes, bytes]] = []
    async for key in redis.scan_iter(pattern):
        rows = cast("list[tuple[bytes, dict[bytes, bytes]]]", await redis.xrange(key))
        found += [fields for _, fields in rows]
    return found
