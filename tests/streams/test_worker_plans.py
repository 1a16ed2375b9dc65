"""Um plano ou aviso com defeito custa só a própria conversa; uma caixa cheia vira turnos inteiros."""

import asyncio
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from pyloto_stream.clock import system_clock
from pyloto_stream.errors import PermanentError, UnavailableError
from pyloto_stream.streams.lease import Failure
from pyloto_stream.streams.model import Feed, Handler, Outcome, Plan, SetTimer, Turn
from pyloto_stream.streams.stage import StageSpec
from tests.support.look import only
from tests.support.streams import Rig, texts, until

BAD_PLANS = {
    "bug_OverflowError": Plan(timers=(SetTimer("t", 2**70, b"1"),)),
    "bug_ValueError": Plan(to="nowhere"),
    "bug_KeyError": Plan(feed=(Feed("nowhere", b"1"),)),
    "bug_UnicodeEncodeError": Plan(mode="\ud800"),
}


def pure(plan: Plan) -> Handler:
    def one(turn: Turn) -> Outcome:
        return plan if turn.conversation == "bad" else Plan()

    return one


def awaited(plan: Plan) -> Handler:
    async def one(turn: Turn) -> Outcome:
        return plan if turn.conversation == "bad" else Plan()

    return one


@pytest.mark.parametrize("kind", [pure, awaited])
@pytest.mark.parametrize("code", BAD_PLANS)
async def test_a_plan_that_cannot_be_applied_is_buried_and_the_neighbours_go_on(
    redis_url: str, redis: Redis, kind: Callable[[Plan], Handler], code: str
) -> None:
    handler = kind(BAD_PLANS[code])
    async with Rig(redis_url, partitions=1) as rig:
        for name in ("a", "bad", "b"):
            await rig.say(name, "oi")
        rig.start({"one": handler})
        await rig.quiet()
        assert rig.telemetry.of("buried") == [code]
        assert rig.telemetry.total("committed") == 2
        assert rig.telemetry.of("claimed") == []
    record = await only(redis, "pyloto:{00}:dead:one")
    assert (record["code"], record["c"], record["message"]) == (code, "bad", "unexpected exception")


async def test_a_script_that_fails_half_way_loses_no_turn_and_is_told(redis_url: str, redis: Redis) -> None:
    def one(turn: Turn) -> Outcome:
        return Plan(timers=(SetTimer("t", turn.now_ms, b"1"),)) if texts(turn) == ["bad"] else Plan()

    await redis.set("pyloto:{00}:timers:body", "not a hash")
    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": one})
        await rig.say("ana", "bad")
        await until(lambda: bool(rig.telemetry.of("buried")))
        assert rig.telemetry.of("buried") == ["script_error"]
        assert rig.telemetry.of("committed") == []
        await rig.say("ana", "good")
        await rig.quiet()
        assert rig.telemetry.total("committed") == 1


async def test_a_notice_that_fails_does_not_stop_the_burial(redis_url: str, redis: Redis) -> None:
    def one(_turn: Turn) -> Outcome:
        raise PermanentError(code="impossible")

    def notice(_turn: Turn, _failure: Failure) -> bytes:
        raise ZeroDivisionError

    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": StageSpec("one", one, notice)})
        await rig.say("ana", "oi")
        await until(lambda: len(rig.telemetry.of("buried")) == 1)
        await rig.quiet()
    record = await only(redis, "pyloto:{00}:dead:one")
    assert (record["code"], record["e"]) == ("impossible", '["oi"]')


async def test_a_pure_stage_that_returns_an_awaitable_is_a_bug(redis_url: str) -> None:
    def one(_turn: Turn) -> asyncio.Future[Outcome]:
        return asyncio.get_running_loop().create_future()

    async with Rig(redis_url) as rig:
        rig.start({"one": one})
        await rig.say("ana", "oi")
        await until(lambda: rig.telemetry.of("buried") == ["bug_TypeError"])


async def test_the_mode_a_plan_sets_is_seen_by_the_next_stage_and_the_next_turn(redis_url: str) -> None:
    modes: list[str] = []

    def one(turn: Turn) -> Outcome:
        modes.append(turn.mode)
        return Plan(to="two", mode="HUMAN")

    def two(turn: Turn) -> Outcome:
        modes.append(turn.mode)
        return Plan()

    async with Rig(redis_url) as rig:
        rig.start({"one": one, "two": two})
        for text in "ab":
            await rig.say("ana", text)
            await rig.quiet()
    assert modes == ["", "HUMAN", "HUMAN", "HUMAN"]


async def test_the_record_of_a_conversation_expires_only_when_no_turn_is_open(
    redis_url: str, redis: Redis
) -> None:
    key = "pyloto:{00}:conv:turn:ana"
    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "a")
        assert await redis.pttl(key) == -1
        rig.start({"one": lambda _turn: Plan(state=b"s")})
        await rig.quiet()
        assert 0 < await redis.pttl(key) <= 90 * 86_400_000
        await rig.stop()
        await rig.say("ana", "b")
        assert await redis.pttl(key) == -1


async def test_who_asks_for_a_longer_wait_gets_it(redis_url: str, redis: Redis) -> None:
    began = system_clock()

    def one(_turn: Turn) -> Outcome:
        raise UnavailableError(retry_after_ms=60_000)

    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": one})
        await rig.say("ana", "oi")
        await until(lambda: rig.telemetry.of("snoozed") == [1])
    assert await redis.zcount("pyloto:{00}:parked", began + 60_000, "+inf") == 1


async def test_more_than_a_hundred_waiting_events_become_full_turns_in_order(redis_url: str) -> None:
    turns: list[list[str]] = []

    def one(turn: Turn) -> Outcome:
        turns.append(texts(turn))
        return Plan()

    numbers = [str(n) for n in range(251)]
    async with Rig(redis_url) as rig:
        await rig.say("ana", *numbers)
        rig.start({"one": one})
        await rig.quiet()
    assert [len(turn) for turn in turns] == [1, 100, 100, 50]
    assert [text for turn in turns for text in turn] == numbers
