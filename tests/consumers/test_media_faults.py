"""O que não dá para guardar é registrado e avisado; o que é da rede espera; metade nunca fica."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web

from consumers.media import MediaDesk, media_stage
from pyloto_stream.conversation.events import Media, MediaFailed
from pyloto_stream.conversation.records import ActionRecord, MediaRecord, opaque
from pyloto_stream.errors import PermanentError, PylotoError, TransientError, UnavailableError
from pyloto_stream.stores.media import object_path
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.streams.model import Plan, Snooze
from pyloto_stream.whatsapp.graph_errors import GraphTransientError
from tests.support.files import PDF, downloader, sha256
from tests.support.graph import answer, closed_port, refusal
from tests.support.records import T0
from tests.support.room import WAMID, Room, decide, notices, open_room, records, turn, wanted

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"pixels" * 3000


@pytest_asyncio.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with open_room(tmp_path / "objects") as room:
        yield room


LOST = {
    "media_gone": (answer(400, refusal(100)), None),
    "media_hash_mismatch": (None, answer(200, PDF[:-1])),
    "media_too_large": (None, answer(200, PDF * 6)),
    "media_type_refused": (None, answer(200, JPEG)),
}


@pytest.mark.parametrize("code", LOST)
async def test_i19_what_cannot_be_kept_is_recorded_and_the_conversation_is_told(
    room: Room, code: str
) -> None:
    room.files.resolve, room.files.file = LOST[code]
    kind = "video" if code == "media_type_refused" else "document"
    event = wanted(digest=sha256() if kind == "document" else "", kind=kind)
    plan = await room.run(event)
    assert records(plan) == [
        ActionRecord(
            id=f"media_failed:{opaque(WAMID)}", action="MEDIA_FAILED", at_ms=T0, actor="SYSTEM",
            reason=code.upper(), correlation_id="c1", data={"message": opaque(WAMID), "kind": kind},
        )
    ]  # fmt: skip
    assert notices(plan) == [MediaFailed(message_id=WAMID, kind=event.kind, code=code)]
    assert room.stored() == []
    assert room.counted == [code]


@pytest.mark.parametrize("failures", [0, 50])
async def test_a_host_that_is_not_in_the_list_is_waited_for(room: Room, failures: int) -> None:
    room.files.resolve = answer(200, b'{"url":"https://new.example/x"}')
    with pytest.raises(UnavailableError) as caught:
        await room.run(wanted(), failures=failures)
    assert caught.value.code == "media_host_refused"
    assert room.stored() == []


async def test_a_lost_file_does_not_take_the_others_of_its_turn_with_it(room: Room) -> None:
    lost = msgspec.structs.replace(wanted("wamid.2"), media=Media(id="404"))
    plan = await room.run(wanted("wamid.1"), lost, wanted("wamid.3"))
    assert [type(record) for record in records(plan)] == [MediaRecord, ActionRecord, MediaRecord]
    assert len(room.stored()) == 1


async def test_a_stumble_is_retried_by_the_runtime_and_the_last_time_the_person_is_told(room: Room) -> None:
    room.files.file = answer(500, b"")
    for failures, wait_ms in ((0, 2_000), (1, 8_000)):
        with pytest.raises(GraphTransientError) as caught:
            await room.run(wanted(), failures=failures)
        assert (caught.value.code, caught.value.retry_after_ms) == ("graph_http_500", wait_ms)
    plan = await room.run(wanted(), failures=2)
    assert notices(plan) == [MediaFailed(message_id=WAMID, kind="document", code="graph_http_500")]


@pytest.mark.parametrize("failures", [0, 2, 50])
async def test_a_graph_that_is_down_is_waited_for_and_never_held_against_the_file(
    room: Room, failures: int
) -> None:
    room.files.resolve = answer(503, b"<html>")
    with pytest.raises(UnavailableError):
        await room.run(wanted(), failures=failures)
    assert room.stored() == []


async def test_a_folder_that_is_gone_is_waited_for(room: Room) -> None:
    (room.root / ".incoming").rmdir()
    with pytest.raises(UnavailableError) as caught:
        await room.run(wanted(), failures=9)
    assert caught.value.code == "object_store_unavailable"


async def test_a_half_file_is_never_stored(room: Room) -> None:
    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(PDF))})
        await response.prepare(request)
        await response.write(PDF[:150_000])
        assert request.transport is not None
        request.transport.close()
        return response

    room.files.file = half
    with pytest.raises(PylotoError):
        await room.run(wanted())
    assert room.stored() == []
    room.files.file = None
    await room.run(wanted())
    assert room.stored() == [object_path(sha256())]


async def test_an_unreadable_event_is_buried_and_one_of_a_newer_version_waits(room: Room) -> None:
    with pytest.raises(PermanentError) as caught:
        await decide(room.stage, turn(b'[{"event":"media"}]'))
    assert caught.value.code == "undecodable_event"
    assert isinstance(await decide(room.stage, turn(b'[{"event":"media_of_tomorrow"}]')), Snooze)


async def test_an_unreachable_graph_is_waited_for(tmp_path: Path) -> None:
    async with downloader(f"http://127.0.0.1:{closed_port()}") as media:
        objects = await FolderObjects.open_folder(tmp_path)
        stage = media_stage(MediaDesk(media, objects, attempts=1))
        with pytest.raises(UnavailableError) as caught:
            await decide(stage, turn(msgspec.json.encode([wanted()]), failures=5))
    assert caught.value.code == "graph_unreachable"


async def test_a_turn_whose_files_take_too_long_is_to_be_repeated(tmp_path: Path) -> None:
    async with open_room(tmp_path / "objects") as room:
        hurried = media_stage(room.desk, budget_s=0)
        with pytest.raises(TransientError) as caught:
            await decide(hurried, turn(msgspec.json.encode([wanted()])))
    assert caught.value.code == "media_slow"


async def test_the_last_time_a_slow_file_is_told_and_the_stored_one_beside_it_is_recorded(room: Room) -> None:
    await room.run(wanted("wamid.1", digest=sha256()))
    asked = len(room.files.seen)
    events = [wanted("wamid.1", digest=sha256()), wanted("wamid.2")]
    plan = await decide(media_stage(room.desk, budget_s=0), turn(msgspec.json.encode(events), failures=2))
    assert isinstance(plan, Plan)
    assert [type(record) for record in records(plan)] == [MediaRecord, ActionRecord]
    assert notices(plan) == [MediaFailed(message_id="wamid.2", kind="document", code="media_slow")]
    assert (plan.asked, len(room.files.seen)) == (False, asked)


async def test_an_address_that_cannot_be_read_is_to_be_repeated(room: Room) -> None:
    room.files.resolve = answer(200, b'{"url":5}')
    with pytest.raises(GraphTransientError) as caught:
        await room.run(wanted())
    assert caught.value.code == "media_odd_answer"
