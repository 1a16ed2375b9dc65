"""F11: conexões que caem, que morrem caladas, que engolem tudo: o trabalho volta no prazo do socket."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from pyloto_stream.streams.gateway import READ_MARGIN_S
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row
from tests.faults.harness.crew import Crew, opened_door
from tests.faults.harness.run import Run
from tests.faults.harness.servers import cleared, own_server, socket_of
from tests.faults.harness.small import World
from tests.faults.harness.wire import Wire
from tests.support.redis_process import RedisProcess
from tests.support.streams import STAGES

BLOCK_S = 0.2
SOCKET_S = BLOCK_S + READ_MARGIN_S
SLACK_S = 1.5
EVERY_S, KILLS = 0.2, 10

Harm = Callable[[Wire, RedisProcess | None], Awaitable[None]]


async def reset(wire: Wire, _: RedisProcess | None) -> None:
    """Toda conexão cai."""
    await wire.sever()


async def half_open(wire: Wire, _: RedisProcess | None) -> None:
    """Toda conexão morre calada, com leituras bloqueadas nela; as novas servem."""
    wire.half_open()


async def blackhole(wire: Wire, _: RedisProcess | None) -> None:
    """Nada passa por mais que o prazo do socket; depois, o retido chega atrasado."""
    wire.blackhole()
    await asyncio.sleep(SOCKET_S + 0.3)
    wire.restore()


async def killed(_wire: Wire, server: RedisProcess | None) -> None:
    """O servidor derruba todos os clientes, muitas vezes."""
    assert server is not None
    for _ in range(KILLS):
        await server.run("CLIENT", "KILL", "TYPE", "normal")
        await asyncio.sleep(EVERY_S)


HARMS: dict[str, Harm] = {"reset": reset, "half-open": half_open, "blackhole": blackhole}


async def judged(run: Run, upstream: str, harm: Harm, server: RedisProcess | None) -> tuple[Row, list[str]]:
    """Metade se diz antes e durante o estrago, metade depois; quanto demora a voltar?"""
    world = World(upstream)
    async with Wire(upstream) as wire, opened_door(world, upstream) as door:
        crew = await Crew(world, wire.url, block_ms=int(BLOCK_S * 1000)).start()
        talking = asyncio.create_task(world.talk(door, run.rng, 5))
        await asyncio.sleep(run.rng.random() * 0.1)
        began = time.monotonic()
        await harm(wire, server)
        harmed_s = time.monotonic() - began
        await talking
        await world.talk(door, run.rng, 3)
        await world.quiet()
        took_s = time.monotonic() - began
        run.note(f"quiet {took_s:.1f} s after the harm began")
        row, problems = await world.check()
        if took_s > max(SOCKET_S, harmed_s) + SLACK_S:
            problems.append(f"stopped for {took_s:.1f} s")
        told = Counter(stage for kind, stage, _ in world.telemetry.seen if kind == "reader_down")
        most = KILLS if server else 1
        problems += [f"{stage} told {n} downtimes" for stage, n in told.items() if n > most]
        await crew.stop()
        ups = Counter(stage for kind, stage, _ in world.telemetry.seen if kind == "reader_up")
        problems += [f"{stage}: down {told[stage]}, up {ups[stage]}" for stage in STAGES if told != ups]
        return row, problems


@pytest.mark.timeout(300)
async def test_i1_i3_connections_that_fail_while_reads_block_stop_the_work_no_longer_than_the_socket_waits(
    faults: Campaign,
) -> None:
    async def trial(run: Run) -> tuple[Row, list[str]]:
        harm = [*HARMS.values()][run.number % len(HARMS)]
        run.note(harm.__name__)
        return await judged(run, await cleared(run), harm, None)

    await faults.each("F11", trial, quick=len(HARMS), full=40)


@pytest.mark.timeout(300)
async def test_i1_i3_a_server_that_drops_every_client_again_and_again_costs_nothing(faults: Campaign) -> None:
    async def trial(run: Run) -> tuple[Row, list[str]]:
        async with own_server(run) as server:
            return await judged(run, socket_of(server), killed, server)

    await faults.each("F11-kill", trial, quick=1, full=10)
