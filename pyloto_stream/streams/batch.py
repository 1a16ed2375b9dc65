"""Como muitas chamadas simultâneas viram uma ida ao Redis? Juntando o que chegou enquanto a anterior voava.

Sem espera artificial: uma chamada sozinha sai já. Operações do mesmo script e partição dividem um `EVALSHA`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis.exceptions import RedisError

from pyloto_stream.streams.scripts import Op, Script, pack

MAX_OPS = 512
"""Operações por ida: limita o tempo em que um script ocupa o servidor."""


class Call:
    """Um `EVALSHA`: script, prefixo da partição e as operações, já em bytes, que o dividem."""

    __slots__ = ("base", "head", "ops", "script")

    def __init__(self, script: Script, base: str, head: bytes, ops: list[list[bytes]]) -> None:
        self.script = script
        self.base = base
        self.head = head
        self.ops = ops

    def argv(self) -> list[bytes]:
        """Argumentos depois do instante: cabeçalho (se há) e uma operação por argumento."""
        packed = [part for op in self.ops for part in op]
        return [self.head, *packed] if self.head else packed


class Batcher:
    """Reúne operações e as entrega a `execute`, uma ida por vez, na ordem em que chegaram."""

    def __init__(self, execute: Callable[[Sequence[Call]], Awaitable[list[Any]]]) -> None:
        self._execute = execute
        self._waiting: list[tuple[Script, str, bytes, list[bytes], asyncio.Future[Any]]] = []
        self._flusher: asyncio.Task[None] | None = None

    async def submit(self, script: Script, base: str, head: bytes, op: Op) -> Any:  # noqa: ANN401 — ver Gateway
        """Resposta da operação, ou a exceção que a impediu, como valor.

        Raises:
            ValueError, OverflowError, TypeError: `op` não se escreve em msgpack; só quem a pediu sabe.
        """
        packed = pack(op)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((script, base, head, packed, future))
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush())
        return await future

    async def close(self) -> None:
        """Espera a última ida terminar."""
        if self._flusher is not None:
            await asyncio.wait([self._flusher])

    async def _flush(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting[:MAX_OPS], self._waiting[MAX_OPS:]
                calls: dict[tuple[Script, str, bytes], Call] = {}
                futures: dict[tuple[Script, str, bytes], list[asyncio.Future[Any]]] = {}
                for script, base, head, op, future in taken:
                    key = (script, base, head)
                    calls.setdefault(key, Call(script, base, head, [])).ops.append(op)
                    futures.setdefault(key, []).append(future)
                await self._deliver(list(calls.values()), list(futures.values()))
        finally:
            self._flusher = None

    async def _deliver(self, calls: list[Call], futures: list[list[asyncio.Future[Any]]]) -> None:
        try:
            replies = await self._execute(calls)
        except Exception as error:  # noqa: BLE001 — quem espera precisa saber, qualquer que seja a causa
            replies = [error] * len(calls)
        for group, reply in zip(futures, replies, strict=True):
            for future, value in zip(group, _values(reply, len(group)), strict=True):
                if not future.done():
                    future.set_result(value)


def _values(reply: object, count: int) -> list[object]:
    """Uma resposta por operação; um erro do lote, ou uma resposta sem a forma combinada, vale para todas."""
    if isinstance(reply, list) and len(reply) == count:
        return reply
    refused = reply if isinstance(reply, Exception) else RedisError("script answered another number of ops")
    return [refused] * count
