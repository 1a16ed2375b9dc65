"""Um arquivo pelo sistema inteiro: da tela da pessoa ao repositório de objetos, à mensagem e à auditoria."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest_asyncio

from pyloto_stream.cli.local import Local, local_system
from pyloto_stream.simulator.faults import Fault
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.media import MediaStore, StoredMedia
from pyloto_stream.stores.messages import StoredMessage
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.local import local_settings

ANA, RUI = fictional(1), fictional(2)
PDF = b"%PDF-1.7\n" + b"planta da loja\n" * 5000
SHA = hashlib.sha256(PDF).hexdigest()
LIMIT_S = 30.0


@pytest_asyncio.fixture
async def local(tmp_path: Path) -> AsyncIterator[Local]:
    async with local_system(local_settings(tmp_path, MEDIA_MAX_BYTES="1000000")) as running:
        yield running


@pytest_asyncio.fixture
async def documents(local: Local) -> AsyncIterator[SqliteDocuments]:
    store = await SqliteDocuments.open(local.settings.sqlite_path)
    yield store
    await store.close()


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    """Espera `done`; o banco não avisa quando muda."""
    async with asyncio.timeout(LIMIT_S):
        while not await done():  # noqa: ASYNC110 — não há o que acorde
            await asyncio.sleep(0.05)


async def messages(documents: SqliteDocuments) -> dict[str, list[StoredMessage]]:
    """As mensagens de cada conversa, por `user_key`."""
    store = ConversationStore(documents)
    page = await store.headers()
    return {header.user_key: (await store.messages(header.user_key)).messages for header in page.headers}


def objects(local: Local) -> list[Path]:
    root = local.settings.object_folder
    return [found for found in root.rglob("*") if found.is_file()]


async def test_a_document_is_answered_stored_once_for_two_people_and_recorded(
    local: Local, documents: SqliteDocuments
) -> None:
    for person in (ANA, RUI):
        await local.simulator.person(person).document(PDF).accepted()

    async def answered_and_stored() -> bool:
        told = await messages(documents)
        return len(told) == 2 and all(
            any(message.media == SHA for message in chat)
            and any(message.direction == "out" for message in chat)
            for chat in told.values()
        )

    await until(answered_and_stored)
    (stored,) = objects(local)
    assert stored.read_bytes() == PDF
    found = await MediaStore(documents).find(SHA)
    assert isinstance(found, StoredMedia)
    assert (found.size, found.mime_type) == (len(PDF), "application/pdf")
    assert found.path == str(stored.relative_to(local.settings.object_folder))
    for user_key in await messages(documents):
        log = AuditLogStore(documents)
        assert "MEDIA_STORED" in [event.action async for event in log.events(user_key)]
        assert (await log.verify(user_key)).intact


async def test_a_file_too_large_is_audited_and_the_conversation_goes_on(
    local: Local, documents: SqliteDocuments
) -> None:
    big = local.simulator.media.put_generated(1_000_001, seed=1)
    await local.simulator.person(ANA).document(big).accepted()

    async def audited() -> bool:
        keys = list(await messages(documents))
        log = AuditLogStore(documents)
        return "MEDIA_FAILED" in [event.action for key in keys async for event in log.events(key)]

    await until(audited)
    assert objects(local) == []


async def test_i19_while_meta_serves_no_files_people_are_answered_and_the_file_comes_later(
    local: Local, documents: SqliteDocuments
) -> None:
    down = local.simulator.faults.add(Fault("error", status=503, endpoint="download", times=10_000))
    await local.simulator.person(ANA).document(PDF).accepted()

    async def answered() -> bool:
        told = await messages(documents)
        return any(message.direction == "out" for chat in told.values() for message in chat)

    await until(answered)
    assert objects(local) == []
    local.simulator.faults.clear()
    assert down.hits

    async def stored() -> bool:
        told = await messages(documents)
        return any(message.media == SHA for chat in told.values() for message in chat)

    await until(stored)
