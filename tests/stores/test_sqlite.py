import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.ports import Create, Document, Query, Set
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.values import DamagedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

OTHER_PROCESS = """
import asyncio, pathlib, sys
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import AuditEvent
from pyloto_stream.stores.ports import ConflictError
from pyloto_stream.stores.sqlite import SqliteDocuments

async def main(path, name):
    documents = await SqliteDocuments.open(pathlib.Path(path))
    log = AuditLogStore(documents)
    for n in range(15):
        await documents.set(f"own/{name}{n}", {"n": n})
        while True:
            try:
                event = AuditEvent(f"{name}{n}", f"2026-01-01T00:00:{n:02}.000Z", "SYSTEM", "X")
                await log.append("shared", event)
                break
            except ConflictError:
                pass
    await documents.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def locked(path: Path) -> sqlite3.Connection:
    """Outro programa no meio de uma gravação."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection


async def test_concurrent_writes_share_transactions(documents: SqliteDocuments) -> None:
    await asyncio.gather(*(documents.set(f"c/{n}", {"n": n}) for n in range(100)))
    assert documents.transactions == 1
    await asyncio.gather(*(documents.set(f"c/{n}", {"n": n}) for n in range(400)))
    assert documents.transactions == 3


async def test_a_lone_write_does_not_wait_for_company(documents: SqliteDocuments) -> None:
    await documents.set("c/a", {})
    await documents.set("c/b", {})
    assert documents.transactions == 2


async def test_neither_the_loop_nor_readers_wait_for_the_writer(
    documents: SqliteDocuments, tmp_path: Path
) -> None:
    await documents.set("c/a", {"n": 1})
    other = await locked(tmp_path / "documents.db")
    writing = asyncio.create_task(documents.set("c/a", {"n": 2}))
    before = await documents.get("c/a")
    assert before is not None
    assert before.data == {"n": 1}
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    await writing
    after = await documents.get("c/a")
    assert after is not None
    assert after.data == {"n": 2}


async def test_readings_asked_together_each_have_their_own_answer(
    documents: SqliteDocuments, tmp_path: Path
) -> None:
    await documents.write(*(Set(f"c/{n}", {"n": n}) for n in range(20)))
    with closing(sqlite3.connect(tmp_path / "documents.db")) as other:
        indexes = other.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE INDEX%'").fetchall()
        for (name,) in indexes:  # leriam o que se estraga
            other.execute(f"DROP INDEX {name}")
        other.execute("UPDATE documents SET data = '{' WHERE id = '7'")
        other.commit()
    reading = [asyncio.create_task(documents.get(f"c/{n}")) for n in range(21)]
    await asyncio.sleep(0)
    reading[3].cancel()
    answers = await asyncio.gather(*reading, return_exceptions=True)
    assert isinstance(answers[3], asyncio.CancelledError)
    assert isinstance(answers[7], DamagedError)
    assert answers[20] is None
    found = [answer.data["n"] for answer in answers if isinstance(answer, Document)]
    assert found == [n for n in range(20) if n not in {3, 7}]
    assert await documents.count("c") == 20


async def test_reading_what_was_closed_fails_instead_of_waiting(tmp_path: Path) -> None:
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    await documents.close()
    for _ in range(4):
        with pytest.raises(RuntimeError, match="shutdown"):
            await asyncio.wait_for(documents.get("c/a"), 10)


async def test_a_lock_that_is_not_released_in_time_is_an_outage(tmp_path: Path) -> None:
    documents = await SqliteDocuments.open(tmp_path / "documents.db", busy_s=0.02)
    other = await locked(tmp_path / "documents.db")
    results = await asyncio.gather(
        documents.create("c/a", {}), documents.create("c/b", {}), return_exceptions=True
    )
    other.close()
    assert [type(result) for result in results] == [UnavailableError, UnavailableError]
    assert {result.code for result in results if isinstance(result, UnavailableError)} == {
        "store_unavailable"
    }
    assert await documents.create("c/a", {})
    await documents.close()


