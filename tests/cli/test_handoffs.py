"""`handoffs list` promete: quem espera, na ordem em que se deve atender, sem dizer quem é."""

import json
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec import structs

from pyloto_stream.stores.handoffs import HandoffStore
from pyloto_stream.stores.sessions import scoped_id
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.records import USER, handoff
from tests.support.shell import Shell

SUMMARY = "Sistema sob medida\nProblema atual: planilhas\n\nCadastro de loja\nEmpresa: Padaria Sol"
"""Como a conversa o escreve: um parágrafo por assunto, o título na primeira linha."""


@pytest_asyncio.fixture
async def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    """Quatro entregas abertas e uma aceita, num banco só; Redis nenhum."""
    monkeypatch.setenv("SQLITE_PATH", str(tmp_path / "documents.db"))
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    store = HandoffStore(documents)
    for number, (level, score) in enumerate(
        [("low", 90), ("high", 40), ("high", 80), ("medium", 50), ("high", 80)]
    ):
        lead = structs.replace(handoff(number, level=level, score=score), summary=SUMMARY)
        await store.add(USER, lead)
    await store.accept(scoped_id(USER, "s3:handoff"))
    await documents.close()
    return Shell(capsys)


def ids(out: str) -> list[str]:
    return [row["id"].removeprefix(f"{USER}.") for row in json.loads(out)]


async def test_by_level_then_score_then_who_waits_longest(shell: Shell) -> None:
    done = await shell.run("handoffs", "list", "--json")
    assert done.code == 0
    assert ids(done.out) == ["s2:handoff", "s4:handoff", "s1:handoff", "s0:handoff"]


async def test_the_table_has_the_time_of_sao_paulo_and_no_words_of_the_person(shell: Shell) -> None:
    done = await shell.run("handoffs", "list", "--limit", "1")
    header, row = done.out.splitlines()
    assert header.split() == ["when", "user_key", "intent", "level", "score", "routing", "status"]
    assert row.split() == ["2023-11-14", "19:13:20", USER, "CUSTOM_SOFTWARE", "high", "80", "OPEN"]
    assert done.err == "there are more than these 1: raise --limit\n"


async def test_nothing_that_was_said_is_shown_if_the_look_cannot_be_recorded(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    plain = await shell.run("handoffs", "list", "--level", "low", "--json")
    assert "summary" not in json.loads(plain.out)[0]
    asked = await shell.run("handoffs", "list", "--level", "low", "--include-pii", "--json")
    assert (asked.code, asked.out) == (1, "")
    assert "planilhas" not in plain.out + asked.err


async def test_one_level_and_one_state(shell: Shell) -> None:
    high = await shell.run("handoffs", "list", "--level", "high", "--limit", "2", "--json")
    accepted = await shell.run("handoffs", "list", "--status", "ACCEPTED", "--json")
    assert (ids(high.out), ids(accepted.out)) == (["s2:handoff", "s4:handoff"], ["s3:handoff"])
    assert high.err == "there are more than these 2: raise --limit\n"


async def test_nobody_waiting_is_said(shell: Shell) -> None:
    table = await shell.run("handoffs", "list", "--status", "CLOSED", "--level", "high")
    document = await shell.run("handoffs", "list", "--status", "CLOSED", "--json")
    assert (table.code, table.out) == (0, "")
    assert table.err == "no hand-off is CLOSED with level high\n"
    assert (document.code, json.loads(document.out), document.err) == (0, [], "")


@pytest.mark.parametrize("words", [("--status", "DONE"), ("--level", "top"), ("--limit", "0")])
async def test_wrong_words_are_exit_2_and_name_the_option(shell: Shell, words: tuple[str, str]) -> None:
    done = await shell.run("handoffs", "list", *words)
    assert done.code == 2
    assert words[0] in done.err
