"""Os arquivos guardados, em cada banco: números são nomes de campo, e repetir completa em vez de trocar."""

from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.media import UPLOAD_LIFE_MS, MediaStore, Upload
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.times import iso
from pyloto_stream.stores.trail import AuditTrail
from tests.support.records import T0, USER, inbound, media

SHA = "ab" * 32
NUMBER = "106540352242922"


async def test_what_came_and_what_went_up_live_side_by_side(documents: Documents) -> None:
    store = MediaStore(documents, lambda: T0)
    await store.keep_upload(SHA, "1", "11")
    state = await AuditTrail(documents).record(USER, [inbound(1), media(1)], None)
    await AuditTrail(documents).record(USER, [media(1)], state)
    await store.keep_upload(SHA, "2", "22")
    stored = await store.find(SHA)
    assert stored is not None
    until = iso(T0 + UPLOAD_LIFE_MS)
    assert stored.uploads == {"1": Upload("11", until), "2": Upload("22", until)}
    assert stored.whatsapp_ids == {NUMBER: "1013859600285441"}
    assert (stored.size, stored.mime_type) == (190_000, "application/pdf")
    (message,) = (await ConversationStore(documents).messages(USER)).messages
    assert (message.text, message.media) == ("olá", SHA)


async def test_a_file_recorded_before_its_message_does_not_hide_the_message(documents: Documents) -> None:
    trail = AuditTrail(documents)
    state = await trail.record(USER, [media(1)], None)
    assert (await ConversationStore(documents).messages(USER)).messages == []
    await trail.record(USER, [inbound(1)], state)
    (message,) = (await ConversationStore(documents).messages(USER)).messages
    assert (message.text, message.media) == ("olá", SHA)
