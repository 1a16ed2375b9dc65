"""O que um plano publica aparece uma vez na fila de saída, ou nenhuma, com o resto do plano."""

import asyncio
import random

import pytest
from redis.asyncio import Redis

from pyloto_stream.streams import keys
from pyloto_stream.streams.model import Feed, Plan, Published
from tests.support import look
from tests.support.sends import Sender
from tests.support.streams import FAST, ManualClock, Rig, until

BASE = "pyloto:{00}"
LEADS = keys.outlet(BASE, "leads")
BODY = '{"nome":"Conceição 🙂","n":1}'
PLAN = Plan(state=b"s", feed=(Feed("audit", b"1"),), published=(Published("leads", "ana.1", BODY.encode()),))


async def test_i20_two_who_commit_the_same_turn_publish_once_and_a_repetition_adds_nothing(
    redis_url: str, redis: Redis
) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        first, second = Sender(rig, clock, "w1"), Sender(rig, clock, "w2")
        await rig.say("ana", "oi")
        turn = await first.take()
        again = await second.claim()
        assert await second.commit(again, PLAN) == 1
        assert await first.commit(turn, PLAN) == 0
        assert await second.commit(again, PLAN) == 2
        assert await look.entries(redis, LEADS) == [{"id": "ana.1", "v": "1", "body": BODY}]


async def test_i20_of_all_who_ever_held_a_turn_and_commit_at_once_one_publishes(
    redis_url: str, redis: Redis
) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        owners = [Sender(rig, clock, f"w{n}") for n in range(3)]
        for text in map(str, range(30)):
            await rig.say("ana", text)
            turns = [await owners[0].take(), *[await owner.claim() for owner in owners[1:]]]
            plan = Plan(published=(Published("leads", text, BODY.encode()),))
            commits = [owner.commit(turn, plan) for owner, turn in zip(owners, turns, strict=True)]
            commits += [owners[-1].commit(turns[-1], plan)]  # e um deles não ouviu a resposta
            replies = await asyncio.gather(*random.Random(text).sample(commits, len(commits)))
            assert replies.count(1) == 1
    assert [entry["id"] for entry in await look.entries(redis, LEADS)] == [str(n) for n in range(30)]


async def test_the_entries_of_a_conversation_keep_the_order_of_its_turns(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": lambda turn: Plan(published=(Published("leads", turn.events.decode(), b"{}"),))})
        for text in "abcdef":
            await rig.say("ana", text)
            await rig.quiet()
    assert [entry["id"] for entry in await look.entries(redis, LEADS)] == [f'["{text}"]' for text in "abcdef"]


async def test_an_outlet_nobody_reads_stays_small(redis_url: str, redis: Redis) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        sender = Sender(rig, clock)
        for batch in range(25):
            await rig.say("ana", str(batch))
            many = tuple(Published("leads", f"{batch}.{n}", b"{}") for n in range(500))
            assert await sender.commit(await sender.take(), Plan(published=many)) == 1
        assert 10_000 <= await redis.xlen(LEADS) < 10_200
        assert (await look.entries(redis, LEADS))[-1]["id"] == "24.499"


@pytest.mark.one_server
async def test_an_outlet_somebody_broke_costs_its_turn_and_nothing_of_it_is_half_done(
    redis_url: str, redis: Redis
) -> None:
    await redis.set(LEADS, "not a stream")
    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": lambda turn: PLAN if turn.conversation == "ana" else Plan()}, FAST)
        await rig.say("ana", "oi")
        await rig.say("bia", "oi")
        await until(lambda: rig.telemetry.of("buried") == ["script_error"])
        assert await look.state(redis, f"{BASE}:conv:turn:ana") == ""
        assert await redis.xlen(keys.stream(BASE, "log")) == 0
        await until(lambda: rig.telemetry.of("committed") == [1])
