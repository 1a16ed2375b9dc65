"""Um temporizador dispara uma vez, na hora, com quantos processos houver, também depois de uma parada."""

import asyncio

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.clock import system_clock
from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.lease import decode
from pyloto_stream.streams.model import CancelTimer, Outcome, Plan, SetTimer, Turn
from pyloto_stream.streams.timers import PER_CALL, TimerPump
from tests.support.commits import commit
from tests.support.proxy import Proxy
from tests.support.sends import Sender
from tests.support.streams import LANES, ManualClock, Rig, texts, until

HOUR_MS = 3_600_000


async def arm(rig: Rig, clock: ManualClock, *timers: SetTimer | CancelTimer) -> None:
    """Um turno de `ana` que arma `timers` e termina."""
    sender = Sender(rig, clock, "arm")
    await rig.say("ana", "arm")
    assert await sender.commit(await sender.take(), Plan(timers=timers)) == 1


def fires(name: str, due_ms: int) -> SetTimer:
    return SetTimer(name, due_ms, msgspec.json.encode(f"fired-{name}"))


async def seen_by_a_worker(rig: Rig) -> list[str]:
    seen: list[str] = []

    def one(turn: Turn) -> Outcome:
        seen.extend(texts(turn))
        return Plan()

    rig.start({"one": one})
    await rig.quiet()
    return seen


async def test_it_fires_when_the_injected_clock_says_so_and_not_before(redis_url: str) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        pump = TimerPump(rig.gateway)
        await arm(rig, clock, fires("a", clock.ms + HOUR_MS))
        clock.ms += HOUR_MS - 1
        assert await pump.promote_due() == 0
        clock.ms += 1
        assert await pump.promote_due() == 1
        assert await seen_by_a_worker(rig) == ["fired-a"]


async def test_i9_two_pumps_at_once_fire_it_once(redis_url: str) -> None:
    clock = ManualClock()
    async with (
        Rig(redis_url, partitions=1, clock=clock) as rig,
        Rig(redis_url, partitions=1, clock=clock) as other,
    ):
        await arm(rig, clock, *(fires(str(n), clock.ms + n) for n in range(50)))
        clock.ms += HOUR_MS
        pumps = [TimerPump(each.gateway).promote_due() for each in (rig, other) for _ in range(5)]
        assert sum(await asyncio.gather(*pumps)) == 50
        assert await seen_by_a_worker(rig) == [f"fired-{n}" for n in range(50)]
        assert (await rig.status()).timers == 0


async def test_i9_what_was_due_while_nobody_ran_fires_at_the_next_start(redis_url: str) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await arm(rig, clock, fires("a", clock.ms + 10))
    clock.ms += 24 * HOUR_MS
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        assert (await rig.status()).timers == 1
        stop = asyncio.Event()
        pump = asyncio.create_task(TimerPump(rig.gateway, tick_s=60.0).run(stop))
        await until(lambda: _fired(rig))
        stop.set()
        await pump
        assert await seen_by_a_worker(rig) == ["fired-a"]


async def test_a_thousand_due_at_once_all_fire_in_their_order(redis_url: str) -> None:
    clock = ManualClock()
    count = PER_CALL * 5
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await arm(rig, clock, *(fires(f"{n:04}", clock.ms + n) for n in range(count)))
        assert (await rig.status()).timers == count
        clock.ms += HOUR_MS
        assert await TimerPump(rig.gateway).promote_due() == count
        assert await seen_by_a_worker(rig) == [f"fired-{n:04}" for n in range(count)]


async def test_a_message_accepted_before_the_firing_is_seen_first(redis_url: str) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await arm(rig, clock, fires("timeout", clock.ms + 10))
        clock.ms += HOUR_MS
        await rig.say("ana", "just in time")
        await TimerPump(rig.gateway).promote_due()
        assert await seen_by_a_worker(rig) == ["just in time", "fired-timeout"]


