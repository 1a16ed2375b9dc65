"""O que a gravação de um turno promete em cada banco, aconteça o que acontecer no meio."""

import asyncio

import pytest

from pyloto_stream.conversation.records import Record, opaque
from pyloto_stream.errors import PermanentError, UnavailableError
from pyloto_stream.stores.audit_log import TRIES, AuditLogStore
from pyloto_stream.stores.chain import AuditEvent, head_path
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.handoffs import HandoffStore
from pyloto_stream.stores.ports import TTL_FIELD, ConflictError, Document, Documents, Write
from pyloto_stream.stores.sessions import SessionStore, scoped_id
from pyloto_stream.stores.trail import AuditTrail
from tests.support.documents import Watched, everything
from tests.support.records import USER, action, handoff, inbound, outbound, session, status

FIRST: list[Record] = [inbound(1), action(1, "SESSION_OPENED"), outbound(1)]
SECOND: list[Record] = [
    inbound(2),
    status(1, "sent"),
    session(1),
    handoff(1),
    action(2, "SESSION_CLOSED"),
    outbound(2),
]


async def actions(documents: Documents, user_key: str = USER) -> list[str]:
    return [event.action async for event in AuditLogStore(documents).events(user_key)]


async def lasting(documents: Documents) -> dict[str, dict[str, object]]:
    """Tudo, menos o vencimento: conta da última gravação, seja da mensagem ou de um status."""
    found = await everything(documents, USER)
    return {place: {name: data[name] for name in data if name != TTL_FIELD} for place, data in found.items()}


async def intact(documents: Documents, user_key: str = USER) -> int:
    verdict = await AuditLogStore(documents).verify(user_key)
    assert verdict.intact, verdict
    return verdict.events


async def test_a_turn_fills_every_collection(documents: Documents) -> None:
    trail = AuditTrail(documents, "acme")
    state = await trail.record(USER, FIRST, None)
    await trail.record(USER, SECOND, state)
    messages = (await ConversationStore(documents).messages(USER)).messages
    assert sorted((m.id, m.status) for m in messages) == [
        ("wamid.IN1==", ""), ("wamid.IN2==", ""), ("wamid.OUT1==", "sent"), ("wamid.OUT2==", "accepted"),
    ]  # fmt: skip
    header = await ConversationStore(documents).header(USER)
    assert header is not None
    assert (header.tenant_id, header.mode, header.created_at) == ("acme", "BOT", "2023-11-14T22:13:20.001Z")
    assert (header.updated_at, header.last_message_at) == (
        "2023-11-14T22:13:20.002Z",
        "2023-11-14T22:13:20.002Z",
    )
    assert await SessionStore(documents).get(scoped_id(USER, "s1")) is not None
    assert await HandoffStore(documents).get(scoped_id(USER, "s1:handoff")) is not None
    assert await actions(documents) == [
        "MESSAGE_RECEIVED", "SESSION_OPENED", "MESSAGE_SENT",
        "MESSAGE_RECEIVED", "HANDOFF_CREATED", "SESSION_CLOSED", "MESSAGE_SENT",
    ]  # fmt: skip
    assert await intact(documents) == 7


async def test_a_known_conversation_costs_one_atomic_write_and_no_read(documents: Documents) -> None:
    watched = Watched(documents)
    trail = AuditTrail(watched)
    state = await trail.record(USER, FIRST, None)
    watched.reads, watched.writes = 0, []
    await trail.record(USER, SECOND, state)
    assert (watched.reads, len(watched.writes)) == (0, 1)


async def test_the_chain_holds_ids_and_codes_only(documents: Documents) -> None:
    await AuditTrail(documents).record(USER, [*FIRST, *SECOND], None)
    events = [event async for event in AuditLogStore(documents).events(USER)]
    text = str(events)
    for secret in ("wamid", "olá", "oi'", "Ponta Grossa", "Sistema sob medida"):
        assert secret not in text
    received = events[0]
    assert (received.actor, received.reason) == ("USER", "TEXT")
    assert received.data == {"message": opaque("wamid.IN1==")}
    sent = events[2]
    assert (sent.actor, sent.reason) == ("PYLOTO", "BUTTONS")
    assert sent.data == {"message": opaque("wamid.OUT1=="), "reply": "r1"}
    created = next(event for event in events if event.action == "HANDOFF_CREATED")
    assert created.data == {"handoff": "s1:handoff", "session": "s1", "score": 80}


