"""taskiq, `RedisStreamBroker`: uma fila e um receptor por etapa, 100 tarefas de uma vez, sem resultados.

O modo mais rápido que a documentação descreve sem abrir mão da confirmação (páginas «Available brokers» e
«CLI»): leitura de 100 em 100, `--max-async-tasks`, sem validação dos parâmetros.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import uvloop
from taskiq.receiver import Receiver
from taskiq_redis import RedisStreamBroker

from bench.chain.roles import Send, Tally, due_of, main

STAGES = ("a", "b", "c")
TASKS = 100


class Taskiq:
    """As três etapas, cada uma com o seu broker, no Redis de `url`."""

    def __init__(self, url: str) -> None:
        self._brokers = [
            RedisStreamBroker(
                url, queue_name=stage, consumer_group_name="g", consumer_id="0", xread_count=TASKS
            )
            for stage in STAGES
        ]

    def _tasks(self, tally: Tally | None) -> Send:
        """Registra a tarefa de cada etapa, da última para a primeira; devolve como se entra na primeira."""
        third, second, first = reversed(self._brokers)

        @third.task(task_name="c")
        async def last(event: str) -> None:
            assert tally is not None
            tally.arrived((due_of(event.encode()),))

        @second.task(task_name="b")
        async def middle(event: str) -> None:
            await last.kiq(event)

        @first.task(task_name="a")
        async def entry(event: str) -> None:
            await middle.kiq(event)

        return lambda _number, event: entry.kiq(event.decode())

    async def fill(self, bodies: Sequence[bytes]) -> None:
        """Uma tarefa por evento: o taskiq não enfileira em lote."""
        async with self.sending() as send:
            await asyncio.gather(*(send(number, event) for number, event in enumerate(bodies)))

    @asynccontextmanager
    async def working(self, tally: Tally) -> AsyncIterator[None]:
        """Um receptor por etapa."""
        self._tasks(tally)
        for broker in self._brokers:
            broker.is_worker_process = True
            await broker.startup()
        tally.begin()
        finish = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for broker in self._brokers:
                receiver = Receiver(broker, max_async_tasks=TASKS, validate_params=False, run_startup=False)
                group.create_task(receiver.listen(finish))
            try:
                yield
            finally:
                finish.set()

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Send]:
        """Uma tarefa por evento."""
        first = self._brokers[0]
        await first.startup()
        try:
            yield self._tasks(None)
        finally:
            await first.shutdown()


if __name__ == "__main__":
    main(uvloop.run, Taskiq(sys.argv[1]))
