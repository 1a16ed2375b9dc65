"""Quem pede a vez de enviar, com um relógio que só anda quando o teste manda."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pyloto_stream.streams.pace import Pacer
from tests.support.streams import ManualClock, Rig

NUMBER, OTHER = "106540352242922", "106540352242923"
RATES = {"": 80.0, OTHER: 20.0}
BURST = 20
"""80/s por um quarto de segundo."""


class Scene:
    """Um Redis, um relógio e quantos processos se queira."""

    def __init__(self, rig: Rig, clock: ManualClock) -> None:
        self.rig = rig
        self.clock = clock
        self.pacer = self.process()

    def process(self, pair_interval_s: float = 6.0, pair_burst: int = 10) -> Pacer:
        return Pacer(self.rig.gateway, RATES, pair_interval_s, pair_burst)

    async def wait_ms(self, conversation: str, number: str = NUMBER, rate: float = 0.0) -> int:
        return (await self.pacer.reserve(conversation, number, rate=rate)).wait_ms

    async def waits(self, count: int, number: str = NUMBER, rate: float = 0.0) -> list[int]:
        """Esperas de `count` envios a pessoas diferentes, pedidos juntos."""
        asked = (self.wait_ms(f"c{n}", number, rate) for n in range(count))
        return sorted(await asyncio.gather(*asked))


@asynccontextmanager
async def open_scene(redis_url: str) -> AsyncIterator[Scene]:
    """Quatro partições de um Redis vazio."""
    clock = ManualClock()
    async with Rig(redis_url, partitions=4, clock=clock) as rig:
        yield Scene(rig, clock)
