"""arq: três filas e três trabalhadores num processo, 100 trabalhos de uma vez, e nenhum resultado guardado.

O modo mais rápido que a documentação descreve (página «Usage», referência de `Worker`): `max_jobs` alto,
`keep_result=0` e a menor espera entre consultas à fila que ela admite.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvloop
from arq import create_pool
from arq.connections import ArqRedis, RedisSettings
from arq.worker import Worker, func

from bench.chain.roles import Send, Tally, dismiss, due_of, main

STAGES = ("a", "b", "c")
JOBS, POLL_S = 100, 0.005


class Arq:
    """As três etapas, no Redis de `url`."""

    def __init__(self, url: str) -> None:
        self._settings = RedisSettings.from_dsn(url)
        self._settings.max_connections = 4 * JOBS  # senão, faltam conexões aos trabalhos

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[ArqRedis]:
        pool = await create_pool(self._settings)
        try:
            yield pool
        finally:
            await pool.aclose()

    async def fill(self, bodies: Sequence[bytes]) -> None:
        """Um trabalho por evento: o arq não enfileira em lote."""
        async with self._open() as pool:
            await asyncio.gather(
                *(pool.enqueue_job("stage", event, _queue_name=STAGES[0]) for event in bodies)
            )

    @asynccontextmanager
    async def working(self, tally: Tally) -> AsyncIterator[None]:
        """Um trabalhador por fila."""
        async with self._open() as pool:
            onward = zip(STAGES, (*STAGES[1:], ""), strict=True)
            workers = [self._worker(pool, stage, after, tally) for stage, after in onward]
            tally.begin()
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(worker.async_run()) for worker in workers]
                try:
                    yield
                finally:
                    await dismiss(tasks)

    @staticmethod
    def _worker(pool: ArqRedis, stage: str, after: str, tally: Tally) -> Worker:
        async def step(_context: dict[str, Any], event: bytes) -> None:
            if after:
                await pool.enqueue_job("stage", event, _queue_name=after)
            else:
                tally.arrived((due_of(event),))

        return Worker(
            [func(step, name="stage")], queue_name=stage, redis_pool=pool, max_jobs=JOBS, keep_result=0,
            poll_delay=POLL_S, handle_signals=False, log_results=False,
        )  # fmt: skip

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Send]:
        """Um trabalho por evento."""
        async with self._open() as pool:
            yield lambda _number, event: pool.enqueue_job("stage", event, _queue_name=STAGES[0])


if __name__ == "__main__":
    main(uvloop.run, Arq(sys.argv[1]))
