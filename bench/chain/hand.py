"""O que escreveria à mão quem sabe Redis? Um lote lido por vez, e uma transação com o que dele segue.

É a régua: redis-py com hiredis, uvloop, `XREADGROUP COUNT 100`, e por lote um MULTI com os XADD e um XACK.
Sem ordem por conversa, sem retomada de quem morreu, sem cerca nem métricas.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvloop
from redis.asyncio import Redis

from bench.chain.roles import Send, Tally, dismiss, due_of, main

STAGES = ("a", "b", "c")
Rows = list[tuple[bytes, dict[Any, Any]]]
"""Identificador e campos de cada entrada, como o cliente os dá."""
GROUP, COUNT, BLOCK_MS, SENDING = "g", 100, 1000, 5000


class Hand:
    """O laço escrito à mão, no Redis de `url`."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def fill(self, bodies: Sequence[bytes]) -> None:
        """Põe `bodies` na primeira fila, num envio só."""
        async with Redis.from_url(self._url) as client, client.pipeline(transaction=False) as lot:
            for number, event in enumerate(bodies):
                lot.xadd(STAGES[0], {"c": f"c{number}", "e": event})
            await lot.execute()

    @asynccontextmanager
    async def working(self, tally: Tally) -> AsyncIterator[None]:
        """Um laço e uma conexão por etapa."""
        async with Redis.from_url(self._url) as client:
            for stage in STAGES:
                await client.xgroup_create(stage, GROUP, id="0", mkstream=True)
        onward = zip(STAGES, (*STAGES[1:], None), strict=True)
        tally.begin()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._stage(stage, after, tally)) for stage, after in onward]
            try:
                yield
            finally:
                await dismiss(tasks)

    async def _stage(self, stage: str, after: str | None, tally: Tally) -> None:
        async with Redis.from_url(self._url) as client:
            while True:
                got: Any = await client.xreadgroup(GROUP, "w", {stage: ">"}, count=COUNT, block=BLOCK_MS)
                if not got:
                    continue
                rows: Rows = got[0][1]
                async with client.pipeline(transaction=True) as lot:
                    if after is not None:
                        for _, fields in rows:
                            lot.xadd(after, fields)
                    lot.xack(stage, GROUP, *(entry for entry, _ in rows))
                    await lot.execute()
                if after is None:
                    tally.arrived([due_of(fields[b"e"]) for _, fields in rows])

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Send]:
        """Um XADD por evento; numa máquina ocupada esperam muitos, cada um na sua conexão."""
        async with Redis.from_url(self._url, max_connections=SENDING) as client:
            yield lambda number, event: client.xadd(STAGES[0], {"c": f"c{number}", "e": event})


if __name__ == "__main__":
    main(uvloop.run, Hand(sys.argv[1]))
