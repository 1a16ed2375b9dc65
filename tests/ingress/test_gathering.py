"""Quem chega junto entra junto, em grupos de um tamanho que não se passa, e nunca fora da ordem."""

import asyncio
import random
from collections.abc import Sequence

import pytest

from ingress.gathering import Gathering
from tests.support.turns import turns

MOST = 8


class Taking:
    """Anota os grupos, e deixa-os dentro até `over`; `arriving` chegam enquanto se toma o primeiro."""

    def __init__(self, arriving: Sequence[int] = ()) -> None:
        self.groups: list[list[int]] = []
        self.dropped: list[int] = []
        self.over = asyncio.Event()
        self._arriving = arriving
        self.gathering = Gathering(MOST, self._take, self.dropped.append)

    async def _take(self, group: Sequence[int]) -> None:
        self.groups.append([*group])
        arriving, self._arriving = self._arriving, ()
        for each in arriving:
            self.gathering.enter(each)
        await self.over.wait()

    def enter(self, numbers: Sequence[int]) -> list[asyncio.Task[None]]:
        return [*dict.fromkeys(map(self.gathering.enter, numbers))]

    async def finish(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Espera que saiam os de `tasks`, e quem chegou entretanto."""
        await turns()
        self.over.set()
        await asyncio.gather(*tasks)
        await turns()


async def test_who_arrives_in_one_turn_is_one_group() -> None:
    taking = Taking()
    (task,) = taking.enter(range(MOST))
    await taking.finish([task])
    assert taking.groups == [[*range(MOST)]]


async def test_a_group_has_at_most_so_many() -> None:
    taking = Taking()
    await taking.finish(taking.enter(range(2 * MOST + 1)))
    assert taking.groups == [[*range(MOST)], [*range(MOST, 2 * MOST)], [2 * MOST]]


async def test_whoever_arrives_while_a_group_is_taken_forms_another() -> None:
    taking = Taking(arriving=[98, 99])
    await taking.finish(taking.enter(range(3)))
    assert taking.groups == [[0, 1, 2], [98, 99]]


@pytest.mark.parametrize("waited", [0, 1])
async def test_who_was_cancelled_before_it_began_is_dropped_and_the_others_are_not(waited: int) -> None:
    taking = Taking()
    (task,) = taking.enter(range(3))
    task.cancel()
    await turns(waited)
    later = taking.enter([3, 4])
    await turns()
    entered = [] if later == [task] else [[3, 4]]
    assert taking.dropped == ([*range(5)] if later == [task] else [*range(3)])
    await taking.finish(taking.enter([5]))
    assert taking.groups == [*entered, [5]]


@pytest.mark.parametrize("seed", range(30))
async def test_in_any_walk_groups_start_in_the_order_in_which_their_members_came(seed: int) -> None:
    dice, started, sizes, count = random.Random(seed), list[int](), list[int](), 0

    async def take(group: Sequence[int]) -> None:
        nonlocal count
        started.extend(group)
        sizes.append(len(group))
        if dice.random() < 0.3:  # alguém que pede de novo na mesma volta
            tasks.add(gathered.enter(count))
            count += 1
        await turns(dice.randrange(5))

    gathered, tasks = Gathering(MOST, take, lambda _one: None), set[asyncio.Task[None]]()
    for _ in range(60):
        for _ in range(dice.choice((0, 1, MOST // 2, 2 * MOST, 3 * MOST))):
            tasks.add(gathered.enter(count))
            count += 1
        await turns(dice.choice((0, 0, 1, 2, 9)))
    while pending := [task for task in tasks if not task.done()]:
        await asyncio.wait(pending)
    assert started == [*range(count)]
    assert max(sizes) == MOST