async def test_setting_a_name_again_moves_it_and_cancelling_removes_it(redis_url: str) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        pump = TimerPump(rig.gateway)
        await arm(rig, clock, fires("a", clock.ms + 10), fires("b", clock.ms + 10))
        await arm(rig, clock, fires("a", clock.ms + HOUR_MS), CancelTimer("b"), CancelTimer("never set"))
        clock.ms += 20
        assert await pump.promote_due() == 0
        clock.ms += HOUR_MS
        assert await pump.promote_due() == 1
        assert await seen_by_a_worker(rig) == ["fired-a"]


@pytest.mark.parametrize("due_ms", [-1, 0, 2**53])
async def test_any_instant_may_be_armed(redis_url: str, due_ms: int) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await arm(rig, clock, fires("a", due_ms))
        assert await TimerPump(rig.gateway).promote_due() == (due_ms <= 0)


async def test_timers_of_different_conversations_do_not_meet(redis_url: str) -> None:
    clock = ManualClock()

    def one(turn: Turn) -> Outcome:
        name = texts(turn)[0]
        return Plan(timers=(fires(name, clock.ms + 1),)) if not name.startswith("fired") else Plan()

    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        rig.start({"one": one})
        for conversation, name in (("a", "b"), ("a|b", "b"), ("b|a", "b"), ("a|b|a", "b")):
            await rig.say(conversation, name)
        await rig.quiet()
        assert (await rig.status()).timers == 4


async def test_a_pump_without_redis_goes_on_when_it_returns(proxy: Proxy) -> None:
    clock = ManualClock()
    async with Rig(proxy.url, partitions=1, clock=clock) as rig:
        await arm(rig, clock, fires("a", clock.ms))
        address, proxy.upstream = proxy.upstream, "/nonexistent"
        await proxy.sever()
        pump = TimerPump(rig.gateway, tick_s=0.005)
        with pytest.raises(UnavailableError):
            await pump.promote_due()
        stop = asyncio.Event()
        running = asyncio.create_task(pump.run(stop))
        proxy.upstream = address
        await until(lambda: _fired(rig))
        stop.set()
        await running


async def _fired(rig: Rig) -> bool:
    try:
        return (await rig.status()).timers == 0
    except UnavailableError:
        return False


async def test_i9_what_cannot_be_written_stays_and_keeps_nobody_else_waiting(
    redis_url: str, redis: Redis
) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await rig.say("ana", "oi")
        (entry,) = await rig.gateway.read("one", "w", [0], 1)
        turn = decode(entry, "one", clock())
        timers = (SetTimer("a", clock.ms + 1, b'"a"'), SetTimer("b", clock.ms + 2, b'"b"'))
        await commit(rig.gateway, turn, Plan(timers=timers), LANES, "w")
        lone = "pyloto:{00}:stream:one"
        await redis.rename(lone, "elsewhere{00}")
        await redis.set(lone, "not a stream")
        clock.ms += 10
        assert await TimerPump(rig.gateway).promote_due() == 2
        assert await redis.zcard("pyloto:{00}:timers") == 2, "nothing was lost"
        await redis.delete(lone)
        await redis.rename("elsewhere{00}", lone)
        clock.ms += 60_000
        assert await TimerPump(rig.gateway).promote_due() == 2
        assert await redis.zcard("pyloto:{00}:timers") == 0
        (entry,) = await rig.gateway.read("one", "w", [0], 1)
        assert msgspec.json.decode(entry.fields[b"e"]) == ["a"]


async def test_i9_a_pump_does_not_wait_for_its_tick_when_it_knows_what_is_due(redis_url: str) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1) as rig:
        await arm(rig, clock, fires("a", system_clock() + 200))
        stop = asyncio.Event()
        pump = asyncio.create_task(TimerPump(rig.gateway, tick_s=60.0).run(stop))
        await until(lambda: _fired(rig))
        stop.set()
        await pump
