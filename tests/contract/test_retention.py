"""O que a retenção promete em cada banco e repositório: o vencido sai, o resto fica, nada em uso se perde."""

from collections.abc import AsyncIterator, Callable

import msgspec

from pyloto_stream.errors import UnavailableError
from pyloto_stream.records.retention import DONE, STARTED, Asked, Retention, RetentionReport
from pyloto_stream.records.retention_batches import Sweeping
from pyloto_stream.stores.anchor_check import KEPT_DAYS
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import AuditEvent
from pyloto_stream.stores.chains import PARALLEL
from pyloto_stream.stores.exports import ExportStore, export_path
from pyloto_stream.stores.media import media_path, media_writes
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import ConflictError, Delete, Document, Documents, Query, Write
from pyloto_stream.stores.profiles import profile_path
from pyloto_stream.stores.times import DAY_MS, iso
from pyloto_stream.stores.trail import AuditTrail
from tests.stores.test_indexes import INDEXES
from tests.support.documents import Watched, everything
from tests.support.profiles import known, profiles
from tests.support.records import T0, USER, action, handoff, inbound, media, outbound, session, status

OPERATIONS = "operations"
SHA = "ab" * 32
FILE = f"media/ab/{SHA}"
ASKED = Asked("ana", "rotina", OPERATIONS)


async def some(value: bytes = b"x") -> AsyncIterator[bytes]:
    yield value


async def lived(documents: Documents, objects: Objects) -> int:
    """Tudo o que há de uma pessoa; devolve o instante (ms) em que os objetos foram gravados."""
    early = AuditEvent("export:old", iso(T0), "OPERATOR:bia", "EXPORT_REQUESTED")
    await AuditTrail(documents, profiles=profiles(documents)).record(
        USER,
        [known(1), inbound(1), outbound(2), status(2), session(1), handoff(1), media(1), action(3),
         status(99)],
        None,
    )  # fmt: skip
    await ExportStore(documents).begin(("old", USER, "bia", "txt"), early, T0, include_pii=False)
    for path in (FILE, f"media/cd/{'cd' * 32}", "media/ab/notes", "exports/old.txt", "exports/lost.txt",
                 "anchors/2020-01-01.jsonl", "anchors/2020-01-01.jsonl.sig",
                 "anchors/2023-11-14.jsonl"):  # fmt: skip
        await objects.put(path, some(), "")
    info = await objects.head(FILE)
    assert info is not None
    return info.created_at_ms


async def swept(
    documents: Documents,
    objects: Objects,
    now_ms: int,
    *,
    dry: bool = False,
    tell: Callable[[int], None] | None = None,
) -> tuple[dict[str, int], RetentionReport]:
    sweeping = Sweeping(documents, now_ms, dry, tell or (lambda _count: None))
    report = await Retention(sweeping, objects, objects).run(ASKED)
    return {tally.name: tally.removed for tally in report.collections if tally.removed}, report


async def paths(objects: Objects) -> set[str]:
    return {entry.path async for entry in objects.list("")}


EVERYTHING = {
    "messages": 3, "sessions": 1, "handoffs": 1, "user_profiles": 2, "exports": 1, "exports_files": 1,
    "media": 1, "media_files": 1, "exports_without_document": 1, "media_without_document": 1,
    "anchors": 2,
}  # fmt: skip


async def test_what_is_past_its_time_is_removed_and_the_rest_stays(
    documents: Documents, objects: Objects
) -> None:
    born = await lived(documents, objects)
    now = born + 400 * DAY_MS
    dry, _ = await swept(documents, objects, now, dry=True)
    before = await everything(documents, USER)
    assert dry == EVERYTHING
    assert await everything(documents, USER) == before
    removed, report = await swept(documents, objects, now)
    assert (removed, report.good) == (EVERYTHING, True)
    left = await everything(documents, USER)
    assert {path.split("/")[0] for path in left} == {"conversations"}
    assert not [path for path in left if "/messages/" in path]
    assert await documents.get(profile_path(USER)) is None
    assert await paths(objects) == {"anchors/2023-11-14.jsonl", "media/ab/notes"}
    assert (await AuditLogStore(documents).verify(USER)).intact
    again, _ = await swept(documents, objects, now)
    assert again == {}


async def test_a_day_before_its_time_nothing_is_removed(documents: Documents, objects: Objects) -> None:
    await lived(documents, objects)
    removed, report = await swept(documents, objects, T0 + 29 * DAY_MS)
    assert (removed, report.good) == ({"exports_files": 1}, True)  # de quem morreu exportando, e só
    removed, _ = await swept(documents, objects, T0 + 89 * DAY_MS)
    assert "media" not in removed
    removed, _ = await swept(documents, objects, T0 + 364 * DAY_MS)
    assert not {"messages", "sessions", "handoffs", "user_profiles", "audit", "anchors"} & removed.keys()


