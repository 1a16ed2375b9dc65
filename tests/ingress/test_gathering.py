"""Quem chega junto entra junto; quase todos de uma vez, em duas metades; e nunca fora da ordem."""

import asyncio
import random
from collections.abc import Sequence

import pytest

from ingress.gathering import LEAST_HALF, SOON_EACH_S, Gathering, Rest
from tests.support.turns import turns

HALF, MOST = LEAST_HALF, 4 * LEAST_HALF


class Taking:
    """Anota os grupos, e deixa-os dentro até `over`; `arriving` chegam enquanto se toma o primeiro."""

    def __init__(self, most: int = MOST, arriving: Sequence[int] = ()) -> None:
        self.groups: list[list[int]] = []
        self.rests: list[int] = []
        self.dropped: list[int] = []
        self.over = asyncio.Event()
        self._arriving = arriving
        self.gathering = Gathering(most, self._take, self.dropped.append)

    async def _take(self, group: Sequence[int], rest: Rest) -> None:
        self.groups.append([*group])
        self.rests.append(len(rest))
        arriving, self._arriving = self._arriving, ()
        for each in arriving:
            self.gathering.enter(each)
        await self.over.wait()
        await asyncio.gather(*rest)

    def enter(self, numbers: Sequence[int]) -> list[asyncio.Task[None]]:
        return [*dict.fromkeys(map(self.gathering.enter, numbers))]

    async def finish(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Espera que saiam os de `tasks`, e quem ficou atrás deles."""
        await turns()
        self.over.set()
        await asyncio.gather(*tasks)


async def test_who_arrives_in_one_turn_is_one_group() -> None:
    taking = Taking()
    await taking.finish(taking.enter(range(2 * HALF - 1)))
    assert taking.groups == [[*range(2 * HALF - 1)]]


async def test_of_nearly_everybody_half_goes_first() -> None:
    taking = Taking()
    (task,) = taking.enter(range(2 * HALF))
    await taking.finish([task])
    assert taking.groups == [[*range(HALF)], [*range(HALF, 2 * HALF)]]
    assert taking.rests == [1, 0]


async def test_the_first_half_leaves_before_the_other_is_read() -> None:
    taking = Taking()
    tasks = taking.enter(range(2 * HALF))
    await asyncio.sleep(0)
    left = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(lambda: left.set_result(len(taking.groups)))
    assert await left == 1
    await taking.finish(tasks)
    assert len(taking.groups) == 2


async def test_whoever_arrives_meanwhile_goes_behind_the_half_that_waits() -> None:
    taking = Taking(arriving=[98, 99])
    await taking.finish(taking.enter(range(2 * HALF)))
    assert taking.groups == [[*range(HALF)], [*range(HALF, 2 * HALF), 98, 99]]


async def test_nobody_passes_the_half_that_waits_even_if_it_is_full() -> None:
    late = range(100, 100 + 2 * MOST)
    taking = Taking(arriving=late)
    await taking.finish(taking.enter(range(MOST)))
    assert [one for group in taking.groups for one in group] == [*range(MOST), *late]
    assert max(map(len, taking.groups)) <= MOST


async def test_who_waited_once_does_not_wait_again_so_nobody_waits_for_a_chain() -> None:
    taking = Taking(arriving=range(100, 100 + 9 * MOST))
    await taking.finish(taking.enter(range(MOST)))
    assert taking.rests == [1, 9, *[0] * 9]


async def test_a_group_has_at_most_so_many() -> None:
    taking = Taking(most=HALF)
    await taking.finish(taking.enter(range(2 * HALF + 1)))
    assert taking.groups == [[*range(HALF)], [*range(HALF, 2 * HALF)], [2 * HALF]]


async def test_it_goes_whole_beside_as_many_that_are_still_inside() -> None:
    taking = Taking()
    tasks = taking.enter(range(2 * HALF - 1))
    await turns()
    tasks += taking.enter(range(100, 100 + 2 * HALF))
    await taking.finish(tasks)
    assert [len(group) for group in taking.groups] == [2 * HALF - 1, 2 * HALF]


async def test_who_left_is_no_longer_inside() -> None:
    taking = Taking()
    tasks = taking.enter(range(2 * HALF - 1))
    await turns()
    taking.gathering.leave(2 * HALF - 1)
    tasks += taking.enter(range(100, 100 + 2 * HALF))
    await taking.finish(tasks)
    assert [len(group) for group in taking.groups] == [2 * HALF - 1, HALF, HALF]


async def test_where_a_trip_takes_long_all_go_in_the_same() -> None:
    for took_s, expected in ((2 * HALF * SOON_EACH_S, [2 * HALF]), (0.0, [HALF, HALF])):
        taking = Taking()
        tasks = taking.enter([99])
        await turns()
        taking.gathering.leave(1, took_s)
        taking.gathering.leave(0)
        tasks += taking.enter(range(2 * HALF))
        await taking.finish(tasks)
        assert [len(group) for group in taking.groups] == [1, *expected]


@pytest.mark.parametrize("waited", [0, 1])
async def test_who_was_cancelled_before_it_began_is_dropped_and_not_inside(waited: int) -> None:
    taking = Taking()
    (task,) = taking.enter(range(HALF))
    task.cancel()
    await turns()
    assert taking.dropped == [*range(HALF)]
    taking.dropped.clear()
    tasks = taking.enter(range(2 * HALF))
    await turns(1)
    tasks += taking.enter([99])  # a tarefa da metade que espera, e dos que chegam atrás dela
    await turns(waited)
    tasks[1].cancel()
    await turns()
    assert taking.groups == [[*range(HALF)]]
    assert taking.dropped == [*range(HALF, 2 * HALF), 99]
    taking.gathering.leave(HALF)
    tasks = taking.enter(range(2 * HALF))
    await taking.finish(tasks)
    assert len(taking.groups) == 3


@pytest.mark.parametrize("seed", range(30))
async def test_in_any_walk_groups_start_in_the_order_in_which_their_members_came(seed: int) -> None:
    dice, started, sizes, halves, count = random.Random(seed), list[int](), list[int](), 0, 0

    async def take(group: Sequence[int], rest: Rest) -> None:
        nonlocal count, halves
        halves += len(rest)
        started.extend(group)
        sizes.append(len(group))
        if dice.random() < 0.3:  # alguém que pede de novo na mesma volta
            tasks.add(gathered.enter(count))
            count += 1
        await turns(dice.randrange(5))
        gathered.leave(len(group), dice.choice((0.0,) * 9 + (1.0,)))
        await asyncio.gather(*rest)

    gathered, tasks = Gathering(MOST, take, lambda _one: None), set[asyncio.Task[None]]()
    for _ in range(60):
        for _ in range(dice.choice((0, 1, 2 * HALF, 3 * HALF, 3 * MOST))):
            tasks.add(gathered.enter(count))
            count += 1
        await turns(dice.choice((0, 0, 1, 2, 9)))
    while pending := [task for task in tasks if not task.done()]:
        await asyncio.wait(pending)
    assert started == [*range(count)]
    assert max(sizes) <= MOST
    assert halves
