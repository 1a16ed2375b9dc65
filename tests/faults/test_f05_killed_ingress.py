"""F5: a entrada morre depois de guardar e antes do 200: a Meta entrega de novo, e tudo vale uma vez."""

import signal

import pytest

from tests.faults.harness.campaign import Campaign
from tests.faults.harness.load import talk
from tests.faults.harness.orders import Crash
from tests.faults.harness.run import Run

DEATHS, PEOPLE = 5, 30


@pytest.mark.timeout(600)
async def test_i1_i2_an_ingress_killed_before_its_200_takes_each_message_once(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        await run.open(door=False)
        deaths = [[Crash("before_answer", "ingress", run.rng.randint(1, 3))] for _ in range(DEATHS)]
        door = run.door_post(*deaths)
        run.post()
        await door.child.up()
        await talk(run)
        while len(door.children) <= DEATHS and len(run.people) < PEOPLE:  # nem todo webhook mata
            await talk(run, 1)
        await run.until(lambda: len(door.children) > DEATHS, what=f"{DEATHS} deaths of the ingress")
        assert all(child.code == -signal.SIGKILL for child in door.children[:DEATHS])

    await faults.run("F5", scenario, quick=4, full=100)
