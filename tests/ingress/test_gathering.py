"""Quem chega parte logo, na ordem; um grupo grande parte em dois, e só se espera enquanto chega gente."""

import asyncio
import random
from collections.abc import Sequence

import pytest

from ingress.gathering import DEPARTURE, LARGE, Gathering

MOST = 32


class Trips:
    """Idas que só acabam quando se quer; `left`: o que partiu, na ordem; `dropped`: o que não chegou a ir."""

    def __init__(self, most: int = MOST) -> None:
        self.left: list[list[int]] = []
        self.dropped: list[int] = []
        self.ended: list[int] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self._next = 0
        self._landing: list[asyncio.Event] = []
        self._gathering = Gathering(self._carry, self.dropped.extend, most)

    def add(self, count: int) -> "asyncio.Task[None]":
        for _ in range(count):
            task = self._gathering.add(self._next)
            self.tasks.add(task)
            self._next += 1
        return task

    def land(self, at: int = 0) -> None:
        """Termina a ida mais antiga das que estão no ar, ou a de lugar `at`."""
        self._landing.pop(at).set()

    @property
    def flying(self) -> int:
        return len(self._landing)

    async def _carry(self, crowd: Sequence[int]) -> None:
        self.left.append([*crowd])
        landing = asyncio.Event()
        self._landing.append(landing)
        try:
            await landing.wait()
        finally:
            if landing in self._landing:
                self._landing.remove(landing)
            self.ended += crowd


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def ended(trips: Trips) -> None:
    while not all(task.done() for task in trips.tasks):
        while trips.flying:
            trips.land()
        await asyncio.sleep(0)


async def test_with_nobody_under_way_who_came_together_leaves_in_the_next_turn() -> None:
    trips = Trips()
    trips.add(LARGE - 1)
    await turns(1)
    assert trips.left == [[*range(LARGE - 1)]]
    await ended(trips)


async def test_a_large_group_leaves_in_halves_and_nobody_overtakes_the_second() -> None:
    trips = Trips()
    trips.add(9)
    await turns(2)
    assert trips.left == [[0, 1, 2, 3]]
    trips.add(1)
    await turns(DEPARTURE + 2)
    assert trips.left == [[0, 1, 2, 3], [4, 5, 6, 7, 8], [9]]
    await ended(trips)


async def test_a_group_much_larger_than_what_is_under_way_leaves_what_makes_a_half() -> None:
    trips = Trips()
    trips.add(2)
    await turns(1)
    trips.add(10)
    await turns(DEPARTURE + 3)
    assert [len(each) for each in trips.left] == [2, 6, 4]
    await ended(trips)


async def test_while_more_is_under_way_one_waits_as_long_as_somebody_comes() -> None:
    trips = Trips()
    trips.add(7)
    await turns(1)
    trips.add(2)
    for _ in range(2):
        await turns(1)
        trips.add(2)
    assert len(trips.left) == 1
    await turns(1)
    trips.add(1)  # são tantos como os que estão a caminho
    await turns(1)
    assert trips.left[1:] == [[*range(7, 14)]]
    trips.add(2)
    await turns(2)  # a segunda não trouxe ninguém
    assert trips.left[2:] == [[14, 15]]
    await ended(trips)


async def test_a_full_group_waits_for_nobody() -> None:
    trips = Trips(most=4)
    trips.add(11)
    await turns(2)
    assert [len(each) for each in trips.left] == [4, 4, 3]
    await ended(trips)


@pytest.mark.parametrize("after", range(DEPARTURE + 3))
async def test_whoever_is_interrupted_hears_it_once_and_holds_nobody_back(after: int) -> None:
    trips = Trips()
    trips.add(2)
    await turns(1)
    task = trips.add(20)
    await turns(1 + after)
    task.cancel()
    await asyncio.wait([task])
    assert sorted([*trips.ended, *trips.dropped]) == [*range(2, 22)]
    trips.add(1)
    await turns(3)
    assert trips.left[-1] == [22]
    await ended(trips)


async def test_whoever_is_interrupted_while_a_group_fills_hears_it_too() -> None:
    trips = Trips()
    trips.add(7)
    await turns(1)
    task = trips.add(2)
    await turns(1)
    task.cancel()
    await asyncio.wait([task])
    assert trips.dropped == [7, 8]
    await ended(trips)
    assert trips.ended == [*range(7)]


@pytest.mark.parametrize("seed", range(20))
async def test_i5_in_any_walk_all_leave_once_in_the_order_in_which_they_came(seed: int) -> None:
    dice, trips = random.Random(seed), Trips(most=(9, 32, 12, 64)[seed % 4])
    for _ in range(300):
        trips.add(dice.choice((1, 1, 2, 5, 12, 40))) if dice.random() < 0.5 else None
        if trips.flying and dice.random() < 0.3:
            trips.land(dice.randrange(trips.flying))
        await turns(dice.choice((0, 1, 1, 2, 6)))
    await ended(trips)
    came = [one for each in trips.left for one in each]
    assert came == [*range(len(came))] == sorted(trips.ended)
    assert not trips.dropped
    trips.add(LARGE)
    await turns(2)
    assert len(trips.left[-1]) == LARGE // 2, "nobody is thought to be under way any more"
    await ended(trips)
