"""Quando parte um grupo, e com quantos? Logo, com todos os da mesma volta do laço; mais tarde, se compensa.

O servidor e o Redis têm de trabalhar ao mesmo tempo. Se todos os que pedem partem juntos, um espera pelo
outro: um grupo muito maior do que o que já está a caminho parte em dois, e a segunda metade lê-se enquanto
a primeira grava. Se muito já está a caminho, espera-se por mais gente, que a ida seguinte leva toda.

Promete: quem chega antes parte antes; sem ninguém a caminho não se espera; e nunca por quem não chega: uma
volta que não traz ninguém basta para partir.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

LARGE = 8
"""Um grupo menor não se divide: a ida a mais custa o que a espera poupa."""
DEPARTURE = 3
"""Voltas do laço até a primeira metade estar a caminho: a da tarefa dela, a do lote, e a da escrita."""


class Gathering(Generic[T]):
    """Reúne até `most` e entrega cada grupo a `carry`, que responde a todos; a `drop`, quem parou antes."""

    def __init__(
        self,
        carry: Callable[[Sequence[T]], Awaitable[None]],
        drop: Callable[[Sequence[T]], None],
        most: int,
    ) -> None:
        self._carry = carry
        self._drop = drop
        self._most = most
        self._crowd: list[T] = []
        self._task: asyncio.Task[None] | None = None
        self._out = 0
        self._departing = False

    def add(self, one: T) -> "asyncio.Task[None]":
        """Põe `one` no grupo que se forma; a tarefa é de todos eles, e interrompê-la interrompe a todos."""
        if self._task is None or self._task.done() or len(self._crowd) >= self._most:
            self._crowd = []
            self._task = asyncio.get_running_loop().create_task(self._leave(self._crowd))
        self._crowd.append(one)
        return self._task

    async def _leave(self, crowd: list[T]) -> None:
        try:
            await self._fill(crowd)
        except asyncio.CancelledError:
            self._drop(crowd)
            raise
        if self._crowd is crowd:  # quem chegar agora forma outro
            self._task = None
        count, first = len(crowd), self._first(len(crowd))
        self._out += count
        try:
            if first == count:
                await self._carry(crowd)
            else:
                await self._in_two(crowd[:first], crowd[first:])
        finally:
            self._out -= count

    async def _fill(self, crowd: Sequence[T]) -> None:
        size = 0
        while self._departing or size < len(crowd) < min(self._out, self._most):
            size = len(crowd)
            await asyncio.sleep(0)

    def _first(self, count: int) -> int:
        """Quantos partem já: todos, ou os que, com os que estão a caminho, fazem metade."""
        return (count + self._out) // 2 if count >= LARGE and count > 2 * self._out else count

    async def _in_two(self, first: Sequence[T], rest: Sequence[T]) -> None:
        leading = asyncio.ensure_future(self._carry(first))
        try:
            await self._depart(rest)
            await self._carry(rest)
            await leading
        except asyncio.CancelledError:
            leading.cancel()
            raise

    async def _depart(self, rest: Sequence[T]) -> None:
        """Deixa a primeira metade ir; entretanto ninguém passa à frente de `rest`."""
        self._departing = True
        try:
            for _ in range(DEPARTURE):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self._drop(rest)
            raise
        finally:
            self._departing = False
