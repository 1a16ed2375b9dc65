"""Como muitas chamadas simultâneas viram uma ida ao Redis? Juntando o que chegou enquanto a anterior voava.

Sem espera artificial: uma chamada sozinha sai já. Operações do mesmo script e partição dividem um `EVALSHA`,
até `TOGETHER` delas; as de um mesmo pedido nunca se separam.
Quem atende pedidos de fora alterna (`alternating`): a resposta ouve-se antes que a ida seguinte parta, e cada
ida leva no máximo metade das operações lá dentro: enquanto umas voam, preparam-se as outras. Limite: um
pedido maior que a metade vai inteiro; e, se o que custa é a espera, vão todas.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from redis.exceptions import RedisError

from pyloto_stream.streams.scripts import Packed, Script

MAX_OPS = 512
"""Operações por ida: limita quanto espera quem pede durante uma."""
TOGETHER = 128
"""Operações por `EVALSHA`, e por pedido: uns dois milissegundos, para que um script não prenda o servidor nem
entre no registro dos lentos (SLOWLOG), que guardaria o início dos eventos."""
LEAST_HALF = 4
"""O menor limite de uma ida, em operações: metades menores não pagam a ida a mais."""
SOON_EACH_S = 0.0001
"""Segundos por operação lá dentro (as que voltam e as que esperam): se a ida demorou mais que a soma deles, o
que custa é a espera, e duas metades esperariam duas vezes."""


class Call:
    """Um `EVALSHA`: script, prefixo da partição e as operações, já em bytes, que o dividem."""

    __slots__ = ("base", "head", "ops", "script")

    def __init__(self, script: Script, base: str, head: bytes, ops: list[Packed]) -> None:
        self.script = script
        self.base = base
        self.head = head
        self.ops = ops

    def argv(self) -> list[bytes]:
        """Argumentos depois do instante: cabeçalho (se há) e uma operação por argumento."""
        packed = [part for op in self.ops for part in op]
        return [self.head, *packed] if self.head else packed


class _Request(NamedTuple):
    """O que alguém pediu e espera: operações de um mesmo script e partição."""

    script: Script
    base: str
    head: bytes
    ops: list[Packed]
    answer: asyncio.Future[list[Any]]


class Batcher:
    """Reúne operações e as entrega a `execute`, uma ida por vez, na ordem em que chegaram.

    `alternating`: ver o módulo. Só ajuda quem responde na mesma volta do laço em que ouve.
    """

    def __init__(
        self, execute: Callable[[Sequence[Call]], Awaitable[list[Any]]], *, alternating: bool = False
    ) -> None:
        self._execute = execute
        self._alternating = alternating
        self._waiting: deque[_Request] = deque()
        self._waiting_ops = 0
        """Operações em `_waiting`."""
        self._most = MAX_OPS
        """Quantas leva a próxima ida, no máximo; um pedido maior vai inteiro."""
        self._flusher: asyncio.Task[None] | None = None

    def submit(
        self, script: Script, base: str, head: bytes, ops: list[Packed]
    ) -> "asyncio.Future[list[Any]]":
        """Uma resposta por operação de `ops`: a dela, ou a exceção que a impediu, como valor."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any]] = loop.create_future()
        self._waiting.append(_Request(script, base, head, ops, answer))
        self._waiting_ops += len(ops)
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
                requests: list[_Request] = []
                size = 0
                while self._waiting and (not size or size + len(self._waiting[0].ops) <= self._most):
                    requests.append(self._waiting.popleft())
                    size += len(requests[-1].ops)
                self._waiting_ops -= size
                departed = time.perf_counter()
                await self._deliver(_grouped(requests))
                if self._alternating:
                    self._most = self._limit_after(size, time.perf_counter() - departed)
                    await asyncio.sleep(0)
        finally:
            self._flusher = None

    def _limit_after(self, landed: int, took_s: float) -> int:
        """Quantas operações pode levar a próxima ida, depois de uma que tinha `landed` e demorou `took_s`."""
        inside = landed + self._waiting_ops
        if took_s > SOON_EACH_S * inside:
            return MAX_OPS
        return min(MAX_OPS, max(LEAST_HALF, (inside + 1) // 2))

    async def _deliver(self, groups: list[list[_Request]]) -> None:
        calls = [Call(*group[0][:3], [op for request in group for op in request.ops]) for group in groups]
        try:
            replies = await self._execute(calls)
        except Exception as error:  # noqa: BLE001 — quem espera precisa saber, qualquer que seja a causa
            replies = [error] * len(calls)
        for group, call, reply in zip(groups, calls, replies, strict=True):
            values, at = _values(reply, len(call.ops)), 0
            for request in group:
                until = at + len(request.ops)
                if not request.answer.done():
                    request.answer.set_result(values[at:until])
                at = until


def _grouped(requests: Sequence[_Request]) -> list[list[_Request]]:
    """Os que dividem um `EVALSHA`; os de um mesmo script e partição, na ordem em que chegaram."""
    if len(requests) == 1:  # o mais comum: poupa o dicionário a cada ida
        return [[*requests]]
    groups: list[list[_Request]] = []
    last: dict[tuple[Script, str, bytes], tuple[list[_Request], int]] = {}
    for request in requests:
        group, size = last.get(request[:3], ([], TOGETHER))
        if size + len(request.ops) > TOGETHER:
            group, size = [], 0
            groups.append(group)
        group.append(request)
        last[request[:3]] = group, size + len(request.ops)
    return groups


def _values(reply: object, count: int) -> list[object]:
    """Uma resposta por operação; um erro do lote, ou uma resposta sem a forma combinada, vale para todas."""
    if isinstance(reply, list) and len(reply) == count:
        return reply
    refused = reply if isinstance(reply, Exception) else RedisError("script answered another number of ops")
    return [refused] * count
