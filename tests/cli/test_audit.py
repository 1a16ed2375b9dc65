"""`audit verify` promete: cada cadeia rompida com o primeiro evento que não confere, em palavras."""

import json
import sqlite3
from pathlib import Path

import pytest
import pytest_asyncio

from pyloto_stream.settings import DEFAULTS
from pyloto_stream.stores.chain import event_path, head_path
from pyloto_stream.stores.conversations import header_path
from pyloto_stream.stores.ports import Delete, Merge, Write
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.whatsapp.identity import user_key
from tests.support.records import action, session
from tests.support.shell import Shell

PHONE = "+5542999998888"
PEOPLE = ("ana", "bia", "-zoe", user_key(DEFAULTS.pepper_secret.reveal().encode(), PHONE))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "documents.db"


@pytest_asyncio.fixture
async def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, place: Path) -> Shell:
    """Quatro conversas, cada uma com uma cadeia de três eventos; Redis nenhum."""
    monkeypatch.setenv("SQLITE_PATH", str(place))
    documents = await SqliteDocuments.open(place)
    for person in PEOPLE:
        await AuditTrail(documents).record(person, [session(1), *(action(n) for n in (1, 2, 3))], None)
    await documents.close()
    return Shell(capsys)


async def touch(place: Path, *writes: Write) -> None:
    documents = await SqliteDocuments.open(place)
    await documents.write(*writes)
    await documents.close()


def a(number: int) -> str:
    return f"a{number}:intent_set"


async def test_all_chains_are_counted_with_their_events(shell: Shell) -> None:
    done = await shell.run("audit", "verify", "--all")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("4 chains: 4 intact, 0 broken; 12 events in ")
    assert done.out.endswith(" per second\n")
    told = json.loads((await shell.run("audit", "verify", "--all", "--json")).out)
    assert (told["broken"], told["without_header"], told["anchor"]) == ([], [], None)


async def test_a_terminal_gets_a_progress_bar_and_the_answer_stays_clean(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    done = await shell.run("audit", "verify", "--all", "--json")
    assert "4/4" in done.err
    assert "12 events" in done.err
    assert json.loads(done.out)["chains"] == 4


async def test_each_broken_chain_is_named_with_its_first_event_and_what_happened(
    shell: Shell, place: Path
) -> None:
    await touch(place, Merge(event_path("bia", a(2)), {"reason": "X"}), Delete(event_path("ana", a(3))))
    table = await shell.run("audit", "verify", "--all")
    document = await shell.run("audit", "verify", "--all", "--json")
    assert (table.code, document.code) == (1, 1)
    *broken, total = table.out.splitlines()
    end = f"event {a(3)} seq 3 is the last one that was recorded, and the end of the chain is missing"
    change = f"event {a(2)} seq 2 was changed after it was written, or cannot be read"
    assert sorted(broken) == [
        f"BROKEN ana: {end}; 2 intact before it",
        f"BROKEN bia: {change}; 1 intact before it",
    ]
    assert total.startswith("4 chains: 2 intact, 2 broken; 9 events in ")
    told = json.loads(document.out)
    assert sorted((b["user_key"], b["event_id"], b["seq"], b["why"]) for b in told["broken"]) == [
        ("ana", a(3), 3, "missing_end"), ("bia", a(2), 2, "changed"),
    ]  # fmt: skip
    assert (told["chains"], told["events"]) == (4, 9)


@pytest.mark.parametrize(
    ("words", "code"),
    [(("bia",), 1), (("ana",), 0), (("-zoe",), 0), (("nobody",), 1)],
)
async def test_one_chain_by_key(shell: Shell, place: Path, words: tuple[str, ...], code: int) -> None:
    await touch(place, Merge(event_path("bia", a(2)), {"reason": "X"}))
    done = await shell.run("audit", "verify", *words)
    assert done.code == code
    if words == ("nobody",):
        assert (done.out, "no such conversation" in done.err) == ("", True)
    else:
        assert "1 chain: " in done.out


async def test_a_deleted_header_hides_no_chain_that_a_session_still_names(shell: Shell, place: Path) -> None:
    await touch(place, Delete(header_path("bia")), Merge(event_path("bia", a(2)), {"reason": "X"}))
    done = await shell.run("audit", "verify", "--all", "--json")
    told = json.loads(done.out)
    assert (done.code, told["chains"], told["without_header"]) == (1, 4, ["bia"])
    assert told["broken"][0]["event_id"] == a(2)


async def test_a_chain_that_is_gone_whole_is_broken(shell: Shell, place: Path) -> None:
    await touch(place, *(Delete(event_path("ana", a(n))) for n in (1, 2, 3)), Delete(head_path("ana")))
    every = await shell.run("audit", "verify", "--all")
    one = await shell.run("audit", "verify", "ana")
    assert (every.code, one.code) == (1, 1)
    assert "BROKEN ana: the conversation exists and its chain does not: it was removed whole" in every.out
    assert every.out.splitlines()[0] == one.out.splitlines()[0]


async def test_a_damaged_document_is_named_and_the_others_are_still_verified(
    shell: Shell, place: Path
) -> None:
    damage = "UPDATE documents SET data = '{' WHERE collection = 'conversations/ana/audit' AND id = ?"
    indexes = [
        f"documents_{name}"
        for name in ("status", "user_key", "last_message_at", "seq", "timestamp", "expires_at")
    ]
    with sqlite3.connect(place) as other:
        other.executescript("".join(f"DROP INDEX {name};" for name in indexes))
        other.execute(damage, (a(2),))
        for name in indexes:  # para que abrir o arquivo não os refaça sobre o dano
            other.execute(f"CREATE INDEX {name} ON documents (id) WHERE id = ''")
    other.close()
    done = await shell.run("audit", "verify", "--all")
    assert done.code == 1
    assert done.out.splitlines()[0].startswith(f"BROKEN ana: event {a(2)} ")
    assert "4 chains: 3 intact, 1 broken" in done.out


@pytest.mark.parametrize(
    "words",
    [
        (), ("ana", "--all"), ("--phone", PHONE, "--all"), ("--phone", "letters"),
        ("--all", "--public-key", "x"), ("--anchor", "yesterday"), ("--anchor", "2026-11-28"),
        ("--anchor", "2026-11-28", "--public-key", "short"),
    ],
)  # fmt: skip
async def test_wrong_usage_is_exit_2_in_one_line(shell: Shell, words: tuple[str, ...]) -> None:
    done = await shell.run("audit", "verify", *words)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert any(name in done.err for name in ("audit verify:", "--phone:", "--public-key:", "--anchor:"))
