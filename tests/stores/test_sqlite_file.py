import asyncio
import fcntl
import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.stores import sqlite_file
from pyloto_stream.stores.ports import Query, Set
from pyloto_stream.stores.sqlite import SqliteDocuments


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def modes_of(folder: Path) -> dict[str, int]:
    return {p.name: stat.S_IMODE(p.stat().st_mode) for p in (folder, *folder.iterdir())}


async def refused(path: Path) -> str:
    """A linha que recusa o arquivo, depois de provar que ele não mudou."""
    before = content_of(path)
    with pytest.raises(MisconfiguredError) as caught:
        await SqliteDocuments.open(path)
    assert content_of(path) == before
    (problem,) = caught.value.problems
    assert problem.startswith("SQLITE_PATH: ")
    assert str(path.parent) not in problem
    return problem


async def test_folder_and_file_are_created_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "documents.db"
    documents = await SqliteDocuments.open(path)
    await documents.set("c/a", {})
    modes = modes_of(path.parent)
    await documents.close()
    assert modes.pop("data") == 0o700
    assert set(modes.values()) == {0o600}
    assert {"documents.db", "documents.db-wal"} <= modes.keys()


async def test_an_existing_folder_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    await (await SqliteDocuments.open(tmp_path / "documents.db")).close()
    assert modes_of(tmp_path)[tmp_path.name] == 0o755


async def test_commits_are_forced_to_disk_and_readers_do_not_block(documents: SqliteDocuments) -> None:
    assert documents._writer.execute("PRAGMA synchronous").fetchone() == (2,)
    assert documents._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_documents_survive_closing_and_opening_again(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    first = await SqliteDocuments.open(path)
    await first.set("c/a", {"n": 1})
    await first.close()
    assert "documents.db-wal" not in modes_of(tmp_path)
    second = await SqliteDocuments.open(path)
    document = await second.get("c/a")
    await second.close()
    assert document is not None
    assert document.data == {"n": 1}


@pytest.mark.parametrize("content", [b"not a database", b"SQLite format 3\0" + b"\xff" * 4096, b"\0" * 5000])
async def test_a_file_that_is_not_a_database_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "documents.db"
    path.write_bytes(content)
    problem = await refused(path)
    assert "left untouched" in problem
    assert "move it away" in problem


async def test_a_damaged_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    documents = await SqliteDocuments.open(path)
    for n in range(200):
        await documents.set(f"c/{n}", {"text": "x" * 500})
    await documents.close()
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = b"\x55" * (len(content) - len(content) // 2)
    path.write_bytes(content)
    assert "damaged" in await refused(path)


async def test_a_truncated_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    documents = await SqliteDocuments.open(path)
    for n in range(200):
        await documents.set(f"c/{n}", {"text": "x" * 500})
    await documents.close()
    path.write_bytes(path.read_bytes()[: 3 * 4096])
    assert "damaged" in await refused(path)


async def test_a_damaged_file_too_large_to_check_is_an_outage_when_the_damage_is_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "_CHECKED_BYTES", 0)
    path = tmp_path / "documents.db"
    documents = await SqliteDocuments.open(path)
    await documents.write(*(Set(f"c/{n}", {"text": "x" * 500}) for n in range(200)))
    await documents.close()
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = b"\x55" * (len(content) - len(content) // 2)
    path.write_bytes(content)
    documents = await SqliteDocuments.open(path)
    with pytest.raises(UnavailableError) as caught:
        await documents.query(Query("c", limit=1000))
    await documents.close()
    assert caught.value.code == "store_corrupt"


def ours_with_a_reader(path: Path) -> sqlite3.Connection:
    """Um arquivo nosso ainda fora do modo WAL, que outro programa está lendo."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA application_id = {sqlite_file.APPLICATION_ID}")
    connection.execute("CREATE TABLE t (a)")
    connection.execute("INSERT INTO t VALUES (1), (2)")
    connection.execute("BEGIN")
    connection.execute("SELECT * FROM t").fetchone()
    return connection


async def test_a_file_that_another_process_does_not_let_go_is_an_outage_and_no_mistake(
    tmp_path: Path,
) -> None:
    reader = ours_with_a_reader(tmp_path / "documents.db")
    with pytest.raises(UnavailableError) as caught:
        await SqliteDocuments.open(tmp_path / "documents.db", busy_s=0.05)
    reader.close()
    assert str(caught.value) == "document store failed (SQLITE_BUSY)"


async def test_opening_waits_for_another_program_to_let_go(tmp_path: Path) -> None:
    reader = ours_with_a_reader(tmp_path / "documents.db")
    opening = asyncio.create_task(SqliteDocuments.open(tmp_path / "documents.db"))
    await asyncio.sleep(0)
    assert not opening.done()
    reader.close()
    documents = await opening
    assert await documents.create("c/a", {})
    await documents.close()


@pytest.mark.parametrize("statement", ["CREATE TABLE theirs (a)", "PRAGMA application_id = 7"])
async def test_the_database_of_another_program_is_refused_and_kept(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "documents.db"
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()
    assert "another program" in await refused(path)


async def test_a_file_of_a_newer_version_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    await (await SqliteDocuments.open(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {sqlite_file.SCHEMA_VERSION + 1}")
    connection.close()
    assert "newer version" in await refused(path)


async def test_a_place_where_its_log_cannot_be_is_refused_by_the_name_of_the_failure(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    await (await SqliteDocuments.open(path)).close()
    (tmp_path / "documents.db-wal").mkdir()
    assert await refused(path) == "SQLITE_PATH: cannot be used (SQLITE_CANTOPEN)"


async def test_a_path_that_cannot_be_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = "what should be its folder is a file"
    for path, why in (
        (tmp_path, "Is a directory"),
        (tmp_path / "file" / "documents.db", file),
        (tmp_path / "file" / "sub" / "documents.db", file),
    ):
        with pytest.raises(MisconfiguredError) as caught:
            await SqliteDocuments.open(path)
        assert str(caught.value) == f"SQLITE_PATH: cannot be opened for writing ({why})"


SHARED_FROM, SHARED_BYTES = 0x40000002, 510
"""Os bytes do arquivo em que o SQLite guarda a trava de quem o tem aberto (`os_unix.c`)."""
TWICE = """
import sys
from pathlib import Path
from pyloto_stream.stores.sqlite_file import open_file

first = open_file(Path(sys.argv[1]), 5.0)
open_file(Path(sys.argv[1]), 5.0).close()
print("open", flush=True)
sys.stdin.readline()
first.close()
"""


async def test_opening_the_file_again_in_a_process_keeps_the_locks_it_has(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", TWICE, str(path), stdin=pipe, stdout=pipe
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"open\n"
    with path.open("r+b") as file, pytest.raises(BlockingIOError):
        # sem esta trava, outro processo se julga o último e apaga o WAL de quem ainda grava
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, SHARED_BYTES, SHARED_FROM)
    await child.communicate(b"\n")
    assert child.returncode == 0
