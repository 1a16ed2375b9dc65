"""Quem trabalha numa rodada barata? Um processo por `Crew`, com nome próprio, que pode sair ou morrer.

Cada turno passa por duas etapas, um envio pelo livro e o registro, como numa conversa de verdade.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from pyloto_stream.errors import PermanentError, TransientError, UnavailableError
from pyloto_stream.streams import keys
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.ledger import SendLedger
from pyloto_stream.streams.model import Feed, Handler, Outcome, Plan, Snooze, Turn
from pyloto_stream.streams.pace import Pacer, Turnstile
from pyloto_stream.streams.stage import StageSpec, WorkerOptions
from pyloto_stream.streams.timers import TimerPump
from pyloto_stream.streams.worker import Worker
from tests.faults.harness.small import (
    POISON,
    REFUSED,
    RETRY,
    SNOOZE,
    Done,
    World,
    decode_done,
    decode_texts,
    encode,
)
from tests.support.streams import FAST, LANES, STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

WINDOW_S = 0.3
T = TypeVar("T")


async def insist(work: Callable[[], Awaitable[T]]) -> T:
    """Repete até dar certo, como faria quem reinicia o processo ou o comando."""
    while True:
        try:
            return await work()
        except UnavailableError:
            await asyncio.sleep(0.02)


@asynccontextmanager
async def opened_door(world: World, url: str) -> AsyncIterator[Acceptor]:
    """A entrada, que fala com o Redis por `url`. Quem ainda trabalha quando ela fecha morre."""
    gateway = Gateway(url, partitions=world.partitions)
    try:
        await insist(lambda: gateway.open(STAGES))
        yield Acceptor(gateway, list(LANES.values()), AcceptOptions())
    finally:
        await world.end()
        await gateway.close()


class Crew:
    """Um processo de trabalho: todas as etapas, o promotor de temporizadores e o nome que nunca se repete."""

    count = 0

    def __init__(
        self,
        world: World,
        url: str,
        *,
        options: WorkerOptions = FAST,
        block_ms: int = 200,
        busy_s: float = 0.0,
    ) -> None:
        Crew.count += 1
        self.name = f"crew-{Crew.count}"
        self.gateway = Gateway(url, partitions=world.partitions, block_ms=block_ms)
        self.ledger = SendLedger(self.gateway, self.name, WINDOW_S)
        self.pacer = Pacer(self.gateway, {"": 1_000_000.0}, 0.0)
        self.world = world
        self.running = False
        world.crews.append(self)
        self._busy_s = busy_s
        self._stop = asyncio.Event()
        handlers: Mapping[str, Handler] = {"one": self.one, "two": self._two, "log": self.log}
        self._workers = [
            Worker(self.gateway, LANES, StageSpec(name, handler), self.name, options, world.telemetry)
            for name, handler in handlers.items()
        ]
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> "Crew":
        await insist(lambda: self.gateway.open(STAGES))
        self.running = True
        jobs = [*(worker.run for worker in self._workers), TimerPump(self.gateway, tick_s=0.02).run]
        self._tasks = [asyncio.create_task(job(self._stop)) for job in jobs]
        return self

    async def stop(self) -> None:
        """SIGTERM."""
        self.running = False
        self._stop.set()
        await asyncio.gather(*self._tasks)
        await self.gateway.close()

    async def kill(self) -> None:
        """Como um SIGKILL: sem devolver, sem gravar, sem sair do grupo."""
        self.running = False
        tasks = [*self._tasks, *(task for worker in self._workers for task in worker.held)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.gateway.close()

    def one(self, turn: Turn) -> Outcome:
        """Faz a travessura que a mensagem traz, uma vez; o veneno, sempre."""
        texts = "".join(decode_texts(turn.events))
        fresh = turn.failures + turn.snoozes == 0
        if POISON in texts:
            raise PermanentError("nobody can", code="poison")
        if RETRY in texts and fresh:
            raise TransientError("not now", code="odd")
        if SNOOZE in texts and fresh:
            return Snooze(turn.now_ms + 10)
        return Plan(to="two", payload=turn.events)

    def log(self, _turn: Turn) -> Outcome:
        """O registro do que se fez; aqui ninguém o lê."""
        return Plan()

    async def _two(self, turn: Turn) -> Outcome:
        await asyncio.sleep(self._busy_s)
        texts = decode_texts(turn.payload)
        rid = keys.reply_id(turn.partition, turn.conversation, turn.number, 0)
        slots = self.pacer.slots("ours")
        ruling = await (
            self.ledger.begin_in_turn(turn, rid, slots) if slots else self.ledger.begin(turn, rid)
        )
        if isinstance(ruling, Turnstile):
            return Snooze(ruling.due_ms)
        if ruling.verdict == "doubt":
            return Snooze(ruling.until_ms, reply_id=rid)
        if ruling.verdict == "go" and REFUSED in "".join(texts) and turn.failures == 0:
            await self.ledger.refused(turn, rid, for_good=False)
            raise TransientError("refused", code="odd")
        if ruling.verdict == "go":
            self.world.posts[rid] += 1
            self.world.resent[rid] += ruling.resend
            await asyncio.sleep(0)
        done = decode_done(turn.state) if turn.state else Done()
        state = Done([*done.texts, *texts], done.turns + 1)
        sent = (rid, f"wamid.{rid}") if ruling.verdict == "go" else None
        return Plan(state=encode(state), sent=sent, feed=(Feed("audit", turn.payload),))
