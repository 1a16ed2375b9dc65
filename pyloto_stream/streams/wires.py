"""Como uma ida ao Redis custa pouco? Por uma conexão que o redis-py abriu e apresentou, e mais nada.

O redis-py resolve, autentica e negocia (TLS, Sentinel, usuário, banco). Daí em diante os bytes vão do hiredis
ao socket e as respostas voltam, com as classes de erro do redis-py. Promete: quem desiste no meio (prazo,
cancelamento) fecha a conexão, porque a resposta que viria não é de mais ninguém. Limite: um pedido por vez em
cada conexão.
"""

import asyncio
from typing import TYPE_CHECKING, Any, Self, cast

from hiredis import Reader, pack_command
from redis._parsers.base import BaseParser
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse, ReadOnlyError
from redis.exceptions import TimeoutError as RedisTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable


def packed(*args: bytes | str | float) -> bytes:
    """Um comando como o servidor o lê."""
    return cast("bytes", pack_command(cast("Any", args)))


class Wire(asyncio.Protocol):
    """Uma conexão aberta; `closed` quando já não serve."""

    def __init__(self, connection: AbstractConnection, transport: asyncio.Transport) -> None:
        self._connection = connection
        self._transport = transport
        self._parser = Reader(InvalidResponse, cast("Callable[[str], Exception]", BaseParser.parse_error))
        self._answer: asyncio.Future[list[Any]] | None = None
        self._wanted = 0
        self._replies: list[Any] = []
        self.closed = False

    @classmethod
    async def open(cls, pool: ConnectionPool) -> Self:
        """Uma conexão nova, pronta a usar.

        Raises:
            RedisError, OSError: ninguém atende, ou não se acertaram.
        """
        connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call] # redis-py
        await connection.connect()  # type: ignore[no-untyped-call] # redis-py
        # o redis-py não empresta a conexão de outro modo
        transport = cast("asyncio.Transport", cast("Any", connection)._writer.transport)  # noqa: SLF001
        wire = cls(connection, transport)
        transport.set_protocol(wire)
        return wire

    async def ask(self, data: bytes, replies: int, timeout_s: float) -> list[Any]:
        """As `replies` respostas aos comandos escritos em `data`; um erro do servidor é um valor.

        Raises:
            RedisConnectionError: a conexão caiu.
            RedisTimeoutError: passaram-se `timeout_s` segundos.
        """
        if self.closed:
            raise RedisConnectionError("connection is closed")
        loop = asyncio.get_running_loop()
        self._answer, self._wanted, self._replies = loop.create_future(), replies, []
        self._transport.write(data)
        alarm = loop.call_later(timeout_s, self._fail, RedisTimeoutError("no answer in time"))
        try:
            return await self._answer
        finally:
            alarm.cancel()
            if self._answer.cancelled():
                self.close()
            self._answer = None

    def data_received(self, data: bytes) -> None:
        """O que o servidor respondeu, inteiro ou em pedaços."""
        self._parser.feed(data)
        try:
            while (reply := self._parser.gets()) is not False:
                self._replies.append(reply)
        except InvalidResponse as error:
            self._fail(error)
            return
        if self._answer is not None and len(self._replies) >= self._wanted and not self._answer.done():
            self._answer.set_result(self._replies)

    def connection_lost(self, exc: Exception | None) -> None:
        """O outro lado fechou, ou a rede."""
        self._fail(RedisConnectionError(f"connection lost: {type(exc).__name__}"))

    def close(self) -> None:
        """Fecha já, sem esperar pelo outro lado."""
        if not self.closed:
            self.closed = True
            self._transport.abort()
            self._connection._reader = self._connection._writer = None  # noqa: SLF001 — já não é dele

    def _fail(self, error: Exception) -> None:
        self.close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


class Wires:
    """As conexões de um cliente: abre quantas se usam ao mesmo tempo e guarda as que se calam.

    `timeout_s` por resposta; `retries`: vezes que se repete o que uma conexão caída interrompeu.
    """

    def __init__(self, pool: ConnectionPool, timeout_s: float, retries: int) -> None:
        self._pool = pool
        self._timeout_s = timeout_s
        self._retries = retries
        self._elected = isinstance(pool, SentinelConnectionPool)
        self._idle: list[Wire] = []
        self._used: set[Wire] = set()

    async def ask(self, data: bytes, replies: int) -> list[Any]:
        """As `replies` respostas aos comandos escritos em `data`.

        Raises:
            RedisError, OSError: não há conexão, ou ela falhou; os comandos podem ter sido executados.
        """
        for left in range(self._retries, -1, -1):
            wire = await self._take()
            try:
                answer = await wire.ask(data, replies, self._timeout_s)
                if self._elected and any(isinstance(reply, ReadOnlyError) for reply in answer):
                    wire.close()
                    raise RedisConnectionError("the master became a replica")  # noqa: TRY301
            except RedisConnectionError:
                if not left:
                    raise
            else:
                return answer
            finally:
                self._give_back(wire)
        raise AssertionError("unreachable")

    async def ask_one(self, data: bytes) -> Any:  # noqa: ANN401 — a forma é a do comando
        """A resposta ao comando escrito em `data`.

        Raises:
            RedisError, OSError: como em `ask`, ou a recusa do servidor.
        """
        (reply,) = await self.ask(data, 1)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def close(self) -> None:
        """Fecha todas; quem espera por uma resposta ouve que a conexão caiu."""
        for wire in (*self._idle, *self._used):
            wire._fail(RedisConnectionError("closed"))  # noqa: SLF001 — a mesma parte
        self._idle.clear()

    async def _take(self) -> Wire:
        wire = None
        while self._idle and (wire is None or wire.closed):
            wire = self._idle.pop()
        if wire is None or wire.closed:
            wire = await Wire.open(self._pool)
        self._used.add(wire)
        return wire

    def _give_back(self, wire: Wire) -> None:
        self._used.discard(wire)
        if not wire.closed:
            self._idle.append(wire)
