"""O custo de um evento cresce com a fila? Um Redis por tamanho, todos de pé, e rodadas por todos.

Cada Redis guarda tantas conversas como a fila maior tem, na fila ou paradas: senão comparar-se-ia também o
que cabe na memória rápida do processador com o que não cabe.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from bench.harness import children
from bench.harness.rounds import Sample, interleaved
from bench.harness.servers import Server, redis_server
from bench.scale.cycle import CHUNK, CYCLES, MARGIN

FULL, QUICK = (1_000, 10_000, 100_000, 1_000_000), (1_000, 10_000)
FILLERS, ALONE = 2, 20_000
"""Processos que enchem uma fila, e até quantos eventos basta um."""
FILL_S = 600.0


async def costs(sizes: Sequence[int], rounds: int, *, warm_up: bool) -> dict[int, list[Sample]]:
    """Por tamanho de fila, o custo de pôr e de tirar um evento em cada rodada; `warm_up`: ver `interleaved`.

    Raises:
        ChildError: um processo falhou.
    """
    async with AsyncExitStack() as stack:
        standing = {size: await stack.enter_async_context(_standing(size, max(sizes))) for size in sizes}
        named = {
            str(size): partial(_cost, server, size, itertools.count(size, CHUNK * CYCLES))
            for size, server in standing.items()
        }
        found = await interleaved(named, rounds, warm_up=warm_up)
    return {int(size): samples for size, samples in found.items()}


@asynccontextmanager
async def _standing(size: int, people: int) -> AsyncIterator[Server]:
    """Um Redis com `size` eventos à espera, cada um de uma conversa; de `people`, as outras estão paradas."""
    async with redis_server() as server:
        fillers = FILLERS if size > ALONE else 1
        if size < people:
            await children.run("bench.scale.cycle", "idle", server.url, "0", str(people - size))
        marks = [size * n // fillers for n in range(fillers + 1)]
        await asyncio.gather(
            *(
                children.run("bench.scale.cycle", "fill", server.url, str(first), str(last), timeout_s=FILL_S)
                for first, last in itertools.pairwise(marks)
            )
        )
        yield server


async def _cost(server: Server, size: int, following: "itertools.count[int]") -> Sample:
    told = await children.run(
        "bench.scale.cycle", "cycle", server.url, str(size + MARGIN), str(next(following))
    )
    used = await server.info("memory")
    return {**told, "redis_mb": float(used["used_memory"]) / (1 << 20)}
