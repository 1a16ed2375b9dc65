"""Quem garante que nada fica rodando depois do fim? Um só dono para as tarefas de fundo.

Promete: depois de `close` nenhuma tarefa vive, e a falha de uma tarefa não passa em silêncio.
"""

import asyncio
from collections.abc import Coroutine


class Chores:
    """Tarefas de fundo de um simulador."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._failures: list[Exception] = []
        self._closed = False

    def spawn(self, work: Coroutine[object, None, None]) -> None:
        """Começa `work`; depois de `close`, descarta-o sem começar."""
        if self._closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Cancela o que resta e espera.

        Raises:
            ExceptionGroup: as falhas das tarefas, desde o início.
        """
        self._closed = True
        while self._running:
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running)
            await asyncio.sleep(0)
        if self._failures:
            raise ExceptionGroup("simulator chores failed", self._failures)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        failure = None if task.cancelled() else task.exception()
        if isinstance(failure, Exception):
            self._failures.append(failure)
