"""O que chega torto à trilha, em cada banco: longo, partido, datado para trás, escrito por outra versão."""

import itertools
from collections.abc import Sequence

import msgspec
import pytest

from pyloto_stream.conversation.records import (
    CUT_MARK,
    MAX_STORED_TEXT,
    ActionRecord,
    MessageRecord,
    Record,
    SessionRecord,
    StatusRecord,
    TranscriptRecord,
)
from pyloto_stream.errors import PermanentError
from pyloto_stream.records.export import ExportRequest
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import AuditEvent, digest, event_path, head_path, link
from pyloto_stream.stores.conversations import ConversationStore, header_path
from pyloto_stream.stores.exports import LEASE_MS, ExportStore
from pyloto_stream.stores.handoffs import HandoffStore
from pyloto_stream.stores.media import MediaStore, StoredMedia, media_path
from pyloto_stream.stores.messages import StoredMessage, message_path
from pyloto_stream.stores.ports import Create, Delete, Documents, Merge, Write
from pyloto_stream.stores.sessions import SessionStore, scoped_id
from pyloto_stream.stores.times import iso
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.stores.values import Data
from tests.support.documents import everything
from tests.support.exports import talked, use_case
from tests.support.object_links import LinkReader
from tests.support.records import T0, USER, action, handoff, inbound, media, outbound, session, status
from tests.support.retained import swept

FUTURE: Data = {"schema": 9, "later": {"x": 1}}
"""O que uma versão mais nova acrescentaria a um documento."""


async def stored(documents: Documents, record: MessageRecord, user_key: str = USER) -> StoredMessage:
    found = await ConversationStore(documents).message(user_key, record.id)
    assert found is not None
    return found


async def intact(documents: Documents, user_key: str = USER) -> int:
    verdict = await AuditLogStore(documents).verify(user_key)
    assert verdict.intact, verdict
    return verdict.events


@pytest.mark.parametrize("letter", ["x", "ç", "😀"])
async def test_a_text_over_the_limit_is_cut_and_marked(documents: Documents, letter: str) -> None:
    long = [inbound(1, text=letter * 300_000), outbound(2, text=letter * (MAX_STORED_TEXT + 1))]
    just = inbound(3, text=letter * MAX_STORED_TEXT)
    await AuditTrail(documents).record(USER, [*long, just], None)
    for record in long:
        text = (await stored(documents, record)).text
        assert text == letter * (MAX_STORED_TEXT - len(CUT_MARK)) + CUT_MARK
    assert (await stored(documents, just)).text == just.text


async def test_half_a_character_is_replaced_and_the_rest_of_the_text_stays(documents: Documents) -> None:
    spoken = msgspec.structs.replace(inbound(2, text=""), type="audio", media_id="7")
    heard = TranscriptRecord("t2", spoken.id, "ou\udfffvi", T0 + 5)
    await AuditTrail(documents).record(USER, [inbound(1, text="oi \ud83d tudo \udc00?"), spoken, heard], None)
    assert (await stored(documents, inbound(1))).text == "oi ? tudo ??"
    assert (await stored(documents, spoken)).text == "ou?vi"


async def test_half_a_character_where_no_text_goes_is_refused_whole(documents: Documents) -> None:
    odd = SessionRecord("s1", T0, T0 + 1, "SELF_SERVE_INFO", facts={"city": "Cas\ud83dtro"})
    refused: list[list[Record]] = [[inbound(1), odd], [inbound(1), action(1, x="\ud83d")]]
    for records in refused:
        with pytest.raises(PermanentError) as caught:
            await AuditTrail(documents).record(USER, records, None)
        assert caught.value.code == "unstorable_document"
        assert "Cas" not in str(caught.value)
        assert await everything(documents, USER) == {}


HOSTILE = ["a/b", "a%2Fb", "..", ".", "__all__", "a.b.c", "a`b", "é/ã", "x" * 3000, "wamid.A/+=="]


async def test_keys_with_slashes_and_dots_never_meet(documents: Documents) -> None:
    trail, log, store = AuditTrail(documents), AuditLogStore(documents), ConversationStore(documents)
    for user_key in HOSTILE:
        said = [msgspec.structs.replace(inbound(n, text=str(n)), id=name) for n, name in enumerate(HOSTILE)]
        acts = [msgspec.structs.replace(action(n), id=name) for n, name in enumerate(HOSTILE)]
        state = await trail.record(user_key, [*said, *acts], None)
        assert await trail.record(user_key, [*said, *acts], None) == state
    for user_key in HOSTILE:
        assert await intact(documents, user_key) == 2 * len(HOSTILE)
        page = await store.messages(user_key)
        assert [message.text for message in page.messages] == [str(n) for n in range(len(HOSTILE))]
        assert len([e async for e in log.events(user_key)]) == 2 * len(HOSTILE)
    assert len((await store.headers()).headers) == len(HOSTILE)


