"""streaQ: uma fila e um trabalhador por etapa, 100 tarefas ao mesmo tempo, sem guardar resultados.

O modo mais rápido que a documentação descreve: páginas «Worker» (concorrência e adiantamento) e «Task»
(`enqueue_many`, `ttl=0`).
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import uvloop
from streaq import Worker

from bench.chain.roles import Send, Tally, dismiss, due_of, main

STAGES = ("a", "b", "c")
TASKS = 100


class Streaq:
    """As três etapas, no Redis de `url`."""

    def __init__(self, url: str) -> None:
        self._workers = [
            Worker(redis_url=url, queue_name=stage, concurrency=TASKS, handle_signals=False)
            for stage in STAGES
        ]

    async def fill(self, bodies: Sequence[bytes]) -> None:
        """Põe `bodies` na primeira fila, num envio só."""
        first = self._workers[0]
        async with first:
            await first.enqueue_many([first.enqueue_unsafe("stage", event) for event in bodies])

    @asynccontextmanager
    async def working(self, tally: Tally) -> AsyncIterator[None]:
        """Um trabalhador por fila."""
        onward = zip(self._workers, (*self._workers[1:], None), strict=True)
        for worker, after in onward:
            self._register(worker, after, tally)
        tally.begin()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(worker.run_async()) for worker in self._workers]
            try:
                yield
            finally:
                await dismiss(tasks)

    @staticmethod
    def _register(worker: Worker[None], after: Worker[None] | None, tally: Tally) -> None:
        @worker.task(name="stage", ttl=0)
        async def step(event: bytes) -> None:
            if after is None:
                tally.arrived((due_of(event),))
            else:
                await after.enqueue_unsafe("stage", event)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Send]:
        """Uma tarefa por evento."""
        first = self._workers[0]
        async with first:
            yield lambda _number, event: first.enqueue_many([first.enqueue_unsafe("stage", event)])


if __name__ == "__main__":
    main(uvloop.run, Streaq(sys.argv[1]))
