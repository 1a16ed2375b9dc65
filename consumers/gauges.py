"""Quanto há por fazer? Cada trabalhador olha as filas de tempos em tempos e publica o que viu.

Promete: os números são da instalação inteira, iguais em todo processo (use-se o máximo, nunca a soma), e
servem para escalar e para alarmes. Limite: têm até `EVERY_S` segundos; sem Redis ficam os últimos.
"""

import asyncio
from contextlib import suppress

from consumers.pipeline import STAGES
from pyloto_stream.errors import UnavailableError
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.status import inspect

EVERY_S = 10.0


class Gauges:
    """Laço que publica o estado das filas em `metrics`."""

    def __init__(self, gateway: Gateway, metrics: Metrics, every_s: float = EVERY_S) -> None:
        self._gateway = gateway
        self._metrics = metrics
        self._every_s = every_s

    async def look(self) -> None:
        """Olha uma vez.

        Raises:
            UnavailableError: Redis fora do ar.
        """
        status = await inspect(self._gateway, STAGES)
        for stage in status.stages:
            oldest_s = stage.oldest_age_s or 0.0
            self._metrics.queue(stage.stage, stage.backlog, stage.pending, oldest_s, stage.dead)
        self._metrics.queue("ingress", 0, 0, 0.0, status.dead_ingress)
        self._metrics.parked(status.parked)

    async def run(self, stop: asyncio.Event) -> None:
        """Olha até `stop`."""
        while not stop.is_set():
            with suppress(UnavailableError):  # a leitura relata a queda
                await self.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._every_s)
