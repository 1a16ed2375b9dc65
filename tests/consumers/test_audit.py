"""A etapa `audit` promete: todo registro entregue à faixa fica no banco uma vez, e a cadeia confere."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from consumers.audit import audit_stage, remembered
from consumers.plans import feed
from pyloto_stream.conversation.records import Record
from pyloto_stream.errors import PermanentError, UnavailableError
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail, TrailState
from pyloto_stream.streams.model import Handler, Outcome, Plan, Turn
from tests.support.documents import Held, Watched
from tests.support.records import T0, USER, action, handoff, inbound, outbound, session, status
from tests.support.streams import Rig, texts, until


@pytest_asyncio.fixture
async def documents(tmp_path: Path) -> AsyncIterator[SqliteDocuments]:
    store = await SqliteDocuments.open(tmp_path / "documents.db")
    yield store
    await store.close()


def turn(records: Sequence[Record] | bytes, state: bytes = b"") -> Turn:
    return Turn(
        partition=0,
        entry_id="1-0",
        lane="audit",
        stage="audit",
        conversation=USER,
        number=1,
        events=records if isinstance(records, bytes) else msgspec.json.encode(list(records)),
        state=state,
        payload=b"",
        mode="",
        failures=0,
        snoozes=0,
        now_ms=T0,
    )


async def run(stage: Handler, work: Turn) -> Plan:
    outcome = stage(work)
    assert not isinstance(outcome, Outcome)
    plan = await outcome
    assert isinstance(plan, Plan)
    return plan


async def test_every_kind_of_record_is_stored_and_the_head_is_remembered(documents: SqliteDocuments) -> None:
    stage = audit_stage(AuditTrail(documents))
    records: list[Record] = [inbound(), action(), session(), handoff(), outbound(), status()]
    plan = await run(stage, turn(records))
    assert plan.state is not None
    state = msgspec.json.decode(plan.state)
    verdict = await AuditLogStore(documents).verify(USER)
    assert (state["seq"], verdict.events) == (4, 4)
    assert state["head"] == (await AuditLogStore(documents).head(USER)).hash
    assert plan == Plan(state=plan.state)


async def test_the_remembered_head_saves_every_read(documents: SqliteDocuments) -> None:
    watched = Watched(documents)
    stage = audit_stage(AuditTrail(watched))
    plan = await run(stage, turn([inbound(1)]))
    watched.reads = 0
    await run(stage, turn([inbound(2), action()], plan.state or b""))
    assert watched.reads == 0
    assert (await AuditLogStore(documents).verify(USER)).events == 3


async def test_statuses_alone_leave_the_state_as_it_was(documents: SqliteDocuments) -> None:
    stage = audit_stage(AuditTrail(documents))
    assert await run(stage, turn([status()])) == Plan()
    first = await run(stage, turn([outbound()]))
    assert await run(stage, turn([status(1, "read")], first.state or b"")) == Plan()


async def test_a_repeated_turn_ends_with_the_same_state(documents: SqliteDocuments) -> None:
    stage = audit_stage(AuditTrail(documents))
    work = turn([inbound(), action()])
    assert await run(stage, work) == await run(stage, work)


@pytest.mark.parametrize("events", [b'[{"record":"action","id":"segredo"}]', b"{}", b"\xff"])
async def test_a_record_that_does_not_decode_is_buried_without_its_content(
    documents: SqliteDocuments, events: bytes
) -> None:
    with pytest.raises(PermanentError) as caught:
        await run(audit_stage(AuditTrail(documents)), turn(events))
    assert caught.value.code == "undecodable_record"
    assert "segredo" not in str(caught.value)


@pytest.mark.parametrize("state", [b"{", b"[]", b'{"seq":"many"}'])
async def test_a_state_nobody_can_read_is_read_again_from_the_store(
    documents: SqliteDocuments, state: bytes
) -> None:
    stage = audit_stage(AuditTrail(documents))
    await run(stage, turn([inbound(1)]))
    assert remembered(turn([], state)) is None
    await run(stage, turn([inbound(2)], state))
    assert (await AuditLogStore(documents).verify(USER)).events == 2


async def test_a_state_of_another_store_is_corrected(documents: SqliteDocuments) -> None:
    elsewhere = msgspec.json.encode(TrailState(head="f" * 64, seq=40, version="v"))
    plan = await run(audit_stage(AuditTrail(documents)), turn([inbound()], elsewhere))
    assert msgspec.json.decode(plan.state or b"{}")["seq"] == 1
    assert (await AuditLogStore(documents).verify(USER)).events == 1


async def test_a_store_that_is_down_makes_the_turn_wait(documents: SqliteDocuments) -> None:
    watched = Watched(documents)
    watched.refuse = 1
    with pytest.raises(UnavailableError) as caught:
        await run(audit_stage(AuditTrail(watched)), turn([inbound()]))
    assert caught.value.code == "store_unavailable"


def feeding(work: Turn) -> Plan:
    """Etapa `turn` que entrega dois registros por evento à auditoria."""
    numbers = [int(text) for text in texts(work)]
    return Plan(feed=feed(*(record for n in numbers for record in (inbound(n), action(n)))))


async def settled(documents: SqliteDocuments, user_key: str) -> list[str]:
    """Ids dos eventos de uma cadeia que confere."""
    log = AuditLogStore(documents)
    verdict = await log.verify(user_key)
    assert verdict.intact, verdict
    return [event.event_id async for event in log.events(user_key)]


async def test_everything_fed_to_the_lane_is_stored_in_order(
    redis_url: str, documents: SqliteDocuments
) -> None:
    async with Rig(redis_url) as rig:
        rig.start({"one": feeding, "log": audit_stage(AuditTrail(documents))})
        for number in range(10):
            for user in ("a", "b", "c"):
                await rig.say(user, str(number))
        await rig.quiet()
    for user in ("a", "b", "c"):
        actions = [name for name in await settled(documents, user) if name.startswith("a")]
        assert actions == [f"a{n}:intent_set" for n in range(10)]
        page = await ConversationStore(documents).messages(user)
        assert [message.id for message in page.messages] == [f"wamid.IN{n}==" for n in range(10)]


async def test_i10_a_worker_killed_between_the_store_and_the_commit_leaves_no_gap_and_no_fork(
    redis_url: str, documents: SqliteDocuments
) -> None:
    held = Held(documents)
    async with Rig(redis_url) as rig:
        rig.start({"one": feeding})
        await rig.say("a", "1")
        rig.start({"log": audit_stage(AuditTrail(held))})
        await held.arrived.wait()
        await documents.write(*held.asked)  # a gravação aconteceu; a resposta nunca chega a quem pediu
        rig.kill()
        rig.start({"one": feeding, "log": audit_stage(AuditTrail(documents))})
        await rig.say("a", "2")
        await rig.quiet()
        assert rig.telemetry.of("buried") == []
    assert len(await settled(documents, "a")) == 4


async def test_i10_a_frozen_worker_that_wakes_up_neither_forks_nor_repeats(
    redis_url: str, documents: SqliteDocuments
) -> None:
    held = Held(documents)
    async with Rig(redis_url) as frozen, Rig(redis_url) as rig:
        rig.start({"one": feeding})
        await rig.say("a", "1")
        stage = audit_stage(AuditTrail(held))
        waking: list[asyncio.Task[Plan]] = []

        async def freeze(work: Turn) -> Plan:
            waking.append(asyncio.create_task(run(stage, work)))
            await asyncio.Event().wait()
            raise AssertionError

        frozen.start({"log": freeze})
        await held.arrived.wait()
        frozen.kill()
        rig.start({"log": audit_stage(AuditTrail(documents))})
        await rig.say("a", "2")
        await rig.quiet()
        held.go.set()
        await waking[0]
        await rig.say("a", "3")
        await rig.quiet()
    assert len(await settled(documents, "a")) == 6


async def test_an_outage_of_the_store_delays_and_loses_nothing(
    redis_url: str, documents: SqliteDocuments
) -> None:
    watched = Watched(documents)
    watched.refuse = 3
    async with Rig(redis_url) as rig:
        rig.start({"one": feeding, "log": audit_stage(AuditTrail(watched))})
        for message in ("1", "2"):
            watched.lose = 1
            await rig.say("a", message)
            await until(lambda: not watched.lose)
            await rig.quiet()
        assert rig.telemetry.of("buried") == []
    assert len(await settled(documents, "a")) == 4
