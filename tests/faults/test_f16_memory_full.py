"""F16: a memória do Redis enche e depois sobra: 503 na porta, o que está em curso escoa, volta sozinho."""

import asyncio

import pytest

from consumers.pipeline import STAGES
from pyloto_stream.streams.status import inspect
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row
from tests.faults.harness.load import FIRST, people, talk
from tests.faults.harness.run import Run
from tests.faults.harness.servers import judged_on, own_server

FULL_S = 10.0


@pytest.mark.timeout(600)
async def test_i1_i3_i11_with_memory_full_the_door_says_503_and_work_in_flight_drains(
    faults: Campaign,
) -> None:
    async def trial(run: Run) -> tuple[Row, list[str]]:
        async with own_server(run, "--maxmemory-policy", "noeviction") as server:

            async def scenario() -> None:
                await run.open()
                post = run.post(STAGES)
                await post.child.up()
                talking = asyncio.create_task(talk(run, corrections=6))
                enough = run.rng.randint(1, 12)
                await run.until(lambda: len(run.meta.sent) >= enough, what="some replies")
                await server.run("CONFIG", "SET", "maxmemory", 1)
                (probe,) = people(run, 1)
                delivery = probe.say(FIRST)
                assert (await delivery.first()).status == 503
                assert not talking.done(), "the load ended before memory was full"
                await asyncio.wait_for(drained(run), FULL_S)
                assert {attempt.status for attempt in delivery.attempts} == {503}
                assert not talking.done()
                await server.run("CONFIG", "SET", "maxmemory", 0)
                await talking
                assert await delivery.accepted()
                assert len(post.children) == 1, "the worker was restarted"

            return await judged_on(server, run, scenario)

    await faults.each("F16", trial, quick=1, full=20)


async def drained(run: Run) -> None:
    """Espera, com a porta fechada, que nada esteja na fila, em mãos ou à espera de um portão."""
    while not (await inspect(run.gateway, STAGES)).idle or await run.left():  # noqa: ASYNC110
        await asyncio.sleep(0.02)
