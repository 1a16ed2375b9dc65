"""A faixa da auditoria com o banco lento, em queda ou a recusar: a conversa segue, e nada se perde."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from loguru import logger

from consumers.audit import audit_stage
from consumers.plans import feed
from consumers.telemetry import StageTelemetry
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.ports import Documents, Write
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.streams.breaker import FAILURES
from pyloto_stream.streams.model import Outcome, Plan, Turn
from pyloto_stream.streams.stage import StageSpec
from tests.support.documents import Held
from tests.support.firestore import FirestoreEmulator
from tests.support.firestore_gate import SECRET, FirestoreGate
from tests.support.records import action, inbound
from tests.support.store_troubles import Trouble, firestore, sqlite_full, sqlite_locked
from tests.support.streams import FAST, Recorder, Rig, texts, until

PEOPLE = [f"pessoa-{n}" for n in range(10)]
EACH = 3
HANDS = 4
PARTITIONS = 4
OPTIONS = msgspec.structs.replace(
    FAST, concurrency=HANDS, outage_max_s=0.2, max_attempts=2, claim_idle_s=30.0
)
TROUBLES = ["locked", "full", "RESOURCE_EXHAUSTED", "PERMISSION_DENIED", "UNAVAILABLE", "silent"]


@pytest_asyncio.fixture
async def gate(firestore_emulator: FirestoreEmulator) -> AsyncIterator[FirestoreGate]:
    async with FirestoreGate(firestore_emulator.host).open() as gate:
        yield gate


@pytest.fixture(params=TROUBLES)
def trouble(
    request: pytest.FixtureRequest, gate: FirestoreGate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AbstractAsyncContextManager[Trouble]:
    """Um banco por abrir, e como se estraga."""
    name: str = request.param
    if name in {"locked", "full"}:
        return (sqlite_locked if name == "locked" else sqlite_full)(tmp_path / "documents.db")
    return firestore(gate, monkeypatch, "" if name == "silent" else name)


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """As linhas de log, como `nível mensagem extras`."""
    seen: list[str] = []
    sink = logger.add(lambda text: seen.append(str(text).strip()), format="{level} {message} {extra}")
    yield seen
    logger.remove(sink)


class Told(Recorder):
    """Anota, e conta ao operador como em produção."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._stages = StageTelemetry(metrics)

    def snoozed(self, stage: str) -> None:
        super().snoozed(stage)
        self._stages.snoozed(stage)

    def breaker_opened(self, stage: str, code: str) -> None:
        super().breaker_opened(stage, code)
        self._stages.breaker_opened(stage, code)

    def breaker_closed(self, stage: str, seconds: float) -> None:
        super().breaker_closed(stage, seconds)
        self._stages.breaker_closed(stage, seconds)


class Counted:
    """A etapa de auditoria, com a conta de quantas vezes se pediu e de quantos turnos ao mesmo tempo."""

    def __init__(self, documents: Documents) -> None:
        self._stage = audit_stage(AuditTrail(documents))
        self.asked = self.together = self.most = 0

    async def handle(self, turn: Turn) -> Outcome:
        self.asked += 1
        self.together += 1
        self.most = max(self.most, self.together)
        try:
            outcome = self._stage(turn)
            assert not isinstance(outcome, Outcome)
            return await outcome
        finally:
            self.together -= 1


class Answering:
    """A faixa da conversa: responde a todos e entrega os registros à auditoria."""

    def __init__(self) -> None:
        self.answered = 0

    def handle(self, turn: Turn) -> Plan:
        said = texts(turn)
        self.answered += len(said)
        return Plan(feed=feed(*(record for n in map(int, said) for record in (inbound(n), action(n)))))


async def everybody_speaks(rig: Rig) -> None:
    for number in range(EACH):
        for person in PEOPLE:
            await rig.say(person, str(number))


async def each_once(documents: Documents) -> None:
    """Toda mensagem de toda pessoa está gravada uma vez, em ordem, e toda cadeia confere."""
    log, conversations = AuditLogStore(documents), ConversationStore(documents)
    for person in PEOPLE:
        verdict = await log.verify(person)
        assert (verdict.intact, verdict.events) == (True, 2 * EACH)
        page = await conversations.messages(person)
        assert [message.id for message in page.messages] == [inbound(n).id for n in range(EACH)]
        acts = [e.event_id async for e in log.events(person) if e.action == "INTENT_SET"]
        assert acts == [action(n).id for n in range(EACH)]


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"pyloto_{name}", {"stage": "log", **labels})


async def states(rig: Rig, stage: str = "log") -> set[str]:
    (found,) = [each for each in (await rig.status()).stages if each.stage == stage]
    return {worker.state for worker in found.crew}


async def dead(rig: Rig) -> int:
    return sum(stage.dead for stage in (await rig.status()).stages)


