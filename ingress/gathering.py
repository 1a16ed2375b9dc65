"""Quem entra junto? Quem chega na mesma volta do laço; se são quase todos os que lá estão, em duas metades.

Todos de uma vez esperariam juntos pela mesma ida, e ninguém trabalharia enquanto ela dura. Com metade fora, a
outra lê-se enquanto o Redis tem a primeira, e daí em diante alternam-se sozinhas. Promete: os grupos começam
na ordem em que se chegou, e quem chega enquanto uma metade espera entra com ela, atrás dela.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")

HALF = 8
"""Metades menores que isto não pagam a ida a mais."""
SOON_S = 0.0001
"""Nem a paga uma ida mais demorada que isto por pedido do grupo: duas demorariam mais do que lê-los."""

Left = Sequence["asyncio.Task[None]"]
"""A tarefa da metade que ficou, se ficou alguma: quem toma a primeira só termina depois dela."""


class Gathering(Generic[T]):
    """Forma grupos de até `most`, e dá cada um a `take` na volta seguinte."""

    def __init__(self, most: int, take: Callable[[Sequence[T], Left], Coroutine[Any, Any, None]]) -> None:
        self._most = most
        self._take = take
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
        """Saem `count`; `took_s`: o que levou gravá-los, se se gravaram."""
        self._inside -= count
        if took_s is not None:
            self._took_s = took_s

    def _form(self, group: list[T], *, held: bool) -> "asyncio.Task[None]":
        self._forming, self._held = group, held
        self._task = asyncio.get_running_loop().create_task(self._start(group, held=held))
        return self._task

    async def _start(self, group: list[T], *, held: bool) -> None:
        if held:
            await asyncio.sleep(0)  # nesta volta parte a ida da outra metade
        left: list[asyncio.Task[None]] = []
        if self._forming is group:  # quem chegar agora forma outro, e este não se guarda
            self._forming, self._task, self._held = [], None, False
            most = len(group) // 2 if not held and self._halves_pay(len(group)) else self._most
            if len(group) > most:
                left.append(self._form(group[most:], held=True))
                del group[most:]
        await self._take(group, left)

    def _halves_pay(self, size: int) -> bool:
        """Há pouca gente dentro além destes, e uma ida não demora?"""
        return size >= 2 * HALF and 5 * size > 3 * self._inside and self._took_s < SOON_S * size
