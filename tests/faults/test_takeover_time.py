"""Quanto esperam as conversas de quem morreu? No máximo uma vez e meia `CLAIM_IDLE`, e só elas."""

import asyncio
import signal
import time

import pytest

from consumers.pipeline import STAGES
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.load import people
from tests.faults.harness.orders import Crash
from tests.faults.harness.run import Run

CLAIM_IDLE_S = 2.0


@pytest.mark.timeout(600)
async def test_i7_the_conversations_of_a_killed_worker_go_on_within_one_and_a_half_claim_idle(
    faults: Campaign,
) -> None:
    async def scenario(run: Run) -> None:
        await run.open(CLAIM_IDLE=str(CLAIM_IDLE_S))
        victim = run.launch(STAGES, (Crash("before_handle", "ai", run.rng.randint(1, 5)),))
        await victim.up()
        await run.post().child.up()
        crowd = people(run, 20)
        for person in crowd:
            person.say("oi, quero ser entregador")
        assert await victim.over() == -signal.SIGKILL
        died = time.monotonic()
        await asyncio.gather(*(person.reply(0, 2 * CLAIM_IDLE_S) for person in crowd))
        took_s = time.monotonic() - died
        run.note(f"all answered {took_s:.2f} s after the death")
        assert took_s <= 1.5 * CLAIM_IDLE_S

    await faults.run("F1-wait", scenario, quick=1, full=10)
