"""Os arquivos entre a Meta local e o nosso lado: o que ela entrega chega, e o que sobe ela aceita."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from consumers.media import MediaDesk, media_stage
from pyloto_stream.conversation.events import MediaFailed
from pyloto_stream.conversation.records import MediaRecord
from pyloto_stream.conversation.wanted import MediaWanted
from pyloto_stream.simulator import samples
from pyloto_stream.simulator.faults import Fault
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.stores.media import MediaStore, object_path
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.streams.model import Plan
from pyloto_stream.whatsapp.media_download import MediaDownloader
from pyloto_stream.whatsapp.media_stream import MediaStreams
from pyloto_stream.whatsapp.media_upload import MediaUploader, OutgoingFile
from tests.support.files import sha256
from tests.support.room import decide, notices, records, turn
from tests.support.simulation import NUMBER, World

ANA = fictional(1)
LIMIT = 1_000_000
SENT: dict[str, tuple[str, bytes]] = {
    "document": ("application/pdf", samples.PDF), "photo": ("image/jpeg", samples.JPEG),
    "voice": ("audio/ogg", samples.OGG), "video": ("video/mp4", samples.MP4),
    "sticker": ("image/webp", samples.WEBP),
}  # fmt: skip


class Desk:
    """A etapa `media` ligada à Meta local."""

    def __init__(self, world: World, objects: FolderObjects) -> None:
        self.world = world
        self.objects = objects
        streams = MediaStreams(world.client.http, world.url, (), LIMIT)
        downloader = MediaDownloader(world.client, streams, LIMIT)
        self.stage = media_stage(MediaDesk(downloader, objects, attempts=1))

    async def last(self) -> MediaWanted:
        """O arquivo da última mensagem que chegou ao webhook, como a conversa o pediria."""
        webhook = self.world.webhook
        await webhook.until(lambda: webhook.messages)
        message = webhook.messages[-1]
        media = message.content.media
        assert media is not None
        fields = msgspec.to_builtins(media)
        sent = {
            "event": "media", "message_id": message.id, "kind": message.content.kind, "media": fields,
            "phone_number_id": NUMBER, "sent_at_ms": message.sent_at_ms,
        }  # fmt: skip
        return msgspec.convert(sent, MediaWanted)

    async def keep(self, wanted: MediaWanted) -> Plan:
        plan = await decide(self.stage, turn(msgspec.json.encode([wanted])))
        assert isinstance(plan, Plan)
        return plan


@pytest_asyncio.fixture
async def desk(world: World, tmp_path: Path) -> AsyncIterator[Desk]:
    yield Desk(world, await FolderObjects.open_folder(tmp_path / "objects"))


@pytest.mark.parametrize("act", SENT)
async def test_what_a_person_sends_is_stored_as_it_is(world: World, desk: Desk, act: str) -> None:
    mime_type, data = SENT[act]
    await getattr(world.simulator.person(ANA), act)().accepted()
    plan = await desk.keep(await desk.last())
    (record,) = records(plan)
    assert isinstance(record, MediaRecord)
    assert (record.mime_type, record.size, record.sha256) == (mime_type, len(data), sha256(data))
    async with desk.objects.open(record.path) as chunks:
        assert b"".join([chunk async for chunk in chunks]) == data


async def test_an_old_webhook_is_served_by_asking_again(world: World, desk: Desk) -> None:
    await world.simulator.person(ANA).document().accepted()
    wanted = await desk.last()
    assert wanted.media.url
    for late in (
        msgspec.structs.replace(wanted, sent_at_ms=0),
        msgspec.structs.replace(wanted, media=msgspec.structs.replace(wanted.media, url="")),
    ):
        plan = await desk.keep(late)
        assert await desk.objects.delete(object_path(sha256(samples.PDF)))
        assert notices(plan) == []


async def test_a_file_that_meta_forgot_is_gone(world: World, desk: Desk) -> None:
    await world.simulator.person(ANA).document().accepted()
    wanted = await desk.last()
    assert world.simulator.media.delete(wanted.media.id)
    plan = await desk.keep(wanted)
    assert notices(plan) == [MediaFailed(message_id=wanted.message_id, kind="document", code="media_gone")]


async def test_a_download_cut_in_the_middle_leaves_nothing(world: World, desk: Desk) -> None:
    await world.simulator.person(ANA).document(samples.PDF + bytes(500_000)).accepted()
    world.simulator.faults.add(Fault("cut", endpoint="download", accepted=True))
    plan = await desk.keep(await desk.last())
    (notice,) = notices(plan)
    assert isinstance(notice, MediaFailed)
    assert notice.code == "media_cut"


async def test_a_file_larger_than_ours_is_not_taken(world: World, desk: Desk) -> None:
    big = world.simulator.media.put_generated(LIMIT + 1, seed=1)
    await world.simulator.person(ANA).document(big).accepted()
    (notice,) = notices(await desk.keep(await desk.last()))
    assert isinstance(notice, MediaFailed)
    assert notice.code == "media_too_large"


async def test_a_stored_file_goes_up_once_and_meta_can_serve_it(
    world: World, desk: Desk, tmp_path: Path
) -> None:
    await world.simulator.person(ANA).photo().accepted()
    (record,) = records(await desk.keep(await desk.last()))
    assert isinstance(record, MediaRecord)
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    uploader = MediaUploader(world.client, MediaStore(documents))
    file = OutgoingFile(record.sha256, "image", record.size)
    first = await uploader.upload(file, NUMBER, lambda: desk.objects.open(record.path))
    second = await uploader.upload(file, NUMBER, lambda: desk.objects.open(record.path))
    await documents.close()
    assert first == second
    stored = world.simulator.media.find(first)
    assert stored is not None
    assert (stored.digest.hex(), stored.mime) == (record.sha256, "image/jpeg")
