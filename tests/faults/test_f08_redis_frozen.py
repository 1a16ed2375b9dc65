"""F8: o Redis congela (SIGSTOP): prazos vencem, o pedido executa-se mais tarde, e repetir nada muda."""

import asyncio
import os
import signal

import msgspec
import pytest

from consumers.pipeline import STAGES
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row
from tests.faults.harness.load import FIRST, people, talk
from tests.faults.harness.paces import PACE
from tests.faults.harness.run import Run
from tests.faults.harness.servers import judged_on, own_server

SHORT, LONG, LONGEST = 1.0, 7.0, 30.0
PATIENT = msgspec.structs.replace(PACE, timeout_ms=20_000)
"""A Meta espera por todas as tentativas da entrada, e vê o que ela responde no fim."""


@pytest.mark.timeout(900)
async def test_i2_i3_a_frozen_redis_is_answered_503_and_what_it_runs_late_changes_nothing(
    faults: Campaign,
) -> None:
    async def trial(run: Run) -> tuple[Row, list[str]]:
        frozen_s = LONGEST if run.number in (2, 3) else (SHORT, LONG)[run.number % 2]
        async with own_server(run) as redis:

            async def scenario() -> None:
                await run.open(pace=PATIENT, CLAIM_IDLE="2", SETTLE_WINDOW="4")
                post = run.post(STAGES)
                await post.child.up()
                talking = asyncio.create_task(talk(run, corrections=6))
                enough = run.rng.randint(1, 12)
                await run.until(lambda: len(run.meta.sent) >= enough, what="some replies")
                run.note(f"frozen for {frozen_s:g} s")
                os.kill(redis.pid, signal.SIGSTOP)
                (probe,) = people(run, 1)
                delivery = probe.say(FIRST)
                await asyncio.sleep(frozen_s)
                answered = [attempt.status for attempt in delivery.attempts]
                os.kill(redis.pid, signal.SIGCONT)
                await talking
                assert await delivery.accepted()
                assert set(answered) <= {503}, "a webhook was answered as if redis had it"
                assert answered or frozen_s < LONG, "nobody was told to come back later"
                await run.quiet()
                assert len(post.children) == 1, "the worker was restarted"

            return await judged_on(redis, run, scenario)

    await faults.each("F8", trial, quick=1, full=30)
