"""F25: temporizadores que vencem na queda, com uma mensagem a chegar, com dois promotores, num reinício."""

import asyncio
from collections import Counter

import msgspec
import pytest

from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import CancelTimer, Item, Outcome, Plan, SetTimer, Turn
from pyloto_stream.streams.stage import StageSpec
from pyloto_stream.streams.status import inspect
from pyloto_stream.streams.timers import TimerPump
from pyloto_stream.streams.worker import Worker
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row
from tests.faults.harness.run import Run
from tests.faults.harness.servers import cleared
from tests.support.streams import FAST, LANES, STAGES, ManualClock, Recorder, until

PEOPLE, NAMES, PARTITIONS = 8, ("nudge", "close"), 2
PATIENCE_MS = 60_000


class Office:
    """Conversas que, a cada mensagem, armam dois temporizadores; o que entrou, por conversa, em ordem."""

    def __init__(self, run: Run, url: str) -> None:
        self._rng = run.rng
        self._url = url
        self.clock = ManualClock()
        self.seen: dict[str, list[str]] = {f"person-{n}": [] for n in range(PEOPLE)}
        self.said = Counter[str]()
        self.telemetry = Recorder()
        self._starts = 0

    def gateway(self) -> Gateway:
        return Gateway(self._url, partitions=PARTITIONS, clock=self.clock, block_ms=20)

    def decide(self, turn: Turn) -> Outcome:
        """Uma mensagem rearma tudo; o fim desarma o aviso; o aviso não mexe em nada."""
        events = msgspec.json.decode(turn.events, type=list[str])
        self.seen[turn.conversation] += events
        if any(event.startswith("said") for event in events):
            number = self.said[turn.conversation]
            return Plan(timers=tuple(
                SetTimer(name, self.clock() + PATIENCE_MS * place, msgspec.json.encode(f"{name} {number}"))
                for place, name in enumerate(NAMES, 1)
            ))  # fmt: skip
        return Plan(timers=(CancelTimer("nudge"),) if any(e.startswith("close") for e in events) else ())

    async def speak(self, gateway: Gateway, name: str) -> None:
        """Uma mensagem: ao entrar, desarma os dois."""
        self.said[name] += 1
        acceptor = Acceptor(gateway, list(LANES.values()), AcceptOptions())
        event = msgspec.json.encode(f"said {self.said[name]}")
        await acceptor.accept([Item("turn", name, event, f"{name}{self.said[name]}", NAMES)])

    async def work(self, gateway: Gateway, *, until_idle: bool = True) -> None:
        """Um processo trabalha até não haver nada e sai."""
        self._starts += 1
        stop, spec = asyncio.Event(), StageSpec("one", self.decide)
        worker = Worker(gateway, LANES, spec, f"w{self._starts}", FAST, self.telemetry)
        running = asyncio.create_task(worker.run(stop))

        async def idle() -> bool:
            return (await inspect(gateway, STAGES)).idle

        if until_idle:
            await until(idle)
        stop.set()
        await running

    def problems(self) -> list[str]:
        """Cada aviso veio no máximo uma vez, e nunca depois da mensagem que o desarmou."""
        wrong = list[str]()
        for name, events in self.seen.items():
            said = 0
            for event in events:
                kind, number = event.split()
                said = int(number) if kind == "said" else said
                if kind != "said" and int(number) != said:
                    wrong.append(f"{name}: {event} after said {said}: {events}")
            if again := [event for event, n in Counter(events).items() if n > 1]:
                wrong.append(f"{name}: {again} twice")
        return wrong


@pytest.mark.timeout(300)
async def test_i9_a_timer_fires_once_or_never_after_the_message_that_cancelled_it(faults: Campaign) -> None:
    async def trial(run: Run) -> tuple[Row, list[str]]:
        office = Office(run, await cleared(run))
        gateway, other = office.gateway(), office.gateway()
        await gateway.open(STAGES)
        for name in office.seen:
            await office.speak(gateway, name)
        await office.work(gateway)
        again = set()
        for _ in range(2):  # vence o primeiro, depois o segundo
            office.clock.ms += PATIENCE_MS + 1  # ninguém trabalhava: venceu na queda
            pumps = [TimerPump(gateway).promote_due(), TimerPump(other).promote_due()]
            talkers = run.rng.sample([*office.seen], 2)
            again |= {*talkers}
            both = [*pumps, *(office.speak(run.rng.choice((gateway, other)), name) for name in talkers)]
            run.rng.shuffle(both)
            await asyncio.gather(*both)
            await office.work(run.rng.choice((gateway, other)))
        left = (await inspect(gateway, STAGES)).timers
        problems = office.problems()
        for name, events in office.seen.items():
            if name not in again and events != ["said 1", "nudge 1", "close 1"]:
                problems.append(f"{name}: {events}")
        await gateway.close()
        await other.close()
        accepted = office.said.total()
        fired = sum(not event.startswith("said") for events in office.seen.values() for event in events)
        run.note(f"{fired} fired, {left} still armed")
        lost = accepted - sum(e.startswith("said") for events in office.seen.values() for e in events)
        return Row(runs=1, accepted=accepted, replies=fired, lost=lost), problems

    await faults.each("F25", trial, quick=10, full=500)
