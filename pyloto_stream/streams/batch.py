"""Como muitas chamadas simultâneas viram uma ida ao Redis? Juntando o que chegou enquanto a anterior voava.

Sem espera artificial: uma chamada sozinha sai já. Operações do mesmo script dividem um `EVALSHA`, até
`TOGETHER` delas, se são da mesma partição ou se ele trata várias; as de um mesmo pedido nunca se separam.
Quem atende pedidos de fora alterna (`alternating`): a resposta ouve-se antes que a ida seguinte parta, e cada
ida leva no máximo metade das operações lá dentro: enquanto umas voam, preparam-se as outras. Limite: um
pedido maior que a metade vai inteiro; e, se o que custa é a espera, vão todas.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from redis.exceptions import RedisError

from pyloto_stream.streams.scripts import BY_PARTITION, Packed, Script, encode

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
    """Um `EVALSHA`: script, cabeçalho e as operações que o dividem, já em bytes, por prefixo de partição."""

    __slots__ = ("head", "parts", "script", "size")

    def __init__(self, script: Script, head: bytes, parts: Mapping[str, Sequence[Packed]]) -> None:
        self.script = script
        self.head = head
        self.parts = parts
        self.size = sum(map(len, parts.values()))

    @property
    def ops(self) -> list[Packed]:
        """As operações, na ordem das respostas."""
        return [*chain.from_iterable(self.parts.values())]

    def command(self, now: str) -> tuple[object, ...]:
        """O comando inteiro: as chaves são os prefixos; `now`, o instante em ms (`0`: o do servidor).

        Depois do cabeçalho (se há) e, sendo várias as partições, de quantos argumentos são de cada uma
        (`crossing.lua`), vêm os de cada operação.
        """
        args = [self.head] if self.head else []
        if len(self.parts) > 1:
            args.append(encode([sum(map(len, ops)) for ops in self.parts.values()]))
        for op in self.ops:
            args += op
        return "EVALSHA", self.script.sha, len(self.parts), *self.parts, now, *args


class _Request(NamedTuple):
    """O que alguém pediu e espera: operações de um mesmo script e partição."""

    script: Script
    base: str
    head: bytes
    ops: list[Packed]
    answer: asyncio.Future[list[Any]]


_Group = dict[str, list[_Request]]
"""Os que dividem um `EVALSHA`, por partição, na ordem em que vieram: a das suas respostas."""


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

    async def _deliver(self, groups: list[_Group]) -> None:
        calls = [_call(group) for group in groups]
        try:
            replies = await self._execute(calls)
        except Exception as error:  # noqa: BLE001 — quem espera precisa saber, qualquer que seja a causa
            replies = [error] * len(calls)
        for group, call, reply in zip(groups, calls, replies, strict=True):
            values, at = _values(reply, call.size), 0
            for request in chain.from_iterable(group.values()):
                until = at + len(request.ops)
                if not request.answer.done():
                    request.answer.set_result(values[at:until])
                at = until


def _grouped(requests: Sequence[_Request]) -> list[_Group]:
    """Os que dividem um `EVALSHA`: mesmo script e cabeçalho e, se ele não trata várias, mesma partição."""
    if len(requests) == 1:  # o mais comum: poupa o dicionário a cada ida
        return [{requests[0].base: [requests[0]]}]
    groups: list[_Group] = []
    last: dict[tuple[Script, bytes, str], tuple[_Group, int]] = {}
    for request in requests:
        key = request.script, request.head, "" if request.script in BY_PARTITION else request.base
        group, size = last.get(key, ({}, TOGETHER))
        if size + len(request.ops) > TOGETHER:
            group, size = {}, 0
            groups.append(group)
        group.setdefault(request.base, []).append(request)
        last[key] = group, size + len(request.ops)
    return groups


def _call(group: _Group) -> Call:
    parts = {base: [op for request in part for op in request.ops] for base, part in group.items()}
    first = next(iter(group.values()))[0]
    return Call(first.script, first.head, parts)


def _values(reply: object, count: int) -> list[object]:
    """Uma resposta por operação; um erro do lote, ou uma resposta sem a forma combinada, vale para todas."""
    if isinstance(reply, list) and len(reply) == count:
        return reply
    refused = reply if isinstance(reply, Exception) else RedisError("script answered another number of ops")
    return [refused] * count
