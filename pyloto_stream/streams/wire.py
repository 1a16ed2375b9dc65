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
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse
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
        self.address = (getattr(connection, "host", None), getattr(connection, "port", None))

    @classmethod
    async def open(cls, pool: ConnectionPool) -> Self:
        """Uma conexão nova, pronta a usar.

        Raises:
            RedisError, OSError: ninguém atende, ou não se acertaram.
        """
        connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call] # redis-py
        try:
            await connection.connect()  # type: ignore[no-untyped-call] # redis-py
        except BaseException:  # interrompida a meio da apresentação, ninguém mais a fecharia
            await connection.disconnect(nowait=True)
            raise
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
        alarm = loop.call_later(timeout_s, self._give_up)
        try:
            return await self._answer
        finally:
            alarm.cancel()
            if self._answer.cancelled():
                self.close()
            self._answer, self._replies = None, []

    def data_received(self, data: bytes) -> None:
        """O que o servidor respondeu, inteiro ou em pedaços."""
        self._parser.feed(data)
        try:
            while (reply := self._parser.gets()) is not False:
                self._replies.append(reply)
        except InvalidResponse as error:
            self.fail(error)
            return
        if self._answer is not None and len(self._replies) >= self._wanted and not self._answer.done():
            self._answer.set_result(self._replies)

    def connection_lost(self, exc: Exception | None) -> None:
        """O outro lado fechou, ou a rede."""
        lost = RedisConnectionError(f"connection lost: {type(exc).__name__}")
        lost.__cause__ = exc  # um alerta de TLS não é uma queda
        self.fail(lost)

    def _give_up(self) -> None:  # o erro só se faz se o prazo vence
        self.fail(RedisTimeoutError("no answer in time"))

    def close(self) -> None:
        """Fecha já, sem esperar pelo outro lado."""
        if not self.closed:
            self.closed = True
            self._transport.abort()
            self._connection._reader = self._connection._writer = None  # noqa: SLF001 — já não é dele

    def fail(self, error: Exception) -> None:
        """Fecha, e quem espera por uma resposta ouve `error`."""
        self.close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
