"""As filas viram números que um operador pode vigiar: quanto espera, há quanto tempo, quanto morreu."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from redis.asyncio import Redis

from consumers.gauges import Gauges
from consumers.pipeline import LANES, OUTBOUND, SESSION, STAGES
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Item, Unreadable
from tests.support.streams import until


@pytest_asyncio.fixture
async def gateway(redis_url: str) -> AsyncIterator[Gateway]:
    gateway = Gateway(redis_url, partitions=2)
    await gateway.open(STAGES)
    yield gateway
    await gateway.close()


def value(metrics: Metrics, name: str, stage: str = "") -> float | None:
    labels = {"stage": stage} if stage else {}
    return metrics.registry.get_sample_value(f"pyloto_{name}", labels)


async def test_what_waits_is_published_for_the_whole_deployment(gateway: Gateway, redis: Redis) -> None:
    acceptor = Acceptor(gateway, list(LANES.values()), AcceptOptions())
    await acceptor.accept([Item("turn", f"p{n}", b"1") for n in range(10)] + [Unreadable("json", b"{")])
    await gateway.read(SESSION, "w", [0, 1], 2)
    metrics = Metrics()
    await Gauges(gateway, metrics).look()
    assert value(metrics, "stage_backlog", SESSION) == 10
    assert value(metrics, "stage_in_hand", SESSION) == 4
    assert value(metrics, "stage_backlog", OUTBOUND) == 0
    assert value(metrics, "stage_dead_letters", "ingress") == 1
    assert value(metrics, "parked_turns") == 0
    age_s = value(metrics, "stage_oldest_age_seconds", SESSION)
    assert age_s is not None
    assert 0 <= age_s < 60


async def test_it_goes_on_looking_until_told_to_stop(gateway: Gateway) -> None:
    metrics, stop = Metrics(), asyncio.Event()
    acceptor = Acceptor(gateway, list(LANES.values()), AcceptOptions())
    looking = asyncio.create_task(Gauges(gateway, metrics, every_s=0.01).run(stop))
    await until(lambda: value(metrics, "stage_backlog", SESSION) == 0)
    await acceptor.accept([Item("turn", "ana", b"1")])
    await until(lambda: value(metrics, "stage_backlog", SESSION) == 1)
    stop.set()
    await asyncio.wait_for(looking, 5)
