"""F10: a resposta se perde depois que o Redis executou: repetir não muda nada, e o lido é logo adotado."""

import asyncio
from collections import Counter

import msgspec
import pytest

from pyloto_stream.streams.accept import Acceptor
from pyloto_stream.streams.repair import repair
from pyloto_stream.streams.scripts import Script
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row
from tests.faults.harness.crew import Crew, insist, opened_door
from tests.faults.harness.run import Run
from tests.faults.harness.servers import cleared
from tests.faults.harness.small import World
from tests.faults.harness.wire import Wire
from tests.support.streams import FAST, LANES, STAGES

WORKING = (
    Script.ACCEPT, Script.BEAT, Script.BEGIN_SEND, Script.BOOT, Script.BURY, Script.CLAIM, Script.COMMIT,
    Script.END_SEND, Script.HISTORY, Script.LEAVE, Script.MEND, Script.PARK, Script.PROMOTE, Script.REFRESH,
    Script.RELEASE, Script.SETTLE_META, Script.TOKENS,
)  # fmt: skip
"""Os que o trabalho usa. Os dos mortos têm as suas rodadas em F26."""
MARKS = {"XREADGROUP": "XREADGROUP"} | {script.name: script.sha for script in WORKING}
PATIENT = msgspec.structs.replace(FAST, claim_idle_s=60.0, drain_timeout_s=0.0, outage_max_s=0.5)
"""Ninguém assume nada de ninguém: o que foi lido e não visto só anda se quem leu o adota."""
EAGER = msgspec.structs.replace(FAST, drain_timeout_s=0.0, outage_max_s=0.5)
DEATHS = ("BEAT", "CLAIM", "HISTORY", "LEAVE", "RELEASE", "REFRESH")
"""O que só acontece, ou acontece mais, quando alguém sai ou morre."""
AGAIN = 5


@pytest.mark.timeout(900)
async def test_i2_i3_i8_a_reply_lost_after_execution_changes_nothing(faults: Campaign) -> None:
    cuts = Counter[str]()

    async def trial(run: Run) -> tuple[Row, list[str]]:
        name = [*MARKS][run.number % len(MARKS)]
        world = World(await cleared(run))
        async with Wire(run.redis_url) as wire:
            cutting = asyncio.create_task(cut(run, wire, MARKS[name]))
            async with opened_door(world, wire.url) as door:
                await live(run, world, wire, door, name)
                cutting.cancel()
            await world.quiet()
        run.note(f"{wire.cuts} replies of {name} lost")
        cuts[name] += wire.cuts
        return await world.check()

    await faults.each("F10", trial, quick=len(MARKS), full=20 * len(MARKS))
    if cuts:
        name, least = min(cuts.items(), key=lambda item: item[1])
        faults.note(f"F10: {cuts.total():,} replies lost, of {name} the fewest: {least}")
        silent = [name for name, lost in cuts.items() if not lost]
        assert len(silent) <= 1, f"no reply of {silent} was ever lost"  # numa dose rápida um pode não calhar


async def cut(run: Run, wire: Wire, mark: str) -> None:
    """Perde uma resposta de cada vez, às vezes duas ou três seguidas, e deixa passar alguma antes da próxima.

    Sem isso, numa máquina lenta toda experiência do disjuntor encontraria o corte armado de novo.
    """
    while True:
        wanted = wire.cuts + run.rng.choice((1, 1, 1, 2, 3))
        wire.cut_reply(mark, wanted - wire.cuts)
        while wire.cuts < wanted:  # noqa: ASYNC110 — quem corta é o fio
            await asyncio.sleep(0.002)
        while not wire.spared:  # noqa: ASYNC110 — idem
            await asyncio.sleep(0.002)
        await asyncio.sleep(run.rng.random() * 0.02)


async def live(run: Run, world: World, wire: Wire, door: Acceptor, name: str) -> None:
    """Gente falando; um processo trabalha, e outro entra e sai, ou morre, quando isso faz parte."""
    options = EAGER if name in DEATHS else PATIENT
    busy_s = 0.15 if name == "REFRESH" else 0.0  # só se renova o que demora
    crew = await Crew(world, wire.url, options=options, busy_s=busy_s).start()
    other = await Crew(world, wire.url, options=options, busy_s=0.4 if name in DEATHS else 0.0).start()
    talking = asyncio.create_task(world.talk(door, run.rng, 8, tricks=0.3))
    await asyncio.sleep(0.05)
    if name in DEATHS:
        await other.kill() if name in ("CLAIM", "REFRESH") else await other.stop()
        other = await Crew(world, wire.url, options=options, busy_s=0.4).start()
    for _ in range(AGAIN):
        if name in ("MEND", "TOKENS"):
            await insist(lambda: repair(crew.gateway, LANES))
        if name in ("BOOT", "SETTLE_META"):
            await insist(lambda: crew.gateway.open(STAGES))
    await talking
    await world.quiet()
    await crew.stop()
    await other.stop()
