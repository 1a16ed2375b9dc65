"""Como um processo trabalha uma etapa? Lê, decide, grava, assume o abandonado e sai sem perder nada.

O laço de cada parte (ver `share.py`): pegar entradas → decidir (nunca levanta) → aplicar num script. Promete
que todo token lido termina em commit, repetição, fila de mortos ou devolução. Limite: sem o livro de envios,
um efeito externo pode repetir-se.
"""

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from pyloto_stream import __version__
from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.breaker import Breaker
from pyloto_stream.streams.chain import Chain
from pyloto_stream.streams.decide import GRACE_S, Decider
from pyloto_stream.streams.duty import Duty
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Lane
from pyloto_stream.streams.quarantine import Quarantine
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.settle_batch import BatchSettler
from pyloto_stream.streams.share import BATCHES, Share
from pyloto_stream.streams.stage import StageSpec, WorkerOptions
from pyloto_stream.streams.telemetry import Telemetry

BEAT_S = 5.0
GONE_MS = 3_600_000
"""Ociosidade de um consumidor sem pendências a partir da qual o nome dele sai do grupo."""


class Mates(NamedTuple):
    """O que dividem os trabalhadores de um processo."""

    quarantine: Quarantine
    chain: Chain


class Worker:
    """Um consumidor do grupo da etapa `spec`, com o nome `consumer` (único por início de processo).

    `mates`: o que ele divide com os trabalhadores das outras etapas do mesmo processo.
    """

    def __init__(
        self,
        gateway: Gateway,
        lanes: Mapping[str, Lane],
        spec: StageSpec,
        consumer: str,
        options: WorkerOptions,
        telemetry: Telemetry,
        clock: Clock = system_clock,
        mates: Mates | None = None,
    ) -> None:
        self._gateway = gateway
        self._stage = spec.name
        self._consumer = consumer
        self._options = options
        self._breaker = Breaker(spec.name, telemetry, options.outage_max_s)
        decider = Decider(spec, options, telemetry, clock, self._breaker)
        mates = mates or Mates(Quarantine(), Chain())
        self._settler = BatchSettler(gateway, lanes, spec, consumer, decider, telemetry, mates.chain)
        duty = Duty(
            gateway, spec.name, consumer, options, self._settler, self._breaker,
            mates.quarantine, telemetry,
        )  # fmt: skip
        routes = gateway.routes
        each = options.concurrency // len(routes) * (BATCHES if decider.inline else 1)
        self._shares = [Share(duty, route, each) for route in routes]
        self._draining = False

    async def run(self, stop: asyncio.Event) -> None:
        """Trabalha até `stop`; então termina o que tem em `drain_timeout_s`, devolve o resto e sai."""
        idle_s = self._options.claim_idle_s
        takers = [asyncio.create_task(share.read_forever()) for share in self._shares]
        takers += [asyncio.create_task(self._every(idle_s / 4, share.claim)) for share in self._shares]
        keepers = [asyncio.create_task(self._every(idle_s / 3, share.refresh)) for share in self._shares]
        keepers += [
            asyncio.create_task(self._every(BEAT_S, self._beat, at_once=True)),
            asyncio.create_task(self._every(GRACE_S / 2, self._give_up_overdue)),
        ]
        signal = asyncio.create_task(_wait(stop))
        try:
            ended, _ = await asyncio.wait([*takers, *keepers, signal], return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()  # um laço que morre derruba o processo: parar em silêncio seria pior
            await self._drain(takers)
        finally:
            await _cancel([*takers, *keepers, signal])
            await _cancel(self.held, GRACE_S)  # o que ignora o cancelamento não segura a saída
        await self._leave()

    async def _drain(self, takers: "list[asyncio.Task[None]]") -> None:
        self._draining = True
        await _cancel(takers)
        await self._beat()
        if held := self.held:
            await asyncio.wait(held, timeout=self._options.drain_timeout_s)

    async def _leave(self) -> None:
        """Devolve o que não terminou e sai dos grupos; de onde não há resposta, outro assume mais tarde."""
        await asyncio.gather(*(share.leave() for share in self._shares), return_exceptions=True)
        await self._beat(ttl_s=0)

    async def _give_up_overdue(self) -> None:
        late = await self._settler.give_up_overdue()
        for share in self._shares:
            share.forget(late)

    async def _beat(self, ttl_s: float = 3 * BEAT_S) -> None:
        """Diz que este processo vive, e como; de passagem, tira dos grupos quem morreu há muito."""
        self._breaker.settle()
        state = "draining" if self._draining else "paused" if self._breaker.open else "running"
        op = {
            "s": self._stage, "w": self._consumer, "ttl": int(ttl_s * 1000), "gone": GONE_MS,
            "v": __version__, "st": state,
        }  # fmt: skip
        partitions = range(self._gateway.partitions)
        told = (self._gateway.submit(Script.BEAT, p, op) for p in partitions)
        await asyncio.gather(*told, return_exceptions=True)

    @property
    def held(self) -> "list[asyncio.Task[None]]":
        """O trabalho em mãos."""
        return [task for share in self._shares for task in share.tasks]

    @staticmethod
    async def _every(seconds: float, action: Callable[[], Awaitable[None]], *, at_once: bool = False) -> None:
        while True:
            # o sorteio desfaz o compasso: de etapas que acordassem juntas, só a primeira teria a quarentena
            await asyncio.sleep(0 if at_once else seconds * random.uniform(0.75, 1))  # noqa: S311
            at_once = False
            with suppress(UnavailableError):  # a leitura relata a queda
                await action()


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()


async def _cancel(tasks: Iterable["asyncio.Task[None]"], most_s: float = math.inf) -> None:
    """Cancela e espera, no máximo `most_s`."""
    pending, deadline = {task for task in tasks if not task.done()}, time.monotonic() + most_s
    while pending and time.monotonic() < deadline:
        for task in pending:  # insiste: um cliente pode engolir um cancelamento que coincide com um prazo
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=min(1.0, most_s))
