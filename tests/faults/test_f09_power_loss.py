"""F9: falta energia: o fim do AOF não chegou ao disco, e o Redis volta ao que era um pouco antes.

Com `appendfsync always`, pedindo ou não a confirmação, nada do que se prometeu falta. Com `everysec` e
`DURABILITY=memory` podem faltar os últimos segundos: conta-se quanto, e o que resta é coerente.
"""

import asyncio

import pytest

from consumers.pipeline import STAGES
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row
from tests.faults.harness.crew import Crew, opened_door
from tests.faults.harness.load import talk
from tests.faults.harness.power import power_lost
from tests.faults.harness.run import Run
from tests.faults.harness.servers import back, journal_of, judged_on, own_server, socket_of
from tests.faults.harness.small import World
from tests.faults.harness.wire import Wire

WINDOW_S = 2.0
SURE = ("--appendfsync", "always", "--aof-load-truncated", "yes")
EVERY_SECOND = ("--appendfsync", "everysec", "--aof-load-truncated", "yes")


async def interrupted(run: Run, options: tuple[str, ...], ago_s: float) -> tuple[Row, list[str], int]:
    """Gente falando, energia que falta, gente que continua. Devolve também quantas se aceitaram em vão."""
    async with own_server(run, *options) as server:
        world = World(server.url)
        async with (
            Wire(socket_of(server), journal_of(server, run)) as wire,
            opened_door(world, wire.url) as door,
        ):
            crew = await Crew(world, wire.url).start()
            talking = asyncio.create_task(world.talk(door, run.rng, 20, tricks=0.2, gap_s=0.02 + ago_s / 12))
            await asyncio.sleep(run.rng.uniform(0.1, 0.3) + ago_s)
            at = await power_lost(run, server, wire, run.rng, ago_s)
            also = run.rng.random() < 0.5  # a mesma máquina: quem trabalhava também morre
            dying = asyncio.create_task(crew.kill()) if also else None
            await server.start()
            wire.restore()
            if dying is not None:
                await dying
                crew = await Crew(world, wire.url).start()
            await talking
            await world.quiet()
            row, problems = await world.check()
            await crew.stop()
        return row, problems, sum(when >= at for told in world.accepted.values() for _, when in told)


@pytest.mark.timeout(600)
async def test_i1_i3_i4_what_was_promised_is_on_the_disk_when_power_is_lost(faults: Campaign) -> None:
    async def trial(run: Run) -> tuple[Row, list[str]]:
        row, problems, _ = await interrupted(run, SURE, 0.0)
        return row, problems

    await faults.each("F9", trial, quick=2, full=60)


@pytest.mark.timeout(600)
async def test_i3_i5_with_everysec_what_is_missing_is_from_the_last_seconds_and_the_rest_is_whole(
    faults: Campaign,
) -> None:
    missing = again = most = 0

    async def trial(run: Run) -> tuple[Row, list[str]]:
        nonlocal missing, again, most
        ago_s = run.rng.uniform(0.1, WINDOW_S)
        row, problems, late = await interrupted(run, EVERY_SECOND, ago_s)
        if row.lost > late:
            problems.append(f"{row.lost} forgotten, {late} accepted after the last state on disk")
        missing, again, most = missing + row.lost, again + row.duplicated, max(most, row.lost)
        row.lost = row.duplicated = 0
        return row, [text for text in problems if " lost [" not in text and "sent twice" not in text]

    row = await faults.each("F9-everysec", trial, quick=1, full=40)
    faults.note(
        f"F9: everysec with DURABILITY=memory, {row.runs} runs: {missing} of {row.accepted} accepted events"
        f" forgotten (at most {most} in a run), {again} replies of forgotten turns sent again"
    )


@pytest.mark.timeout(900)
async def test_i1_i4_a_reply_whose_status_arrived_is_not_sent_again_by_a_redis_that_forgot(
    faults: Campaign,
) -> None:
    async def trial(run: Run) -> tuple[Row, list[str]]:
        waits = run.number % 4 == 3  # confirma com `WAITAOF`, que só este tem
        kind = "valkey" if waits else ""
        async with (
            own_server(run, *SURE, kind=kind) as server,
            Wire(socket_of(server), journal_of(server, run)) as wire,
        ):
            run.redis_url = wire.url

            async def scenario() -> None:
                await run.open(CLAIM_IDLE="2", SETTLE_WINDOW="4", DURABILITY="fsync" if waits else "memory")
                post = run.post(STAGES)
                await post.child.up()
                talking = asyncio.create_task(talk(run, corrections=5))
                enough = run.rng.randint(1, 12)
                await run.until(lambda: len(run.meta.sent) >= enough, what="some replies")
                await power_lost(run, server, wire, run.rng)
                if run.rng.random() < 0.5:  # a mesma máquina: quem trabalhava também morre
                    post.kept = False
                    post.child.kill()
                await back(server, run)
                wire.restore()
                if not post.kept:
                    await run.post().child.up()
                await talking

            return await judged_on(server, run, scenario)

    await faults.each("F9-whole", trial, quick=1, full=16)
