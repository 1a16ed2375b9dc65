"""`templates sync` guarda o que a Meta aprovou; `templates list` mostra o que se sabe, mesmo sem a Meta."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.command import run
from tests.support.graph import closed_port
from tests.support.setup import environ
from tests.support.simulation import TOKEN, World, world


@pytest_asyncio.fixture
async def meta() -> AsyncIterator[World]:
    async with world() as opened:
        yield opened


async def test_what_meta_lists_is_stored_and_shown(meta: World, tmp_path: Path) -> None:
    env = environ(meta)
    done = await run("templates", "sync", env=env, folder=tmp_path)
    assert (done.code, done.out) == (0, "5 templates read, 0 newly deleted, 0 unreadable\n")
    shown = await run("templates", "list", "--name", "BOAS", env=env, folder=tmp_path)
    assert shown.code == 0
    (row,) = shown.out.splitlines()[1:]
    for word in ("boas_vindas", "pt_BR", "MARKETING", "APPROVED", "GREEN", "body.first_name body.city"):
        assert word in row
    listed = await run("templates", "list", "--status", "paused", "--json", env=env, folder=tmp_path)
    assert [(each["name"], each["quality"]) for each in json.loads(listed.out)["templates"]] == [
        ("promocao_antiga", "RED")
    ]
    nothing = await run("templates", "list", "--status", "APROVADO", env=env, folder=tmp_path)
    assert nothing.out.splitlines()[1:] == ["none like this among 5"]
    assert TOKEN not in done.out + shown.out + listed.out


async def test_a_template_that_vanished_is_shown_as_deleted(meta: World, tmp_path: Path) -> None:
    env = environ(meta)
    await run("templates", "sync", env=env, folder=tmp_path)
    found = meta.simulator.templates.find("promocao_antiga", "pt_BR")
    assert found is not None
    meta.simulator.templates.remove(found)
    again = await run("templates", "sync", "--json", env=env, folder=tmp_path)
    assert json.loads(again.out) == {"ok": True, "templates": 4, "deleted": 1, "unread": 0, "pages": 1}
    listed = await run("templates", "list", "--json", env=env, folder=tmp_path)
    statuses = {each["name"]: each["status"] for each in json.loads(listed.out)["templates"]}
    assert statuses["promocao_antiga"] == "DELETED"


async def test_an_empty_store_says_how_to_fill_it(tmp_path: Path) -> None:
    done = await run("templates", "list", env={"SQLITE_PATH": "documents.sqlite3"}, folder=tmp_path)
    assert done.code == 0
    assert done.out.splitlines()[-1] == "none yet: pyloto-stream templates sync"


async def test_meta_away_or_refusing_is_exit_1_without_secrets(meta: World, tmp_path: Path) -> None:
    away = environ(meta, WHATSAPP_API_BASE_URL=f"http://127.0.0.1:{closed_port()}")
    wrong = environ(meta, WHATSAPP_ACCESS_TOKEN="EAA-token-errado")
    for env, code in ((away, "graph_unreachable"), (wrong, "graph_190")):
        done = await run("templates", "sync", env=env, folder=tmp_path)
        assert done.code == 1
        assert done.err.startswith(code)
        assert env["WHATSAPP_ACCESS_TOKEN"] not in done.err + done.out
