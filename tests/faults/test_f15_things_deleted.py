"""F15: alguém apaga tudo, uma fila ou um grupo, com leituras bloqueadas: alarme, calma, um conserto."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import msgspec
import pytest

from pyloto_stream.streams import keys
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.repair import repair
from pyloto_stream.streams.status import inspect
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row
from tests.faults.harness.crew import Crew, opened_door
from tests.faults.harness.run import Run
from tests.faults.harness.servers import own_server
from tests.faults.harness.small import World
from tests.support.redis_process import RedisProcess
from tests.support.streams import FAST, LANES, STAGES, until

WATCHED_S = 1.5
TRIES = 6
"""Perguntas por etapa e partição nesse tempo: as esperas dobram de 50 ms a 1 s."""
CALM = msgspec.structs.replace(FAST, claim_idle_s=60.0)
"""Só a leitura pergunta pelo grupo."""

Harm = Callable[[RedisProcess, list[str]], Awaitable[None]]


async def flush(server: RedisProcess, _streams: list[str]) -> None:
    await server.run("FLUSHALL")


async def delete(server: RedisProcess, streams: list[str]) -> None:
    for stream in streams:
        await server.run("DEL", stream)


async def destroy(server: RedisProcess, streams: list[str]) -> None:
    for stream in streams:
        await server.run("XGROUP", "DESTROY", stream, keys.GROUP)


HARMS: tuple[Harm, ...] = (destroy, delete, flush)


async def refusals(server: RedisProcess) -> int:
    """Quantas vezes o servidor disse que não há o grupo."""
    told = cast("dict[str, dict[str, int]]", await server.run("INFO", "errorstats"))
    return sum(stats["count"] for name, stats in told.items() if "NOGROUP" in name)


@pytest.mark.timeout(300)
async def test_what_somebody_deleted_is_told_without_a_hot_loop_and_repair_brings_work_back(
    faults: Campaign,
) -> None:
    async def trial(run: Run) -> tuple[Row, list[str]]:
        harm = HARMS[run.number % len(HARMS)]
        run.note(harm.__name__)
        async with own_server(run) as server:
            world, problems = World(server.url), list[str]()
            gateway = Gateway(server.url, partitions=world.partitions)
            async with opened_door(world, server.url) as door:
                crew = await Crew(world, server.url, options=CALM, block_ms=60_000).start()
                await world.talk(door, run.rng, 2)
                await world.quiet()
                row, before = await world.check()
                bases = [keys.prefix(p, world.partitions) for p in range(world.partitions)]
                await harm(server, [keys.stream(base, stage) for base in bases for stage in STAGES])
                world.forget()
                await until(lambda: len(world.telemetry.of("reader_down")) == len(STAGES))
                tried = await refusals(server)
                talking = asyncio.create_task(world.talk(door, run.rng, 3, tricks=0.2))
                await asyncio.sleep(WATCHED_S)
                tried = await refusals(server) - tried
                if not 0 < tried <= TRIES * len(STAGES) * world.partitions:
                    problems.append(f"{tried} tries in {WATCHED_S} s")
                alarms = (await inspect(gateway, STAGES)).alarms()
                if sum("without a consumer group" in alarm for alarm in alarms) != len(STAGES):
                    problems.append(f"alarms: {alarms}")
                done = await repair(gateway, LANES)
                run.note(f"{tried} tries meanwhile; {done}")
                await talking
                await world.talk(door, run.rng, 2)
                await world.quiet()
                after, left = await world.check()
                row.add(after)
                row.runs = 1
                await gateway.close()
                await crew.stop()
            downs = world.telemetry.of("reader_down")
            if len(downs) != len(STAGES):
                problems.append(f"told down {len(downs)} times")
            return row, [*problems, *before, *left]

    await faults.each("F15", trial, quick=3, full=21)
