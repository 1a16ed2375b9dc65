"""O que o histórico, as sessões e a fila de entregas prometem em cada banco."""

import asyncio

import pytest

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.conversations import ConversationStore, header_path
from pyloto_stream.stores.handoffs import HandoffStore
from pyloto_stream.stores.ports import Documents, Merge
from pyloto_stream.stores.sessions import SessionStore, scoped_id
from pyloto_stream.stores.trail import AuditTrail, TrailState
from tests.support.records import T0, USER, action, handoff, inbound, outbound, session, status


async def test_a_message_is_stored_once_and_the_first_stands(documents: Documents) -> None:
    store = ConversationStore(documents)
    assert await store.append(USER, inbound(text="primeira"))
    assert not await store.append(USER, inbound(text="outra"))
    message = await store.message(USER, inbound().id)
    assert message is not None
    assert message.text == "primeira"
    assert await store.message(USER, "unknown") is None


@pytest.mark.parametrize("status_first", [True, False], ids=["status first", "message first"])
async def test_a_status_and_its_message_meet_in_any_order(
    documents: Documents,
    status_first: bool,  # noqa: FBT001 — parâmetro do pytest
) -> None:
    store = ConversationStore(documents)
    if status_first:
        await store.apply_status(USER, status(1, "delivered"))
        assert await store.message(USER, outbound().id) is None
        assert (await store.messages(USER)).messages == []
    assert await store.append(USER, outbound()) is not status_first
    if not status_first:
        await store.apply_status(USER, status(1, "delivered"))
    (message,) = (await store.messages(USER)).messages
    assert (message.text, message.status) == ("oi", "delivered")
    assert message.delivery.keys() == {"accepted", "delivered"}


