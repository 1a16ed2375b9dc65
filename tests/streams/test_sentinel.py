"""Com Sentinel, o mestre muda e o trabalho segue no novo, sem que nenhum processo reinicie."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from pyloto_stream.streams.servers import SentinelServers
from tests.support.flow import Flow
from tests.support.sentinel import Sentinels, Watched
from tests.support.servers import redis_binary
from tests.support.streams import Rig, until

PEOPLE = 20


WAYS = [("asked", 1), ("killed", 2)]
"""Sem a réplica que assumiu, o mestre que ainda vive não tem a quem confirmar; o que morreu deixa uma."""


@pytest_asyncio.fixture(params=itertools.product(["redis", "valkey"], WAYS), ids=str)
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Sentinels, str]]:
    kind, (way, replicas) = request.param
    sentinels = Sentinels(redis_binary(kind), tmp_path, replicas)
    await sentinels.start()
    yield sentinels, way
    await sentinels.stop()


async def another_leads(sentinels: Sentinels, before: Watched) -> bool:
    return await sentinels.master() is not before


async def test_i1_i5_work_goes_on_with_the_next_master_and_nothing_confirmed_is_lost(
    scene: tuple[Sentinels, str],
) -> None:
    sentinels, way = scene
    first = await sentinels.master()
    async with Rig(sentinels.url, durability="replica") as rig:
        flow = Flow(rig, PEOPLE)
        rig.start(flow.handlers)
        talking = asyncio.create_task(flow.talk())
        await until(lambda: min(flow.sent.values()) >= 3)
        if way == "killed":
            await sentinels.lose_a_watcher()
            await first.kill()
        else:
            await sentinels.fail_over()
        await until(lambda: another_leads(sentinels, first))
        if way == "asked":  # o Sentinel também o diria, mas espera 8 s; sem réplica nada se confirma
            leader = await sentinels.master()
            await first.run("REPLICAOF", "127.0.0.1", leader.port)
        sent = dict(flow.sent)
        await until(lambda: all(flow.sent[name] > sent[name] + 2 for name in flow.people))
        flow.halt()
        await talking
        await flow.check((await sentinels.master()).url)
        servers = rig.gateway._servers
        assert isinstance(servers, SentinelServers)
        assert (
            len({*map(id, servers._sentinels.sentinels)}) == 3
        )  # o redis-py perderia os que pergunta a meio
        assert {*flow.refusals} <= {"redis_unavailable", "not_durable", "read_only", "slot_moving"}
