"""Que se pode perguntar a um Redis de quem se mede a memória? Quanto usa, e de que família é cada chave."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from bench.harness.servers import Server, redis_server
from consumers.telemetry import StageTelemetry
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Handler, Item, Lane
from pyloto_stream.streams.stage import StageSpec, WorkerOptions
from pyloto_stream.streams.status import inspect
from pyloto_stream.streams.worker import Worker

PARTITIONS = 8
"""O padrão de `STREAM_PARTITIONS`."""
BATCH = 500
STILL_S, LOOK_S = 0.3, 0.05
PAGE = 1000


class Room:
    """Um Redis só nosso, com as faixas `lanes` e a porta de entrada delas."""

    def __init__(self, server: Server, gateway: Gateway, lanes: Sequence[Lane]) -> None:
        self.gateway = gateway
        self._server = server
        self._lanes = {lane.name: lane for lane in lanes}
        self._acceptor = Acceptor(gateway, lanes, AcceptOptions(backlog_limit=100_000_000))

    async def used(self) -> int:
        """Bytes que o servidor deu a tudo o que guarda, quando nada mais muda."""
        await asyncio.sleep(STILL_S)  # o que as conexões ocuparam com a última escrita volta
        return int((await self._server.info("memory"))["used_memory"])

    async def accept(self, items: Sequence[Item]) -> None:
        """Oferece `items` pela porta de entrada, aos bocados."""
        for start in range(0, len(items), BATCH):
            await self._acceptor.accept(items[start : start + BATCH])

    async def work(self, handlers: dict[str, Handler]) -> None:
        """Trabalha as etapas de `handlers` até não haver nada nelas."""
        options, telemetry, stop = WorkerOptions(), StageTelemetry(Metrics()), asyncio.Event()
        workers = [
            Worker(self.gateway, self._lanes, StageSpec(stage, handler), "bench", options, telemetry)
            for stage, handler in handlers.items()
        ]
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker.run(stop))
            while not (await inspect(self.gateway, list(handlers))).idle:  # noqa: ASYNC110 — quem muda é o Redis
                await asyncio.sleep(LOOK_S)
            stop.set()

    async def usage(self) -> Counter[str]:
        """Bytes por família de chaves, segundo `MEMORY USAGE` de cada uma."""
        return await usage(self._server.url)


@asynccontextmanager
async def room(*lanes: Lane) -> AsyncIterator[Room]:
    """Um Redis novo, com os grupos de `lanes` criados."""
    async with redis_server() as server:
        gateway = Gateway(server.url, partitions=PARTITIONS)
        try:
            await gateway.open([stage for lane in lanes for stage in lane.stages])
            yield Room(server, gateway, lanes)
        finally:
            await gateway.close()


async def usage(url: str) -> Counter[str]:
    """Bytes por família de chaves das nossas partições, como as nomeia `family`."""
    found: Counter[str] = Counter()
    async with Redis.from_url(url) as client:
        names: list[bytes] = []
        async for name in client.scan_iter(match="pyloto:{*}:*", count=PAGE):
            names.append(name)
            if len(names) == PAGE:
                await _weigh(client, names, found)
        await _weigh(client, names, found)
    return found


async def _weigh(client: Redis, names: list[bytes], found: Counter[str]) -> None:
    pipe = client.pipeline(transaction=False)
    for name in names:
        pipe.memory_usage(name, samples=0)
    for name, size in zip(names, await pipe.execute(), strict=True):
        found[family(name.decode(errors="replace"))] += int(size or 0)
    names.clear()


def family(name: str) -> str:
    """A família de uma chave, sem o que é só dela: `conv:turn`, `seen`, `timers:body`, `stream:ai`."""
    kind, _, rest = name.partition("}:")[2].partition(":")
    return (
        f"{kind}:{rest.partition(':')[0]}" if kind in ("conv", "inbox", "stream", "timers") and rest else kind
    )
