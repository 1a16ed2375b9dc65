"""F4: trabalhadores trocados o tempo todo, de um a oito e de volta a um, com SIGTERM e com SIGKILL."""

import asyncio
import signal

import pytest

from tests.faults.harness.campaign import Campaign
from tests.faults.harness.load import talk
from tests.faults.harness.posts import Post
from tests.faults.harness.run import Run

MOST, FEW = 8, 4


@pytest.mark.timeout(900)
async def test_i1_i5_i7_replacing_and_scaling_workers_all_the_time_costs_nothing(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        await run.open()
        enough = asyncio.Event()
        posts = [run.post()]
        talking = asyncio.create_task(_talk_until(run, enough))
        for _ in range((MOST if faults.full else FEW) - 1):
            posts.append(run.post())
            await _replace(run, run.rng.choice(posts))
        while len(posts) > 1:
            gone = posts.pop(run.rng.randrange(len(posts)))
            gone.kept = False
            gone.child.signal(signal.SIGTERM)
            await _replace(run, run.rng.choice(posts))
            assert await gone.child.over() == 0
        assert not talking.done(), "there is always somebody talking while workers come and go"
        enough.set()
        await talking

    await faults.run("F4", scenario, quick=1, full=12, at_once=2)


async def _replace(run: Run, post: Post) -> None:
    old = await post.child.up()
    old.signal(signal.SIGTERM if run.rng.random() < 0.7 else signal.SIGKILL)
    await old.over()
    await post.child.up()


async def _talk_until(run: Run, enough: asyncio.Event) -> None:
    while not enough.is_set():
        await talk(run, 5)
