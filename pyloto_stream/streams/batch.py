"""Como muitas chamadas simultâneas viram uma ida ao Redis? Juntando o que chegou enquanto a anterior voava.

Sem espera artificial: uma chamada sozinha sai já. Operações do mesmo script dividem um `EVALSHA`, de quantas
partições forem: as de um lote têm todas o mesmo dono.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from pyloto_stream.streams.scripts import Packed, Script

MAX_OPS = 512
"""Operações por ida: limita o tempo em que um script ocupa o servidor."""


TOGETHER = 128
"""Operações de um pedido que não se separam: um enorme não prende o servidor além do que o lote deixa."""


class Call:
    """Um `EVALSHA`: o script, o que todas as operações dividem, e as de cada partição (o prefixo dela)."""

    __slots__ = ("head", "parts", "script", "size")

    def __init__(self, script: Script, head: bytes, parts: Sequence[tuple[str, Sequence[Packed]]]) -> None:
        self.script = script
        self.head = head
        self.parts = parts
        self.size = sum(len(ops) for _, ops in parts)
        """Operações."""

    def command(self, now: str) -> tuple[str | int | bytes, ...]:
        """O comando inteiro; os argumentos são os que `common.lua` diz."""
        bases, counts, packed = [], [], list[bytes]()
        for base, ops in self.parts:
            before = len(packed)
            for op in ops:
                packed += op
            bases.append(base)
            counts.append(str(len(packed) - before))
        shared = ",".join(counts) if len(bases) > 1 else ""
        return "EVALSHA", self.script.sha, len(bases), *bases, now, shared, self.head, *packed


class _Request(NamedTuple):
    """O que alguém pediu e espera: operações de um mesmo script e partição."""

    script: Script
    base: str
    head: bytes
    ops: list[Packed]
    answer: asyncio.Future[list[Any]]


class Batcher:
    """Reúne operações e as entrega a `execute`, uma ida por vez, na ordem em que chegaram."""

    def __init__(self, execute: Callable[[Sequence[Call]], Awaitable[list[list[Any]]]]) -> None:
        self._execute = execute
        self._waiting: deque[_Request] = deque()
        self._flusher: asyncio.Task[None] | None = None

    def submit(
        self, script: Script, base: str, head: bytes, ops: list[Packed]
    ) -> "asyncio.Future[list[Any]]":
        """Uma resposta por operação de `ops`: a dela, ou a exceção que a impediu, como valor."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any]] = loop.create_future()
        self._waiting.append(_Request(script, base, head, ops, answer))
        if self._flusher is None:
            self._flusher = loop.create_task(self._flush())
        return answer

    async def close(self) -> None:
        """Espera a última ida terminar."""
        if self._flusher is not None:
            await asyncio.wait([self._flusher])

    async def _flush(self) -> None:
        try:
            while self._waiting:
                together: dict[tuple[Script, bytes], dict[str, list[_Request]]] = {}
                size = 0
                while self._waiting and (not size or size + len(self._waiting[0].ops) <= MAX_OPS):
                    request = self._waiting.popleft()
                    size += len(request.ops)
                    same = together.setdefault((request.script, request.head), {})
                    same.setdefault(request.base, []).append(request)
                await self._deliver(together)
        finally:
            self._flusher = None

    async def _deliver(self, together: Mapping[tuple[Script, bytes], Mapping[str, list[_Request]]]) -> None:
        calls = [
            Call(*shared, [(base, [op for one in some for op in one.ops]) for base, some in same.items()])
            for shared, same in together.items()
        ]
        try:
            replies = await self._execute(calls)
        except Exception as error:  # noqa: BLE001 — quem espera precisa saber, qualquer que seja a causa
            replies = [[error] * call.size for call in calls]
        for same, values in zip(together.values(), replies, strict=True):
            at = 0
            for request in chain.from_iterable(same.values()):
                until = at + len(request.ops)
                if not request.answer.done():
                    request.answer.set_result(values[at:until])
                at = until
