"""A etapa `media` promete: cada arquivo guardado uma vez, e repetir não muda nada."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from consumers.media import MARGIN_S
from consumers.pipeline import MEDIA, OUTBOUND, TIMEOUTS_S, timeout_s
from pyloto_stream.conversation.events import MediaFailed
from pyloto_stream.conversation.records import MediaRecord, opaque
from pyloto_stream.stores.media import REUSE_DAYS
from pyloto_stream.whatsapp.media_download import TIMEOUT_S
from tests.support.files import MEDIA_ID, PDF, sha256
from tests.support.graph import NUMBER
from tests.support.records import T0
from tests.support.room import WAMID, Room, notices, open_room, records, wanted


@pytest_asyncio.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with open_room(tmp_path / "objects") as room:
        yield room


async def test_a_file_is_stored_under_its_hash_and_recorded(room: Room) -> None:
    plan = await room.run(wanted())
    path = f"media/{sha256()[:2]}/{sha256()}"
    assert room.stored() == [path]
    assert (room.root / path).read_bytes() == PDF
    assert records(plan) == [
        MediaRecord(
            id=f"media:{opaque(WAMID)}", message_id=WAMID, sha256=sha256(), mime_type="application/pdf",
            size=len(PDF), path=path, at_ms=T0, kind="document", phone_number_id=NUMBER,
            whatsapp_media_id=MEDIA_ID,
        )
    ]  # fmt: skip
    assert notices(plan) == []
    assert plan.asked
    assert room.counted == ["stored"]


async def test_i19_the_same_turn_again_changes_nothing(room: Room) -> None:
    first, second = await room.run(wanted()), await room.run(wanted())
    assert first == second
    assert len(room.stored()) == 1


async def test_an_old_file_that_comes_again_is_stored_anew_for_retention_not_to_take_it(room: Room) -> None:
    await room.run(wanted())
    (path,) = room.stored()
    for digest in (sha256(), ""):
        old_s = T0 / 1000 - (REUSE_DAYS + 1) * 86_400
        os.utime(room.root / path, (old_s, old_s))
        plan = await room.run(wanted("wamid.other", digest=digest))
        assert plan.asked
        assert (room.root / path).stat().st_mtime > old_s
        assert (room.root / path).read_bytes() == PDF
    young_s = T0 / 1000 - (REUSE_DAYS - 1) * 86_400
    os.utime(room.root / path, (young_s, young_s))
    assert not (await room.run(wanted("wamid.other", digest=sha256()))).asked
    assert (room.root / path).stat().st_mtime == young_s


async def test_a_known_hash_is_not_even_downloaded(room: Room) -> None:
    await room.run(wanted())
    room.files.seen.clear()
    room.files.resolved = 0
    plan = await room.run(wanted("wamid.other", digest=sha256()))
    assert (room.files.seen, room.files.resolved) == ([], 0)
    (record,) = records(plan)
    assert isinstance(record, MediaRecord)
    assert (record.message_id, record.size, record.mime_type) == ("wamid.other", len(PDF), "application/pdf")
    assert not plan.asked
    assert room.counted == ["stored", "known"]


async def test_a_known_hash_of_another_type_is_refused_without_a_download(room: Room) -> None:
    await room.run(wanted())
    plan = await room.run(wanted(digest=sha256(), kind="image"))
    assert [type(notice) for notice in notices(plan)] == [MediaFailed]


def test_a_short_stage_timeout_does_not_cut_a_long_download() -> None:
    assert timeout_s(MEDIA, 60.0) == 300.0
    assert timeout_s(OUTBOUND, 60.0) == 45.0
    assert timeout_s(OUTBOUND, 3.0) == 3.0


def test_a_whole_file_and_what_follows_it_fit_in_the_time_of_the_stage() -> None:
    assert MARGIN_S > 0
    assert TIMEOUTS_S[MEDIA] >= TIMEOUT_S + MARGIN_S
