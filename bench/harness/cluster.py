"""Como medir com vários mestres? Um Redis Cluster em laço local, feito sem ferramenta; ou um servidor só.

Limite: sem réplicas. Quem mede não derruba mestres.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from redis.asyncio import Redis

from bench.harness.servers import Server, free_port, redis_server

SLOTS = 16384
AGREE_S = 20.0


class Masters:
    """Os servidores que guardam tudo, atrás de um endereço."""

    def __init__(self, url: str, nodes: Sequence[Server]) -> None:
        self.url = url
        self._nodes = nodes

    async def cpu_s(self) -> float:
        """Segundos de processador gastos até agora, em todos."""
        return sum(await asyncio.gather(*(node.cpu_s() for node in self._nodes)))


@asynccontextmanager
async def redis_masters(count: int) -> AsyncIterator[Masters]:
    """`count` mestres novos e vazios: um é um servidor comum; mais, um cluster.

    Raises:
        RuntimeError: um servidor não subiu.
        TimeoutError: os nós não se entenderam em `AGREE_S` segundos.
    """
    async with AsyncExitStack() as stack:
        if count == 1:
            only = await stack.enter_async_context(redis_server())
            yield Masters(only.url, [only])
            return
        buses = [free_port() for _ in range(count)]
        nodes = [
            await stack.enter_async_context(
                redis_server(options=("--cluster-enabled", "yes", "--cluster-port", str(bus)))
            )
            for bus in buses
        ]
        async with asyncio.timeout(AGREE_S):
            await _joined(nodes, buses)
        addresses = ",".join(f"127.0.0.1:{node.port}" for node in nodes)
        yield Masters(f"redis+cluster://{addresses}", nodes)


async def _joined(nodes: Sequence[Server], buses: Sequence[int]) -> None:
    """Reparte os slots por igual, apresenta os nós e espera que todos concordem."""
    for number, node in enumerate(nodes):
        low, high = (SLOTS * n // len(nodes) for n in (number, number + 1))
        await _run(node, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        await _run(node, "CLUSTER", "ADDSLOTSRANGE", low, high - 1)
    for node in nodes[1:]:
        await _run(node, "CLUSTER", "MEET", "127.0.0.1", nodes[0].port, buses[0])
    for node in nodes:
        while not await _agrees(node, len(nodes)):  # noqa: ASYNC110 — quem muda é outro processo
            await asyncio.sleep(0.02)


async def _agrees(node: Server, count: int) -> bool:
    told = str(await _run(node, "CLUSTER", "INFO")).split()
    return {"cluster_state:ok", f"cluster_known_nodes:{count}"} <= set(told)


async def _run(node: Server, *command: str | int) -> object:
    async with Redis.from_url(node.url, decode_responses=True) as client:
        return await client.execute_command(*command)  # type: ignore[no-untyped-call] # redis-py
