"""Que trabalho se mede? Etapas que só passam o evento adiante, no executor de produção, e a entrada delas."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from consumers.telemetry import StageTelemetry
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Handler, Item, Lane, Plan
from pyloto_stream.streams.stage import StageSpec, WorkerOptions
from pyloto_stream.streams.worker import Worker

LANE = Lane("turn", ("a", "b", "c"))
SHORT = Lane("turn", ("a",))
PARTITIONS = 8
"""O padrão de `STREAM_PARTITIONS`."""
CONCURRENCY = 100
BACKLOG = 100_000_000
BATCH = 500
STATE = b'{"n":1}'

HANDLERS: dict[str, Handler] = {
    "a": lambda turn: Plan(to="b", payload=turn.events, state=STATE),
    "b": lambda turn: Plan(to="c", payload=turn.payload),
    "c": lambda _turn: Plan(),
}
"""A primeira grava estado; a última encerra o turno."""


@asynccontextmanager
async def opened(url: str, lane: Lane) -> AsyncIterator[Gateway]:
    """O executor, com os grupos de `lane` criados."""
    gateway = Gateway(url, partitions=PARTITIONS)
    try:
        await gateway.open(lane.stages)
        yield gateway
    finally:
        await gateway.close()


async def offer(
    gateway: Gateway,
    lane: Lane,
    numbers: range,
    body: bytes,
    person: Callable[[int], str],
    *,
    ids: bool = True,
) -> None:
    """Oferece um evento por número, cada um da conversa `person(número)` e, se `ids`, com o seu id."""
    acceptor = Acceptor(gateway, [lane], AcceptOptions(backlog_limit=BACKLOG))
    for start in range(0, len(numbers), BATCH):
        part = numbers[start : start + BATCH]
        await acceptor.accept(
            [Item(lane.name, person(n), body, f"wamid.BENCH.{n}" if ids else "") for n in part]
        )


async def work(
    gateway: Gateway, lane: Lane, handlers: dict[str, Handler], consumer: str, stop: asyncio.Event
) -> None:
    """Trabalha as etapas de `handlers` até `stop`, e escoa o que tem em mãos."""
    options, telemetry = WorkerOptions(concurrency=CONCURRENCY), StageTelemetry(Metrics())
    async with asyncio.TaskGroup() as group:
        for stage, handler in handlers.items():
            spec = StageSpec(stage, handler)
            group.create_task(
                Worker(gateway, {lane.name: lane}, spec, consumer, options, telemetry).run(stop)
            )
