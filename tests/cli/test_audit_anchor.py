"""`audit anchor` promete: as pontas do dia, assinadas, uma vez; `audit verify --anchor` compara com elas."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from pyloto_stream.stores.anchor_check import FORGOTTEN
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import AuditEvent, event_path, head_path
from pyloto_stream.stores.conversations import header_path
from pyloto_stream.stores.ports import Create, Delete, Merge
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.chains import event
from tests.support.shell import Shell

DAY = "2026-01-02"
PEOPLE = ("ana", "bia")


@pytest_asyncio.fixture
async def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    """Duas conversas de três eventos, e uma chave de âncora na configuração; Redis nenhum."""
    monkeypatch.setenv("SQLITE_PATH", str(tmp_path / "documents.db"))
    monkeypatch.setenv("OBJECT_FOLDER", str(tmp_path / "objects"))
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    for person in PEOPLE:
        await documents.write(Create(header_path(person), {"user_key": person}))
        await AuditLogStore(documents).append(person, *(event(n) for n in (1, 2, 3)))
    await documents.close()
    shell = Shell(capsys)
    pair = json.loads((await shell.run("audit", "anchor", "--new-key", "--json")).out)
    monkeypatch.setenv("AUDIT_ANCHOR_KEY", pair["AUDIT_ANCHOR_KEY"])
    return shell


async def rebuild(tmp_path: Path, person: str) -> None:
    """Refaz a cadeia de uma pessoa com outro conteúdo; sozinha, ela confere."""
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    gone = [Delete(event_path(person, f"e{n}")) for n in (1, 2, 3)]
    await documents.write(*gone, Delete(head_path(person)))
    await AuditLogStore(documents).append(person, *(event(n, reason="OTHER") for n in (1, 2, 3)))
    await documents.close()


async def test_a_pair_of_keys_is_printed_and_its_halves_belong_together(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = [await shell.run("audit", "anchor", "--new-key") for _ in range(2)]
    secret, public = first.out.splitlines()
    assert first.code == 0
    assert first.out != second.out
    assert "Keep the first one secret" in first.err
    monkeypatch.setenv("AUDIT_ANCHOR_KEY", secret.removeprefix("AUDIT_ANCHOR_KEY="))
    assert (await shell.run("audit", "anchor", "--day", DAY)).code == 0
    key = public.removeprefix("public key: ")
    assert (await shell.run("audit", "verify", "--anchor", DAY, "--public-key", key)).code == 0


async def test_the_anchor_of_today_is_made_once(shell: Shell, tmp_path: Path) -> None:
    before = datetime.now(UTC).date()
    made = await shell.run("audit", "anchor")
    again = await shell.run("audit", "anchor", "--json")
    day = made.out.split()[2].rstrip(":")
    assert before.isoformat() <= day <= datetime.now(UTC).date().isoformat()
    assert (made.code, again.code) == (0, 0)
    assert made.out.startswith(f"anchor of {day}: 2 chain ends, SHA-256 ")
    assert json.loads(again.out) == {"day": day, "existing": True}
    said = (await shell.run("audit", "anchor")).out
    assert said == f"the anchor of {day} is there already, and stays as it is\n"
    names = sorted(file.name for file in (tmp_path / "objects" / "anchors").iterdir())
    assert names == [f"{day}.jsonl", f"{day}.jsonl.sig"]


async def test_chains_and_anchor_are_compared_in_one_run(shell: Shell, tmp_path: Path) -> None:
    await shell.run("audit", "anchor", "--day", DAY)
    whole = await shell.run("audit", "verify", "--all", "--anchor", DAY)
    await rebuild(tmp_path, "bia")
    table = await shell.run("audit", "verify", "--all", "--anchor", DAY)
    document = await shell.run("audit", "verify", "--anchor", DAY, "--json")
    one = await shell.run("audit", "verify", "ana", "--anchor", DAY)
    assert (whole.code, table.code, document.code, one.code) == (0, 1, 1, 0)
    total = (
        f"anchor of {DAY}, signature valid: 2 heads: {{}} kept, 0 past retention, 0 forgotten, {{}} broken"
    )
    assert whole.out.splitlines()[1] == total.format(2, 0)
    chains, broken, anchored = table.out.splitlines()
    assert chains.startswith("2 chains: 2 intact, 0 broken; ")
    assert broken == (
        "BROKEN bia: anchored event seq 3: another event stands where the anchored one was: "
        "the chain was rewritten"
    )
    assert anchored == total.format(1, 1)
    assert json.loads(document.out)["anchor"] == {
        "day": DAY, "problem": "", "heads": 2, "trimmed": 0, "forgotten": 0,
        "broken": [{"user_key": "bia", "seq": 3, "why": "changed"}],
    }  # fmt: skip
    assert "signature valid: 1 heads: 1 kept" in one.out


async def test_a_chain_that_only_the_anchor_still_knows_is_walked_too(shell: Shell, tmp_path: Path) -> None:
    await shell.run("audit", "anchor", "--day", DAY)
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    await documents.write(Delete(header_path("ana")), Merge(event_path("ana", "e2"), {"reason": "OTHER"}))
    await documents.close()
    alone = await shell.run("audit", "verify", "--all")
    compared = await shell.run("audit", "verify", "--all", "--anchor", DAY, "--json")
    told = json.loads(compared.out)
    assert alone.out.startswith("1 chain: 1 intact")
    assert (compared.code, told["chains"], told["without_header"]) == (1, 2, ["ana"])
    assert [(broken["user_key"], broken["event_id"]) for broken in told["broken"]] == [("ana", "e2")]


async def test_a_forgotten_person_is_counted_and_is_no_damage(shell: Shell, tmp_path: Path) -> None:
    await shell.run("audit", "anchor", "--day", DAY)
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    proof = AuditEvent("proof", "2026-02-01T00:00:00.000Z", "SYSTEM", FORGOTTEN)
    await AuditLogStore(documents).append("ana", proof)
    await AuditLogStore(documents).trim("ana", proof.timestamp)
    await documents.write(Delete(header_path("ana")))
    await documents.close()
    done = await shell.run("audit", "verify", "--all", "--anchor", DAY)
    assert done.code == 0
    assert [line.split(":")[0] for line in done.out.splitlines()] == [
        "2 chains", f"anchor of {DAY}, signature valid",
    ]  # fmt: skip
    assert "2 heads: 1 kept, 0 past retention, 1 forgotten, 0 broken" in done.out


async def test_an_anchor_of_another_key_or_of_no_day_is_refused(shell: Shell) -> None:
    await shell.run("audit", "anchor", "--day", DAY)
    missing = await shell.run("audit", "verify", "--anchor", "2026-01-03")
    other = json.loads((await shell.run("audit", "anchor", "--new-key", "--json")).out)
    forged = await shell.run("audit", "verify", "--anchor", DAY, "--public-key", other["public_key"])
    newer = await shell.run("audit", "verify", "nobody", "--anchor", DAY)
    assert (missing.code, forged.code, newer.code) == (1, 1, 1)
    assert missing.out == "BROKEN anchor of 2026-01-03: there is no anchor of this day\n"
    assert forged.out == f"BROKEN anchor of {DAY}: the signature is not of this anchor by this key\n"


async def test_a_chain_without_end_is_told_and_the_others_are_anchored(shell: Shell, tmp_path: Path) -> None:
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    await documents.write(Delete(head_path("ana")))
    await documents.close()
    made = await shell.run("audit", "anchor", "--day", DAY)
    assert (made.code, made.out.split(", ")[0]) == (1, f"anchor of {DAY}: 1 chain ends")
    assert made.err == "not in it: ana has no readable end of chain; run audit verify\n"


async def test_wrong_words_are_exit_2(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    future = await shell.run("audit", "anchor", "--day", tomorrow)
    wrong = await shell.run("audit", "anchor", "--day", "20260102")
    monkeypatch.delenv("AUDIT_ANCHOR_KEY")
    keyless = await shell.run("audit", "anchor")
    assert [(done.code, done.err.partition(":")[0]) for done in (future, wrong, keyless)] == [
        (2, "--day"), (2, "--day"), (2, "AUDIT_ANCHOR_KEY"),
    ]  # fmt: skip
    assert "audit anchor --new-key" in keyless.err
