"""A vez de cada envio: por número e por pessoa, entre processos, e o que entra na mesma conta."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.streams.pace import PaceMeter
from tests.support.look import found
from tests.support.pacing import BURST, NUMBER, OTHER, Scene, open_scene
from tests.support.streams import until


@pytest_asyncio.fixture
async def scene(redis_url: str) -> AsyncIterator[Scene]:
    async with open_scene(redis_url) as scene:
        yield scene


async def test_i17_processes_share_the_rate_of_a_number(scene: Scene) -> None:
    processes = [scene.process(), scene.process()]
    asked = [processes[n % 2].reserve(f"c{n}", NUMBER) for n in range(100)]
    waits = sorted(turn.wait_ms for turn in await asyncio.gather(*asked))
    assert waits[:BURST] == [0] * BURST
    assert waits[BURST:] == [pytest.approx(12.5 * (n + 1), abs=1) for n in range(100 - BURST)]


@pytest.mark.parametrize(
    ("number", "rate", "last_ms"), [(NUMBER, 0.0, 1000), (OTHER, 0.0, 4750), (NUMBER, 1000.0, 0)]
)
async def test_each_number_has_its_rate_and_what_meta_says_counts_more(
    scene: Scene, number: str, rate: float, last_ms: int
) -> None:
    waits = await scene.waits(100, number, rate)
    assert waits[-1] == pytest.approx(last_ms, abs=1)


async def test_an_idle_number_recovers_its_burst_and_no_more(scene: Scene) -> None:
    await scene.waits(100)
    scene.clock.ms += 3_600_000
    assert (await scene.waits(BURST + 1))[-2:] == [0, 13]


async def test_i17_one_person_gets_a_burst_and_then_one_message_per_interval(scene: Scene) -> None:
    waits = [await scene.wait_ms("ana") for _ in range(12)]
    assert waits == [0] * 10 + [6000, 12_000]
    assert await scene.wait_ms("bia") == 0


async def test_who_waits_for_a_person_takes_no_slot_of_the_number(scene: Scene) -> None:
    pacer = scene.process(6.0, 1)
    await pacer.reserve("ana", NUMBER)
    for _ in range(50):
        assert (await pacer.reserve("ana", NUMBER)).slot.number_ms == 0
    assert await scene.waits(BURST - 1) == [0] * (BURST - 1)


@pytest.mark.parametrize(("interval_s", "taken"), [(0.02, True), (0.021, False)])
async def test_nobody_is_let_through_for_a_moment_without_a_slot_of_the_number(
    scene: Scene, interval_s: float, *, taken: bool
) -> None:
    pacer = scene.process(interval_s, 1)
    await pacer.reserve("ana", NUMBER)
    ticket = await pacer.reserve("ana", NUMBER)
    assert (ticket.wait_ms, ticket.slot.number_ms > 0) == (interval_s * 1000, taken)
    await scene.waits(BURST - 1 - taken)
    assert (await scene.waits(1))[0] > 0


async def test_without_an_interval_nobody_waits_for_a_person(scene: Scene) -> None:
    pacer = scene.process(0.0)
    assert [(await pacer.reserve("ana", NUMBER)).wait_ms for _ in range(BURST)] == [0] * BURST


async def test_who_returns_in_its_slot_goes_and_takes_no_other(scene: Scene) -> None:
    await scene.waits(BURST)
    first = await scene.pacer.reserve("ana", NUMBER)
    scene.clock.ms = first.due_ms
    for _ in range(3):
        again = await scene.pacer.reserve("ana", NUMBER, first.slot)
        assert (again.wait_ms, again.slot) == (0, first.slot)
    assert await scene.wait_ms("bia") == pytest.approx(12, abs=1)


async def test_i17_slots_that_passed_during_an_outage_do_not_leave_together(scene: Scene) -> None:
    slots = [(await scene.pacer.reserve(f"c{n}", NUMBER)).slot for n in range(100)]
    scene.clock.ms += 3_600_000
    back = [await scene.pacer.reserve(f"c{n}", NUMBER, slot) for n, slot in enumerate(slots)]
    waits = [turn.wait_ms for turn in back]
    assert waits[:40] == [0] * 40  # meio segundo de ritmo
    assert sum(wait == 0 for wait in waits) == 40
    assert waits[-1] == pytest.approx(12.5 * (60 - BURST), abs=13)


# --- o que entra ---------------------------------------------------------------------------------------


async def test_what_comes_in_spends_the_rate_too_but_never_more_than_half(scene: Scene) -> None:
    await scene.pacer.charge(NUMBER, 30)
    assert await scene.wait_ms("ana") == pytest.approx(138, abs=1)  # 30 − 19 de folga, a 12,5 ms
    await scene.pacer.charge(NUMBER, 10_000)
    assert await scene.wait_ms("bia") == pytest.approx(275, abs=1)  # só mais 10, e o de ana
    scene.clock.ms += 1000
    await scene.pacer.charge(NUMBER, 30)
    assert await scene.wait_ms("caio") == pytest.approx(138, abs=1)


async def test_a_meter_spends_what_it_counted(scene: Scene) -> None:
    meter, stop = PaceMeter(scene.pacer), asyncio.Event()
    running = asyncio.create_task(meter.run(stop))
    meter.count(NUMBER, 15)
    meter.count(NUMBER, 15)

    async def spent() -> bool:
        return bool(await scene.wait_ms("ana"))

    await until(spent)
    meter.count(OTHER, 10)
    stop.set()
    await running
    assert await scene.wait_ms("ana", OTHER) > 0


async def test_what_is_not_used_is_forgotten(scene: Scene, redis: Redis) -> None:
    await scene.wait_ms("ana")
    names = await found(redis, "*:pace:*")
    assert len(names) == 2
    assert not [name for name in names if NUMBER in name]
    for name in names:
        assert 0 < await redis.pttl(name) < 700_000