async def test_messages_are_paged_in_both_directions(documents: Documents) -> None:
    store = ConversationStore(documents)
    for n in range(7):
        await store.append(USER, inbound(n, text=str(n), at_ms=T0 + n // 2))
    newest = await store.messages(USER, limit=3)
    assert [m.text for m in newest.messages] == ["4", "5", "6"]
    assert newest.more
    older = await store.messages(USER, start=newest.older, limit=3)
    assert ([m.text for m in older.messages], older.more) == (["1", "2", "3"], True)
    oldest = await store.messages(USER, start=older.older, limit=3)
    assert ([m.text for m in oldest.messages], oldest.more) == (["0"], False)
    back = await store.messages(USER, direction="newer", start=oldest.newer, limit=10)
    assert ([m.text for m in back.messages], back.more) == (["1", "2", "3", "4", "5", "6"], False)
    first = await store.messages(USER, direction="newer", limit=2)
    assert [m.text for m in first.messages] == ["0", "1"]


async def test_a_page_past_the_end_is_empty_and_what_arrives_later_is_found_from_the_end(
    documents: Documents,
) -> None:
    store = ConversationStore(documents)
    empty = await store.messages(USER)
    assert (empty.messages, empty.older, empty.newer, empty.more) == ([], None, None, False)
    await store.append(USER, inbound(1))
    end = (await store.messages(USER)).newer
    assert (await store.messages(USER, direction="newer", start=end)).messages == []
    await store.append(USER, inbound(2))
    later = await store.messages(USER, direction="newer", start=end)
    assert [m.id for m in later.messages] == [inbound(2).id]


async def test_conversations_do_not_see_each_other(documents: Documents) -> None:
    store = ConversationStore(documents)
    await store.append("one", inbound(1))
    await store.append("one/messages", inbound(2))
    assert [m.id for m in (await store.messages("one")).messages] == [inbound(1).id]


async def test_the_header_is_created_once_and_its_instants_only_advance(documents: Documents) -> None:
    store = ConversationStore(documents)
    assert await store.header(USER) is None
    trail = AuditTrail(documents, "acme")
    state: TrailState | None = None
    for record in (action(0), inbound(10), action(3, mode="HUMAN"), inbound(5)):
        state = await trail.record(USER, [record], state)
    header = await store.header(USER)
    assert header is not None
    assert (header.user_key, header.channel, header.tenant_id, header.mode) == (
        USER,
        "whatsapp",
        "acme",
        "HUMAN",
    )
    assert (header.created_at[-4:], header.updated_at[-4:], header.last_message_at[-4:]) == (
        "000Z",
        "010Z",
        "010Z",
    )


async def test_headers_are_listed_from_the_last_to_speak(documents: Documents) -> None:
    store = ConversationStore(documents)
    trail = AuditTrail(documents)
    for n, user in enumerate(("a", "b", "c")):
        await trail.record(user, [inbound(n)], None)
    await trail.record("silent", [action(9)], None)
    first = await store.headers(limit=2)
    assert [header.user_key for header in first.headers] == ["c", "b"]
    rest = await store.headers(start=first.next, limit=2)
    assert ([header.user_key for header in rest.headers], rest.next) == (["a"], None)


async def test_a_closed_session_is_stored_once_per_conversation(documents: Documents) -> None:
    store = SessionStore(documents, "acme")
    assert await store.add("one", session())
    assert not await store.add("one", session())
    assert await store.add("two", session())
    stored = await store.get(scoped_id("one", "s1"))
    assert stored is not None
    assert (stored.user_key, stored.session_id, stored.tenant_id) == ("one", "s1", "acme")
    assert (stored.outcome, stored.intents, stored.facts) == (
        "HANDOFF_HUMAN", ["CUSTOM_SOFTWARE"], {"city": "Ponta Grossa"},
    )  # fmt: skip
    assert (stored.opened_at, stored.closed_at) == ("2023-11-14T22:13:20.001Z", "2023-11-14T22:13:21.001Z")
    assert await store.get("unknown") is None


async def test_sessions_of_a_person_are_listed_from_the_latest(documents: Documents) -> None:
    store = SessionStore(documents)
    for n in range(3):
        await store.add(USER, session(n))
    await store.add("other", session(9))
    page, start = await store.of(USER, limit=2)
    assert [s.session_id for s in page] == ["s2", "s1"]
    page, start = await store.of(USER, start=start, limit=2)
    assert ([s.session_id for s in page], start) == (["s0"], None)


async def test_the_queue_puts_level_then_score_then_waiting_time_first(documents: Documents) -> None:
    store = HandoffStore(documents)
    rows = [(1, "low", 100), (2, "high", 40), (3, "medium", 0), (4, "high", 90), (5, "high", 40)]
    for number, level, score in rows:
        await store.add(USER, handoff(number, level=level, score=score))
    page, start = await store.queue(limit=3)
    assert [h.session_id for h in page] == ["s4", "s2", "s5"]
    page, start = await store.queue(start=start, limit=3)
    assert ([h.session_id for h in page], start) == (["s3", "s1"], None)


async def test_a_handoff_carries_its_whole_context(documents: Documents) -> None:
    store = HandoffStore(documents, "acme")
    assert await store.add(USER, handoff())
    assert not await store.add(USER, handoff(score=1))
    stored = await store.get(scoped_id(USER, "s1:handoff"))
    assert stored is not None
    assert (stored.status, stored.handoff_id, stored.session_id) == ("OPEN", "s1:handoff", "s1")
    assert stored.intents_detected == ["CUSTOM_SOFTWARE", "INSTITUTIONAL"]
    assert (stored.requirements, stored.confidence, stored.lead_score) == ({"users": "20"}, 0.9, 80)
    assert stored.created_at == stored.updated_at == "2023-11-14T22:13:20.001Z"


async def test_a_handoff_is_accepted_and_closed_once(documents: Documents) -> None:
    store = HandoffStore(documents, clock=lambda: T0 + 5000)
    await store.add(USER, handoff())
    key = scoped_id(USER, "s1:handoff")
    assert [await store.accept(key), await store.accept(key)] == [True, False]
    assert ((await store.queue())[0], len((await store.queue("ACCEPTED"))[0])) == ([], 1)
    assert [await store.close(key), await store.close(key), await store.accept(key)] == [True, False, False]
    stored = await store.get(key)
    assert stored is not None
    assert (stored.status, stored.updated_at) == ("CLOSED", "2023-11-14T22:13:25.000Z")
    assert not await store.accept("unknown")


async def test_of_two_operators_who_accept_together_one_gets_it(documents: Documents) -> None:
    store = HandoffStore(documents)
    await store.add(USER, handoff())
    key = scoped_id(USER, "s1:handoff")
    assert sorted(await asyncio.gather(store.accept(key), store.accept(key))) == [False, True]


async def test_an_open_handoff_may_be_closed_at_once(documents: Documents) -> None:
    store = HandoffStore(documents)
    await store.add(USER, handoff())
    assert await store.close(scoped_id(USER, "s1:handoff"))


async def test_a_stored_document_that_does_not_decode_is_a_permanent_error(documents: Documents) -> None:
    conversations, sessions, handoffs = (
        ConversationStore(documents),
        SessionStore(documents),
        HandoffStore(documents),
    )
    await sessions.add(USER, session())
    await handoffs.add(USER, handoff())
    key, other = scoped_id(USER, "s1"), scoped_id(USER, "s1:handoff")
    await documents.write(
        Merge(header_path(USER), {"mode": "ASLEEP"}),
        Merge(f"sessions/{key}", {"outcome": "LOST"}),
        Merge(f"handoffs/{other}", {"status": "GONE"}),
    )
    for reading in (
        lambda: conversations.header(USER),
        lambda: sessions.get(key),
        lambda: handoffs.get(other),
    ):
        with pytest.raises(PermanentError) as caught:
            await reading()
        assert caught.value.code == "undecodable_document"
