"""F27: limpar nomes de consumidores enquanto outros assumem, voltam ou saem: nenhuma pendência se perde."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.entry import Entry
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.lease import decode
from pyloto_stream.streams.model import Item, Plan
from pyloto_stream.streams.scripts import Script
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row
from tests.faults.harness.run import Run
from tests.faults.harness.servers import cleared
from tests.support.commits import commit
from tests.support.look import found
from tests.support.servers import open_raw
from tests.support.streams import LANES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

STEPS, CONSUMERS, STAGE = 60, 4, "one"
STREAM = "*:stream:one"


class Table:
    """Uma fila, uma partição, e consumidores que agem ao acaso, um passo de cada vez."""

    def __init__(self, run: Run, gateway: Gateway, redis: Redis) -> None:
        self._rng = run.rng
        self._gateway = gateway
        self._redis = redis
        self._acceptor = Acceptor(gateway, list(LANES.values()), AcceptOptions())
        self._names = itertools.count(CONSUMERS)
        self.consumers = [f"c{n}" for n in range(CONSUMERS)]
        self.held: dict[str, dict[str, Entry]] = {name: {} for name in self.consumers}
        self.delivered: set[str] = set()
        """Entradas entregues a alguém e não terminadas."""
        self.accepted = self.done = self.fenced = self.removed = 0

    async def step(self) -> str:
        """Um passo; devolve o que se fez."""
        name = self._rng.choice(self.consumers)
        steps: list[Callable[[str], Awaitable[None]]] = [
            self.say, self.read, self.read, self.claim, self.refresh, self.beat, self.beat, self.leave,
            self.commit, self.release, self.die, self.history,
        ]  # fmt: skip
        chosen = self._rng.choice(steps)
        await chosen(name)
        return f"{chosen.__name__} {name}"

    async def say(self, _name: str) -> None:
        self.accepted += 1
        item = Item("turn", f"person-{self.accepted}", msgspec.json.encode("oi"))
        await self._acceptor.accept([item])

    async def read(self, name: str) -> None:
        count = self._rng.randint(1, 3)
        await self._take(name, await self._gateway.read(STAGE, name, [0], count, wait=False))

    async def claim(self, name: str) -> None:
        op = {"s": STAGE, "w": name, "idle": 0, "limit": self._rng.randint(1, 3), "dead": 99, "suspect": 99}
        rows = await self._gateway.submit(Script.CLAIM, 0, {**op, "alone": 1})
        await self._take(name, [Entry.of(0, row) for row in rows])

    async def history(self, name: str) -> None:
        await self._take(name, await self._gateway.history(STAGE, name, [0]))

    async def refresh(self, name: str) -> None:
        for entry_id in [*self.held[name]]:
            if not await self._gateway.submit(Script.REFRESH, 0, {"s": STAGE, "i": entry_id, "w": name}):
                self.held[name].pop(entry_id)

    async def beat(self, name: str) -> None:
        """Com 0 ms de ociosidade, qualquer outro sem nada pendente é tirado do grupo."""
        op = {"s": STAGE, "w": name, "ttl": 1000, "gone": 0, "v": "test", "st": "running"}
        self.removed += await self._gateway.submit(Script.BEAT, 0, op)

    async def leave(self, name: str) -> None:
        left = await self._gateway.submit(Script.LEAVE, 0, {"s": STAGE, "w": name})
        assert not (left and await self._pending(name))

    async def commit(self, name: str) -> None:
        for entry_id, entry in [*self.held[name].items()]:
            applied = await commit(self._gateway, decode(entry, STAGE, 0), Plan(), LANES, name)
            self.done, self.fenced = self.done + (applied == 1), self.fenced + (applied == 0)
            self.held[name].pop(entry_id)
            self.delivered.discard(entry_id)

    async def release(self, name: str) -> None:
        for entry_id in [*self.held[name]]:
            op = {"s": STAGE, "i": entry_id, "w": name}
            if await self._gateway.submit(Script.RELEASE, 0, op):
                self.delivered.discard(entry_id)
            self.held[name].pop(entry_id)

    async def die(self, name: str) -> None:
        """Cala-se com o que tem, ou parece: um nome novo aparece, e o velho talvez ainda fale (um zumbi)."""
        if self._rng.random() < 0.5 or len(self.consumers) > 2 * CONSUMERS:
            self.consumers.remove(name)
        self.consumers.append(fresh := f"c{next(self._names)}")
        self.held[fresh] = {}

    async def _take(self, name: str, entries: list[Entry]) -> None:
        self.held[name] |= {entry.id: entry for entry in entries}
        self.delivered |= {entry.id for entry in entries}

    async def _pending(self, name: str | None = None) -> set[str]:
        (key,) = await found(self._redis, STREAM)
        rows = await self._redis.xpending_range(key, "workers", "-", "+", 1000, name)
        return {str(row["message_id"]) for row in rows}

    async def wrong(self) -> set[str]:
        """Entregues, não terminadas e de ninguém: para sempre paradas; ou o contrário."""
        return self.delivered ^ await self._pending()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Gateway]:
    gateway = Gateway(url, partitions=1)
    try:
        await gateway.open([STAGE])
        yield gateway
    finally:
        await gateway.close()


@pytest.mark.timeout(300)
async def test_i7_no_clean_up_of_consumers_ever_drops_what_somebody_had(faults: Campaign) -> None:
    removed = 0

    async def trial(run: Run) -> tuple[Row, list[str]]:
        nonlocal removed
        url = await cleared(run)
        problems = list[str]()
        async with opened(url) as gateway, open_raw(url, decode_responses=True) as redis:
            table = Table(run, gateway, redis)
            for _ in range(STEPS):
                run.note(await table.step())
                if wrong := await table.wrong():
                    problems.append(f"pending and delivered differ by {wrong}")
                    break
            last = "c-last"
            table.held[last] = {}
            while not problems and table.done < table.accepted:  # o que restou ainda se termina
                before = table.done
                await table.read(last)
                await table.claim(last)
                await table.commit(last)
                if table.done == before and not await table._pending():
                    break
        removed += table.removed
        lost = table.accepted - table.done
        row = Row(runs=1, accepted=table.accepted, replies=table.done, lost=lost, fenced=table.fenced)
        return row, [*problems, f"lost {lost}"] if lost else problems

    row = await faults.each("F27", trial, quick=10, full=500)
    assert removed > 0 or not row.runs, "nobody was ever removed"
