"""Trabalhadores da faixa `handoff` sobre um Redis de verdade, e o que eles publicaram."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from redis.asyncio import Redis

from consumers.handoff import OUTLET
from consumers.pipeline import AUDIT, HANDOFF, LANES, STAGES
from pyloto_stream.conversation.records import HandoffReady
from pyloto_stream.streams import keys
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Handler, Item, Outcome, Plan, Turn
from pyloto_stream.streams.stage import StageSpec
from pyloto_stream.streams.status import inspect
from pyloto_stream.streams.timers import TimerPump
from pyloto_stream.streams.worker import Worker
from tests.support import look
from tests.support.streams import FAST, Recorder, until

BASE = keys.prefix(0, 1)
STREAM = keys.outlet(BASE, OUTLET)
OPTIONS = msgspec.structs.replace(FAST, outage_max_s=0.1, concurrency=4)


class Desk:
    """Trabalhadores da faixa `handoff` e um `audit` que só conta."""

    def __init__(self, url: str) -> None:
        self.gateway = Gateway(url, partitions=1, block_ms=100)
        self.telemetry = Recorder()
        self._door = Acceptor(self.gateway, list(LANES.values()), AcceptOptions())
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, handler: Handler) -> None:
        """Um trabalhador de cada etapa; pode haver vários."""

        def audited(_turn: Turn) -> Outcome:
            return Plan()

        for stage, does in {HANDOFF: handler, AUDIT: audited}.items():
            worker = Worker(
                self.gateway, LANES, StageSpec(stage, does), f"w{len(self._tasks)}", OPTIONS, self.telemetry
            )
            self._tasks.append(asyncio.create_task(worker.run(self._stop)))
        self._tasks.append(asyncio.create_task(TimerPump(self.gateway, tick_s=0.02).run(self._stop)))

    async def feed(self, conversation: str, *events: HandoffReady) -> None:
        """Entregas de uma conversa, como um commit as poria na faixa."""
        await self._door.accept(
            [Item("handoff", conversation, msgspec.json.encode(event)) for event in events]
        )

    async def quiet(self) -> None:
        """Nada à espera."""

        async def idle() -> bool:
            return (await inspect(self.gateway, STAGES)).idle

        await until(idle)

    async def close(self) -> None:
        """Fim ordeiro."""
        self._stop.set()
        await asyncio.gather(*self._tasks)
        await self.gateway.close()


@asynccontextmanager
async def open_desk(url: str) -> AsyncIterator[Desk]:
    """Tudo aberto sobre um Redis vazio, ainda sem trabalhadores."""
    desk = Desk(url)
    await desk.gateway.open(STAGES)
    try:
        yield desk
    finally:
        await desk.close()


async def published(redis: Redis) -> list[str]:
    """Ids da fila de saída, na ordem."""
    return [entry["id"] for entry in await look.entries(redis, STREAM)]