async def test_the_trail_and_its_anchors_are_kept_seven_years(documents: Documents, objects: Objects) -> None:
    born = await lived(documents, objects)
    events = (await AuditLogStore(documents).verify(USER)).events
    dry, _ = await swept(documents, objects, T0 + (KEPT_DAYS + 1) * DAY_MS, dry=True)
    assert dry["audit"] == events
    removed, _ = await swept(documents, objects, max(born, T0) + (KEPT_DAYS + 2) * DAY_MS)
    assert removed["audit"] >= events
    assert removed["anchors"] == 3
    verdict = await AuditLogStore(documents).verify(USER)
    assert (verdict.intact, verdict.events) == (True, 0)
    await AuditLogStore(documents).append(USER, AuditEvent("new", iso(T0), "SYSTEM", "X"))
    assert (await AuditLogStore(documents).verify(USER)).intact


async def test_a_run_is_audited_and_a_dry_one_leaves_nothing(documents: Documents, objects: Objects) -> None:
    born = await lived(documents, objects)
    await swept(documents, objects, born + 400 * DAY_MS, dry=True)
    assert [event async for event in AuditLogStore(documents).events(OPERATIONS)] == []
    await swept(documents, objects, born + 400 * DAY_MS)
    started, done = [event async for event in AuditLogStore(documents).events(OPERATIONS)]
    assert (started.action, done.action) == (STARTED, DONE)
    assert (done.actor, done.reason, done.data["messages"], done.data["failed"]) == (
        "OPERATOR:ana",
        "rotina",
        3,
        0,
    )
    assert started.data["run"] == done.data["run"]
    assert (await AuditLogStore(documents).verify(OPERATIONS)).intact


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
    again, _message = media_writes(USER, msgspec.structs.replace(media(1), at_ms=now))
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
        media_writes(USER, media(1))[1], data={"expires_at": iso(born + 900 * DAY_MS)}
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


async def test_a_profile_of_who_still_writes_stays(documents: Documents, objects: Objects) -> None:
    await lived(documents, objects)
    now = T0 + 400 * DAY_MS
    await AuditTrail(documents).record(USER, [inbound(7, at_ms=now - DAY_MS)], None)
    removed, _ = await swept(documents, objects, now)
    assert "user_profiles" not in removed
    assert await documents.get(profile_path(USER)) is not None


async def test_a_dead_export_is_cleaned(documents: Documents, objects: Objects) -> None:
    await lived(documents, objects)
    await swept(documents, objects, T0 + DAY_MS)
    found = await documents.get(export_path("old"))
    assert found is not None
    assert (found.data["status"], found.data["error"]) == ("FAILED", "abandoned")
    assert "exports/old.txt" not in await paths(objects)


async def test_more_than_a_batch_goes_and_the_bar_hears_of_all(
    documents: Documents, objects: Objects
) -> None:
    records = [inbound(n) for n in range(450)]
    await AuditTrail(documents).record(USER, records, None)
    told: list[int] = []
    removed, _ = await swept(documents, objects, T0 + 400 * DAY_MS, tell=told.append)
    assert (removed, sum(told), max(told)) == ({"messages": 450}, 450, 200)


async def test_what_another_run_removes_meanwhile_is_neither_removed_nor_kept(
    documents: Documents, objects: Objects
) -> None:
    born = await lived(documents, objects)
    place = f"conversations/{USER}/messages/wamid.IN1=="
    removed, report = await swept(Meanwhile(documents, place, Delete(place)), objects, born + 400 * DAY_MS)
    assert (removed["messages"], report.collections[0].kept, report.good) == (2, 0, True)


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
    assert 0 < down.asked <= 2 * PARALLEL


class Down(Watched):
    """Não responde sobre conversa nenhuma."""

    asked = 0

    async def query(self, query: Query) -> list[Document]:
        if query.collection.startswith("conversations/person"):
            self.asked += 1
            raise UnavailableError("refused by the test", code="store_unavailable")
        return await super().query(query)


async def test_every_field_that_retention_orders_by_is_indexed(
    documents: Documents, objects: Objects
) -> None:
    watched = Watched(documents)
    born = await lived(documents, objects)
    await swept(watched, objects, born + 400 * DAY_MS)
    exempt = {
        (rule["collectionGroup"], rule["fieldPath"])
        for rule in INDEXES["fieldOverrides"]
        if not rule["indexes"]
    }
    asked = {
        (query.collection.rpartition("/")[2], query.order_by) for query in watched.queries if query.order_by
    }
    assert ("messages", "expires_at") in asked
    assert not asked & exempt
    assert not [query for query in watched.queries if query.where and query.order_by]
