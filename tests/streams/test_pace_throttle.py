"""Depois de uma recusa por pressa vai-se mais devagar, e volta-se sozinho ao ritmo."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.pacing import BURST, NUMBER, OTHER, Scene, open_scene


@pytest_asyncio.fixture
async def scene(redis_url: str) -> AsyncIterator[Scene]:
    async with open_scene(redis_url) as scene:
        yield scene


async def spacing_ms(scene: Scene) -> float:
    """Tempo em ms entre dois envios, gasta a rajada."""
    waits = await scene.waits(BURST + 11)
    return (waits[-1] - waits[-11]) / 10


async def test_i17_a_throttle_halves_the_rate_and_it_comes_back_in_a_minute(scene: Scene) -> None:
    assert await scene.pacer.throttled("ana", NUMBER, pair=False) == 0
    assert await spacing_ms(scene) == pytest.approx(25, rel=0.05)
    scene.clock.ms += 30_000
    assert await spacing_ms(scene) == pytest.approx(12.5 / 0.75, rel=0.05)
    scene.clock.ms += 30_000
    assert await spacing_ms(scene) == pytest.approx(12.5, rel=0.05)
    assert (await scene.waits(1, OTHER)) == [0]


async def test_there_is_no_burst_right_after_a_throttle(scene: Scene) -> None:
    await scene.pacer.throttled("ana", NUMBER, 1000, pair=False)
    assert (await scene.waits(3)) == [1000, 1025, 1050]


async def test_refusals_that_come_together_are_one(scene: Scene) -> None:
    waits = [await scene.pacer.throttled("ana", NUMBER, 500 + n, pair=False) for n in range(30)]
    assert waits[-1] == 529
    scene.clock.ms += 999
    await scene.pacer.throttled("ana", NUMBER, pair=False)
    assert await spacing_ms(scene) == pytest.approx(25, rel=0.05)


async def test_a_rate_never_falls_below_a_tenth(scene: Scene) -> None:
    for _ in range(10):
        scene.clock.ms += 1000
        await scene.pacer.throttled("ana", NUMBER, pair=False)
    assert await scene.waits(3) == [0, 125, pytest.approx(249, abs=2)]


async def test_slots_given_at_the_old_rate_are_not_used_after_a_throttle(scene: Scene) -> None:
    await scene.waits(BURST)
    slots = [(await scene.pacer.reserve(f"d{n}", NUMBER)).slot for n in range(5)]
    await scene.pacer.throttled("ana", NUMBER, 1000, pair=False)
    scene.clock.ms += 1000
    back = [await scene.pacer.reserve(f"d{n}", NUMBER, slot) for n, slot in enumerate(slots)]
    assert [turn.wait_ms for turn in back] == [pytest.approx(25 * n, abs=2) for n in range(5)]


async def test_i17_a_person_meta_protects_waits_longer_each_time_and_nobody_else_does(scene: Scene) -> None:
    held = (await scene.pacer.reserve("ana", NUMBER)).slot
    waits = [await scene.pacer.throttled("ana", NUMBER, pair=True) for _ in range(4)]
    assert waits == [1000, 4000, 16_000, 64_000]
    assert (await scene.pacer.reserve("ana", NUMBER, held)).wait_ms == 64_000
    assert await scene.wait_ms("bia") == 0
    scene.clock.ms += 600_001
    assert await scene.pacer.throttled("ana", NUMBER, pair=True) == 1000
    assert await scene.pacer.throttled("ana", NUMBER, 9000, pair=True) == 9000


async def test_a_clock_that_goes_back_makes_nobody_wait_for_it_and_gives_no_burst(scene: Scene) -> None:
    scene.clock.ms += 86_400_000
    await scene.waits(BURST + 10)
    await scene.wait_ms("ana")
    scene.clock.ms -= 86_400_000
    assert (await scene.waits(1))[0] == pytest.approx(12.5 * 12, abs=2)
    assert await scene.wait_ms("ana") < 1000
