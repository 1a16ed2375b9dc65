"""De quem é uma entrada: quem a perdeu para de agir, o primeiro commit vence, o que sumiu é esquecido."""

import asyncio

import msgspec
from redis.asyncio import Redis

from pyloto_stream.errors import LostError
from pyloto_stream.streams.lease import decode
from pyloto_stream.streams.model import Outcome, Plan, Turn
from pyloto_stream.streams.scripts import Script
from tests.support.commits import commit
from tests.support.streams import FAST, LANES, Rig, finish, until


async def test_an_entry_taken_by_another_stops_the_handler_that_had_it(redis_url: str) -> None:
    entered, cancelled = asyncio.Event(), asyncio.Event()

    async def one(_turn: Turn) -> Outcome:
        entered.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return Plan()

    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": one})
        await rig.say("ana", "oi")
        await entered.wait()
        await rig.gateway.submit(Script.CLAIM, 0, {"s": "one", "w": "thief", "idle": 0, "limit": 1})
        await cancelled.wait()
        await until(lambda: rig.telemetry.of("lost") == [1])


async def test_a_handler_that_lost_its_entry_writes_nothing(redis_url: str) -> None:
    def one(_turn: Turn) -> Outcome:
        raise LostError

    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": one}, msgspec.structs.replace(FAST, claim_idle_s=60.0))
        await rig.say("ana", "oi")
        await until(lambda: rig.telemetry.of("lost") == [1])
        assert (await rig.status()).stages[0].pending == 1
        assert rig.telemetry.of("committed") == rig.telemetry.of("buried") == []


async def test_i3_the_first_commit_wins_also_when_it_is_the_old_owners(redis_url: str, redis: Redis) -> None:
    entered, go = asyncio.Event(), asyncio.Event()

    async def slow(_turn: Turn) -> Outcome:
        entered.set()
        await go.wait()
        return Plan(state=b"new owner")

    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "oi")
        (entry,) = await rig.gateway.read("one", "old", [0], 1)
        rig.start({"one": slow})
        await entered.wait()
        turn = decode(entry, "one", 0)
        assert await commit(rig.gateway, turn, Plan(state=b"old owner"), LANES, "old") == 1
        go.set()
        await until(lambda: len(rig.telemetry.of("fenced") + rig.telemetry.of("lost")) == 1)
        await rig.quiet()
    assert await redis.hget("pyloto:{00}:conv:turn:ana", "s") == "old owner"
    assert await redis.hget("pyloto:{00}:conv:turn:ana", "g") is None


async def test_a_busy_entry_does_not_hide_an_abandoned_one(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("busy", "oi")
        await rig.say("abandoned", "oi")
        _, old = await rig.gateway.read("one", "w1", [0], 2)
        await redis.xclaim("pyloto:{00}:stream:one", "workers", "w1", 0, [old.id], idle=60_000, justid=True)
        op = {"s": "one", "w": "w2", "idle": 30_000, "limit": 1}
        (row,) = await rig.gateway.submit(Script.CLAIM, 0, op)
        assert row[0].decode() == old.id


async def test_a_pending_entry_whose_body_was_deleted_is_forgotten(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "oi")
        (entry,) = await rig.gateway.read("one", "test-0", [0], 1)
        await redis.xdel("pyloto:{00}:stream:one", entry.id)
        assert await rig.gateway.history("one", "test-0") == []
        rig.start({"one": finish})
        await rig.quiet()
        assert rig.telemetry.of("claimed") == []


async def test_a_refresh_by_who_lost_the_entry_does_not_take_it_back(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "oi")
        (entry,) = await rig.gateway.read("one", "old", [0], 1)
        assert await rig.gateway.submit(Script.CLAIM, 0, {"s": "one", "w": "new", "idle": 0, "limit": 1})
        assert await rig.gateway.submit(Script.REFRESH, 0, {"s": "one", "i": entry.id, "w": "old"}) == 0
        assert await rig.gateway.history("one", "old") == []
        assert [held.id for held in await rig.gateway.history("one", "new")] == [entry.id]


async def test_a_decision_cut_because_its_entry_is_anothers_is_not_judged_later(redis_url: str) -> None:
    started = asyncio.Event()

    async def hang(_turn: Turn) -> Outcome:
        started.set()
        await asyncio.Event().wait()
        return Plan()

    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": hang}, msgspec.structs.replace(FAST, stage_timeout_s=0.5))
        await rig.say("ana", "oi")
        await asyncio.wait_for(started.wait(), 5)
        assert await rig.gateway.submit(Script.CLAIM, 0, {"s": "one", "w": "thief", "idle": 0, "limit": 1})
        await until(lambda: rig.telemetry.of("lost") != [])
        (worker,) = rig._workers
        await until(lambda: worker._settler._decider._deciding == {})
