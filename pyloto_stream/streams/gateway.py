"""Quem fala com o Redis? Só este módulo, com dois clientes por servidor, de prazos e repetições escolhidos.

*Comandos*: apenas scripts idempotentes, reunidos: chamadas simultâneas viram uma ida a cada servidor.
*Leitores*: bloqueiam, sem repetição automática (uma resposta perdida deixa entradas que só `history` mostra).
Falha de rede ou de servidor vira `UnavailableError`; quem chama decide se espera.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from typing import Any

from redis.exceptions import RedisError

from pyloto_stream.clock import Clock
from pyloto_stream.streams import keys
from pyloto_stream.streams.clients import describe, scan, unavailable
from pyloto_stream.streams.entry import Entry
from pyloto_stream.streams.route import Durability, Route
from pyloto_stream.streams.scripts import Op, Packed, Script, pack
from pyloto_stream.streams.servers import open_servers
from pyloto_stream.streams.settle_meta import settle_partitions

READ_MARGIN_S = 3.0
HISTORY_LIMIT = 1000
"""Entradas por partição numa resposta de `history`; o que passar disso espera quem o assuma."""


class Gateway:
    """Conexão de um processo com as `partitions` partições da instalação de `url`.

    `url`: `redis(s)://`, `unix://`, `redis(s)+sentinel://` ou `redis(s)+cluster://`; ver `servers.py`.
    `durability`: o que um aceite espera antes de ser dado como feito; ver `route.py`. `alternating`: ver
    `batch.py`.
    """

    def __init__(
        self,
        url: str,
        *,
        partitions: int,
        clock: Clock | None = None,
        block_ms: int = 2000,
        durability: Durability = "memory",
        alternating: bool = False,
    ) -> None:
        self.partitions = partitions
        self.block_ms = block_ms
        self.durability = durability
        self._servers = open_servers(url, block_ms / 1000 + READ_MARGIN_S)
        self._bases = [keys.prefix(p, partitions) for p in range(partitions)]
        self._by_stream = {base.encode(): partition for partition, base in enumerate(self._bases)}
        every = range(partitions)
        self.routes: tuple[tuple[int, ...], ...] = (
            tuple((p,) for p in every) if self._servers.clustered else (tuple(every),)
        )
        """Partições por caminho: o que se lê e se grava junto."""
        made = [
            Route(self._servers, self._bases[route[0]], durability, clock, alternating=alternating)
            for route in self.routes
        ]
        self._made = made
        self._paths = {p: path for path, route in zip(made, self.routes, strict=True) for p in route}
        self._meta = Route(self._servers, keys.META, "memory", clock) if self._servers.clustered else made[0]

    @property
    def one_server(self) -> bool:
        """Um servidor tem todas as partições? Então um script pode tocar em chaves de várias."""
        return len(self.routes) == 1

    async def open(self, stages: Sequence[str]) -> None:
        """Confere o número de partições gravado e cria os grupos de `stages`; idempotente.

        Raises:
            MisconfiguredError: a instalação tem outro número de partições.
            UnavailableError: o Redis não respondeu.
        """
        await self._servers.open()
        await settle_partitions(self._meta, self.partitions, create=True)
        await self.boot(stages)

    async def boot(self, stages: Sequence[str]) -> None:
        """Cria os grupos de `stages` que faltarem, desde o início de cada fila; idempotente.

        Raises:
            UnavailableError: o Redis não respondeu.
        """
        pairs = ((partition, stage) for partition in range(self.partitions) for stage in stages)
        await asyncio.gather(*(self.submit(Script.BOOT, p, {"s": stage}) for p, stage in pairs))

    async def join(self) -> None:
        """Como `open`, para quem só olha: confere o número de partições e não grava nada.

        Raises:
            MisconfiguredError: a instalação tem outro número de partições, ou ainda não existe neste Redis.
            UnavailableError: o Redis não respondeu.
        """
        await self._servers.open()
        await settle_partitions(self._meta, self.partitions, create=False)

    async def submit(self, script: Script, partition: int, op: Op | Packed, head: bytes = b"") -> Any:  # noqa: ANN401 — a resposta de cada script tem forma própria, descrita no arquivo Lua
        """Pede a transição `op` na partição e devolve a resposta dela.

        Raises:
            UnavailableError: Redis fora do ar ou recusando; nada garante que a operação não aconteceu, mas
                repeti-la é sempre seguro.
            ValueError, OverflowError, TypeError: `op` não se escreve em msgpack.
        """
        packed = op if isinstance(op, list) else pack(op)
        (reply,) = await self.send(script, partition, [packed], head)
        if isinstance(reply, Exception):
            raise unavailable(reply) from reply
        return reply

    def send(
        self, script: Script, partition: int, ops: list[Packed], head: bytes = b""
    ) -> Awaitable[list[Any]]:
        """Como `submit`, já pedido: de cada operação pronta, a resposta ou a exceção que a impediu, crua."""
        return self._paths[partition].submit(script, self._bases[partition], head, ops)

    async def read(
        self, stage: str, consumer: str, partitions: Sequence[int], count: int, *, wait: bool = True
    ) -> list[Entry]:
        """Entradas novas de `stage`, até `count` por partição; `wait`: espera até `block_ms` por elas.

        Todas as `partitions` têm de ser de uma mesma rota.
        """
        streams = [keys.stream(self._bases[p], stage) for p in partitions]
        block = ("BLOCK", self.block_ms) if wait else ()
        args = ("GROUP", keys.GROUP, consumer, "COUNT", count, *block, "STREAMS", *streams)
        path = self._paths[partitions[0]]
        try:
            reply = await path.read("XREADGROUP", *args, *([">"] * len(streams)))
        except (RedisError, OSError) as error:
            raise unavailable(error) from error
        found = ((self._place(name)[0], rows) for name, rows in reply or ())
        return [Entry.of(partition, row) for partition, rows in found for row in rows]

    async def history(
        self,
        stage: str,
        consumer: str,
        partitions: Sequence[int] | None = None,
        skip: Iterable[Sequence[Any]] = (),
    ) -> list[Entry]:
        """O que já foi entregue a `consumer` e segue pendente, em `partitions` (todas); não conta entrega.

        `skip`: pares `(partição, id)` que não interessam.
        """
        asked = range(self.partitions) if partitions is None else partitions
        known: dict[int, list[str]] = {partition: [] for partition in asked}
        for partition, entry_id in skip:
            known[partition].append(entry_id)
        op = {"s": stage, "w": consumer, "limit": HISTORY_LIMIT}
        told = (self.submit(Script.HISTORY, p, {**op, "x": known[p]}) for p in asked)
        replies = await asyncio.gather(*told)
        return [Entry.of(p, row) for p, rows in zip(asked, replies, strict=True) for row in rows]

    async def scan(self, pattern: str, count: int) -> AsyncIterator[list[tuple[int, bytes]]]:
        """Chaves de nome `<partição>:pattern`, página por página: (partição, o resto do nome)."""
        await self._servers.open()
        for client in self._servers.masters():
            async for names in scan(client.redis, f"{keys.ROOT}:{{*}}:{pattern}", count):
                yield [self._place(name) for name in names if name[: name.find(b"}") + 1] in self._by_stream]

    def _place(self, name: bytes) -> tuple[int, bytes]:
        base = name[: name.index(b"}") + 1]
        return self._by_stream[base], name[len(base) + 1 :]

    async def ready(self) -> bool:
        """O Redis responde e aceita comandos?"""
        try:
            answers = await asyncio.gather(*(client.redis.ping() for client in self._servers.masters()))
        except (RedisError, OSError):
            return False
        return all(answers)

    async def describe(self) -> list[dict[str, Any]]:
        """O que diz de si cada servidor que aceita gravações; ver `clients.describe`.

        Raises:
            MisconfiguredError: o endereço é de um cluster e o servidor não, ou o contrário.
            UnavailableError: um servidor não respondeu.
        """
        await self._servers.open()
        try:
            return await asyncio.gather(*(describe(client.redis) for client in self._servers.masters()))
        except (RedisError, OSError) as error:
            raise unavailable(error) from error

    def confirm_without(self) -> None:
        """Os servidores gravam em disco a cada escrita: nenhuma rota precisa perguntar."""
        for path in self._made:
            path.confirm_without()

    async def close(self) -> None:
        """Fecha as conexões; o que estiver pendente no lote termina antes."""
        for path in self._made:
            await path.close()
        await self._servers.close()
