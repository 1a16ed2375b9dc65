"""Uma dependência some por uma hora: nada é enterrado, quase nada é tentado, e tudo sai depois, em ordem."""

import asyncio

import msgspec
import pytest

from pyloto_stream.errors import OverloadedError, UnavailableError
from pyloto_stream.streams.breaker import FAILURES
from pyloto_stream.streams.model import Outcome, Plan, Snooze, Turn
from pyloto_stream.streams.stage import StageSpec
from tests.support.streams import FAST, ManualClock, Rig, forward, texts, until

HOUR_MS, STEP_MS = 3_600_000, 60_000
PEOPLE = 40
OPTIONS = msgspec.structs.replace(FAST, outage_max_s=0.05, overload_max_s=0.05, concurrency=16)


class Dependency:
    """O que a etapa de envio chama: some e volta, e anota o que chegou e quantos vinham juntos."""

    def __init__(self, trouble: Outcome | Exception) -> None:
        self.trouble: Outcome | Exception | None = trouble
        self.calls = self.together = 0
        self.crowds: list[int] = []
        self.out: dict[str, list[str]] = {}

    async def send(self, turn: Turn) -> Outcome:
        self.calls += 1
        self.together += 1
        self.crowds.append(self.together)
        try:
            await asyncio.sleep(0)
            if isinstance(self.trouble, Exception):
                raise self.trouble
            if self.trouble is not None:
                return Snooze(turn.now_ms + 20, trouble="in_doubt")
            self.out.setdefault(turn.conversation, []).extend(texts(turn))
            return Plan()
        finally:
            self.together -= 1

    def back(self) -> None:
        self.trouble = None
        self.calls, self.crowds = 0, []


@pytest.mark.parametrize(
    "trouble",
    [UnavailableError(code="graph_unreachable"), Snooze(0, trouble="in_doubt")],
    ids=["unreachable", "in-doubt"],
)
async def test_i13_an_hour_of_outage_buries_nothing_and_all_goes_out_in_order_afterwards(
    redis_url: str, trouble: Outcome | Exception
) -> None:
    clock, graph = ManualClock(), Dependency(trouble)
    async with Rig(redis_url, clock=clock) as rig:
        rig.start({"one": forward, "two": graph.send}, OPTIONS)
        said: dict[str, list[str]] = {}
        for minute in range(HOUR_MS // STEP_MS):
            person = f"p{minute % PEOPLE}"
            said.setdefault(person, []).append(f"{minute}")
            await rig.say(person, f"{minute}")
            clock.ms += STEP_MS
            await asyncio.sleep(0.005)  # o minuto passa: quem venceu volta e falha de novo
        tried = graph.calls
        assert rig.telemetry.of("breaker_opened") == [
            "in_doubt" if isinstance(trouble, Snooze) else "graph_unreachable"
        ]
        graph.back()
        await until(lambda: _passes(rig, clock))
        assert graph.out == said
        assert rig.telemetry.of("buried") == rig.telemetry.of("retried") == []
        assert len(rig.telemetry.of("breaker_closed")) == 1
        assert (await rig.status()).stages[1].dead == 0
        assert tried < HOUR_MS // STEP_MS * 4, "an open breaker asks seldom"


async def test_what_was_already_read_when_the_breaker_opens_is_not_tried(redis_url: str) -> None:
    calls = 0

    async def down(_turn: Turn) -> Outcome:
        nonlocal calls
        calls += 1
        raise UnavailableError(code="down")

    async with Rig(redis_url, clock=ManualClock()) as rig:
        for number in range(PEOPLE):
            await rig.say(f"p{number}", "oi")
        rig.start({"one": forward}, OPTIONS)
        await until(lambda: _committed(rig) == PEOPLE)
        rig.start({"two": down}, OPTIONS)
        await until(lambda: len(rig.telemetry.of("snoozed")) > FAILURES)
        assert calls == FAILURES


async def test_after_an_outage_the_backlog_starts_slowly(redis_url: str) -> None:
    clock, graph = ManualClock(), Dependency(UnavailableError(code="down"))
    async with Rig(redis_url, clock=clock) as rig:
        for number in range(PEOPLE):
            await rig.say(f"p{number}", "oi")
        rig.start({"one": forward, "two": graph.send}, OPTIONS)
        await until(lambda: rig.telemetry.of("breaker_opened") == ["down"])
        await until(lambda: not graph.together)
        graph.back()
        await until(lambda: _passes(rig, clock))
        assert graph.crowds[0] == 1
        assert max(graph.crowds[:3]) <= 2, "one tries, then two"
        assert sum(map(len, graph.out.values())) == PEOPLE


async def test_who_asks_for_calm_is_not_down(redis_url: str) -> None:
    clock, graph = ManualClock(), Dependency(OverloadedError(code="graph_130429"))
    async with Rig(redis_url, clock=clock) as rig:
        rig.start({"two": graph.send, "one": forward}, OPTIONS)
        for number in range(PEOPLE):
            await rig.say(f"p{number}", "oi")
        await until(lambda: len(rig.telemetry.of("snoozed")) >= PEOPLE)
        assert rig.telemetry.of("breaker_opened") == []
        graph.back()
        await until(lambda: _passes(rig, clock))
        assert len(graph.out) == PEOPLE
        assert rig.telemetry.of("buried") == []


async def test_i13_passing_the_limit_of_a_patient_stage_is_an_outage_and_of_another_a_failure(
    redis_url: str,
) -> None:
    held = asyncio.Event()

    async def slow(turn: Turn) -> Outcome:
        await held.wait()
        return Plan()

    options = msgspec.structs.replace(OPTIONS, max_attempts=1)
    for patient, told in ((True, "breaker_opened"), (False, "buried")):
        async with Rig(redis_url) as rig:
            spec = StageSpec("two", slow, timeout_s=0.02, patient=patient)
            rig.start({"one": forward, "two": spec}, options)
            for number in range(PEOPLE):
                await rig.say(f"p{number}", "oi")
            await until(lambda: told in {kind for kind, _, _ in rig.telemetry.seen})  # noqa: B023 — usado já
            assert set(rig.telemetry.of(told)) == {"stage_timeout"}
            assert bool(rig.telemetry.of("buried")) is not patient
            held.set()
            await rig.quiet()
            held.clear()


async def _passes(rig: Rig, clock: ManualClock) -> bool:
    clock.ms += 100
    return await rig.idle()


def _committed(rig: Rig) -> int:
    return sum(n for n in rig.telemetry.of("committed") if isinstance(n, int))
