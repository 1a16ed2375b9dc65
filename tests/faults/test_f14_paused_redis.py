"""F14: `CLIENT PAUSE`: o Redis não responde por uns segundos e depois executa tudo o que lhe pediram."""

import asyncio

import pytest

from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row
from tests.faults.harness.crew import Crew, opened_door
from tests.faults.harness.run import Run
from tests.faults.harness.servers import own_server
from tests.faults.harness.small import World

MODES = ("ALL", "WRITE")


@pytest.mark.timeout(300)
async def test_i2_i3_a_paused_redis_costs_a_wait_and_no_burst_of_errors(faults: Campaign) -> None:
    long_s = 3.0 if faults.full else 1.2

    async def trial(run: Run) -> tuple[Row, list[str]]:
        async with own_server(run) as server:
            world = World(server.url)
            async with opened_door(world, server.url) as door:
                crew = await Crew(world, server.url).start()
                talking = asyncio.create_task(world.talk(door, run.rng, 12, tricks=0.2))
                await asyncio.sleep(run.rng.random() * 0.1)
                mode = MODES[run.number // 2 % 2]
                run.note(f"paused {mode} for {long_s:g} s")
                await server.run("CLIENT", "PAUSE", int(long_s * 1000), mode)
                await talking
                await world.quiet()
                row, problems = await world.check()
                await crew.stop()
            downs = world.telemetry.of("reader_down")
            if len(downs) > 3:  # no máximo uma por etapa: o prazo de uma resposta pode vencer antes da pausa
                problems.append(f"{len(downs)} downtimes told")
            if len(world.refusals) > len(world.people):
                problems.append(f"{len(world.refusals)} refusals")
            return row, problems

    await faults.each("F14", trial, quick=4, full=20)
