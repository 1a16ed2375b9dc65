"""O que um trabalhador faz quando a rede falha, o grupo some, a entrada some ou outro a assume."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.entry import Entry
from pyloto_stream.streams.model import Outcome, Plan, Turn
from pyloto_stream.streams.scripts import Script
from tests.support.look import found
from tests.support.proxy import Proxy
from tests.support.streams import FAST, STAGES, Rig, finish, until


async def test_few_hands_find_work_in_any_partition_without_waiting(redis_url: str) -> None:
    async def one(_turn: Turn) -> Outcome:
        return Plan()

    async with Rig(redis_url, partitions=8, block_ms=60_000) as rig:
        for n in range(50):
            await rig.say(f"c{n}", "oi")
        rig.start({"one": one}, msgspec.structs.replace(FAST, concurrency=1))
        await rig.quiet()
        await rig.say("late", "oi")
        await rig.quiet()


@pytest.mark.one_server
async def test_hands_are_never_more_than_allowed(redis_url: str) -> None:
    busy = most = 0

    async def one(_turn: Turn) -> Outcome:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0)
        busy -= 1
        return Plan()

    async with Rig(redis_url, partitions=8) as rig:
        for n in range(100):
            await rig.say(f"c{n}", "oi")
        rig.start({"one": one}, msgspec.structs.replace(FAST, concurrency=3))
        await rig.quiet()
    assert 1 <= most <= 3


async def test_adoption_after_broken_reads_does_not_count_as_deaths(redis_url: str, proxy: Proxy) -> None:
    hold = asyncio.Event()

    async def one(_turn: Turn) -> Outcome:
        await hold.wait()
        return Plan()

    async with Rig(proxy.url, partitions=1) as rig, Rig(redis_url, partitions=1) as other:
        rig.start({"one": one})
        await rig.say("ana", "oi")
        await until(lambda: _pending(other))
        for times in range(1, FAST.max_deaths + 2):
            await proxy.sever()
            await until(partial(_came_back, rig, times))
        rig.kill()
        other.start({"one": finish})
        await other.quiet()
        assert other.telemetry.of("buried") == []
        assert other.telemetry.of("committed") == [1]


async def test_i7_what_was_claimed_by_a_lost_reply_is_adopted_and_counts_no_death(
    redis_url: str, proxy: Proxy
) -> None:
    async with Rig(redis_url, partitions=1) as dead, Rig(proxy.url, partitions=1) as rig:
        claim: dict[str, object] = {"s": "one", "w": "nobody", "idle": 60_000, "limit": 1}
        await dead.gateway.submit(Script.CLAIM, 0, claim)  # o servidor já conhece o script
        await dead.say("ana", "oi")
        assert await dead.gateway.read("one", "gone", [0], 1)
        proxy.cut_reply(Script.CLAIM.sha, 1_000_000)
        rig.start({"one": finish})
        await dead.quiet()
        await until(lambda: rig.telemetry.seen != [])  # o Redis sabe do commit antes de quem o pediu
        assert [name for name, *_ in rig.telemetry.seen] == ["committed"]
        proxy.cut_reply("", 0)


@pytest.mark.one_server
async def test_a_vanished_group_is_told_once_without_a_hot_loop_and_work_resumes(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url) as rig:
        tries: list[float] = []
        history = rig.gateway.history

        async def watched(
            stage: str,
            consumer: str,
            partitions: Sequence[int] | None = None,
            skip: Iterable[Sequence[Any]] = (),
        ) -> list[Entry]:
            tries.append(time.monotonic())
            return await history(stage, consumer, partitions, skip)

        rig.gateway.history = watched  # type: ignore[method-assign] # observa sem mudar
        # só a leitura pergunta: quem assume o abandonado também o faria, no seu próprio ritmo
        rig.start({"one": finish}, msgspec.structs.replace(FAST, claim_idle_s=60.0))
        await rig.say("ana", "oi")
        await rig.quiet()
        await redis.flushall()
        await until(lambda: len(tries) == 4)
        assert tries[3] - tries[0] > 0.1 + 0.2 + 0.4
        assert rig.telemetry.of("reader_down") == ["group_missing"]
        await rig.gateway.open(STAGES)
        await rig.say("ana", "de novo")
        await rig.quiet()
        await until(lambda: len(rig.telemetry.of("reader_up")) == 1)
        assert rig.telemetry.total("committed") == 2


@pytest.mark.one_server
async def test_the_group_vanishing_forever_does_not_stop_the_drain(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url) as rig:
        rig.start({"one": finish})
        await redis.flushall()
        await until(lambda: rig.telemetry.of("reader_down") == ["group_missing"])


async def test_a_dead_loop_ends_the_worker(redis_url: str) -> None:
    def explode(_stage: str, _n: int) -> None:
        raise ZeroDivisionError

    rig = await Rig(redis_url).__aenter__()
    rig.telemetry.read = explode  # type: ignore[assignment,method-assign] # um defeito proposital
    rig.start({"one": finish})
    await rig.say("ana", "oi")
    with pytest.raises(ZeroDivisionError):
        await rig._tasks[0]
    rig.kill()
    await rig.gateway.close()


async def test_what_finishes_during_the_drain_is_committed(redis_url: str, redis: Redis) -> None:
    entered, unread, go = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def one(_turn: Turn) -> Outcome:
        entered.set()
        await go.wait()
        return Plan(state=b"done")

    async with Rig(redis_url, partitions=1) as rig:
        read = rig.gateway.read

        async def watched(
            stage: str, consumer: str, partitions: list[int], count: int, *, wait: bool
        ) -> list[Entry]:
            try:
                return await read(stage, consumer, partitions, count, wait=wait)
            except asyncio.CancelledError:
                unread.set()
                raise

        rig.gateway.read = watched  # type: ignore[method-assign,assignment] # observa sem mudar
        rig.start({"one": one})
        await rig.say("ana", "oi")
        await entered.wait()
        stopping = asyncio.create_task(rig.stop())
        await unread.wait()
        await redis.ping()  # tempo de sobra para quem não esperasse cancelar o turno
        go.set()
        await stopping
        assert (await rig.status()).stages[0].workers == 0
    assert await redis.hget("pyloto:{00}:conv:turn:ana", "s") == "done"
    assert await found(redis, "*:dead:*") == []


async def test_without_redis_the_worker_still_stops(proxy: Proxy) -> None:
    async with Rig(proxy.url) as rig:
        rig.start({"one": finish})
        proxy.upstream = "/nonexistent"
        await proxy.sever()
        await until(lambda: rig.telemetry.of("reader_down") == ["redis_unavailable"])
        await rig.stop()
        with pytest.raises(UnavailableError):
            await rig.status()


def _came_back(rig: Rig, times: int) -> bool:
    return len(rig.telemetry.of("reader_up")) == times


async def _pending(rig: Rig) -> bool:
    return (await rig.status()).stages[0].pending == 1
