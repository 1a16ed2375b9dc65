"""Um Redis Cluster em laço local: nasce sem ferramenta alguma, perde mestres e muda slots de lugar.

As mudanças de slot são as de sempre (`IMPORTING`/`MIGRATING`, `MIGRATE`, `NODE`), passo a passo, para que um
teste pare no meio. Sem `REPLACE`: uma chave que já exista no destino é um defeito, e aparece como erro.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import cast

from redis.exceptions import RedisError

from tests.support.emulator import free_port
from tests.support.redis_process import RedisProcess

SLOTS = 16384
NODE_TIMEOUT_MS = 1000
PATIENCE_S = 30.0
BATCH = 50
"""Chaves por `MIGRATE`."""


class Node(RedisProcess):
    """Um nó; `number` é a ordem de nascimento."""

    def __init__(self, binary: Path, folder: Path, number: int, *options: str) -> None:
        self.number = number
        self.bus = free_port()
        self.id = ""
        super().__init__(
            binary, folder, "--appendfsync", "everysec", "--repl-diskless-sync-delay", "0",
            "--cluster-enabled", "yes", "--cluster-port", str(self.bus),
            "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", str(NODE_TIMEOUT_MS),
            "--cluster-require-full-coverage", "no", *options,
        )  # fmt: skip

    async def fields(self, *command: str) -> dict[str, str]:
        """Resposta de `CLUSTER INFO` ou de uma seção de `INFO`, campo por campo."""
        reply = await self.run(*command)
        if isinstance(reply, dict):
            return {str(key): str(value) for key, value in reply.items()}
        return dict(line.split(":", 1) for line in str(reply).split() if ":" in line)


class Cluster:
    """`masters` mestres, cada um com `replicas` réplicas; `options` vão para todo nó."""

    def __init__(
        self, binary: Path, folder: Path, *options: str, masters: int = 3, replicas: int = 1
    ) -> None:
        self._binary = binary
        count = masters * (1 + replicas)
        self.nodes = [Node(binary, folder / f"node-{n}", n, *options) for n in range(count)]
        self._first, self._others = self.nodes[:masters], self.nodes[masters:]
        seeds = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes[:2])
        self.url = f"redis+cluster://{seeds}"

    async def start(self) -> None:
        """Inicia os nós, reparte os slots e espera que todos concordem e toda réplica acompanhe."""
        await asyncio.gather(*(node.start() for node in self.nodes))
        for epoch, node in enumerate(self.nodes, start=1):
            node.id = str(await node.run("CLUSTER", "MYID"))
            await node.run("CLUSTER", "SET-CONFIG-EPOCH", epoch)
        for number, node in enumerate(self._first):
            low, high = (SLOTS * n // len(self._first) for n in (number, number + 1))
            await node.run("CLUSTER", "ADDSLOTSRANGE", low, high - 1)
        for node in self.nodes[1:]:
            await node.run("CLUSTER", "MEET", "127.0.0.1", self.nodes[0].port, self.nodes[0].bus)
        await self._every(self.nodes, self._knows_all)
        for number, node in enumerate(self._others):
            await node.run("CLUSTER", "REPLICATE", self._first[number % len(self._first)].id)
        await self.healthy()

    async def stop(self) -> None:
        """SIGKILL: ninguém volta a ler estes dados, e um mestre esperaria pelas réplicas para sair."""
        await asyncio.gather(*(node.kill() for node in self.nodes if node.alive))

    async def healthy(self) -> None:
        """Espera até que os nós vivos se entendam e toda réplica viva acompanhe o seu mestre."""
        alive = [node for node in self.nodes if node.alive]
        await self._every(alive, self._agrees)
        await self._every(alive, self._follows)

    async def heal(self) -> None:
        """Traz de volta os nós mortos."""
        dead = [node for node in self.nodes if not node.alive]
        await asyncio.gather(*(node.start() for node in dead))
        if dead:
            await self.healthy()

    async def flushall(self) -> None:
        for node in await self.owners():
            await node.run("FLUSHALL")

    async def owners(self) -> list[Node]:
        """Os mestres de algum slot."""
        return list(dict.fromkeys([node for _, _, node in await self._ranges()]))

    async def owner(self, slot: int) -> Node:
        """O mestre do slot, segundo quem o diz ser; durante uma troca, espera que alguém o diga."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for low, high, node in await self._ranges():
                    if low <= slot <= high:
                        return node

    async def kill(self, slot: int) -> Node:
        """Mata sem aviso o mestre do slot; `start` do nó devolvido o traz de volta, como réplica."""
        node = await self.owner(slot)
        await node.kill()
        return node

    async def move_slot(self, slot: int, to: Node) -> None:
        """Muda um slot de lugar, do começo ao fim."""
        move = Move(self, slot, await self.owner(slot), to)
        await move.begin()
        while await move.some_keys():
            pass
        await move.finish()

    async def move_slot_at_once(self, slot: int, to: Node) -> None:
        """O mesmo, com a mudança atômica do Valkey 9: ninguém vê o meio."""
        source = await self.owner(slot)
        await source.run("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", to.id)
        async with asyncio.timeout(PATIENCE_S):
            while await self.owner(slot) is not to:  # noqa: ASYNC110 — quem muda é outro processo
                await asyncio.sleep(0.02)

    async def _ranges(self) -> list[tuple[int, int, Node]]:
        """Faixas de slots e os seus mestres, pela boca de cada mestre vivo."""
        found = []
        for node in self.nodes:
            if not node.alive:
                continue
            for row in cast("list[list[object]]", await node.run("CLUSTER", "SLOTS")):
                low, high, master = cast("tuple[int, int, list[object]]", tuple(row[:3]))
                if master[2] == node.id:
                    found.append((low, high, node))
        return found

    async def _knows_all(self, node: Node) -> bool:
        about = await node.fields("CLUSTER", "INFO")
        return about["cluster_known_nodes"] == str(len(self.nodes))

    async def _agrees(self, node: Node) -> bool:
        about = await node.fields("CLUSTER", "INFO")
        return about["cluster_state"] == "ok" and about["cluster_slots_assigned"] == str(SLOTS)

    async def _follows(self, node: Node) -> bool:
        about = await node.fields("INFO", "replication")
        return about["role"] == "master" or about["master_link_status"] == "up"

    @staticmethod
    async def _every(nodes: Sequence[Node], good: Callable[[Node], Awaitable[bool]]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            for node in nodes:
                while not await _holds(good, node):  # noqa: ASYNC110 — quem muda é outro processo
                    await asyncio.sleep(0.02)


class Move:
    """A mudança de um slot de `source` para `target`, passo a passo."""

    def __init__(self, cluster: Cluster, slot: int, source: Node, target: Node) -> None:
        self._cluster = cluster
        self._slot = slot
        self.source = source
        self.target = target

    async def begin(self) -> None:
        """Os dois lados sabem; nenhuma chave mudou ainda."""
        await self.target.run("CLUSTER", "SETSLOT", self._slot, "IMPORTING", self.source.id)
        await self.source.run("CLUSTER", "SETSLOT", self._slot, "MIGRATING", self.target.id)

    async def some_keys(self, count: int = BATCH) -> int:
        """Muda até `count` chaves e diz quantas mudou."""
        found = await self.source.run("CLUSTER", "GETKEYSINSLOT", self._slot, count)
        keys = cast("list[str]", found)
        if keys:
            where = ("127.0.0.1", self.target.port, "", 0, 5000)
            await self.source.run("MIGRATE", *where, "KEYS", *keys)
        return len(keys)

    async def finish(self) -> None:
        """O destino assume; todos ficam sabendo."""
        masters = await self._cluster.owners()
        first = [self.target, self.source]
        for node in [*first, *(node for node in masters if node not in first)]:
            await node.run("CLUSTER", "SETSLOT", self._slot, "NODE", self.target.id)


async def _holds(good: Callable[[Node], Awaitable[bool]], node: Node) -> bool:
    try:
        return await good(node)
    except RedisError:
        return False