async def test_a_turn_recorded_twice_changes_nothing(documents: Documents) -> None:
    trail = AuditTrail(documents)
    first = await trail.record(USER, FIRST, None)
    second = await trail.record(USER, SECOND, first)
    before = await lasting(documents)
    assert await trail.record(USER, SECOND, first) == second
    assert await trail.record(USER, FIRST, None) == second
    assert await lasting(documents) == before


async def test_an_action_recorded_twice_changes_nothing(documents: Documents) -> None:
    trail = AuditTrail(documents)
    state = await trail.record(USER, [action(1)], None)
    before = await lasting(documents)
    assert [await trail.record(USER, [action(1)], known) for known in (state, None)] == [state, state]
    assert await trail.record(USER, [], state) == state
    assert await lasting(documents) == before


async def test_a_lost_reply_is_mended_by_the_next_attempt(documents: Documents) -> None:
    watched = Watched(documents)
    trail = AuditTrail(watched)
    state = await trail.record(USER, FIRST, None)
    watched.lose = 1
    with pytest.raises(UnavailableError):
        await trail.record(USER, SECOND, state)
    after = await trail.record(USER, SECOND, state)
    assert after is not None
    assert (after.seq, await intact(documents)) == (7, 7)


async def test_a_turn_buried_after_its_write_leaves_no_gap_and_no_fork(documents: Documents) -> None:
    trail = AuditTrail(documents)
    before = await trail.record(USER, FIRST, None)
    await trail.record(USER, SECOND, before)  # gravou, e o executor caiu antes de guardar a ponta
    await trail.record(USER, [action(3)], before)
    assert await intact(documents) == 8
    assert (await actions(documents))[-1] == "INTENT_SET"


async def test_a_replayed_turn_mixed_with_new_records_adds_only_the_new(documents: Documents) -> None:
    trail = AuditTrail(documents)
    state = await trail.record(USER, FIRST, None)
    state = await trail.record(USER, SECOND, state)
    after = await trail.record(USER, [*FIRST, action(3), *SECOND, action(4)], state)
    assert after is not None
    assert (after.seq, await intact(documents)) == (9, 9)


async def test_two_workers_with_the_same_turn_write_it_once(documents: Documents) -> None:
    trail = AuditTrail(documents)
    state = await trail.record(USER, FIRST, None)
    one, other = await asyncio.gather(*(AuditTrail(documents).record(USER, SECOND, state) for _ in range(2)))
    assert one == other
    assert await intact(documents) == 7


async def test_an_event_appended_from_outside_is_continued_not_forked(documents: Documents) -> None:
    trail = AuditTrail(documents)
    state = await trail.record(USER, FIRST, None)
    outside = AuditEvent("forget", "2026-01-01T00:00:00.000Z", "HUMAN", "DATA_ERASED")
    await AuditLogStore(documents).append(USER, outside)
    await trail.record(USER, SECOND, state)
    assert await intact(documents) == 8


async def test_a_late_replay_does_not_turn_back_the_header_or_a_handoff(documents: Documents) -> None:
    trail = AuditTrail(documents)
    state = await trail.record(USER, SECOND, None)
    await trail.record(USER, [inbound(9)], state)
    handoffs, key = HandoffStore(documents), scoped_id(USER, "s1:handoff")
    await handoffs.accept(key)
    await trail.record(USER, SECOND, None)
    header = await ConversationStore(documents).header(USER)
    assert header is not None
    assert header.last_message_at == "2023-11-14T22:13:20.009Z"
    accepted = await handoffs.get(key)
    assert accepted is not None
    assert accepted.status == "ACCEPTED"


async def test_a_late_replay_does_not_bring_an_old_mode_back(documents: Documents) -> None:
    trail = AuditTrail(documents)
    taken = [action(1, "TAKEN_OVER", mode="HUMAN")]
    state = await trail.record(USER, taken, None)
    await trail.record(USER, [action(2, "RELEASED", mode="BOT")], state)
    for known in (None, state):
        await trail.record(USER, [*taken, inbound(3)], known)
    header = await ConversationStore(documents).header(USER)
    assert header is not None
    assert (header.mode, header.last_message_at) == ("BOT", "2023-11-14T22:13:20.003Z")


async def test_a_forgotten_tip_never_turns_the_header_back(documents: Documents) -> None:
    trail = AuditTrail(documents)
    state = await trail.record(USER, [inbound(1)], None)
    await trail.record(USER, [session(1), action(9)], state)  # gravou, e a ponta não foi guardada
    await trail.record(USER, [session(2)], state)
    await trail.record(USER, [inbound(2)], state)
    header = await ConversationStore(documents).header(USER)
    assert header is not None
    assert (header.updated_at, header.last_message_at) == (
        "2023-11-14T22:13:20.009Z",
        "2023-11-14T22:13:20.002Z",
    )
    assert await SessionStore(documents).get(scoped_id(USER, "s2")) is not None


