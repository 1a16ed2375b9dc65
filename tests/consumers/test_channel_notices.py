"""O que a Meta diz da conta passa pela etapa `audit`: fica na trilha, e vale para quem envia."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from consumers.audit import audit_stage
from pyloto_stream.conversation.records import Record
from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.channels import ChannelStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from tests.consumers.test_audit import run, turn
from tests.support.channels import ACCOUNT, BANNED, NUMBER
from tests.support.documents import Watched
from tests.support.records import USER, inbound


@pytest_asyncio.fixture
async def documents(tmp_path: Path) -> AsyncIterator[SqliteDocuments]:
    store = await SqliteDocuments.open(tmp_path / "documents.db")
    yield store
    await store.close()


async def test_a_notice_is_on_the_trail_and_in_force_however_often(documents: SqliteDocuments) -> None:
    stage = audit_stage(AuditTrail(documents), channels=ChannelStore(documents, ACCOUNT))
    for _ in range(2):
        await run(stage, turn([inbound(), BANNED]))
    assert (await ChannelStore(documents, ACCOUNT).state(NUMBER)).paused == "account_disabled"
    events = [event async for event in AuditLogStore(documents).events(USER)]
    assert [(event.action, event.reason) for event in events] == [
        ("MESSAGE_RECEIVED", "TEXT"),
        ("META_ACCOUNT_UPDATE", "DISABLED_UPDATE"),
    ]


async def test_a_store_that_falls_between_trail_and_notice_loses_neither(documents: SqliteDocuments) -> None:
    watched, counted = Watched(documents), list[Record]()
    stage = audit_stage(AuditTrail(documents), counted.extend, ChannelStore(watched, ACCOUNT))
    watched.refuse = 1
    with pytest.raises(UnavailableError):
        await run(stage, turn([BANNED]))
    assert counted == [], "what was not finished is not counted"
    await run(stage, turn([BANNED]))
    assert counted == [BANNED]
    assert (await ChannelStore(documents, ACCOUNT).state(NUMBER)).paused == "account_disabled"
    assert (await AuditLogStore(documents).verify(USER)).events == 1
