import json
import re
from pathlib import Path

from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import AuditEvent
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.handoffs import HandoffStore
from pyloto_stream.stores.messages import message_write
from pyloto_stream.stores.ports import TTL_FIELD
from pyloto_stream.stores.sessions import SessionStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.documents import Watched
from tests.support.profiles import profiles
from tests.support.records import USER, inbound

FOLDER = Path(__file__).parents[2] / "docs" / "firestore"
INDEXES = json.loads((FOLDER / "firestore.indexes.json").read_text())


def composite(collection: str, *fields: tuple[str, str]) -> dict[str, object]:
    return {
        "collectionGroup": collection,
        "queryScope": "COLLECTION",
        "fields": [{"fieldPath": name, "order": order} for name, order in fields],
    }


async def test_every_query_that_needs_a_composite_index_has_one_and_no_other_exists(
    documents: SqliteDocuments,
) -> None:
    watched = Watched(documents)
    log = AuditLogStore(watched)
    await log.append(USER, AuditEvent("e", "2026-01-01T00:00:00.000Z", "SYSTEM", "X"))
    await log.verify(USER)
    await log.trim(USER, "2025")
    assert [event.action async for event in log.events(USER)] == ["X"]
    await ConversationStore(watched).messages(USER)
    await ConversationStore(watched).headers()
    await SessionStore(watched).of(USER)
    await HandoffStore(watched).queue()
    await profiles(watched).get_by_phone("5542999998888")  # igualdade e ordem do id: o índice simples basta
    needed = [
        composite(
            query.collection.rpartition("/")[2],
            *((name, "ASCENDING") for name, _ in query.where),
            (query.order_by, "DESCENDING" if query.descending else "ASCENDING"),
        )
        for query in watched.queries
        if query.where and query.order_by
    ]
    assert needed == INDEXES["indexes"]


def test_the_expiry_of_messages_files_and_exports_is_a_ttl_field() -> None:
    ttl = [
        (rule["collectionGroup"], rule["fieldPath"]) for rule in INDEXES["fieldOverrides"] if rule.get("ttl")
    ]
    assert ttl == [(name, TTL_FIELD) for name in ("messages", "media", "people", "files", "exports")]
    assert TTL_FIELD in message_write(USER, inbound()).data


def test_the_rules_that_are_deployed_let_nobody_in() -> None:
    rules = (FOLDER / "firestore.rules").read_text()
    assert re.findall(r"allow ([^;]*);", rules) == ["read, write: if false"]
    assert re.findall(r"match (\S+) \{", rules) == ["/databases/{database}/documents", "/{document=**}"]