async def paused_and_back(redis_url: str, trouble: Trouble, metrics: Metrics) -> str:
    """O banco cai, todos falam, o banco volta; devolve o código que se disse."""
    talk, audit, began = Answering(), Counted(trouble.documents), time.monotonic()
    async with Rig(redis_url) as rig:
        rig.telemetry = told = Told(metrics)
        trouble.down()
        rig.start({"one": talk.handle, "log": audit.handle}, OPTIONS)
        await everybody_speaks(rig)
        await until(lambda: talk.answered == EACH * len(PEOPLE))  # quem escreve é respondido
        await until(lambda: told.of("breaker_opened") == [trouble.code])
        await until(lambda: _is(rig, {"paused"}))
        assert value(metrics, "stage_breaker_open") == 1
        assert audit.most < HANDS + PARTITIONS  # ver `Share`: o que chega junto soma uma por partição
        # ao abrir, o que já estava em mãos; depois, um por espera
        waits = 1 + (time.monotonic() - began) / (OPTIONS.outage_max_s / 2)
        assert audit.asked < FAILURES + HANDS + PARTITIONS * (1 + waits)
        assert not [stage for kind, stage, _ in told.seen if (kind, stage) == ("committed", "log")]
        trouble.up()
        await drained(rig)
        await until(lambda: _is(rig, {"running"}))
        assert (told.of("buried"), told.of("retried"), await dead(rig)) == ([], [], 0)
        assert (told.of("breaker_opened"), len(told.of("breaker_closed"))) == ([trouble.code], 1)
    return trouble.code


async def test_i13_a_store_that_is_down_pauses_the_audit_alone_and_afterwards_all_is_there_once(
    redis_url: str,
    trouble: AbstractAsyncContextManager[Trouble],
    monkeypatch: pytest.MonkeyPatch,
    lines: list[str],
) -> None:
    monkeypatch.setattr("pyloto_stream.streams.worker.BEAT_S", 0.05)
    metrics = Metrics()
    async with trouble as store:
        code = await paused_and_back(redis_url, store, metrics)
        await each_once(store.documents)
    assert value(metrics, "stage_breaker_trips_total", code=code) == 1
    assert value(metrics, "stage_breaker_open") == 0
    assert value(metrics, "stage_breaker_seconds_total")
    said = [line for line in lines if "stage" in line]
    assert [line.partition(" {")[0] for line in said] == [
        "ERROR dependency down, stage paused", "INFO dependency back, stage resumed",
    ]  # fmt: skip
    assert f"'code': '{code}'" in said[0]
    everything = "\n".join(lines)
    assert not [word for word in (SECRET, "wamid", "olá", *PEOPLE, "documents/") if word in everything]


async def drained(rig: Rig) -> None:
    """Espera não haver mais nada: o emulador, numa máquina ocupada, tem o seu tempo."""
    async with asyncio.timeout(60):
        while not await rig.idle():  # noqa: ASYNC110 — quem muda é o executor
            await asyncio.sleep(0.02)


async def _is(rig: Rig, wanted: set[str]) -> bool:
    return await states(rig) == wanted


class Slow(Held):
    """Um banco lento: cada gravação espera que o teste a solte. Conta o que está nas mãos dele."""

    def __init__(self, inner: Documents) -> None:
        super().__init__(inner)
        self.held = self.most = 0

    async def write(self, *writes: Write) -> list[str]:
        self.held += 1
        self.most = max(self.most, self.held)
        try:
            return await super().write(*writes)
        finally:
            self.held -= 1


async def in_hand(rig: Rig) -> tuple[int, int]:
    (found,) = [each for each in (await rig.status()).stages if each.stage == "log"]
    return found.pending, found.backlog


async def test_a_slow_store_holds_no_more_than_the_hands_and_the_rest_waits_in_redis(
    redis_url: str, documents: Documents
) -> None:
    slow, talk = Slow(documents), Answering()
    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": talk.handle, "log": audit_stage(AuditTrail(slow))}, OPTIONS)
        await everybody_speaks(rig)
        await until(lambda: talk.answered == EACH * len(PEOPLE))
        await until(lambda: slow.held == HANDS)
        # mais gente a falar não faz ler mais: espera no Redis, um token por conversa
        assert (slow.most, await in_hand(rig)) == (HANDS, (HANDS, len(PEOPLE)))
        assert rig.telemetry.of("breaker_opened") == []
        slow.go.set()
        await drained(rig)
        for kind in ("buried", "retried", "snoozed", "breaker_opened"):
            assert rig.telemetry.of(kind) == [], kind
        assert (await dead(rig), slow.most) == (0, HANDS)
    await each_once(documents)


async def test_i13_a_store_slower_than_the_limit_of_a_decision_costs_no_attempt(
    redis_url: str, documents: Documents
) -> None:
    slow, talk = Slow(documents), Answering()
    spec = StageSpec("log", audit_stage(AuditTrail(slow)), timeout_s=0.1, patient=True)
    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": talk.handle, "log": spec}, OPTIONS)
        await everybody_speaks(rig)
        await until(lambda: talk.answered == EACH * len(PEOPLE))
        await until(lambda: rig.telemetry.of("breaker_opened") == ["stage_timeout"])
        slow.go.set()
        await drained(rig)
        assert (rig.telemetry.of("buried"), rig.telemetry.of("retried"), await dead(rig)) == ([], [], 0)
        assert slow.most <= HANDS
    await each_once(documents)


async def test_replies_lost_by_the_service_double_nothing(
    redis_url: str, gate: FirestoreGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with firestore(gate, monkeypatch, "UNAVAILABLE") as trouble, Rig(redis_url) as rig:
        gate.lose = 3 * FAILURES
        rig.start({"one": Answering().handle, "log": audit_stage(AuditTrail(trouble.documents))}, OPTIONS)
        await everybody_speaks(rig)
        await until(lambda: not gate.lose)
        await drained(rig)
        assert rig.telemetry.of("buried") == rig.telemetry.of("retried") == []
        await each_once(trouble.documents)
