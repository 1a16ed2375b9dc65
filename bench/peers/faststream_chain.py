"""FastStream, Redis Streams com grupo: `batch` em lotes de 100, publicados num pipeline; `single` um a um.

O modo mais rápido que a documentação descreve: páginas «Redis Stream Batch» e «Redis Pipeline», sem validação
(`serializer=None`). Publica e só depois confirma: entre os dois passos, uma queda repete o lote. Num lote,
cada evento passa por JSON; um a um, vai como texto.
"""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import uvloop
from faststream import AckPolicy
from faststream.redis import Pipeline, RedisBroker, StreamSub

from bench.chain.roles import Send, Tally, due_of, main

STAGES = ("a", "b", "c")
GROUP, CONSUMER, COUNT, SENDING = "g", "w", 100, 5000


class FastStream:
    """As três etapas como assinantes de um broker."""

    def __init__(self, url: str, *, batch: bool) -> None:
        self._broker = RedisBroker(url, logger=None, serializer=None, max_connections=SENDING)
        self._subscribe = self._batches if batch else self._singles
        self._batch = batch

    async def fill(self, bodies: Sequence[bytes]) -> None:
        """Publica `bodies` num pipeline."""
        async with self._broker as broker, broker._connection.pipeline() as lot:  # noqa: SLF001 — o mesmo que `Pipeline` dá a quem assina
            for event in bodies:
                await broker.publish(event.decode(), stream=STAGES[0], pipeline=lot)
            await lot.execute()

    @asynccontextmanager
    async def working(self, tally: Tally) -> AsyncIterator[None]:
        """Assina as três filas e lê."""
        for stage, after in zip(STAGES, (*STAGES[1:], ""), strict=True):
            self._subscribe(stage, after, tally)
        async with self._broker as broker:
            for stage in STAGES:  # o FastStream criaria o grupo a partir do fim
                await broker._connection.xgroup_create(stage, GROUP, id="0", mkstream=True)  # noqa: SLF001
            tally.begin()
            await broker.start()
            yield

    def _batches(self, stage: str, after: str, tally: Tally) -> None:
        broker = self._broker

        @broker.subscriber(stream=self._stream(stage), ack_policy=AckPolicy.ACK)
        async def handle(events: list[dict[str, str]], pipe: Pipeline) -> None:
            if not after:
                tally.arrived([event["due"] for event in events])
                return
            for event in events:
                await broker.publish(event, stream=after, pipeline=pipe)
            await pipe.execute()

    def _singles(self, stage: str, after: str, tally: Tally) -> None:
        broker = self._broker

        @broker.subscriber(stream=self._stream(stage), ack_policy=AckPolicy.ACK)
        async def handle(event: str) -> None:
            if not after:
                tally.arrived((due_of(event.encode()),))
                return
            await broker.publish(event, stream=after)

    def _stream(self, stage: str) -> StreamSub:
        return StreamSub(
            stage, group=GROUP, consumer=CONSUMER, batch=self._batch, max_records=COUNT, polling_interval=1000
        )

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Send]:
        """Uma publicação por evento."""
        async with self._broker as broker:
            yield lambda _number, event: broker.publish(event.decode(), stream=STAGES[0])


if __name__ == "__main__":
    kind = sys.argv.pop()
    main(uvloop.run, FastStream(sys.argv[1], batch=kind == "batch"))
