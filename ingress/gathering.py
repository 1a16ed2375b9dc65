"""Quem entra junto? Quem chega na mesma volta do laço; a maior parte de quem está dentro, em duas metades.

Todos de uma vez esperariam juntos pela mesma ida, e ninguém trabalharia enquanto ela dura. Com metade fora, a
outra se lê enquanto o Redis tem a primeira; se quem ouve a resposta logo pede de novo, alternam-se sozinhas.
Promete: os grupos começam na ordem de chegada, e quem chega enquanto uma metade espera entra com ela, atrás;
cada um é tomado ou largado, uma vez. Limite: ordena o começo; o que `take` faz depois da primeira espera já
não é daqui.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from functools import partial
from typing import Generic, TypeVar

T = TypeVar("T")

LEAST_HALF = 8
"""Pedidos em cada metade, no mínimo: menores não pagam a ida a mais."""
SOON_EACH_S = 0.0001
"""Segundos por pedido do grupo: se a última ida levou mais, vai tudo numa só, que duas demorariam mais."""

Rest = Sequence["asyncio.Task[None]"]
"""As tarefas dos que vão depois, se ficou alguém: quem toma os primeiros só termina depois delas."""


class Gathering(Generic[T]):
    """Forma grupos de até `most`, e dá cada um a `take` na volta seguinte.

    `drop` ouve de quem não se tomou: a tarefa do seu grupo foi cancelada antes de começar.
    """

    def __init__(
        self, most: int, take: Callable[[Sequence[T], Rest], Awaitable[None]], drop: Callable[[T], None]
    ) -> None:
        self._most = most
        self._take = take
        self._drop = drop
        self._forming: list[T] = []
        self._task: asyncio.Task[None] | None = None
        self._held = False
        """O que se forma é uma metade que ficou: não começa outro antes dela."""
        self._inside = 0
        self._took_s = 0.0

    def enter(self, one: T) -> "asyncio.Task[None]":
        """Põe `one` no grupo que se forma; a tarefa é de todos eles."""
        full = len(self._forming) >= self._most and not self._held
        task = self._task
        if task is None or task.done() or full:
            task = self._form([], held=False)
        self._forming.append(one)
        self._inside += 1
        return task

    def leave(self, count: int, took_s: float | None = None) -> None:
        """Saem `count`; `took_s`: segundos desde que se começou a gravá-los, se se gravaram."""
        self._inside -= count
        if took_s is not None:
            self._took_s = took_s

    def _form(self, group: list[T], *, held: bool) -> "asyncio.Task[None]":
        task = self._begin(group, held=held)
        self._forming, self._task, self._held = group, task, held
        return task

    def _begin(self, group: list[T], *, held: bool = False) -> "asyncio.Task[None]":
        started = self._start(group, held=held)
        # contexto vazio: o grupo não é de nenhum pedido, e não leva o id de um
        task = asyncio.get_running_loop().create_task(started, context=Context())
        task.add_done_callback(partial(self._ended, group))
        return task

    async def _start(self, group: list[T], *, held: bool) -> None:
        if held:
            await asyncio.sleep(0)  # nesta volta parte a ida da outra metade
        size = len(group)
        rest: list[asyncio.Task[None]] = []
        if self._forming is group:  # quem chegar agora forma outro
            self._forming, self._task, self._held = [], None, False
            if not held and self._halves_pay(size):
                size //= 2
                rest.append(self._form(group[size:], held=True))
            elif held:  # quem já ficou não fica outra vez: não se encadeiam
                size = self._most
                rest += [self._begin(group[at : at + size]) for at in range(size, len(group), size)]
        taken = group[:size]
        group.clear()  # do que aqui fica, ninguém cuidou
        await self._take(taken, rest)

    def _ended(self, group: list[T], _task: "asyncio.Task[None]") -> None:
        self.leave(len(group))
        for one in group:
            self._drop(one)

    def _halves_pay(self, size: int) -> bool:
        """Mais de três quintos de quem está dentro são deste grupo, e a última ida não demorou?"""
        return size >= 2 * LEAST_HALF and 5 * size > 3 * self._inside and self._took_s < SOON_EACH_S * size
