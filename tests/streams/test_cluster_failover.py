"""Um mestre do cluster cai sob carga: outro assume, o aceito fica, e quem mora noutro mestre nem nota."""

import asyncio
import os
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from redis.crc import key_slot

from pyloto_stream.streams import keys
from tests.support.cluster import Cluster, Node
from tests.support.flow import Flow
from tests.support.servers import redis_binary
from tests.support.streams import Rig, until

PARTITIONS, PEOPLE = 6, 30
BACK_S = 10.0
"""Queda percebida em ~1 s, eleição em ~1 s, e quem esperava um mestre congelado ainda espera o seu prazo."""
EVERY_WAY = [("redis", "killed"), ("valkey", "killed"), ("valkey", "frozen")]


@pytest_asyncio.fixture(params=EVERY_WAY, ids=["-".join(way) for way in EVERY_WAY])
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Cluster, str]]:
    """Um cluster com duas réplicas por mestre: depois de uma queda ainda há uma a quem confirmar."""
    kind, way = request.param
    cluster = Cluster(redis_binary(kind), tmp_path, replicas=2)
    await cluster.start()
    yield cluster, way
    await cluster.stop()


async def test_i1_i5_a_lost_master_loses_nothing_confirmed_and_delays_only_its_own(
    scene: tuple[Cluster, str], capsys: pytest.CaptureFixture[str]
) -> None:
    cluster, way = scene
    async with Rig(cluster.url, partitions=PARTITIONS, durability="replica") as rig:
        flow = Flow(rig, PEOPLE)
        rig.start(flow.handlers)
        talking = asyncio.create_task(flow.talk())
        await until(lambda: min(flow.sent.values()) >= 3)
        lost = await cluster.owner(_slot(0))
        hit = {p for p in range(PARTITIONS) if await cluster.owner(_slot(p)) is lost}
        victims = {name for name in flow.people if keys.partition_of(name, PARTITIONS) in hit}
        await _lose(lost, way)
        began, done = time.monotonic(), dict(flow.done)
        await _go_on(flow, {name: done[name] + 3 for name in victims})
        outage_s = time.monotonic() - began
        turns = {name: flow.done[name] - count for name, count in done.items()}
        await _wake(lost, way)
        await _go_on(flow, {name: flow.done[name] + 3 for name in flow.people})
        flow.halt()
        await talking
        await flow.check(cluster.url)
    hurt = statistics.median(turns[name] for name in victims)
    others = statistics.median(turns[name] for name in flow.people if name not in victims)
    told = f"{len(victims)} of {PEOPLE} people had {hurt:g} messages in {outage_s:.1f} s, others {others:g}"
    with capsys.disabled():
        sys.stdout.write(f" {way}: {told}\n")
    assert 0 < len(victims) < PEOPLE
    assert outage_s < BACK_S
    # quem esperasse pela queda dos outros teria, ao fim dela, tantas como eles: numa máquina ocupada também
    assert others >= 2 * hurt


def _slot(partition: int) -> int:
    return key_slot(keys.prefix(partition, PARTITIONS).encode())


async def _lose(node: Node, way: str) -> None:
    if way == "killed":
        await node.kill()
    else:
        os.kill(node.pid, signal.SIGSTOP)


async def _wake(node: Node, way: str) -> None:
    """O mestre de antes volta, e não é mais mestre."""
    if way == "killed":
        await node.start()
    else:
        os.kill(node.pid, signal.SIGCONT)


async def _go_on(flow: Flow, wanted: dict[str, int]) -> None:
    """Espera que todos cheguem ao seu número; uma queda dura mais do que `until` espera."""
    async with asyncio.timeout(2 * BACK_S):
        while any(flow.done[name] < count for name, count in wanted.items()):  # noqa: ASYNC110 — são outras tarefas
            await asyncio.sleep(0.01)
