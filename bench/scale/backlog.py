"""O custo de um evento cresce com a fila? Um Redis por tamanho, todos de pé, e janelas curtas por todos.

Em cada rodada são outros Redis: dois iguais, na mesma máquina e hora, diferem em alguns por cento enquanto
vivem.

Cada Redis guarda as mesmas conversas, na fila ou paradas, e entre pôr um evento e o tirar trabalham os outros
tamanhos: senão comparar-se-ia também o que cabe na memória rápida do processador com o que não cabe. As
janelas giram pelos tamanhos, no mesmo processo: o ruído pega todos. Limite: o que esperou mais está mais
frio; uma fila de mil ainda leva nisso alguma vantagem, que não cresce com a fila.

As conversas da fila maior, com as paradas, ficam abaixo de 2²⁰: acima, o Redis estaria a mudar a tabela das
chaves para o dobro, por vários segundos, enquanto se mede.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from redis.asyncio import Redis

from bench.harness import children
from bench.harness.rounds import Contender, Sample, standing
from bench.harness.servers import Server, redis_server
from bench.scale.cycle import MOST, Queue
from bench.scale.stages import SHORT, opened

FULL, QUICK = (1_000, 10_000, 100_000, 1_000_000), (1_000, 10_000)
FILLERS, ALONE = 2, 20_000
"""Processos que enchem uma fila, e até quantos eventos basta um."""
FILL_S = 600.0


async def costs(sizes: Sequence[int], rounds: int, windows: int, *, warm_up: bool) -> dict[int, list[Sample]]:
    """Por tamanho de fila, o custo de pôr e de tirar um evento em cada janela; ver `standing`.

    Raises:
        ChildError: um processo falhou.
    """
    people = max(sizes) + MOST * (windows + warm_up)
    found = await standing(partial(_queues, sizes, people), rounds, windows, warm_up=warm_up)
    return {int(size): samples for size, samples in found.items()}


@asynccontextmanager
async def _queues(sizes: Sequence[int], people: int) -> AsyncIterator[Mapping[str, Contender]]:
    """Uma fila de cada tamanho, cada uma no seu Redis."""
    async with AsyncExitStack() as stack:
        queues = dict[str, Contender]()
        for size in sizes:
            server = await stack.enter_async_context(_filled(size, people))
            gateway = await stack.enter_async_context(opened(server.url, SHORT))
            redis = await stack.enter_async_context(Redis.from_url(server.url))
            queues[str(size)] = Queue(gateway, redis, size).window
        yield queues


@asynccontextmanager
async def _filled(size: int, people: int) -> AsyncIterator[Server]:
    """Um Redis com `size` eventos à espera, cada um de uma conversa; de `people`, as outras estão paradas."""
    async with redis_server() as server:
        fillers = FILLERS if size > ALONE else 1
        marks = [size * n // fillers for n in range(fillers + 1)]
        parts = [("fill", *pair) for pair in itertools.pairwise(marks)]
        parts.append(("idle", size, people))
        await asyncio.gather(
            *(
                children.run("bench.scale.cycle", role, server.url, str(first), str(last), timeout_s=FILL_S)
                for role, first, last in parts
            )
        )
        yield server
