"""F21: uma conversa lenta não segura as outras; uma etapa dez vezes mais lenta não segura a entrada."""

import asyncio

import pytest

from consumers.pipeline import STAGES
from pyloto_stream.simulator.delivery import Attempt, Delivery
from pyloto_stream.streams.status import inspect
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.load import FIRST, people, talk
from tests.faults.harness.run import Run

ANSWER_MS = 500.0
"""Bem mais do que a entrada precisa, bem menos do que a etapa lenta deve ao fim da carga."""


@pytest.mark.timeout(300)
async def test_i7_a_slow_conversation_and_a_slow_stage_delay_nobody_else(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        await run.open(WORKER_CONCURRENCY="4")
        await run.post(script="slow").child.up()
        (slow,) = people(run, 1)
        assert await slow.say(f"{FIRST}, devagar").accepted()
        everyone = await talk(run, 20, said=[FIRST])
        status = await inspect(run.gateway, STAGES)
        assert sum(stage.backlog for stage in status.stages) > 0, "the backlog shows"
        await asyncio.gather(*(person.reply(0, 20) for person in everyone))
        assert not slow.replies, "the others did not wait for the slow one"
        took = [attempt.took_ms for person in everyone for attempt in _attempts(person._latest)]
        assert max(took) < ANSWER_MS, f"the ingress took {max(took):.0f} ms"

    await faults.run("F21", scenario, quick=1, full=10, at_once=2)


def _attempts(delivery: Delivery | None) -> list[Attempt]:
    return delivery.attempts if delivery else []
