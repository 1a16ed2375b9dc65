"""F3: SIGTERM sob carga. Com prazo, termina o que tem; sem, devolve na hora. Sempre sai com 0.

O prazo para assumir o abandonado é maior que a rodada: o que não for devolvido na saída fica parado.
"""

import asyncio
import signal

import pytest

from pyloto_stream.simulator.faults import Fault
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.load import talk
from tests.faults.harness.run import Run

NEVER = "300"


@pytest.mark.timeout(600)
async def test_i7_a_drain_with_time_enough_redelivers_nothing(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        await run.open(CLAIM_IDLE=NEVER, DRAIN_TIMEOUT="10")
        calls = run.meta.faults.add(Fault("delay", times=0, delay_ms=150))
        leaver = await run.post().child.up()
        talking = asyncio.create_task(talk(run, 10))
        done = run.rng.randint(0, 6)
        await run.until(lambda: calls.hits > len(run.meta.sent) >= done, what="calls in flight")
        leaver.signal(signal.SIGTERM)
        await talking
        assert await leaver.over() == 0
        await run.quiet()
        counts = run.counts
        decided = counts["committed"] + counts["snoozed"] + counts["retried"] + counts["buried"]
        assert counts["read"] == decided, f"read {counts['read']} tokens to decide {decided}"
        assert counts["claimed"] == counts["fenced"] == counts["lost"] == 0

    await faults.run("F3-enough", scenario, quick=3, full=50)


@pytest.mark.timeout(600)
async def test_i7_a_drain_cut_short_gives_back_at_once(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        await run.open(CLAIM_IDLE=NEVER, DRAIN_TIMEOUT="0")
        hung = run.meta.faults.add(Fault("hang", times=3, accepted=run.rng.random() < 0.5))
        leaver = await run.post().child.up()
        talking = asyncio.create_task(talk(run))
        await run.until(lambda: hung.hits == 3, what="calls in flight")
        leaver.signal(signal.SIGTERM)
        assert await leaver.over() == 0
        await talking
        await run.quiet(10)
        assert run.counts["claimed"] == 0, "nobody had to wait for what was given back"

    await faults.run("F3-short", scenario, quick=4, full=50)
