"""Esquecer alguém quando tudo o que pode atrapalhar atrapalha: no fim, o mesmo."""

import asyncio
from pathlib import Path

import pytest

from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.anchor_check import FORGOTTEN
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import AuditEvent, head_path
from pyloto_stream.stores.exports import ExportStore
from pyloto_stream.stores.fence import Fence, older
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import (
    ConflictError,
    Document,
    Documents,
    Query,
    Write,
)
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.times import iso
from tests.contract.test_forget import Dying, left_of, of_the_other, proven, two
from tests.support.documents import Watched
from tests.support.erasure import CUT_MS, LATE, OWN, Eraser, file_of, put
from tests.support.records import T0, USER
from tests.support.retained import paths, swept

HEAD = head_path(USER)


class Losing(Watched):
    """A gravação `at` acontece, e a resposta dela perde-se."""

    def __init__(self, inner: Documents, at: int) -> None:
        super().__init__(inner)
        self.at = at

    async def write(self, *writes: Write) -> list[str]:
        self.lose = len(self.writes) == self.at
        return await super().write(*writes)


async def test_a_lost_answer_to_any_write_is_mended_by_running_again(tmp_path: Path) -> None:
    at, ended = 0, False
    while not ended:
        sqlite = await SqliteDocuments.open(tmp_path / f"{at}.db")
        folder = await FolderObjects.open_folder(tmp_path / str(at))
        others = await two(sqlite, folder)
        try:
            await Eraser(Losing(sqlite, at), folder).run()
            ended = True
        except UnavailableError:
            await Eraser(sqlite, folder, number=20, erased=0).run()
        actions = [event.action async for event in AuditLogStore(sqlite).events(USER)]
        assert (actions[0], actions.count(FORGOTTEN), actions[-1]) == (FORGOTTEN, 1, "ERASURE_DONE"), at
        assert len(await left_of(sqlite)) == 2 + len(actions), at
        assert (await AuditLogStore(sqlite).verify(USER)).intact, at
        assert {file_of(OWN), "exports/zk3_u1.txt", "exports/zk3_u2.txt"} & await paths(folder) == set(), at
        assert await of_the_other(sqlite) == others, at
        await sqlite.close()
        at += 1
    assert at > 10


class Busy(Watched):
    """Antes de cada gravação que move ou corta a cadeia, outro a move; `times` vezes seguidas."""

    def __init__(self, inner: Documents, times: int) -> None:
        super().__init__(inner)
        self.times = times
        self.moved = 0
        self._left = times

    async def write(self, *writes: Write) -> list[str]:
        if not any(write.path == HEAD for write in writes):
            return await super().write(*writes)
        if self._left:
            self._left -= 1
            self.moved += 1
            event = AuditEvent(f"noise{self.moved}", iso(CUT_MS), "OPERATOR:bia", "MODE_SET")
            await AuditLogStore(self.inner).append(USER, event)
        else:
            self._left = self.times
        return await super().write(*writes)


async def test_a_chain_that_moves_before_every_write_is_fenced_all_the_same(
    documents: Documents, objects: Objects
) -> None:
    others = await two(documents, objects)
    busy = Busy(documents, 4)
    await Eraser(busy, objects).run()
    assert busy.moved >= 12, "the fence, the cut and the account, four times each"
    events = [event async for event in AuditLogStore(documents).events(USER)]
    assert events[0].action == FORGOTTEN
    assert (await AuditLogStore(documents).verify(USER)).intact
    assert not await documents.query(Query(path("conversations", USER, "messages"), limit=1))
    assert await of_the_other(documents) == others


async def test_a_chain_that_never_stops_is_told_and_the_next_run_ends_it(
    sqlite: SqliteDocuments, folder: FolderObjects
) -> None:
    await two(sqlite, folder)
    with pytest.raises(ConflictError):
        await Eraser(Busy(sqlite, 1_000), folder).run()
    await Eraser(sqlite, folder).run()
    await proven(sqlite)


async def test_two_who_forget_her_at_once_prove_it_once(documents: Documents, objects: Objects) -> None:
    others = await two(documents, objects)
    await asyncio.gather(Eraser(documents, objects).run(), Eraser(documents, objects, number=12).run())
    actions = [event.action async for event in AuditLogStore(documents).events(USER)]
    assert actions[0] == FORGOTTEN
    assert {*actions[1:]} <= {FORGOTTEN, "ERASURE_DONE"}
    assert (await AuditLogStore(documents).verify(USER)).intact
    assert len(await left_of(documents)) == 2 + len(actions)
    assert await of_the_other(documents) == others


async def test_retention_at_the_same_time_takes_nothing_from_the_proof(
    documents: Documents, objects: Objects
) -> None:
    await two(documents, objects)
    for _ in range(2):
        await asyncio.gather(Eraser(documents, objects).run(), swept(documents, objects, CUT_MS))
    actions = [event.action async for event in AuditLogStore(documents).events(USER)]
    assert actions[0] == FORGOTTEN
    assert (await AuditLogStore(documents).verify(USER)).intact
    assert len(await left_of(documents)) == 2 + len(actions)


async def test_an_export_begun_while_she_is_being_forgotten_goes_too(
    documents: Documents, objects: Objects
) -> None:
    """Já depois da cerca, mas a ler o que ainda não saiu."""
    await two(documents, objects)
    store = ExportStore(documents)

    async def export() -> None:
        asked = AuditEvent("export_requested:late", iso(CUT_MS + 1), "OPERATOR:bia", "EXPORT_REQUESTED")
        begun = await store.begin(("late", USER, "bia", "txt"), asked, CUT_MS + 1, include_pii=True)
        await put(objects, begun.path, "abacaxi")
        done = AuditEvent("export_done:late", iso(CUT_MS + 2), "OPERATOR:bia", "EXPORT_DONE")
        await store.finish(begun, (1, 1, 1), done, CUT_MS + 2)

    await Eraser(documents, objects).run(between=export)
    assert await store.get("late") is None
    assert not [place for place in await paths(objects) if "late" in place]


async def test_a_file_that_somebody_was_storing_when_the_run_died_is_erased_by_the_next(
    documents: Documents, objects: Objects
) -> None:
    """A segunda já não acha no Redis quem o guardava: acha o que a primeira anotou."""
    await two(documents, objects)
    with pytest.raises(UnavailableError):
        await Eraser(Dying(documents, 1), objects, told=(LATE,)).run()

    async def stored() -> None:
        await put(objects, file_of(LATE), "abacaxi")

    await stored()
    pending = await Eraser(documents, objects, number=20, erased=0).run(between=stored)
    assert pending is not None
    await proven(documents)
    assert file_of(LATE) not in await paths(objects)


async def test_whom_only_redis_knew_is_proven_also_if_the_run_died_with_the_cut(
    documents: Documents, objects: Objects
) -> None:
    with pytest.raises(UnavailableError):
        await Eraser(Dying(documents, 1), objects).run()
    assert await Eraser(documents, objects, erased=0).run() is not None
    await proven(documents)


async def test_what_nothing_new_followed_is_old_without_a_look_at_any_event(
    sqlite: SqliteDocuments, folder: FolderObjects
) -> None:
    await two(sqlite, folder)
    head = await AuditLogStore(sqlite).head(USER)
    page = await sqlite.query(Query(path("conversations", USER, "messages")))
    watched = Watched(sqlite)
    fence = Fence(USER, head.seq, iso(T0))
    assert await older(watched, fence, page, lambda _: "s1:opened", _never) == page
    assert watched.reads == 1, "the head"


def _never(_document: Document) -> bool:
    raise AssertionError("asked")