async def test_a_clock_that_goes_back_forks_nothing_and_takes_nothing_back(documents: Documents) -> None:
    trail, hour = AuditTrail(documents), 3_600_000
    state = await trail.record(USER, [inbound(1, at_ms=T0 + hour), outbound(1, at_ms=T0 + hour)], None)
    late: list[Record] = [
        inbound(2, at_ms=T0), ActionRecord("late", "TAKEN_OVER", T0, "SYSTEM", data={"mode": "HUMAN"}),
        status(1, "read", at_ms=T0), status(1, "sent", at_ms=T0 + 2 * hour),
    ]  # fmt: skip
    state = await trail.record(USER, late, state)
    assert await trail.record(USER, late, None) == state
    assert await intact(documents) == 4
    events = [event async for event in AuditLogStore(documents).events(USER)]
    assert [event.seq for event in events] == [1, 2, 3, 4]
    assert [event.timestamp for event in events] == [iso(T0 + hour)] * 2 + [iso(T0)] * 2
    store = ConversationStore(documents)
    header = await store.header(USER)
    assert header is not None
    assert (header.updated_at, header.last_message_at) == (iso(T0 + hour),) * 2
    assert header.mode == "HUMAN"
    assert (await stored(documents, outbound(1))).status == "read"
    assert next(m.id for m in (await store.messages(USER)).messages) == inbound(2).id


async def test_a_clock_that_goes_back_during_an_export_costs_neither_it_nor_what_is_kept(
    documents: Documents, reader: LinkReader
) -> None:
    await talked(documents)
    moments = itertools.count(T0 + 60_000, -LEASE_MS)
    case = use_case(documents, reader.objects, lambda: next(moments))
    done = await case.run(ExportRequest(USER, "ana", ttl_s=60))
    assert done is not None
    assert (await reader.open(done.url)).status == 200
    _, report = await swept(documents, reader.objects, next(moments))
    assert report.good
    assert not any(tally.removed for tally in report.collections)
    found = await ExportStore(documents).get(done.export_id)
    assert found is not None
    assert found.status == "DONE"
    assert await intact(documents) > 0


async def test_documents_of_a_newer_version_are_read_and_keep_what_this_one_does_not_know(
    documents: Documents,
) -> None:
    trail = AuditTrail(documents)
    file = media(1)
    state = await trail.record(USER, [inbound(1), outbound(2), session(1), handoff(1), file, action(1)], None)
    key, other = scoped_id(USER, "s1"), scoped_id(USER, "s1:handoff")
    touched = [message_path(USER, outbound(2).id), header_path(USER), f"handoffs/{other}", head_path(USER)]
    kept = [message_path(USER, inbound(1).id), f"sessions/{key}", media_path(file.sha256)]
    await documents.write(*(Merge(place, FUTURE) for place in (*touched, *kept)))
    assert (await stored(documents, inbound(1))).text == "olá"
    assert await SessionStore(documents).get(key) is not None
    assert isinstance(await MediaStore(documents, lambda: T0).find(file.sha256), StoredMedia)
    assert await HandoffStore(documents).accept(other)
    late = StatusRecord("st", outbound(2).id, "read", T0 + 9)
    for known in (state, None):
        await trail.record(USER, [late, inbound(3), file], known)
    assert (await stored(documents, outbound(2))).status == "read"
    assert await intact(documents) == 6
    for place in (*touched, *kept):
        document = await documents.get(place)
        assert document is not None
        assert {name: document.data.get(name) for name in FUTURE} == FUTURE, place


def newer(writes: Sequence[Write], event: str) -> list[Write]:
    """Os mesmos elos como uma versão mais nova os escreveria: com um campo a mais, que entra no resumo."""
    (made,) = [write for write in writes if write.path == event_path(USER, event)]
    assert isinstance(made, Create)
    data = {**made.data, "schema": 9}
    sealed: Data = {"hash": digest(data)}
    old = made.data["hash"]
    others = [
        msgspec.structs.replace(
            write, data={k: sealed["hash"] if v == old else v for k, v in write.data.items()}
        )
        for write in writes
        if write is not made and not isinstance(write, Delete)
    ]
    return [Create(made.path, {**data, **sealed}), *others]


async def test_an_event_of_a_newer_version_verifies_and_is_continued(documents: Documents) -> None:
    trail, log = AuditTrail(documents), AuditLogStore(documents)
    state = await trail.record(USER, [inbound(1)], None)
    links, _ = link(USER, await log.head(USER), [AuditEvent("new", iso(T0 + 5), "SYSTEM", "FROM_LATER")])
    await documents.write(*newer(links, "new"))
    assert await intact(documents) == 2
    await trail.record(USER, [inbound(2)], state)
    assert await intact(documents) == 3
    assert [event.action async for event in log.events(USER)][1] == "FROM_LATER"


async def test_documents_of_an_older_version_are_read_with_what_they_lack_empty(documents: Documents) -> None:
    key = scoped_id(USER, "s1")
    await documents.write(
        Create(
            message_path(USER, "old"),
            {"id": "old", "direction": "in", "actor": "USER", "timestamp": iso(T0), "type": "text"},
        ),
        Create(
            f"sessions/{key}",
            {"id": key, "session_id": "s1", "user_key": USER, "tenant_id": "t", "opened_at": iso(T0),
             "closed_at": iso(T0), "outcome": "SELF_SERVE_INFO"},
        ),
    )  # fmt: skip
    message = await ConversationStore(documents).message(USER, "old")
    closed = await SessionStore(documents).get(key)
    assert message is not None
    assert closed is not None
    assert (message.text, message.status, message.revoked_at, closed.prompt_version) == ("", "", "", "")
    await AuditTrail(documents).record(USER, [StatusRecord("x", "old", "read", T0 + 1), inbound(2)], None)
    message = await ConversationStore(documents).message(USER, "old")
    assert message is not None
    assert message.status == "read"
    assert await intact(documents) == 1