async def test_a_cancelled_writer_does_not_disturb_the_others(documents: SqliteDocuments) -> None:
    tasks = [asyncio.create_task(documents.create(f"c/{n}", {})) for n in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[0] is True
    assert results[2] is True
    assert isinstance(results[1], asyncio.CancelledError)


async def test_who_gives_up_before_the_writer_is_free_writes_nothing_and_holds_no_memory(
    documents: SqliteDocuments, tmp_path: Path
) -> None:
    other = await locked(tmp_path / "documents.db")
    first = asyncio.create_task(documents.create("c/0", {}))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tasks = [asyncio.create_task(documents.create(f"c/{n}", {})) for n in range(1, 9)]
    await asyncio.sleep(0)
    for task in tasks[:-1]:
        task.cancel()
    await asyncio.wait(tasks[:-1])
    assert len(documents._waiting) == 1
    other.execute("COMMIT")
    other.close()
    assert all(await asyncio.gather(first, tasks[-1]))
    assert [document.id for document in await documents.query(Query("c"))] == ["0", "8"]


async def test_closing_waits_for_what_was_asked(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    documents = await SqliteDocuments.open(path)
    writing = asyncio.gather(*(documents.create(f"c/{n}", {}) for n in range(300)))
    await asyncio.sleep(0)
    await documents.close()
    assert all(await writing)
    again = await SqliteDocuments.open(path)
    assert len(await again.query(Query("c", limit=1000))) == 300
    await again.close()


async def test_several_processes_write_one_file_and_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "new" / "documents.db"
    command = [sys.executable, "-W", "error", "-c", OTHER_PROCESS, str(path)]
    processes = [await asyncio.create_subprocess_exec(*command, name) for name in "abc"]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    documents = await SqliteDocuments.open(path)
    verdict = await AuditLogStore(documents).verify("shared")
    own = await documents.query(Query("own"))
    await documents.close()
    assert (verdict.intact, verdict.events) == (True, 45)
    assert len(own) == 45


async def test_damage_found_in_use_is_an_outage_that_says_so(
    documents: SqliteDocuments, tmp_path: Path
) -> None:
    await documents.set("c/a", {"n": 1})
    indexes = ("status", "user_key", "last_message_at", "seq", "timestamp", "expires_at")
    with sqlite3.connect(tmp_path / "documents.db") as other:
        other.executescript("".join(f"DROP INDEX documents_{name};" for name in indexes))
        other.execute("UPDATE documents SET data = '{'")
    other.close()
    with pytest.raises(UnavailableError) as got:
        await documents.get("c/a")
    with pytest.raises(UnavailableError) as queried:
        await documents.query(Query("c"))
    assert (got.value.code, queried.value.code) == ("store_corrupt", "store_corrupt")
    merging, creating = await asyncio.gather(
        documents.merge("c/a", {"m": 2}), documents.create("c/b", {}), return_exceptions=True
    )
    assert isinstance(merging, UnavailableError)
    assert (merging.code, creating) == ("store_corrupt", True)


async def test_a_vanished_table_is_an_outage_without_data_in_the_message(
    documents: SqliteDocuments, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "documents.db") as other:
        other.execute("DROP TABLE documents")
    other.close()
    askings: list[Callable[[], Awaitable[object]]] = [
        lambda: documents.get("secrets/phone"),
        lambda: documents.set("secrets/phone", {}),
        lambda: documents.query(Query("secrets")),
        documents.purge,
    ]
    for asking in askings:
        with pytest.raises(UnavailableError) as caught:
            await asking()
        assert caught.value.code == "store_unavailable"
        assert "phone" not in str(caught.value)


async def test_what_has_expired_is_purged_and_nothing_else(documents: SqliteDocuments) -> None:
    await documents.write(
        *(Create(f"c/{n}", {"expires_at": f"2026-01-01T00:00:0{n}.000Z"}) for n in range(5)),
        Create("c/forever", {}),
    )
    noon = 1_767_225_602_000  # 2026-01-01T00:00:02Z
    assert await documents.purge(limit=2, clock=lambda: noon) == 2
    assert await documents.purge(clock=lambda: noon) == 1
    assert await documents.purge(clock=lambda: noon) == 0
    assert [document.id for document in await documents.query(Query("c"))] == ["3", "4", "forever"]


@pytest.mark.parametrize(
    "query",
    [
        Query("handoffs", (("status", "OPEN"),), "queue_key"),
        Query("sessions", (("user_key", "u"),), "closed_at", descending=True),
        Query("conversations", order_by="last_message_at", descending=True),
    ],
    ids=["handoffs", "sessions", "conversations"],
)
async def test_queries_over_large_collections_use_an_index(documents: SqliteDocuments, query: Query) -> None:
    from pyloto_stream.stores.sqlite_statements import _select  # noqa: PLC0415 — só esta prova olha o SQL

    sql, values = _select(query)
    rows = documents._writer.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    assert "documents_" in str(rows)