async def test_a_writer_that_slips_in_while_the_tip_is_read_is_noticed(documents: Documents) -> None:
    class Overtaken(Watched):
        """Outro executor grava entre a leitura da ponta e a do cabeçalho."""

        async def get(self, path: str) -> Document | None:
            found = await super().get(path)
            if path == head_path(USER) and self.reads == 1:
                await AuditTrail(documents).record(USER, [inbound(7)], None)
            return found

    await AuditTrail(documents).record(USER, FIRST, None)
    await AuditTrail(Overtaken(documents)).record(USER, [action(4)], None)
    header = await ConversationStore(documents).header(USER)
    assert header is not None
    assert header.updated_at == header.last_message_at == "2023-11-14T22:13:20.007Z"
    assert await intact(documents) == 5


async def test_a_tip_that_never_stands_still_is_a_conflict_to_try_again_later(documents: Documents) -> None:
    class Restless(Watched):
        """Alguém sempre grava antes."""

        async def write(self, *writes: Write) -> list[str]:
            self.writes.append(writes)
            raise ConflictError

    restless = Restless(documents)
    with pytest.raises(ConflictError, match="keeps moving"):
        await AuditTrail(restless).record(USER, FIRST, None)
    assert len(restless.writes) == TRIES
    with pytest.raises(ConflictError, match="keeps moving"):
        await AuditLogStore(restless).append(USER, AuditEvent("e", "2026-01-01T00:00:00.000Z", "HUMAN", "X"))
    assert len(restless.writes) == 2 * TRIES
    assert await everything(documents, USER) == {}


async def test_a_status_alone_does_not_move_the_chain(documents: Documents) -> None:
    watched = Watched(documents)
    trail = AuditTrail(watched)
    assert await trail.record(USER, [status(1, "sent"), status(1, "read")], None) is None
    assert (watched.reads, len(watched.writes)) == (0, 1)
    state = await trail.record(USER, FIRST, None)
    assert await trail.record(USER, [status(1, "delivered")], state) == state
    message = await ConversationStore(documents).message(USER, outbound(1).id)
    assert message is not None
    assert message.delivery.keys() == {"accepted", "sent", "delivered", "read"}
    assert await intact(documents) == 3


async def test_records_repeated_within_a_turn_count_once(documents: Documents) -> None:
    await AuditTrail(documents).record(USER, [*FIRST, *FIRST, status(1, "sent"), status(1, "read")], None)
    message = await ConversationStore(documents).message(USER, outbound(1).id)
    assert message is not None
    assert message.status == "read"
    assert await intact(documents) == 3


async def test_the_header_follows_the_mode_that_an_action_reports(documents: Documents) -> None:
    store, trail = ConversationStore(documents), AuditTrail(documents)
    state = await trail.record(
        USER, [action(1, "TAKEN_OVER", mode="HUMAN"), action(2, "NOTE", mode="x")], None
    )
    header = await store.header(USER)
    assert header is not None
    assert header.mode == "HUMAN"
    state = await trail.record(USER, [action(3)], state)
    await trail.record(USER, [action(4, mode="PAUSED"), action(5, mode="BOT")], state)
    header = await store.header(USER)
    assert header is not None
    assert header.mode == "BOT"


async def test_a_very_long_turn_is_written_whole(documents: Documents) -> None:
    records: list[Record] = [record for n in range(130) for record in (inbound(n), action(n))]
    after = await AuditTrail(documents).record(USER, records, None)
    assert after is not None
    assert (after.seq, await intact(documents)) == (260, 260)


async def test_an_unstorable_record_leaves_nothing_behind(documents: Documents) -> None:
    with pytest.raises(PermanentError) as caught:
        await AuditTrail(documents).record(USER, [inbound(1), action(1, n=2**63)], None)
    assert caught.value.code == "unstorable_document"
    assert await everything(documents, USER) == {}


async def test_a_store_that_is_down_is_an_outage(documents: Documents) -> None:
    watched = Watched(documents)
    watched.refuse = 1
    with pytest.raises(UnavailableError) as caught:
        await AuditTrail(watched).record(USER, FIRST, None)
    assert caught.value.code == "store_unavailable"
    assert await everything(documents, USER) == {}
