"""O mesmo executor num Redis Cluster: um slot que muda de lugar é esperado, nunca visto pela metade."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from redis.crc import key_slot

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams import keys
from pyloto_stream.streams.model import Outcome, Plan, Turn
from tests.support.cluster import Cluster, Move, Node
from tests.support.flow import Flow
from tests.support.streams import FAST, STAGES, Rig, finish, until

MOVES, PEOPLE = 8, 24
MANY = 105
"""Partições que, com três etapas e três mestres, pedem mais conexões do que o redis-py daria a um cliente."""


def slot_of(partition: int, partitions: int) -> int:
    return key_slot(keys.prefix(partition, partitions).encode())


async def beginning(cluster: Cluster, slot: int) -> Move:
    """Uma mudança anunciada aos dois lados, com todas as chaves ainda na origem."""
    source = await cluster.owner(slot)
    target = next(node for node in await cluster.owners() if node is not source)
    move = Move(cluster, slot, source, target)
    await move.begin()
    return move


async def refusal(work: Awaitable[object]) -> str:
    with pytest.raises(UnavailableError) as caught:
        await work
    return caught.value.code


async def talk_while_slots_move(cluster: Cluster, move: Callable[[int, Node], Awaitable[None]]) -> Flow:
    async with Rig(cluster.url, partitions=4) as rig:
        flow = Flow(rig, PEOPLE)
        rig.start(flow.handlers)
        talking = asyncio.create_task(flow.talk())
        partitions = itertools.cycle(range(4))
        for slot in (slot_of(next(partitions), 4) for _ in range(MOVES)):
            masters = await cluster.owners()
            source = await cluster.owner(slot)
            await move(slot, masters[masters.index(source) - 1])
        flow.halt()
        await talking
        await flow.check(cluster.url)
    assert min(flow.sent.values()) > 0
    return flow


async def test_i1_i3_i5_slots_moved_under_load_lose_nothing_repeat_nothing_and_keep_the_order(
    cluster: Cluster,
) -> None:
    flow = await talk_while_slots_move(cluster, cluster.move_slot)
    assert {*flow.refusals} <= {"slot_moving"}


@pytest.mark.parametrize("cluster", ["valkey"], indirect=True)
async def test_i1_i3_i5_slots_moved_at_once_are_not_even_noticed(cluster: Cluster) -> None:
    flow = await talk_while_slots_move(cluster, cluster.move_slot_at_once)
    assert flow.refusals == []


async def test_nothing_runs_on_a_slot_that_is_half_moved(cluster: Cluster) -> None:
    async with Rig(cluster.url, partitions=1, block_ms=20_000) as rig:  # a leitura dura mais que a mudança
        await rig.say("ana", "oi")
        blocked = asyncio.create_task(rig.gateway.read("two", "w", [0], 1))
        move = await beginning(cluster, slot_of(0, 1))
        assert await refusal(rig.say("bia", "oi")) == "slot_moving"
        moved = await move.some_keys(4)
        for work in (blocked, rig.say("ana", "oi"), rig.status(), rig.gateway.history("one", "w")):
            assert await refusal(work) == "slot_moving"
        while more := await move.some_keys(1):
            moved += more
            assert await refusal(rig.say("ana", "oi")) == "slot_moving"
        assert await move.target.run("CLUSTER", "COUNTKEYSINSLOT", slot_of(0, 1)) == moved
        await move.finish()
        await rig.say("ana", "oi")
        assert (await rig.status()).stages[0].backlog == 1


async def test_what_was_read_before_a_move_is_committed_after_it_and_handled_once(cluster: Cluster) -> None:
    handled: list[str] = []

    async def one(turn: Turn) -> Outcome:
        handled.append(turn.conversation)
        return Plan()

    async with Rig(cluster.url, partitions=1) as rig:
        await rig.say("ana", "oi")
        move = await beginning(cluster, slot_of(0, 1))
        rig.start({"one": one})  # a fila ainda está na origem: lê-se, e só o commit espera
        await until(lambda: handled == ["ana"])
        assert rig.telemetry.of("committed") == []
        while await move.some_keys():
            pass
        await move.finish()
        await rig.quiet()
        assert (handled, rig.telemetry.of("committed")) == (["ana"], [1])


async def test_every_partition_of_every_stage_has_its_own_blocked_reader_and_nobody_waits_for_a_connection(
    cluster: Cluster,
) -> None:
    async with Rig(cluster.url, partitions=MANY, block_ms=2_000) as rig:
        before = await connections(cluster)
        rig.start(dict.fromkeys(STAGES, finish), msgspec.structs.replace(FAST, claim_idle_s=6.0))
        readers = len(STAGES) * MANY
        await until(lambda: blocked_enough(cluster, readers))
        for n in range(MANY):
            await rig.say(f"c{n}", "oi")
        await rig.quiet()
        assert rig.telemetry.of("reader_down") == []
        # por rota, além dos leitores, no máximo uma ida em voo
        assert await connections(cluster) - before <= readers + MANY


async def blocked_enough(cluster: Cluster, readers: int) -> bool:
    rows = [await node.fields("INFO", "clients") for node in await cluster.owners()]
    return sum(int(row["blocked_clients"]) for row in rows) == readers


async def connections(cluster: Cluster) -> int:
    rows = [await node.fields("INFO", "clients") for node in await cluster.owners()]
    return sum(int(row["connected_clients"]) for row in rows)
