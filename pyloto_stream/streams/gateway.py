"""Quem fala com o Redis? Só este módulo, com dois clientes de prazos e repetições escolhidos.

*Comandos*: apenas scripts idempotentes, reunidos: chamadas simultâneas viram uma ida ao servidor.
*Leitores*: bloqueiam, sem repetição automática (uma resposta perdida deixa entradas que só `history` mostra).
Falha de rede ou de servidor vira `UnavailableError`; quem chama decide se espera.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from redis.exceptions import NoScriptError, RedisError, ResponseError

from pyloto_stream.clock import Clock
from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.streams import keys
from pyloto_stream.streams.batch import Batcher, Call
from pyloto_stream.streams.clients import COMMAND_TIMEOUT_S, SCRIPT_ERROR, open_client, unavailable
from pyloto_stream.streams.scripts import Op, Script, pack

READ_MARGIN_S = 3.0
HISTORY_LIMIT = 1000
"""Entradas por partição numa resposta de `history`; o que passar disso espera quem o assuma."""


class Entry(NamedTuple):
    """Uma entrada de stream: partição, id e campos crus."""

    partition: int
    id: str
    fields: dict[bytes, bytes]

    @classmethod
    def of(cls, partition: int, row: Sequence[Any]) -> "Entry":
        """Entrada a partir de `[id, [campo, valor, ...]]`, como o servidor responde."""
        pairs = iter(row[1] or ())
        return cls(partition, row[0].decode(), dict(zip(pairs, pairs, strict=True)))


class Gateway:
    """Conexão de um processo com as `partitions` partições de `url` (`redis://`, `rediss://` ou `unix://`)."""

    def __init__(
        self, url: str, *, partitions: int, clock: Clock | None = None, block_ms: int = 2000
    ) -> None:
        self.partitions = partitions
        self.block_ms = block_ms
        self._clock = clock
        self._commands = open_client(url, COMMAND_TIMEOUT_S, 1)
        self._readers = open_client(url, block_ms / 1000 + READ_MARGIN_S, 0)
        self._bases = [keys.prefix(p, partitions) for p in range(partitions)]
        self._by_stream = {base.encode(): partition for partition, base in enumerate(self._bases)}
        self._batcher = Batcher(self._execute)

    async def open(self, stages: Sequence[str]) -> None:
        """Confere o número de partições gravado e cria os grupos de `stages`; idempotente.

        Raises:
            MisconfiguredError: a instalação tem outro número de partições.
            UnavailableError: o Redis não respondeu.
        """
        await self._settle_partitions(self.partitions)
        pairs = ((partition, stage) for partition in range(self.partitions) for stage in stages)
        await asyncio.gather(*(self.submit(Script.BOOT, p, {"s": stage}) for p, stage in pairs))

    async def join(self) -> None:
        """Como `open`, para quem só olha: confere o número de partições e não grava nada.

        Raises:
            MisconfiguredError: a instalação tem outro número de partições, ou ainda não existe neste Redis.
            UnavailableError: o Redis não respondeu.
        """
        await self._settle_partitions(0)

    async def _settle_partitions(self, number: int) -> None:
        meta = Call(Script.SETTLE_META, keys.META, b"", [pack({"n": number})])
        reply = (await self._execute([meta]))[0]
        if isinstance(reply, Exception):
            raise unavailable(reply) from reply
        if not reply[0]:
            raise MisconfiguredError("REDIS_URL: no deployment was started on this Redis yet")
        if reply[0] != self.partitions:
            raise MisconfiguredError(
                f"STREAM_PARTITIONS: this deployment was created with {reply[0]} partitions"
            )

    async def submit(self, script: Script, partition: int, op: Op, head: bytes = b"") -> Any:  # noqa: ANN401 — a resposta de cada script tem forma própria, descrita no arquivo Lua
        """Pede a transição `op` na partição e devolve a resposta dela.

        Raises:
            UnavailableError: Redis fora do ar ou recusando; nada garante que a operação não aconteceu, mas
                repeti-la é sempre seguro.
        """
        reply = await self._batcher.submit(script, self._bases[partition], head, op)
        if isinstance(reply, Exception):
            raise unavailable(reply) from reply
        return reply

    async def read(
        self, stage: str, consumer: str, partitions: Sequence[int], count: int, *, wait: bool = True
    ) -> list[Entry]:
        """Entradas novas de `stage`, até `count` por partição; `wait`: espera até `block_ms` por elas."""
        streams = [keys.stream(self._bases[p], stage) for p in partitions]
        block = ("BLOCK", self.block_ms) if wait else ()
        args = ("GROUP", keys.GROUP, consumer, "COUNT", count, *block, "STREAMS", *streams)
        try:
            reply = await self._readers.execute_command("XREADGROUP", *args, *([">"] * len(streams)))  # type: ignore[no-untyped-call] # redis-py
        except (RedisError, OSError) as error:
            raise unavailable(error) from error
        return [
            Entry.of(self._by_stream[name[: name.index(b"}") + 1]], row)
            for name, rows in reply or ()
            for row in rows
        ]

    async def history(self, stage: str, consumer: str) -> list[Entry]:
        """O que já foi entregue a `consumer` e segue pendente, em todas as partições; não conta entrega."""
        op = {"s": stage, "w": consumer, "limit": HISTORY_LIMIT}
        replies = await asyncio.gather(
            *(self.submit(Script.HISTORY, partition, op) for partition in range(self.partitions))
        )
        return [Entry.of(partition, row) for partition, rows in enumerate(replies) for row in rows]

    async def ready(self) -> bool:
        """O Redis responde e aceita comandos?"""
        try:
            return bool(await self._commands.ping())
        except (RedisError, OSError):
            return False

    async def info(self, section: str) -> dict[str, Any]:
        """`INFO` do servidor, para diagnóstico."""
        try:
            return dict(await self._commands.info(section))
        except (RedisError, OSError) as error:
            raise unavailable(error) from error

    async def close(self) -> None:
        """Fecha as conexões; o que estiver pendente no lote termina antes."""
        await self._batcher.close()
        await self._commands.aclose()
        await self._readers.aclose()

    async def _execute(self, calls: Sequence[Call]) -> list[Any]:
        replies = await self._pipeline(calls)
        missing = [n for n, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if missing:  # só os que faltavam: repetir as vizinhas trocaria as respostas delas
            for script in {calls[n].script for n in missing}:
                await self._commands.script_load(script.source)
            for n, reply in zip(missing, await self._pipeline([calls[n] for n in missing]), strict=True):
                replies[n] = reply
        return [
            await self._one_by_one(call) if _poisoned(call, reply) else reply
            for call, reply in zip(calls, replies, strict=True)
        ]

    async def _pipeline(self, calls: Sequence[Call]) -> list[Any]:
        now = str(self._clock() if self._clock else 0)
        pipe = self._commands.pipeline(transaction=False)
        for call in calls:
            pipe.evalsha(call.script.sha, 1, call.base, now, *call.argv())
        try:
            return list(await pipe.execute(raise_on_error=False))
        except (RedisError, OSError) as error:
            return [error] * len(calls)

    async def _one_by_one(self, call: Call) -> list[Any]:
        """Uma operação ruim não pode derrubar as vizinhas que dividiam a chamada com ela."""
        replies: list[Any] = []
        for op in call.ops:
            reply = (await self._pipeline([Call(call.script, call.base, call.head, [op])]))[0]
            replies.append(reply if isinstance(reply, Exception) else reply[0])
        return replies


def _poisoned(call: Call, reply: object) -> bool:
    if len(call.ops) == 1 or not isinstance(reply, ResponseError):
        return False
    return unavailable(reply).code in ("redis_error", SCRIPT_ERROR)
