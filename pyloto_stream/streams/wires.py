"""Quantas conexões há com um servidor? As que se usam ao mesmo tempo; as que se calam esperam a próxima vez.

Promete: repete-se só o que uma conexão caída interrompeu, quantas vezes se combinou; quando uma falha, as que
esperavam fecham-se; de um mestre eleito, nunca se fala com dois ao mesmo tempo.
"""

from typing import Any

from redis.asyncio.connection import ConnectionPool
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ReadOnlyError
from redis.exceptions import TimeoutError as RedisTimeoutError

from pyloto_stream.streams.wire import Wire


class Wires:
    """As conexões de um cliente: abre quantas se usam ao mesmo tempo e guarda as que se calam.

    `timeout_s` por resposta; `retries`: vezes que se repete o que uma conexão caída interrompeu.
    """

    def __init__(self, pool: ConnectionPool, timeout_s: float, retries: int) -> None:
        self._pool = pool
        self._timeout_s = timeout_s
        self._retries = retries
        self._elected = isinstance(pool, SentinelConnectionPool)
        self._master: tuple[object, object] | None = None
        self._closed = False
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
            except (RedisConnectionError, RedisTimeoutError) as error:
                self._drop_idle()  # o servidor mudou ou não responde: pelas outras também não
                if not left or isinstance(error, RedisTimeoutError):
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
        """Fecha todas, e não abre mais; quem espera por uma resposta ouve que a conexão caiu."""
        self._closed = True
        for wire in (*self._idle, *self._used):
            wire.fail(RedisConnectionError("closed"))
        self._idle.clear()

    async def _take(self) -> Wire:
        while self._idle:
            wire = self._idle.pop()
            if not wire.closed:
                break
        else:
            wire = await self._open()
        self._used.add(wire)
        return wire

    async def _open(self) -> Wire:
        self._refuse_if_closed()
        wire = await Wire.open(self._pool)
        try:
            self._refuse_if_closed()
        except RedisConnectionError:
            wire.close()
            raise
        if self._elected and wire.address != self._master:
            self._master = wire.address
            self._drop_idle()
        return wire

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise RedisConnectionError("closed")

    def _give_back(self, wire: Wire) -> None:
        self._used.discard(wire)
        if self._elected and wire.address != self._master:
            wire.close()  # falava com quem já não é o mestre
        if not wire.closed:
            self._idle.append(wire)

    def _drop_idle(self) -> None:
        for wire in self._idle:
            wire.close()
        self._idle.clear()
