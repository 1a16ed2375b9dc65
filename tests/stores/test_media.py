import msgspec
import pytest

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.media import (
    UPLOAD_LIFE_MS,
    MediaStore,
    StoredMedia,
    media_path,
    object_path,
)
from pyloto_stream.stores.ports import TTL_FIELD
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.times import iso
from pyloto_stream.stores.trail import AuditTrail
from tests.support.records import T0, USER, inbound, media
from tests.support.streams import ManualClock

SHA = "ab" * 32
NUMBER = "106540352242922"


async def test_a_stored_file_is_told_of_and_its_message_points_to_it(documents: SqliteDocuments) -> None:
    await AuditTrail(documents).record(USER, [inbound(1)], None)
    await AuditTrail(documents).record(USER, [media(1)], None)
    assert await MediaStore(documents).find(SHA) == StoredMedia(
        sha256=SHA, size=190_000, mime_type="application/pdf", path=f"media/ab/{SHA}",
        received_at=iso(T0 + 1),
        whatsapp_ids={NUMBER: "1013859600285441"},
    )  # fmt: skip
    (message,) = (await ConversationStore(documents).messages(USER)).messages
    assert (message.id, message.text, message.media) == ("wamid.IN1==", "olá", SHA)


async def test_the_same_file_again_changes_only_when_and_under_what_id(documents: SqliteDocuments) -> None:
    trail = AuditTrail(documents)
    await trail.record(USER, [media(1)], None)
    await trail.record("someone-else", [media(2, media_id="2")], None)
    stored = await MediaStore(documents).find(SHA)
    assert stored is not None
    assert stored.whatsapp_ids == {NUMBER: "2"}
    assert stored.received_at == iso(T0 + 2)


async def test_an_upload_is_reused_by_its_number_while_meta_keeps_it(documents: SqliteDocuments) -> None:
    clock = ManualClock()
    store = MediaStore(documents, clock)
    assert await store.uploaded(SHA, NUMBER) == ""
    await store.keep_upload(SHA, NUMBER, "55")
    assert await store.uploaded(SHA, NUMBER) == "55"
    assert await store.uploaded(SHA, "other") == ""
    clock.ms += UPLOAD_LIFE_MS - 1
    assert await store.uploaded(SHA, NUMBER) == "55"
    clock.ms += 1
    assert await store.uploaded(SHA, NUMBER) == ""


async def test_a_file_that_is_sent_on_lives_as_long_as_if_it_were_not(documents: SqliteDocuments) -> None:
    async def ends() -> object:
        document = await documents.get(media_path(SHA))
        assert document is not None
        return document.data[TTL_FIELD]

    store = MediaStore(documents, ManualClock())
    await store.keep_upload(SHA, NUMBER, "55")
    of_the_upload = await ends()
    await AuditTrail(documents).record(USER, [media(1)], None)
    received = await ends()
    await store.keep_upload(SHA, NUMBER, "56")
    assert (await ends(), received != of_the_upload) == (received, True)


@pytest.mark.parametrize("bad", ["", "AB" * 32, "ab" * 31, "../" * 20, "ab" * 31 + "/x"])
def test_only_a_hash_names_a_file(bad: str) -> None:
    for name in (object_path, media_path):
        with pytest.raises(PermanentError) as caught:
            name(bad)
        assert caught.value.code == "invalid_sha256"


async def test_a_document_of_another_shape_is_told_as_such(documents: SqliteDocuments) -> None:
    await documents.set(media_path(SHA), {"sha256": SHA, "size": "many"})
    with pytest.raises(PermanentError) as caught:
        await MediaStore(documents).find(SHA)
    assert caught.value.code == "undecodable_document"
    assert isinstance(caught.value.__cause__, msgspec.ValidationError)
