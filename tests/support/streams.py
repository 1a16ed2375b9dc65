"""Um executor de verdade com etapas programáveis, para provar o que ele promete."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Self

import msgspec

from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.chain import Chain
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Handler, Item, Lane, Outcome, Plan, Turn
from pyloto_stream.streams.quarantine import Quarantine
from pyloto_stream.streams.route import Durability
from pyloto_stream.streams.stage import StageSpec, WorkerOptions
from pyloto_stream.streams.status import Status, inspect
from pyloto_stream.streams.telemetry import Silence, Telemetry
from pyloto_stream.streams.timers import TimerPump
from pyloto_stream.streams.worker import Mates, Worker

LANES = {"turn": Lane("turn", ("one", "two")), "audit": Lane("audit", ("log",))}
STAGES = ("one", "two", "log")
FAST = WorkerOptions(claim_idle_s=0.3, drain_timeout_s=1.0, retry_base_s=0.01, retry_max_s=0.02)
DEADLINE_S = 10.0


async def until(condition: Callable[[], Awaitable[bool] | bool]) -> None:
    """Espera a condição, sem dormir às cegas; estoura em `DEADLINE_S`."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            value = condition()
            if value if isinstance(value, bool) else await value:
                return
            await asyncio.sleep(0.005)


class ManualClock:
    """Relógio que só anda quando o teste manda; começa agora, porque as expirações são do servidor."""

    def __init__(self) -> None:
        self.ms = system_clock()

    def __call__(self) -> int:
        return self.ms


class Recorder(Silence):
    """Telemetria que guarda tudo o que lhe contam."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, object]] = []

    def read(self, stage: str, n: int) -> None:
        self.seen.append(("read", stage, n))

    def committed(self, stage: str, n: int) -> None:
        self.seen.append(("committed", stage, n))

    def fenced(self, stage: str, n: int) -> None:
        self.seen.append(("fenced", stage, n))

    def retried(self, stage: str, code: str) -> None:
        self.seen.append(("retried", stage, code))

    def snoozed(self, stage: str) -> None:
        self.seen.append(("snoozed", stage, 1))

    def buried(self, stage: str, code: str) -> None:
        self.seen.append(("buried", stage, code))

    def claimed(self, stage: str, n: int) -> None:
        self.seen.append(("claimed", stage, n))

    def lost(self, stage: str, n: int) -> None:
        self.seen.append(("lost", stage, n))

    def reader_down(self, stage: str, code: str) -> None:
        self.seen.append(("reader_down", stage, code))

    def reader_up(self, stage: str, seconds: float) -> None:
        self.seen.append(("reader_up", stage, seconds))

    def breaker_opened(self, stage: str, code: str) -> None:
        self.seen.append(("breaker_opened", stage, code))

    def breaker_closed(self, stage: str, seconds: float) -> None:
        self.seen.append(("breaker_closed", stage, seconds))

    def stuck(self, n: int) -> None:
        self.seen.append(("stuck", "", n))

    def total(self, kind: str, stage: str = "") -> int:
        """Quantos, de um fato que se conta aos lotes; sem `stage`, de todas."""
        return sum(int(str(n)) for name, where, n in self.seen if name == kind and stage in {"", where})

    def of(self, kind: str) -> list[object]:
        return [value for name, _, value in self.seen if name == kind]


class Rig:
    """Executor completo num processo: aceita, trabalha e inspeciona."""

    def __init__(
        self,
        url: str,
        *,
        partitions: int = 4,
        options: AcceptOptions | None = None,
        clock: Clock | None = None,
        block_ms: int = 200,
        durability: Durability = "memory",
    ) -> None:
        self.gateway = Gateway(
            url, partitions=partitions, clock=clock, block_ms=block_ms, durability=durability
        )
        self.acceptor = Acceptor(self.gateway, list(LANES.values()), options or AcceptOptions())
        self.telemetry = Recorder()
        self._stop = asyncio.Event()
        self._workers: list[Worker] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self.gateway.open(STAGES)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        await self.gateway.close()

    def start(
        self,
        handlers: Mapping[str, Handler | StageSpec],
        options: WorkerOptions = FAST,
        *,
        chained: bool = False,
    ) -> None:
        """Um trabalhador por etapa; `chained`: como os de um processo, que encadeiam etapas puras."""
        mates = Mates(Quarantine(), Chain()) if chained else None
        for name, handler in handlers.items():
            spec = handler if isinstance(handler, StageSpec) else StageSpec(name, handler)
            telemetry: Telemetry = self.telemetry
            consumer = f"test-{len(self._tasks)}"
            worker = Worker(self.gateway, LANES, spec, consumer, options, telemetry, mates=mates)
            self._workers.append(worker)
            self._tasks.append(asyncio.create_task(worker.run(self._stop)))
        self._tasks.append(asyncio.create_task(TimerPump(self.gateway, tick_s=0.02).run(self._stop)))

    async def stop(self) -> None:
        self._stop.set()
        await asyncio.gather(*self._tasks)
        self._tasks.clear()
        self._stop = asyncio.Event()

    def kill(self) -> None:
        """Acaba com os trabalhadores como um SIGKILL: sem devolver, sem gravar, sem sair do grupo."""
        for task in [*self._tasks, *self._held()]:
            task.cancel()
        self._tasks.clear()

    def _held(self) -> list[asyncio.Task[None]]:
        return [task for worker in self._workers for task in worker.held]

    async def say(self, conversation: str, *texts: str) -> None:
        items = [Item("turn", conversation, msgspec.json.encode(text), "") for text in texts]
        await self.acceptor.accept(items)

    async def status(self) -> Status:
        return await inspect(self.gateway, STAGES)

    async def idle(self) -> bool:
        return (await self.status()).idle

    async def quiet(self) -> None:
        await until(self.idle)


def texts(turn: Turn) -> list[str]:
    """Eventos do turno, como os testes os escreveram."""
    return msgspec.json.decode(turn.events, type=list[str])


def forward(turn: Turn) -> Outcome:
    """Primeira etapa que só passa adiante."""
    return Plan(to="two", payload=turn.events)


def finish(_turn: Turn) -> Outcome:
    """Última etapa que só encerra."""
    return Plan()
