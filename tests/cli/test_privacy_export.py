"""`privacy export` promete: um link na saída, o arquivo que ele baixa, e nada da pessoa na tela."""

import json
import re
from base64 import b64encode
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
import pytest_asyncio

from pyloto_stream.clock import system_clock
from pyloto_stream.settings import DEFAULTS
from pyloto_stream.stores.profiles import UserProfileStore
from pyloto_stream.stores.sealing import Sealer
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.whatsapp.identity import user_key
from tests.support.profiles import NAME, PLANTED, known
from tests.support.records import inbound
from tests.support.shell import Shell

PHONE = "+5542999998888"
UNTIL = re.compile(r"until ([0-9-]{10} [0-9:]{8})")
KEY = user_key(DEFAULTS.pepper_secret.reveal().encode(), PHONE)


@pytest_asyncio.fixture
async def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    monkeypatch.setenv("SQLITE_PATH", str(tmp_path / "documents.db"))
    monkeypatch.setenv("OBJECT_FOLDER", str(tmp_path / "objects"))
    monkeypatch.setenv("LOGNAME", "carla")
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    pepper = DEFAULTS.pepper_secret.reveal().encode()
    profiles = UserProfileStore(documents, Sealer(DEFAULTS.data_keys()), pepper)
    person = msgspec.structs.replace(known(1), facts={})
    trail = AuditTrail(documents, profiles=profiles)
    await trail.record(KEY, [person, inbound(1, text=f"meu telefone é {PHONE}")], None)
    await documents.close()
    return Shell(capsys)


def as_instant(text: str) -> float:
    """Segundos desde a época do que o relógio de São Paulo mostrou."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Sao_Paulo")).timestamp()


def file_of(tmp_path: Path) -> str:
    (found,) = (tmp_path / "objects" / "exports").iterdir()
    return found.read_text()


async def test_the_link_is_the_answer_and_the_rest_is_said_beside(shell: Shell, tmp_path: Path) -> None:
    done = await shell.run("privacy", "export", KEY, "--ttl", "60")
    assert done.code == 0
    assert done.out.startswith("http://127.0.0.1:")
    assert done.out.count("\n") == 1
    assert done.err.startswith("1 messages and 2 events, ")
    link, kept = (as_instant(text) - system_clock() / 1000 for text in UNTIL.findall(done.err))
    assert 0 < link <= 60
    assert 0 < kept <= 30 * 86_400
    assert not [word for word in (*PLANTED, PHONE[1:]) if word in done.out + done.err]
    text = file_of(tmp_path)
    assert "[TELEFONE]" in text
    assert not [word for word in (*PLANTED, PHONE[1:]) if word in text]


async def test_a_program_gets_a_document_and_personal_data_only_on_request(
    shell: Shell, tmp_path: Path
) -> None:
    done = await shell.run("privacy", "export", KEY, "--format", "json", "--include-pii", "--json")
    told = json.loads(done.out)
    assert (told["format"], told["include_pii"], told["messages"]) == ("json", True, 1)
    document = json.loads(file_of(tmp_path))
    assert document["profile"]["name"] == NAME
    assert document["messages"][0]["text"] == f"meu telefone é {PHONE}"
    assert document["audit"][-1]["actor"] == "OPERATOR:carla"


async def test_a_key_that_opens_nothing_is_said_beside_the_link(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "3 fields of the profile are not in it: DATA_ENCRYPTION_KEY does not open them\n"
    assert said not in (await shell.run("privacy", "export", KEY)).err
    monkeypatch.setenv("DATA_ENCRYPTION_KEY", "1:" + b64encode(b"x" * 32).decode())
    done = await shell.run("privacy", "export", KEY, "--json")
    assert (done.code, json.loads(done.out)["unopenable"]) == (0, 3)
    assert said in done.err


async def test_a_terminal_gets_a_progress_bar(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    done = await shell.run("privacy", "export", KEY)
    assert "written" in done.err
    assert done.out.startswith("http")


async def test_nobody_known_is_exit_1_and_leaves_nothing(shell: Shell, tmp_path: Path) -> None:
    done = await shell.run("privacy", "export", "nobody")
    assert (done.code, done.out) == (1, "")
    assert "no such conversation" in done.err
    assert not (tmp_path / "objects" / "exports").exists()


@pytest.mark.parametrize(
    "words",
    [(), (KEY, "--phone", PHONE), ("--phone", "letters"), (KEY, "--ttl", "0"), (KEY, "--ttl", "604801"),
     (KEY, "--format", "pdf"), (KEY, "--operator", "com espaço")],
)  # fmt: skip
async def test_wrong_usage_is_exit_2(shell: Shell, words: tuple[str, ...]) -> None:
    done = await shell.run("privacy", "export", *words)
    assert (done.code, done.out) == (2, "")


async def test_a_folder_without_a_fixed_port_cannot_give_links(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ADMIN_PORT", "0")
    done = await shell.run("privacy", "export", KEY)
    assert (done.code, done.err) == (2, "ADMIN_PORT: must be a fixed port for object links\n")
    assert not (tmp_path / "objects" / "exports").exists()
