"""Quanto se faz com mais trabalhadores e com mais mestres? As três etapas, cada processo com a sua."""

import asyncio
import os
import signal
import tempfile
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import msgspec

from bench.harness.cluster import Masters, redis_masters
from bench.harness.rounds import Contender, Sample
from bench.harness.services import Service, service
from bench.scale.hand import READY
from bench.scale.stages import LANE, offer, opened
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.status import inspect

BODY = b'{"text":"%b"}' % (b"x" * 881)
"""892 B: com os campos de uma entrada, cerca de 1 kB."""
LOOK_S, MOST_S = 0.02, 120.0


class Crew(msgspec.Struct, frozen=True):
    """`each` processos por etapa (0: um só, com as três) e `masters` mestres."""

    each: int
    masters: int

    @property
    def name(self) -> str:
        """Como aparece no quadro."""
        who = f"{self.each} per stage" if self.each else "one process"
        return f"{who}, {self.masters} Redis"

    @property
    def stages(self) -> list[str]:
        """As etapas de cada processo."""
        return [stage for stage in LANE.stages for _ in range(self.each)] or [",".join(LANE.stages)]


BASE = Crew(1, 1)
FULL = (Crew(0, 1), BASE, Crew(2, 1), Crew(4, 1), Crew(1, 3), Crew(2, 3), Crew(4, 3))
QUICK = (Crew(0, 1), Crew(1, 3))


def contenders(crews: tuple[Crew, ...], count: int) -> dict[str, Contender]:
    """Uma medida por equipe, com `count` eventos à espera."""
    return {crew.name: partial(_measured, crew, count) for crew in crews}


async def _measured(crew: Crew, count: int) -> Sample:
    """Do sinal de começar até não haver nada nas filas.

    Raises:
        ChildError: um processo não ficou pronto.
        TimeoutError: as filas não esvaziaram.
    """
    with tempfile.TemporaryDirectory(prefix="pyloto-bench-") as folder:
        async with redis_masters(crew.masters) as masters, AsyncExitStack() as stack:
            gateway = await stack.enter_async_context(opened(masters.url, LANE))
            await offer(gateway, LANE, range(count), BODY, "c{}".format)
            started = (
                service(
                    "bench.scale.hand", masters.url, stages,
                    ready=_ready, log=Path(folder) / f"{number}.log", env={},
                )
                for number, stages in enumerate(crew.stages)
            )  # fmt: skip
            hands = await asyncio.gather(*map(stack.enter_async_context, started))
            return await _timed(masters, gateway, hands, count)


async def _timed(masters: Masters, gateway: Gateway, hands: list[Service[bool]], count: int) -> Sample:
    worker_s, redis_s = sum(hand.cpu_s() for hand in hands), await masters.cpu_s()
    began = time.perf_counter()
    for hand in hands:
        os.kill(hand.pid, signal.SIGUSR1)
    async with asyncio.timeout(MOST_S):
        while not (await inspect(gateway, LANE.stages)).idle:  # noqa: ASYNC110 — quem muda é o Redis
            await asyncio.sleep(LOOK_S)
    took = time.perf_counter() - began
    worker_s, redis_s = sum(hand.cpu_s() for hand in hands) - worker_s, await masters.cpu_s() - redis_s
    return {
        "per_s": count / took,
        "worker": 1e6 * worker_s / count,
        "redis": 1e6 * redis_s / count,
        "busy": (worker_s + redis_s) / took,
    }


def _ready(text: str) -> bool | None:
    return True if text.startswith(READY) else None
