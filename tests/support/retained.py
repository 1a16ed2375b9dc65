"""Tudo o que se guarda de uma pessoa, e uma passada da retenção sobre isso."""

from collections.abc import AsyncIterator, Callable

from pyloto_stream.records.retention import Asked, Retention, RetentionReport
from pyloto_stream.records.retention_batches import Sweeping
from pyloto_stream.stores.chain import AuditEvent
from pyloto_stream.stores.exports import ExportStore
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.times import iso
from pyloto_stream.stores.trail import AuditTrail
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
    "messages": 3, "files": 1, "sessions": 1, "handoffs": 1, "user_profiles": 2, "exports": 1,
    "exports_files": 1, "media": 1, "media_files": 1, "people": 1, "exports_without_document": 1,
    "media_without_document": 1, "anchors": 2,
}  # fmt: skip
