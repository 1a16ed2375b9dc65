"""Como um processo trabalha uma etapa? Lê, decide, grava, assume o abandonado e sai sem perder nada.

O laço: pegar entradas → decidir (nunca levanta) → aplicar num script. Quem lê pede só o que `concurrency`
permite começar; o que assume enquanto espera pode somar até outro tanto. Promete que todo token lido termina
em commit, repetição, fila de mortos ou devolução. Limite: sem o livro de envios, um efeito pode repetir-se.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress

from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.gateway import Entry, Gateway
from pyloto_stream.streams.model import Lane
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.settle import Settler
from pyloto_stream.streams.stage import StageSpec, WorkerOptions
from pyloto_stream.streams.telemetry import Telemetry

BEAT_S = 5.0
GONE_MS = 3_600_000
"""Ociosidade de um consumidor sem pendências a partir da qual o nome dele sai do grupo."""


class Worker:
    """Um consumidor do grupo da etapa `spec`, com o nome `consumer` (único por início de processo)."""

    def __init__(
        self,
        gateway: Gateway,
        lanes: Mapping[str, Lane],
        spec: StageSpec,
        consumer: str,
        options: WorkerOptions,
        telemetry: Telemetry,
        clock: Clock = system_clock,
    ) -> None:
        self._gateway = gateway
        self._stage = spec.name
        self._consumer = consumer
        self._options = options
        self._telemetry = telemetry
        self._settler = Settler(gateway, lanes, spec, consumer, options, telemetry, clock)
        self._held: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._room = asyncio.Event()
        self._turn = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Trabalha até `stop`; então termina o que tem em `drain_timeout_s`, devolve o resto e sai."""
        reader = asyncio.create_task(self._read_forever())
        refresher = asyncio.create_task(self._every(self._options.claim_idle_s / 3, self._refresh))
        claimer = asyncio.create_task(self._every(self._options.claim_idle_s / 4, self._claim))
        pulse = asyncio.create_task(self._every(BEAT_S, self._beat, at_once=True))
        signal = asyncio.create_task(_wait(stop))
        try:
            loops = [reader, refresher, claimer, pulse, signal]
            ended, _ = await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()  # um laço que morre derruba o processo: parar em silêncio seria pior
            await _cancel([reader, claimer])
            if self._held:
                await asyncio.wait(list(self._held.values()), timeout=self._options.drain_timeout_s)
        finally:
            await _cancel([reader, claimer, refresher, pulse, signal, *self._held.values()])
        await self._leave()

    async def _leave(self) -> None:
        """Devolve o que não terminou, inclusive entregas cuja resposta nunca vimos, e sai do grupo."""
        op = {"s": self._stage, "w": self._consumer}
        try:
            for entry in await self._gateway.history(self._stage, self._consumer):
                await self._gateway.submit(Script.RELEASE, entry.partition, {**op, "i": entry.id})
            for partition in range(self._gateway.partitions):
                await self._gateway.submit(Script.LEAVE, partition, op)
            await self._beat(ttl_s=0)
        except UnavailableError:
            return  # sem Redis nada há a devolver: outro assume quando a ociosidade passar do limite

    async def _read_forever(self) -> None:
        down_since, delay = 0.0, 0.05
        adopt = False
        while True:
            free = self._options.concurrency - len(self._held)
            if free <= 0:
                self._room.clear()
                await self._room.wait()
                continue
            try:
                if adopt:
                    self._start(await self._gateway.history(self._stage, self._consumer))
                    adopt = False
                    continue
                entries = await self._next(free)
            except UnavailableError as error:
                if not down_since:
                    down_since = time.monotonic()
                    self._telemetry.reader_down(self._stage, error.code)
                adopt = True  # a resposta perdida pode ter deixado entradas nossas que não vimos
                await asyncio.sleep(delay)
                delay = min(delay * 2, 1.0)
                continue
            if down_since:
                self._telemetry.reader_up(self._stage, time.monotonic() - down_since)
                down_since, delay = 0.0, 0.05
            if entries:
                self._telemetry.read(self._stage, len(entries))
                self._start(entries)

    async def _next(self, free: int) -> list[Entry]:
        """Entradas novas para `free` vagas, com as partições em rodízio.

        Com menos vagas que partições, olha fatia por fatia antes de esperar por todas, e nenhuma fica parada.
        """
        total = self._gateway.partitions
        self._turn = (self._turn + 1) % total
        order = [(self._turn + offset) % total for offset in range(total)]
        for start in range(0, total, free) if free < total else ():
            part = order[start : start + free]
            if entries := await self._gateway.read(self._stage, self._consumer, part, 1, wait=False):
                return entries
        return await self._gateway.read(self._stage, self._consumer, order, max(1, free // total))

    def _start(self, entries: Iterable[Entry], deliveries: Mapping[str, int] | None = None) -> None:
        fresh = [entry for entry in entries if (entry.partition, entry.id) not in self._held]
        deaths = deliveries or {}
        if self._settler.inline:
            self._track(fresh, asyncio.create_task(self._settler.work_batch(fresh, deaths)))
        else:
            for entry in fresh:
                self._track([entry], asyncio.create_task(self._settler.work(entry, deaths)))

    def _track(self, entries: list[Entry], task: "asyncio.Task[None]") -> None:
        held = [(entry.partition, entry.id) for entry in entries]
        self._held.update(dict.fromkeys(held, task))

        def done(_: "asyncio.Task[None]") -> None:
            for key in held:
                self._held.pop(key, None)
            self._room.set()

        task.add_done_callback(done)

    async def _claim(self) -> None:
        for partition in range(self._gateway.partitions):
            free = self._options.concurrency - len(self._held)
            if free <= 0:
                return
            idle, limit = int(self._options.claim_idle_s * 1000), max(1, free // self._gateway.partitions)
            op = {"s": self._stage, "w": self._consumer, "idle": idle, "limit": limit}
            rows = await self._gateway.submit(Script.CLAIM, partition, op)
            entries = [Entry.of(partition, row) for row in rows]
            if entries:
                self._telemetry.claimed(self._stage, len(entries))
                self._start(entries, {row[0].decode(): row[2] for row in rows})

    async def _refresh(self) -> None:
        held = list(self._held.items())
        ops = [({"s": self._stage, "i": entry_id, "w": self._consumer}, p) for (p, entry_id), _ in held]
        calls = [self._gateway.submit(Script.REFRESH, partition, op) for op, partition in ops]
        for (key, task), mine in zip(held, await asyncio.gather(*calls), strict=True):
            if not mine and key in self._held and not self._settler.inline:
                self._telemetry.lost(self._stage, 1)
                task.cancel()

    async def _beat(self, ttl_s: float = 3 * BEAT_S) -> None:
        """Diz que este processo vive; de passagem, tira dos grupos os nomes de quem morreu há muito."""
        op = {"s": self._stage, "w": self._consumer, "ttl": int(ttl_s * 1000), "gone": GONE_MS}
        partitions = range(self._gateway.partitions)
        await asyncio.gather(*(self._gateway.submit(Script.BEAT, p, op) for p in partitions))

    async def _every(
        self, seconds: float, action: Callable[[], Awaitable[None]], *, at_once: bool = False
    ) -> None:
        while True:
            await asyncio.sleep(0 if at_once else seconds)
            at_once = False
            with suppress(UnavailableError):  # a leitura relata a queda
                await action()


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()


async def _cancel(tasks: Iterable["asyncio.Task[None]"]) -> None:
    pending = {task for task in tasks if not task.done()}
    while pending:  # insiste: um cliente pode engolir um cancelamento que coincide com um prazo
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=1.0)
