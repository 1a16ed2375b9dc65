"""O que faz o nosso executor com o mesmo trabalho? O de produção, com todas as garantias ligadas.

Ordem por conversa, deduplicação na entrada, cerca do primeiro commit, estado gravado, arrendamento renovado,
batimento e métricas de verdade. Cada evento é de uma conversa sua: nenhum se junta a outro. `chained`: como
um processo de produção com as três etapas, em que uma pura segue a outra sem passar pelo Redis; `apart`: cada
passagem vai ao Redis, como entre processos.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import uvloop

from bench.chain.roles import Send, Tally, due_of, main
from consumers.telemetry import StageTelemetry
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.startup import settle_memory
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.chain import Chain
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Item, Lane, Plan, Turn
from pyloto_stream.streams.quarantine import Quarantine
from pyloto_stream.streams.stage import StageSpec, WorkerOptions
from pyloto_stream.streams.worker import Mates, Worker

LANE = Lane("turn", ("a", "b", "c"))
LANES = {LANE.name: LANE}
CONCURRENCY = 100
"""O mesmo lote do laço escrito à mão."""
PARTITIONS = 8
"""O número que a configuração traz."""
BACKLOG = 10_000_000


class Ours:
    """O executor, no Redis de `url`."""

    def __init__(self, url: str, *, chained: bool) -> None:
        self._url = url
        self._chained = chained
        self._filled = 0

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Gateway]:
        gateway = Gateway(self._url, partitions=PARTITIONS)
        try:
            await gateway.open(LANE.stages)
            yield gateway
        finally:
            await gateway.close()

    async def fill(self, bodies: Sequence[bytes]) -> None:
        """Oferece `bodies` pela porta de entrada."""
        async with self._open() as gateway:
            items = [_item(self._filled + number, event) for number, event in enumerate(bodies)]
            await _acceptor(gateway).accept(items)
        self._filled += len(bodies)

    @asynccontextmanager
    async def working(self, tally: Tally) -> AsyncIterator[None]:
        """As três etapas num processo, como em produção; a primeira grava estado."""

        def last(turn: Turn) -> Plan:
            tally.arrived((due_of(turn.events),))
            return Plan()

        handlers = {
            "a": lambda _turn: Plan(to="b", payload=b'{"a":1}', state=b'{"n":1}'),  # o evento vai no token
            "b": lambda turn: Plan(to="c", payload=turn.payload),
            "c": last,
        }
        telemetry, options = StageTelemetry(Metrics()), WorkerOptions(concurrency=CONCURRENCY)
        quarantine, chain = Quarantine(), Chain()
        async with self._open() as gateway:
            workers = []
            for stage, handler in handlers.items():
                mates = Mates(quarantine, chain if self._chained else Chain())
                spec = StageSpec(stage, handler)
                workers.append(Worker(gateway, LANES, spec, "w1", options, telemetry, mates=mates))
            stop = asyncio.Event()
            settle_memory()  # como o processo de um trabalhador
            tally.begin()
            async with asyncio.TaskGroup() as group:
                for worker in workers:
                    group.create_task(worker.run(stop))
                try:
                    yield
                finally:
                    stop.set()

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Send]:
        """Cada evento, sozinho, pela porta de entrada."""
        async with self._open() as gateway:
            acceptor = _acceptor(gateway)
            yield lambda number, event: acceptor.accept([_item(number, event)])


def _acceptor(gateway: Gateway) -> Acceptor:
    return Acceptor(gateway, [LANE], AcceptOptions(backlog_limit=BACKLOG))


def _item(number: int, event: bytes) -> Item:
    return Item(LANE.name, f"c{number}", event, f"m{number}")


if __name__ == "__main__":
    mode = sys.argv.pop()
    main(uvloop.run, Ours(sys.argv[1], chained=mode == "chained"))
