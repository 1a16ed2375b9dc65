"""F7: o Redis morre de SIGKILL sob carga e volta com o seu AOF: o trabalho volta sozinho em segundos."""

import asyncio
import time

import pytest

from consumers.pipeline import STAGES
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row
from tests.faults.harness.load import talk
from tests.faults.harness.run import Run
from tests.faults.harness.servers import KINDS, back, judged_on, own_server

RESUMES_S = 5.0
FSYNC = ("everysec", "always")


@pytest.mark.timeout(900)
async def test_i1_i3_i5_redis_killed_and_back_costs_a_wait_and_nobody_is_restarted(faults: Campaign) -> None:
    slowest_s = 0.0

    async def trial(run: Run) -> tuple[Row, list[str]]:
        fsync, kind = FSYNC[run.number % 2], KINDS[run.number // 2 % 2]
        async with own_server(run, "--appendfsync", fsync, kind=kind) as redis:

            async def scenario() -> None:
                nonlocal slowest_s
                await run.open(CLAIM_IDLE="2", SETTLE_WINDOW="4")
                post = run.post(STAGES)
                await post.child.up()
                talking = asyncio.create_task(talk(run, corrections=6))
                enough = run.rng.randint(1, 12)
                await run.until(lambda: len(run.meta.sent) >= enough, what="some replies")
                await redis.kill()
                await asyncio.sleep(run.rng.uniform(0.0, 1.0))
                assert not talking.done(), "the load ended before redis came back"
                before = post.child.counts["committed"]
                await back(redis, run)
                began = time.monotonic()
                await run.until(lambda: post.child.counts["committed"] > before, RESUMES_S, "work resumes")
                slowest_s = max(slowest_s, time.monotonic() - began)
                await talking
                await run.quiet()
                assert len(post.children) == 1, "the worker was restarted"

            return await judged_on(redis, run, scenario)

    await faults.each("F7", trial, quick=2, full=60)
    faults.note(f"F7: work resumed at most {slowest_s:.2f} s after redis did")
