"""O que uma parte faz nos limites: mãos cheias, descanso que acaba, decisão surda, plano que não grava."""

import asyncio

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import TransientError
from pyloto_stream.streams.keys import partition_of, prefix
from pyloto_stream.streams.lease import decode, park_op
from pyloto_stream.streams.model import Outcome, Plan, Turn
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.share import Share
from pyloto_stream.streams.timers import TimerPump
from pyloto_stream.streams.upcoming import upcoming
from tests.support.streams import FAST, ManualClock, Rig, finish, texts, until

CLAIM_IDLE_S = 0.3


def share(rig: Rig) -> Share:
    (worker,) = rig._workers
    return worker._shares[0]


async def test_i13_a_rest_that_ends_between_two_questions_wakes_the_reader(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        rig.start({"one": finish})
        await asyncio.wait_for(
            share(rig)._wait_for_room(), 1
        )  # nada em mãos, nada que descanse: ninguém acordaria


async def test_i7_the_abandoned_is_taken_over_also_by_hands_that_are_always_full(redis_url: str) -> None:
    order: list[str] = []

    async def slow(turn: Turn) -> Outcome:
        await asyncio.sleep(0.02)
        order.append(turn.conversation)
        return Plan()

    few = msgspec.structs.replace(FAST, concurrency=2, claim_idle_s=CLAIM_IDLE_S)
    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("left", "oi")
        assert await rig.gateway.read("one", "dead", [0], 1)
        for number in range(150):
            await rig.say(f"p{number}", "oi")
        rig.start({"one": slow}, few)
        await until(lambda: "left" in order)
        assert len(order) < 100, "it waited for the whole backlog"
        await rig.quiet()


async def test_i7_who_ignores_cancellation_does_not_hold_the_worker_back(redis_url: str) -> None:
    release, started = asyncio.Event(), asyncio.Event()

    async def deaf(_turn: Turn) -> Outcome:
        started.set()
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue
        return Plan()

    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": deaf}, msgspec.structs.replace(FAST, drain_timeout_s=0.1, claim_idle_s=60.0))
        await rig.say("ana", "oi")
        await asyncio.wait_for(started.wait(), 5)
        (worker,) = rig._workers
        left = worker.held
        await asyncio.wait_for(rig.stop(), 5)
        (entry,) = await rig.gateway.read("one", "next", [0], 1)
        assert entry.fields[b"c"] == b"ana", "it was given back at once"
        release.set()
        await asyncio.wait(left)
        assert rig.telemetry.of("committed") == [], "what it says too late changes nothing"


async def test_i6_what_cannot_be_applied_counts_as_a_death_and_is_buried(
    redis_url: str, redis: Redis
) -> None:
    runs = 0

    async def failing(turn: Turn) -> Outcome:
        nonlocal runs
        if "estraga" in texts(turn):
            runs += 1
            raise TransientError(code="busy")
        return Plan()

    async with Rig(redis_url, partitions=1) as rig:
        await redis.set("pyloto:{00}:parked:body", "not a hash")
        rig.start({"one": failing}, msgspec.structs.replace(FAST, claim_idle_s=0.1))
        await rig.say("ana", "estraga")
        await until(lambda: rig.telemetry.of("buried") == ["worker_died"])
        assert runs <= FAST.max_deaths


async def test_a_lost_reply_to_a_claim_is_adopted_with_its_deaths(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "oi")
        assert await rig.gateway.read("one", "victim", [0], 1)
        (entry,) = await rig.gateway.history("one", "victim")
        assert entry.deaths == 0
        assert await rig.gateway.submit(Script.CLAIM, 0, {"s": "one", "w": "next", "idle": 0, "limit": 1})
        (entry,) = await rig.gateway.history("one", "next")
        assert entry.deaths == 1
        assert await rig.gateway.history("one", "next", [0], [(0, entry.id)]) == []


@pytest.mark.one_server
async def test_a_partition_without_its_group_does_not_stop_the_others(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=4) as rig:
        rig.start({"one": finish})
        lost = prefix(partition_of("ana", 4), 4)
        await redis.xgroup_destroy(f"{lost}:stream:one", "workers")
        people = [f"p{n}" for n in range(40) if partition_of(f"p{n}", 4) != partition_of("ana", 4)]
        for person in ("ana", *people):
            await rig.say(person, "oi")
        await until(lambda: rig.telemetry.total("committed") == len(people))
        assert rig.telemetry.of("reader_down") == ["group_missing"]
        assert rig.telemetry.of("reader_up") == []
        await rig.gateway.boot(["one"])
        await rig.quiet()
        await until(lambda: len(rig.telemetry.of("reader_up")) == 1)


async def test_a_body_nobody_can_read_stays_and_keeps_nobody_waiting(redis_url: str, redis: Redis) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        for kind in ("timers", "parked"):
            await redis.zadd(f"pyloto:{{00}}:{kind}", {"turn|x|y": 1})
            await redis.hset(f"pyloto:{{00}}:{kind}:body", "turn|x|y", "\x01\x02")
        await rig.say("ana", "oi")
        (entry,) = await rig.gateway.read("one", "w", [0], 1)
        turn = decode(entry, "one", clock())
        await rig.gateway.submit(Script.PARK, 0, park_op(turn, clock.ms + 1))
        clock.ms += 10
        assert await TimerPump(rig.gateway, rig.telemetry).promote_due() == 2
        assert rig.telemetry.of("stuck") == [2]
        (entry,) = await rig.gateway.read("one", "w", [0], 1)
        assert entry.fields[b"c"] == b"ana"
        assert await redis.zcard("pyloto:{00}:timers") == 1, "it is kept, for later"
        assert len(await upcoming(rig.gateway, "parked", limit=5)) == 1


async def test_what_could_not_be_applied_is_forgotten_when_another_takes_it(
    redis_url: str, redis: Redis
) -> None:
    async def failing(_turn: Turn) -> Outcome:
        raise TransientError(code="busy")

    async with Rig(redis_url, partitions=1) as rig:
        await redis.set("pyloto:{00}:parked:body", "not a hash")
        rig.start({"one": failing}, msgspec.structs.replace(FAST, claim_idle_s=2.0))
        await rig.say("ana", "oi")
        await until(lambda: share(rig)._hands.spoiled != frozenset())
        await rig.gateway.submit(Script.CLAIM, 0, {"s": "one", "w": "another", "idle": 0, "limit": 1})
        await until(lambda: share(rig)._hands.spoiled == frozenset())
