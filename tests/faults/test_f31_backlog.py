"""F31: um milhão de eventos à espera, de duzentas mil conversas: começa-se logo, e o resto custa o mesmo."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.streams import keys
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Item, Outcome, Plan, Turn
from pyloto_stream.streams.stage import StageSpec, WorkerOptions
from pyloto_stream.streams.status import inspect
from pyloto_stream.streams.timers import TimerPump
from pyloto_stream.streams.worker import Worker
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row
from tests.faults.harness.run import Run
from tests.faults.harness.servers import own_server
from tests.support import look
from tests.support.redis_process import RedisProcess
from tests.support.streams import LANES, STAGES, Recorder, until

PARTITIONS, BATCH = 4, 4096
SMALL, FEW, TIMES = 2_500, 500, 3
"""Eventos e conversas de uma fila curta, da mesma forma que a longa, e quantas vezes se mede."""
START_S, SLOWEST_MS, LOOK_S = 5.0, 50.0, 0.5
RATIO = 3.0
"""Quanto um turno pode custar a mais com a fila cheia."""
OPTIONS = WorkerOptions(concurrency=64)
EVENT = msgspec.json.encode({"id": "wamid." + "x" * 40, "text": "oi, quero saber de uma entrega " * 4})
WALKS = ("keys", "smembers", "hgetall", "lrange", "zrange", "xrange", "xpending", "hscan", "scan", "sscan")
"""Comandos que poderiam percorrer o que cresce: os que aparecem têm de ser curtos em média."""


async def fill(gateway: Gateway, first: int, events: int, people: int) -> None:
    """Aceita `events` eventos de `people` conversas, em lotes grandes."""
    acceptor = Acceptor(gateway, list(LANES.values()), AcceptOptions(backlog_limit=10_000_000))
    for start in range(first, first + events, BATCH):
        numbers = range(start, min(start + BATCH, first + events))
        await acceptor.accept([Item("turn", f"person-{n % people}", EVENT, f"wamid.{n}") for n in numbers])


class Crowd:
    """Um processo de trabalho que faz um número certo de turnos e mede."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.turns = self.events = 0
        self.first_at = 0.0
        self.telemetry = Recorder()

    def one(self, _turn: Turn) -> Outcome:
        """Passa adiante."""
        return Plan(to="two", payload=b"1")

    def two(self, turn: Turn) -> Outcome:
        """Termina."""
        self.first_at = self.first_at or time.monotonic()
        self.turns += 1
        self.events += len(msgspec.json.decode(turn.events, type=list[msgspec.Raw]))
        return Plan(state=b'"done"')

    async def work(self, done: Callable[[], bool]) -> tuple[float, float]:
        """Trabalha até `done`; devolve os segundos até o primeiro turno, e o que custou cada um desde ele."""
        stop, before, began = asyncio.Event(), self.turns, time.monotonic()
        self.first_at = 0.0
        specs = [StageSpec("one", self.one), StageSpec("two", self.two)]
        jobs = [TimerPump(self.gateway).run] + [
            Worker(self.gateway, LANES, spec, f"w{began}", OPTIONS, self.telemetry).run for spec in specs
        ]
        running = [asyncio.create_task(job(stop)) for job in jobs]
        await until(lambda: self.turns > before or done())
        async with asyncio.timeout(60):
            while not done():  # noqa: ASYNC110 — quem conta é outra tarefa
                await asyncio.sleep(0.001)
        first_at = self.first_at or began
        each_s = (time.monotonic() - first_at) / max(1, self.turns - before)
        stop.set()
        await asyncio.gather(*running)
        return first_at - began, each_s


async def short(gateway: Gateway, crowd: Crowd, n: int) -> float:
    """Quanto custa um turno de uma fila curta, que fica vazia."""
    await fill(gateway, n * SMALL, SMALL, FEW)
    target = crowd.turns + FEW
    _, each_s = await crowd.work(lambda: crowd.turns >= target)
    await crowd.work(lambda: crowd.events == (n + 1) * SMALL)  # o que esperava na caixa de cada um
    return each_s


async def used(redis: Redis) -> int:
    return int((await redis.info("memory"))["used_memory"])


