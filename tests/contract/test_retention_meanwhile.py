"""A retenção enquanto outros trabalham, ou nada responde: o que está em uso fica, o resto se faz."""

import msgspec

from pyloto_stream.errors import UnavailableError
from pyloto_stream.records.retention import DONE, STARTED
from pyloto_stream.stores.anchor_check import KEPT_DAYS
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import AuditEvent, event_path
from pyloto_stream.stores.chains import PARALLEL
from pyloto_stream.stores.conversations import header_path
from pyloto_stream.stores.exports import export_path
from pyloto_stream.stores.media import media_path, media_writes
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import ConflictError, Create, Delete, Document, Documents, Query, Write
from pyloto_stream.stores.times import DAY_MS, iso
from pyloto_stream.stores.trail import AuditTrail
from tests.support.documents import Watched
from tests.support.records import T0, USER, inbound, media
from tests.support.retained import EVERYTHING, FILE, OPERATIONS, SHA, lived, paths, swept


class Meanwhile(Watched):
    """Antes de apagar `path`, outro o muda."""

    def __init__(self, inner: Documents, path: str, change: Write) -> None:
        super().__init__(inner)
        self.path, self.change = path, change

    async def write(self, *writes: Write) -> list[str]:
        if any(isinstance(write, Delete) and write.path == self.path for write in writes):
            self.path = ""
            await self.inner.write(self.change)
        return await super().write(*writes)


async def test_a_file_that_comes_again_meanwhile_is_kept(documents: Documents, objects: Objects) -> None:
    born = await lived(documents, objects)
    now = born + 200 * DAY_MS
    again, *_ = media_writes(USER, msgspec.structs.replace(media(1), at_ms=now))
    removed, report = await swept(Meanwhile(documents, media_path(SHA), again), objects, now)
    assert not {"media", "media_files"} & removed.keys()
    assert [tally.kept for tally in report.collections if tally.name == "media"] == [1]
    assert FILE in await paths(objects)
    assert await documents.get(media_path(SHA)) is not None


async def test_a_file_stored_anew_whose_record_is_under_way_is_kept(
    documents: Documents, objects: Objects
) -> None:
    """O documento velho sai; o objeto, que a etapa de mídia acaba de regravar, não."""
    born = await lived(documents, objects)
    removed, _ = await swept(documents, objects, born + DAY_MS // 2)
    assert removed["media"] == 1
    assert not {"media_files", "media_without_document"} & removed.keys()
    assert FILE in await paths(objects)


async def test_a_message_that_changes_meanwhile_is_kept_and_its_neighbours_go(
    documents: Documents, objects: Objects
) -> None:
    born = await lived(documents, objects)
    place = f"conversations/{USER}/messages/wamid.IN1=="
    found = {d.path: d for d in await documents.query(Query(f"conversations/{USER}/messages"))}
    assert place in found
    later = msgspec.structs.replace(
        media_writes(USER, media(1))[-1], data={"expires_at": iso(born + 900 * DAY_MS)}
    )
    removed, report = await swept(Meanwhile(documents, place, later), objects, born + 400 * DAY_MS)
    assert (removed["messages"], report.collections[0].kept) == (2, 1)
    assert [d.path for d in await documents.query(Query(f"conversations/{USER}/messages"))] == [place]


class Failing(Watched):
    """Não responde a quem pergunta por uma coleção."""

    def __init__(self, inner: Documents, collection: str) -> None:
        super().__init__(inner)
        self.collection = collection

    async def query(self, query: Query) -> list[Document]:
        if query.collection == self.collection:
            raise UnavailableError("refused by the test", code="store_unavailable")
        return await super().query(query)


async def test_a_collection_that_fails_is_told_and_does_not_stop_the_others(
    documents: Documents, objects: Objects
) -> None:
    born = await lived(documents, objects)
    failing = Failing(documents, f"conversations/{USER}/messages")
    removed, report = await swept(failing, objects, born + 400 * DAY_MS)
    assert not report.good
    assert {t.name: t.error for t in report.collections if t.error} == {"messages": "store_unavailable"}
    assert removed == {name: count for name, count in EVERYTHING.items() if name != "messages"}
    assert (await swept(documents, objects, born + 400 * DAY_MS))[0] == {"messages": 3}


async def test_what_another_run_removes_meanwhile_is_neither_removed_nor_kept(
    documents: Documents, objects: Objects
) -> None:
    born = await lived(documents, objects)
    place = f"conversations/{USER}/messages/wamid.IN1=="
    removed, report = await swept(Meanwhile(documents, place, Delete(place)), objects, born + 400 * DAY_MS)
    assert (removed["messages"], report.collections[0].kept, report.good) == (2, 0, True)


async def test_what_this_version_cannot_read_does_not_stop_what_it_can(
    documents: Documents, objects: Objects
) -> None:
    """Um evento sem instante e uma exportação de outra versão: a passada termina, e leva o que vence."""
    born = await lived(documents, objects)
    log = AuditLogStore(documents)
    await log.append("other", AuditEvent("first", iso(T0), "SYSTEM", "X"))
    await documents.set(event_path("other", "first"), {"seq": 1})
    await documents.write(Create(header_path("other"), {"user_key": "other"}))
    await documents.merge(export_path("old"), {"format": "pdf"})
    now = max(born, T0) + (KEPT_DAYS + 1) * DAY_MS
    dry, report = await swept(documents, objects, now, dry=True)
    assert report.good
    removed, report = await swept(documents, objects, now)
    assert (removed["audit"], removed["exports"], removed["exports_files"]) == (dry["audit"], 1, 1)
    assert report.good
    assert await documents.get(event_path("other", "first")) is not None
    assert await documents.get(export_path("old")) is None
    actions = [event.action async for event in log.events(OPERATIONS)]
    assert actions == [STARTED, DONE]


class Restless(Watched):
    """A trilha anda sempre que se tenta aparar."""

    async def write(self, *writes: Write) -> list[str]:
        if any(isinstance(write, Delete) and "/audit/" in write.path for write in writes):
            raise ConflictError
        return await super().write(*writes)


async def test_a_trail_that_never_rests_is_told_and_the_rest_is_done(
    documents: Documents, objects: Objects
) -> None:
    await lived(documents, objects)
    removed, report = await swept(Restless(documents), objects, T0 + (KEPT_DAYS + 1) * DAY_MS)
    assert {t.name: t.error for t in report.collections if t.error} == {"audit": "store_conflict"}
    assert removed["messages"] == 3


async def test_a_store_that_is_down_is_not_asked_for_every_conversation(
    documents: Documents, objects: Objects
) -> None:
    for number in range(20):
        await AuditTrail(documents).record(f"person{number}", [inbound(1)], None)
    down = Down(documents)
    _, report = await swept(down, objects, T0 + 400 * DAY_MS)
    assert not report.good
    assert 0 < down.asked <= 3 * PARALLEL


class Down(Watched):
    """Não responde sobre conversa nenhuma."""

    asked = 0

    async def query(self, query: Query) -> list[Document]:
        if query.collection.startswith("conversations/person"):
            self.asked += 1
            raise UnavailableError("refused by the test", code="store_unavailable")
        return await super().query(query)
