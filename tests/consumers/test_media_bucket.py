"""A etapa `media` promete com um balde o que promete com uma pasta: uma vez, inteiro, e esperar se não dá."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from pyloto_stream.conversation.records import MediaRecord
from pyloto_stream.errors import PylotoError, UnavailableError
from pyloto_stream.stores.media import object_path
from pyloto_stream.stores.object_gcs import GcsObjects
from pyloto_stream.stores.object_gcs_transfer import BLOCK_BYTES
from tests.support.files import PDF, sha256
from tests.support.room import Room, open_room, records, wanted
from tests.support.storage_room import StorageRoom, account, gcs, storage, storage_emulator

__all__ = ["account", "gcs", "storage", "storage_emulator"]

LARGE = PDF + bytes(3 * BLOCK_BYTES)


@pytest_asyncio.fixture
async def room(gcs: GcsObjects, tmp_path: Path) -> AsyncIterator[Room]:
    async with open_room(tmp_path, gcs, 2 * len(LARGE)) as room:
        yield room


async def stored(gcs: GcsObjects) -> list[str]:
    return [entry.path async for entry in gcs.list("media/")]


@pytest.mark.parametrize("content", [PDF, LARGE], ids=["one request", "a session"])
async def test_i19_a_file_is_stored_once_however_often_it_comes(
    room: Room, gcs: GcsObjects, storage: StorageRoom, content: bytes
) -> None:
    room.files.content, room.files.sha256 = content, sha256(content)
    first, second = await room.run(wanted()), await room.run(wanted())
    assert first == second
    assert await stored(gcs) == [object_path(sha256(content))]
    async with gcs.open(object_path(sha256(content))) as chunks:
        assert b"".join([chunk async for chunk in chunks]) == content
    storage.gate.seen.clear()
    plan = await room.run(wanted("wamid.other", digest=sha256(content)))
    assert not plan.asked
    assert not any("upload" in request for request in storage.gate.seen)
    (record,) = records(plan)
    assert isinstance(record, MediaRecord)
    assert (record.size, record.mime_type) == (len(content), "application/pdf")


async def test_i19_half_a_file_is_never_stored(room: Room, gcs: GcsObjects, storage: StorageRoom) -> None:
    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(LARGE))})
        await response.prepare(request)
        await response.write(LARGE[: 2 * BLOCK_BYTES])
        assert request.transport is not None
        request.transport.close()
        return response

    room.files.content, room.files.sha256, room.files.file = LARGE, sha256(LARGE), half
    with pytest.raises(PylotoError):
        await room.run(wanted())
    assert storage.gate.aborted > 0
    assert await stored(gcs) == []


@pytest.mark.parametrize(
    ("status", "reason", "code"),
    [(503, "backendError", "object_store_unavailable"), (429, "rateLimitExceeded", "object_store_busy"),
     (403, "forbidden", "object_store_refused")],
)  # fmt: skip
async def test_a_bucket_that_refuses_is_waited_for_and_never_held_against_the_file(
    room: Room, storage: StorageRoom, status: int, reason: str, code: str
) -> None:
    storage.gate.refusal = (status, reason, {})
    with pytest.raises(UnavailableError) as caught:
        await room.run(wanted(), failures=9)
    assert caught.value.code == code
    storage.gate.heal()
    await room.run(wanted(), failures=10)
    assert room.counted == ["stored"]