async def slowest(redis: Redis) -> list[str]:
    """Os comandos que passaram do limite, e os que em média custam caro."""
    found = [
        f"{row['command'][:60]!r} {row['duration'] / 1000:.0f} ms" for row in await redis.slowlog_get(10)
    ]
    stats = cast("dict[str, dict[str, Any]]", await redis.info("commandstats"))
    for name in WALKS:
        each = stats.get(f"cmdstat_{name}", {}).get("usec_per_call", 0.0)
        found += [f"{name}: {each} µs a call"] if each > 200 else []
    return found


def late(start_s: float, look_s: float, ratio: float) -> list[str]:
    """O que passou do limite: o começo, o quadro, o custo de um turno."""
    found = [f"first turn after {start_s:.1f} s"] if start_s > START_S else []
    found += [f"status took {look_s:.2f} s"] if look_s > LOOK_S else []
    return found + ([f"a turn costs {ratio:.1f} times as much"] if ratio > RATIO else [])


@pytest.mark.timeout(900)
async def test_i11_a_huge_backlog_costs_memory_and_nothing_else(faults: Campaign) -> None:
    events, people, turns = (1_000_000, 200_000, 5_000) if faults.full else (20_000, 4_000, 500)

    async def trial(run: Run) -> tuple[Row, list[str]]:
        async with own_server(run, "--appendfsync", "no", "--auto-aof-rewrite-percentage", "0") as server:
            return await measured(run, server)

    async def measured(run: Run, server: RedisProcess) -> tuple[Row, list[str]]:
        problems = list[str]()
        gateway = Gateway(server.url, partitions=PARTITIONS)
        crowd, redis = Crowd(gateway), Redis.from_url(server.url, decode_responses=True)
        await gateway.open(STAGES)
        small_s = min([await short(gateway, crowd, n) for n in range(TIMES)])
        empty, began = await used(redis), time.monotonic()
        await fill(gateway, TIMES * SMALL, events, people)
        run.note(f"filled in {time.monotonic() - began:.0f} s")
        each = (await used(redis) - empty) / events
        await redis.config_resetstat()
        await redis.config_set("slowlog-log-slower-than", int(SLOWEST_MS * 1000))
        await redis.slowlog_reset()
        began = time.monotonic()
        fresh = Gateway(server.url, partitions=PARTITIONS)
        await fresh.open(STAGES)
        opened_s = time.monotonic() - began
        crowd.gateway = fresh
        before = crowd.turns
        first_s, each_s = await crowd.work(lambda: crowd.turns >= before + turns)
        began = time.monotonic()
        status = await inspect(fresh, STAGES)
        look_s = time.monotonic() - began
        ratio = each_s / small_s
        faults.note(
            f"F31: {events:,} events of {people:,} conversations: {each:.0f} bytes each, first turn after"
            f" {opened_s + first_s:.2f} s, a turn {each_s * 1e6:.0f} µs ({ratio:.2f} times"
            f" that at {SMALL:,}), status in {look_s * 1000:.0f} ms"
        )
        problems += [f"slow: {text}" for text in await slowest(redis)]
        problems += late(opened_s + first_s, look_s, ratio)
        waiting = await waits(redis)
        lost = TIMES * SMALL + events - crowd.events - waiting
        if lost:
            problems.append(f"{lost} events lost; {status}")
        for client in (gateway, fresh):
            await client.close()
        await redis.aclose()
        return Row(runs=1, accepted=TIMES * SMALL + events, replies=crowd.turns, lost=lost), problems

    await faults.each("F31", trial, quick=1, full=1)


async def waits(redis: Redis) -> int:
    """Eventos que ainda esperam: os dos tokens e os das caixas de entrada."""
    pipe = redis.pipeline(transaction=False)
    async for key in redis.scan_iter("*:inbox:*", count=1000):
        pipe.llen(key)
    count = sum(await pipe.execute())
    for partition in range(PARTITIONS):
        for stage in STAGES:
            for token in await look.entries(redis, keys.stream(keys.prefix(partition, PARTITIONS), stage)):
                count += len(msgspec.json.decode(token["e"], type=list[msgspec.Raw]))
    return int(count)
