"""`audit verify --phone` e `privacy export --phone` prometem: toda chave da pessoa, e nenhuma de outra."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from consumers.pipeline import STAGES
from pyloto_stream.cli.people import key_of
from pyloto_stream.settings import DEFAULTS
from pyloto_stream.stores.chain import event_path
from pyloto_stream.stores.ports import Merge
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.streams.aliases import AliasTable
from pyloto_stream.streams.gateway import Gateway
from tests.support.records import action, inbound
from tests.support.shell import Shell

PEPPER = DEFAULTS.pepper_secret.reveal().encode()
OLD, NEW = "+5542999990001", "+5542999990002"
FIRST, SECOND = key_of(PEPPER, OLD), key_of(PEPPER, NEW)


@pytest_asyncio.fixture
async def table(redis_url: str) -> AsyncIterator[AliasTable]:
    gateway = Gateway(redis_url, partitions=2)
    await gateway.open(STAGES)
    yield AliasTable(gateway)
    await gateway.close()


@pytest_asyncio.fixture
async def documents(tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> SqliteDocuments:
    del shell  # a configuração, primeiro
    monkeypatch.setenv("OBJECT_FOLDER", str(tmp_path / "objects"))
    return await SqliteDocuments.open(tmp_path / "documents.db")


async def moved(table: AliasTable) -> None:
    """Quem escrevia de `OLD` passa a escrever de `NEW`."""
    await table.resolve([(FIRST,)])
    await table.move((FIRST,), (SECOND,))


async def stored(documents: SqliteDocuments, *people: str, text: str = "olá") -> None:
    for person in people:
        await AuditTrail(documents).record(person, [inbound(1, text=text), action(1), action(2)], None)


async def test_verify_finds_who_moved_by_the_new_number(
    shell: Shell, table: AliasTable, documents: SqliteDocuments
) -> None:
    await moved(table)
    await stored(documents, FIRST)
    await documents.close()
    done = await shell.run("audit", "verify", "--phone", NEW, "--json")
    told = json.loads(done.out)
    assert (done.code, told["chains"], told["broken"]) == (0, 1, [])
    assert NEW[1:] not in done.out + done.err


async def test_verify_walks_every_chain_that_may_be_of_the_person(
    shell: Shell, table: AliasTable, documents: SqliteDocuments
) -> None:
    await moved(table)
    await stored(documents, FIRST, SECOND)
    await documents.write(Merge(event_path(SECOND, "a1:intent_set"), {"reason": "X"}))
    await documents.close()
    done = await shell.run("audit", "verify", "--phone", NEW)
    assert done.code == 1
    assert f"BROKEN {SECOND}: event a1:intent_set" in done.out
    assert "2 chains: 1 intact, 1 broken" in done.out


async def test_who_left_a_number_is_not_found_by_it_and_who_inherits_it_is(
    shell: Shell, table: AliasTable, documents: SqliteDocuments
) -> None:
    await moved(table)
    await stored(documents, FIRST)
    for words in (("audit", "verify"), ("privacy", "export")):
        left = await shell.run(*words, "--phone", OLD)
        assert (left.code, left.out) == (1, "")
        assert "has moved to another number" in left.err
    (heir,) = await table.resolve([(FIRST,)])
    assert heir != FIRST
    assert (await shell.run("audit", "verify", "--phone", OLD)).code == 1
    await stored(documents, heir, text="de quem herdou")
    await documents.close()
    done = await shell.run("privacy", "export", "--phone", OLD, "--json")
    assert (done.code, json.loads(done.out)["user_key"]) == (0, heir)


@pytest.mark.parametrize("who", [FIRST, SECOND])
async def test_export_takes_the_key_that_has_a_conversation(
    shell: Shell, table: AliasTable, documents: SqliteDocuments, who: str
) -> None:
    await moved(table)
    await stored(documents, who)
    await documents.close()
    done = await shell.run("privacy", "export", "--phone", NEW, "--json")
    assert (done.code, json.loads(done.out)["user_key"]) == (0, who)


async def test_of_two_conversations_who_exports_chooses(
    shell: Shell, table: AliasTable, documents: SqliteDocuments, tmp_path: Path
) -> None:
    await moved(table)
    await stored(documents, FIRST, SECOND)
    await documents.close()
    done = await shell.run("privacy", "export", "--phone", NEW)
    words = f"--phone: leads to more than one conversation; give one of them as USER_KEY: {FIRST}, {SECOND}\n"
    assert (done.code, done.out, done.err) == (2, "", words)
    assert not (tmp_path / "objects" / "exports").exists()
    assert (await shell.run("privacy", "export", SECOND)).code == 0


@pytest.mark.parametrize("words", [("audit", "verify"), ("privacy", "export")])
async def test_a_phone_of_nobody_is_exit_1(
    shell: Shell, table: AliasTable, documents: SqliteDocuments, words: tuple[str, str]
) -> None:
    del table  # a instalação existe
    await documents.close()
    done = await shell.run(*words, "--phone", OLD)
    assert (done.code, done.out) == (1, "")
    assert "no such conversation" in done.err


@pytest.mark.parametrize("words", [("audit", "verify"), ("privacy", "export")])
@pytest.mark.parametrize(
    ("url", "code", "why"),
    [
        ("redis://127.0.0.1:1/0", 1, "could not ask Redis whose phone this is"),
        ("embedded", 2, "REDIS_URL: required here"),
        ("", 2, "no deployment was started on this Redis yet"),
    ],
)
async def test_without_the_alias_table_a_phone_is_nobody_yet_and_a_key_still_works(
    shell: Shell, documents: SqliteDocuments, monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, str], url: str, code: int, why: str,
) -> None:  # fmt: skip
    await stored(documents, FIRST)
    await documents.close()
    if url:
        monkeypatch.setenv("REDIS_URL", url)
    done = await shell.run(*words, "--phone", OLD)
    assert (done.code, done.out) == (code, "")
    assert done.err.count("\n") == 1
    assert all(part in done.err for part in ("--phone: ", "give USER_KEY", why))
    assert (await shell.run(*words, FIRST)).code == 0
