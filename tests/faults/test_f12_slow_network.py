"""F12: rede lenta ou estreita: quem trabalha devagar segue dono do que tem, e ninguém assume nada."""

import time

import msgspec
import pytest

from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row
from tests.faults.harness.crew import Crew, opened_door
from tests.faults.harness.run import Run
from tests.faults.harness.servers import cleared
from tests.faults.harness.small import World
from tests.faults.harness.wire import Wire
from tests.support.streams import FAST

SLOW = {"1 ms": 0.001, "20 ms": 0.02, "200 ms": 0.2}
NARROW = {"1 Mbit/s": 125_000.0}
LEASE_S = 1.0
OPTIONS = msgspec.structs.replace(FAST, claim_idle_s=LEASE_S)
TURN_S = 1.3
"""Quanto dura uma decisão: mais que o prazo de quem assume; só a renovação a segura."""
TRIPS = 12
"""Idas e voltas que um turno pode custar, com folga: três leituras, três gravações, o livro, a fila."""


@pytest.mark.timeout(300)
async def test_i3_i7_on_a_slow_or_narrow_network_nobody_loses_what_it_holds(faults: Campaign) -> None:
    turns = 2 if faults.full else 1

    async def trial(run: Run) -> tuple[Row, list[str]]:
        name = [*SLOW, *NARROW][run.number % 4]
        upstream = await cleared(run)
        world = World(upstream)
        async with Wire(upstream) as wire, opened_door(world, wire.url) as door:
            crews = [await Crew(world, wire.url, options=OPTIONS, busy_s=TURN_S).start() for _ in range(2)]
            wire.delay_s, wire.bytes_per_s = SLOW.get(name, 0.0), NARROW.get(name, 0.0)
            began = time.monotonic()
            await world.talk(door, run.rng, turns)
            await world.quiet()
            took_s = time.monotonic() - began
            run.note(f"+{name}: {took_s:.2f} s")
            row, problems = await world.check()
            wire.delay_s = wire.bytes_per_s = 0.0
            for crew in crews:
                await crew.stop()
        for kind in ("claimed", "lost", "reader_down", "fenced"):
            if found := world.telemetry.of(kind):
                problems.append(f"{kind}: {found}")
        # as mensagens de cada pessoa são no máximo outros tantos turnos, um depois do outro
        if took_s > (limit := turns * (TURN_S + TRIPS * SLOW.get(name, 0.01)) + 1.0):
            problems.append(f"+{name}: {took_s:.1f} s, at most {limit:.1f}")
        return row, problems

    await faults.each("F12", trial, quick=4, full=40)
