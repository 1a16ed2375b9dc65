"""O que a retenção promete em cada banco e repositório: o vencido sai, o resto fica, e fica registrado."""

from pyloto_stream.records.retention import DONE, STARTED
from pyloto_stream.stores.anchor_check import KEPT_DAYS
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import AuditEvent
from pyloto_stream.stores.exports import export_path
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.profiles import profile_path
from pyloto_stream.stores.times import DAY_MS, iso
from pyloto_stream.stores.trail import AuditTrail
from tests.stores.test_indexes import INDEXES
from tests.support.documents import Watched, everything
from tests.support.records import T0, USER, inbound
from tests.support.retained import EVERYTHING, OPERATIONS, lived, paths, swept


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
