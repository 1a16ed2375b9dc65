"""Por que caminho uma operação chega ao dono das suas chaves? Uma rota por dono: um lote por vez em cada uma.

Promete: rotas não esperam umas pelas outras; um redirecionamento definitivo é seguido, um provisório espera;
o que `DURABILITY` pede é confirmado antes da resposta. Limite: de uma falha de rede não se sabe se a
operação aconteceu, e por isso toda operação pode ser repetida.
"""

from collections.abc import Awaitable, Sequence
from typing import Any, Literal, TypeGuard

from redis.exceptions import MovedError, NoScriptError, RedisError, ResponseError

from pyloto_stream.clock import Clock
from pyloto_stream.streams.batch import Batcher, Call
from pyloto_stream.streams.clients import ELSEWHERE, SCRIPT_ERROR, NotDurableError, unavailable
from pyloto_stream.streams.scripts import Packed, Script
from pyloto_stream.streams.servers import Servers
from pyloto_stream.streams.wire import packed

Durability = Literal["memory", "fsync", "replica"]

HOPS = 3
"""Redirecionamentos seguidos por operação; mais que isso é um mapa que ainda muda."""
DURABLE = frozenset({Script.ACCEPT, Script.BEGIN_SEND})
"""O que se promete ao mundo: ter um evento, e estar prestes a enviar. O resto se refaz a partir disso."""
CONFIRM_MS = 2000
FENCE = "#!lua flags=allow-oom\nreturn redis.call('SET', KEYS[1] .. ':fence', 1)"
"""A confirmação só cobre o que a mesma conexão gravou, e uma repetição nada grava: por isso grava-se isto."""


class Route:
    """Caminho até quem tem as chaves de prefixo `base`; `alternating`: ver `batch.py`."""

    def __init__(
        self,
        servers: Servers,
        base: str,
        durability: Durability,
        clock: Clock | None = None,
        *,
        alternating: bool = False,
    ) -> None:
        self._servers = servers
        self._base = base
        self._clock = clock
        self._confirm = _confirmation(durability)
        self._rest = Batcher(self.execute, alternating=alternating)
        self._promises = Batcher(self.execute, alternating=alternating)

    def confirm_without(self) -> None:
        """O servidor grava em disco a cada escrita: não há o que perguntar."""
        self._confirm = ()

    def submit(self, script: Script, base: str, head: bytes, ops: list[Packed]) -> Awaitable[list[Any]]:
        """Resposta de cada operação, ou a exceção; quem espera confirmação não atrasa o resto."""
        batcher = self._promises if self._confirm and script in DURABLE else self._rest
        return batcher.submit(script, base, head, ops)

    async def close(self) -> None:
        """Espera o que já partiu."""
        await self._promises.close()
        await self._rest.close()

    async def execute(self, calls: Sequence[Call]) -> list[Any]:
        """Uma resposta por chamada; a falha de uma é o valor dela."""
        replies = await self._follow(calls)
        missing = [n for n, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if missing:  # só os que faltavam: repetir as vizinhas trocaria as respostas delas
            for script in {calls[n].script for n in missing}:
                await self._servers.commands(self._base).redis.script_load(script.source)
            for n, reply in zip(missing, await self._follow([calls[n] for n in missing]), strict=True):
                replies[n] = reply
        return [
            await self._apart(call, reply) if _faulty(reply) else reply
            for call, reply in zip(calls, replies, strict=True)
        ]

    async def read(self, *args: Any) -> Any:  # noqa: ANN401 — comando e resposta crus, ver Gateway.read
        """Um comando bloqueante do cliente de leituras."""
        hops = HOPS
        while True:
            try:
                return await self._servers.readers(self._base).wires.ask_one(packed(*args))
            except (RedisError, OSError) as error:
                moved = error if isinstance(error, MovedError) else None
                if moved or _lost_touch(error):
                    await self._servers.moved(moved)
                # nem o redirecionado nem o desbloqueado (a fila sumiu ou mudou de lugar) foi executado
                again = moved or str(error).startswith("UNBLOCKED")
                hops -= 1
                if not again or not hops:
                    raise

    async def _follow(self, calls: Sequence[Call]) -> list[Any]:
        replies = await self._pipeline(calls)
        for _ in range(HOPS):
            moved = [n for n, reply in enumerate(replies) if isinstance(reply, MovedError)]
            if not moved:
                break
            await self._servers.moved(replies[moved[0]])
            for n, reply in zip(moved, await self._pipeline([calls[n] for n in moved]), strict=True):
                replies[n] = reply
        if any(_lost_touch(reply) for reply in replies):
            await self._servers.moved(None)
        return replies

    async def _pipeline(self, calls: Sequence[Call]) -> list[Any]:
        now = str(self._clock() if self._clock else 0)
        asked: list[tuple[Any, ...]] = [call.command(now) for call in calls]
        promised = [n for n, call in enumerate(calls) if call.script in DURABLE] if self._confirm else ()
        if promised:
            asked += [("EVAL", FENCE, 1, self._base), self._confirm]
        data = b"".join(packed(*command) for command in asked)
        try:
            replies = await self._servers.commands(self._base).wires.ask(data, len(asked))
        except (RedisError, OSError) as error:
            return [error] * len(calls)
        if promised and not _confirmed(*replies[len(calls) :]):
            for n in promised:
                if not isinstance(replies[n], Exception):
                    replies[n] = NotDurableError("not confirmed in time")
        return replies[: len(calls)]

    async def _apart(self, call: Call, reply: ResponseError) -> Any:  # noqa: ANN401 — como em `execute`
        """O que falha numa partição não é das outras; nem, nela, de quem dividia a chamada com o ruim."""
        if len(call.parts) > 1:
            shares = [{base: ops} for base, ops in call.parts.items()]
        elif call.size > 1 and unavailable(reply).code == SCRIPT_ERROR:
            shares = [{base: [op]} for base, ops in call.parts.items() for op in ops]
        else:  # está só, ou o servidor recusa, e a recusa vale para todas
            return reply
        calls = [Call(call.script, call.head, share) for share in shares]
        told: list[Any] = []
        for part, heard in zip(calls, await self._pipeline(calls), strict=True):
            found = await self._apart(part, heard) if _faulty(heard) else heard
            told += found if isinstance(found, list) else [found] * part.size
        return told


def _confirmation(durability: Durability) -> tuple[object, ...]:
    match durability:
        case "fsync":
            return ("WAITAOF", 1, 0, CONFIRM_MS)
        case "replica":
            return ("WAIT", 1, CONFIRM_MS)
        case "memory":
            return ()


def _confirmed(fence: object, reply: object) -> bool:
    """`WAITAOF` responde `[discos daqui, réplicas]`; `WAIT`, réplicas."""
    number = reply[0] if isinstance(reply, list) else reply
    return not isinstance(fence, Exception) and isinstance(number, int) and number >= 1


def _lost_touch(reply: object) -> bool:
    """A resposta sugere que o dono das chaves mudou ou sumiu?"""
    if isinstance(reply, ELSEWHERE):
        return True
    return isinstance(reply, RedisError | OSError) and not isinstance(reply, ResponseError | NotDurableError)


def _faulty(reply: object) -> TypeGuard[ResponseError]:
    """O servidor entendeu e não fez? O que é de outro servidor não conta."""
    return isinstance(reply, ResponseError) and not isinstance(reply, ELSEWHERE)
