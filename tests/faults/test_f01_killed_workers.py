"""F1: SIGKILL em cada ponto do laço, em cada etapa: o resultado é o mesmo que sem mortes."""

import pytest

from consumers.pipeline import OUTBOUND, STAGES
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.load import talk
from tests.faults.harness.orders import Crash
from tests.faults.harness.run import Run

LOOP = ("after_read", "before_handle", "after_handle", "before_apply", "after_apply")
SENDING = ("before_begin_send", "after_begin_send", "after_send")
PLACES = [(point, stage) for stage in STAGES for point in LOOP] + [(point, OUTBOUND) for point in SENDING]


@pytest.mark.timeout(1200)
async def test_i1_i3_i4_i5_a_worker_killed_at_any_point_of_any_stage_costs_nothing(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        number = int(run.seed.rsplit(".", 1)[1])
        point, stage = PLACES[number % len(PLACES)]
        await run.open()
        victim = run.post(STAGES, [Crash(point, stage, run.rng.randint(1, 4))])
        if run.rng.random() < 0.5:
            run.post()
        await victim.child.up()
        await talk(run)
        first = victim.children[0]
        await run.until(first.ended.is_set, what=f"death at {point} of {stage}")
        assert first.code == -9

    await faults.run("F1", scenario, quick=len(PLACES), full=20 * len(PLACES))
