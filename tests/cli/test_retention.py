"""`retention run` promete: um ensaio que nada muda, um relatório por coleção, e o código de saída certo."""

import json
from pathlib import Path

import pytest
import pytest_asyncio

from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from tests.support.records import USER, inbound, session
from tests.support.shell import Shell


@pytest_asyncio.fixture
async def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    """Uma conversa de há anos; Redis nenhum."""
    monkeypatch.setenv("SQLITE_PATH", str(tmp_path / "documents.db"))
    monkeypatch.setenv("OBJECT_FOLDER", str(tmp_path / "objects"))
    monkeypatch.setenv("LOGNAME", "carla")
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    await AuditTrail(documents).record(USER, [inbound(1), inbound(2), session(1)], None)
    await documents.close()
    return Shell(capsys)


async def test_a_dry_run_says_what_a_run_then_removes(shell: Shell, tmp_path: Path) -> None:
    dry = await shell.run("retention", "run", "--dry-run", "--json")
    done = await shell.run("retention", "run", "--json", "--reason", "rotina")
    again = await shell.run("retention", "run", "--json")
    assert (dry.code, done.code, again.code) == (0, 0, 0)
    counts = [
        {tally["name"]: tally["removed"] for tally in json.loads(run.out)["collections"] if tally["removed"]}
        for run in (dry, done, again)
    ]
    assert counts == [{"messages": 2, "sessions": 1}, {"messages": 2, "sessions": 1}, {}]
    assert [json.loads(run.out)["dry_run"] for run in (dry, done)] == [True, False]
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    events = [(e.action, e.actor, e.reason) async for e in AuditLogStore(documents).events("operations")]
    await documents.close()
    assert events[:2] == [("RETENTION_STARTED", "OPERATOR:carla", "rotina"),
                          ("RETENTION_DONE", "OPERATOR:carla", "rotina")]  # fmt: skip
    assert len(events) == 4


async def test_people_get_a_table_and_a_bar(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = await shell.run("retention", "run", "--dry-run")
    header, first, *_ = plain.out.splitlines()
    assert (plain.code, plain.err) == (0, "")
    assert header.split() == ["what", "would", "be", "removed", "changed", "meanwhile", "failed"]
    assert first.split() == ["messages", "2"]
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    assert "1/1" in (await shell.run("retention", "run", "--dry-run")).err


@pytest.mark.parametrize("words", [("--operator", "com espaço"), ("--what",), ("x",)])
async def test_wrong_usage_is_exit_2(shell: Shell, words: tuple[str, ...]) -> None:
    assert (await shell.run("retention", "run", *words)).code == 2


async def test_what_cannot_be_opened_is_told(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("not a folder")
    done = await shell.run("retention", "run")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("object_store_unavailable: ")
