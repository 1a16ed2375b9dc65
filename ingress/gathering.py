"""Quem entra junto? Quem chega na mesma volta do laço.

Promete: os grupos começam na ordem de chegada; cada um é tomado ou largado, uma vez. Limite: ordena o começo;
o que `take` faz depois da primeira espera já não é daqui, nem quantos grupos vão na mesma ida
(`streams/batch.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from functools import partial
from typing import Generic, TypeVar

T = TypeVar("T")


class Gathering(Generic[T]):
    """Forma grupos de até `most`, e dá cada um a `take` na volta seguinte.

    `drop` ouve de quem não se tomou: a tarefa do seu grupo foi cancelada antes de começar.
    """

    def __init__(
        self, most: int, take: Callable[[Sequence[T]], Awaitable[None]], drop: Callable[[T], None]
    ) -> None:
        self._most = most
        self._take = take
        self._drop = drop
        self._forming: list[T] = []
        self._task: asyncio.Task[None] | None = None

    def enter(self, one: T) -> "asyncio.Task[None]":
        """Põe `one` no grupo que se forma; a tarefa é de todos eles."""
        task = self._task
        if task is None or task.done() or len(self._forming) >= self._most:
            task = self._begin()
        self._forming.append(one)
        return task

    def _begin(self) -> "asyncio.Task[None]":
        self._forming = group = list[T]()
        # contexto vazio: o grupo não é de nenhum pedido, e não leva o id de um
        task = asyncio.get_running_loop().create_task(self._start(group), context=Context())
        task.add_done_callback(partial(self._ended, group))
        self._task = task
        return task

    async def _start(self, group: list[T]) -> None:
        if self._forming is group:  # quem chegar agora forma outro
            self._forming, self._task = [], None
        taken = group[:]
        group.clear()  # do que aqui fica, ninguém cuidou
        await self._take(taken)

    def _ended(self, group: list[T], _task: "asyncio.Task[None]") -> None:
        for one in group:
            self._drop(one)
