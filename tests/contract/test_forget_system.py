"""`privacy forget` sobre o sistema inteiro: nada da pessoa fica no Redis, em banco ou em arquivo algum."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from consumers.pipeline import STAGES
from pyloto_stream.cli.local import Local, local_system
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.firestore import FirestoreDocuments
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.streams.status import inspect
from pyloto_stream.streams.traces import traces
from pyloto_stream.whatsapp.identity import identity, user_key
from pyloto_stream.whatsapp.signature import sign
from tests.support.dump import dump, lasting, naming
from tests.support.firestore import FirestoreEmulator
from tests.support.local import local_settings
from tests.support.look import snapshot
from tests.support.shell import Shell
from tests.support.storage_room import StorageRoom
from tests.support.streams import until

pytestmark = pytest.mark.one_server
ANA, RUI = fictional(1), fictional(2)
PDF = b"%PDF-1.7\n" + b"planta da quitanda de Ana\n" * 500
SAID = "preciso de um sistema para a Quitanda Xavantina"


class Place(NamedTuple):
    """O sistema no ar, os seus bancos vistos por fora, e o ambiente dos comandos."""

    local: Local
    documents: Documents
    media: Objects
    exports: Objects


@pytest_asyncio.fixture(params=["folder", "google"])
async def place(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    redis_url: str,
    firestore_emulator: FirestoreEmulator,
    storage: StorageRoom,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Place]:
    """O sistema sobre os bancos embutidos, e sobre os do Google."""
    embedded, project = request.param == "folder", f"forget-{storage.bucket}"
    env = {"REDIS_URL": redis_url, "SQLITE_PATH": str(tmp_path / "documents.sqlite3"),
           "OBJECT_FOLDER": str(tmp_path / "objects")}  # fmt: skip
    if not embedded:
        await storage.gate.create(storage.exports)
        env |= {
            "DOCUMENT_STORE": "firestore", "FIRESTORE_PROJECT_ID": project, "OBJECT_STORE": "gcs",
            "FIRESTORE_EMULATOR_HOST": firestore_emulator.host, "STORAGE_EMULATOR_HOST": storage.gate.url,
            "GCS_BUCKET_MEDIA": storage.bucket, "GCS_BUCKET_EXPORT": storage.exports,
        }  # fmt: skip
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    async with AsyncExitStack() as resources:
        local = await resources.enter_async_context(local_system(local_settings(tmp_path, **env)))
        documents: Documents
        media: Objects
        exports: Objects
        if embedded:
            documents = await SqliteDocuments.open(local.settings.sqlite_path)
            media = exports = await FolderObjects.open_folder(local.settings.object_folder)
        else:
            documents = await FirestoreDocuments.open(project)
            media, exports = await storage.open(), await storage.open(storage.exports)
        for opened in (documents, media, exports):
            resources.push_async_callback(opened.close)
        yield Place(local, documents, media, exports)


async def quiet(local: Local) -> None:
    async def idle() -> bool:
        return (await inspect(local.gateway, STAGES)).idle

    await until(idle)


async def spoke(place: Place, key: str) -> None:
    """As duas pessoas falam, mandam o mesmo arquivo e outro, e um webhook de Ana chega estragado."""
    for person, name in ((ANA, "Ana Xavantina"), (RUI, "Rui Prado")):
        someone = place.local.simulator.person(person)
        await someone.say(f"oi, aqui é {name}").accepted()
        await quiet(place.local)
        await someone.say(SAID if person is ANA else "preciso de um site").accepted()
        await someone.document(PDF if person is ANA else b"%PDF-1.7\nde Rui").accepted()
        await quiet(place.local)
    body = b'{"broken": "' + ANA.wa_id.encode()
    secret = place.local.settings.whatsapp_webhook_secret[0].reveal().encode()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(secret, body)}
    async with (
        ClientSession() as http,
        http.post(place.local.webhook_url, data=body, headers=headers) as answer,
    ):
        assert answer.status == 200
    events = [event.action async for event in AuditLogStore(place.documents).events(key)]
    assert {"MESSAGE_RECEIVED", "MESSAGE_SENT", "MEDIA_STORED", "SESSION_OPENED"} <= set(events)


async def seen(place: Place, words: tuple[str, ...]) -> set[str]:
    """Onde se lê alguma das palavras: documentos, objetos, e cada chave do Redis, pelas duas vistas."""
    found = naming(await dump(place.documents), words)
    needles = [word.encode() for word in words]
    for objects in {id(o): o for o in (place.media, place.exports)}.values():
        async for entry in objects.list(""):
            async with objects.open(entry.path) as chunks:
                content = b"".join([chunk async for chunk in chunks])
            if any(needle in content or needle in entry.path.encode() for needle in needles):
                found.add(f"object {entry.path}")
    found |= {trace.key async for trace in traces(place.local.gateway, needles)}
    raw = await snapshot(place.local.settings.redis_url.reveal())
    return found | {key for key, value in raw.items() if any(word in key + repr(value) for word in words)}


@pytest.mark.timeout(180)
async def test_i22_no_byte_of_the_person_stays_but_the_proof_and_she_may_come_back(
    place: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "carla")
    shell, pepper = Shell(capsys), place.local.settings.pepper_secret.reveal().encode()
    key, other = (user_key(pepper, identity(person.wa_id)) for person in (ANA, RUI))
    words = (key, ANA.wa_id, ANA.user_id, "Xavantina", "quitanda de Ana", "Quitanda")
    await spoke(place, key)
    exported = await shell.run("privacy", "export", key, "--include-pii")
    assert exported.code == 0
    assert len(await seen(place, words)) > 20
    of_other = {p: d for p, d in (await dump(place.documents)).items() if other in p + d}

    done = await shell.run("privacy", "forget", "--phone", f"+{ANA.wa_id}", "--yes", "--wait", "1", "--json")
    assert (done.code, f"forgetting {key}" in done.err) == (0, True)
    report = json.loads(done.out)
    assert {"messages", "profile", "files", "media_files", "exports", "redis_dead"} <= report["erased"].keys()
    left = await seen(place, words)
    proof = {f"conversations/{key}", f"conversations/{key}/chain/head"}
    events = [event.event_id async for event in AuditLogStore(place.documents).events(key)]
    assert left == proof | {f"conversations/{key}/audit/{event}" for event in events}
    assert not await seen(place, words[1:])
    assert (await AuditLogStore(place.documents).verify(key)).intact
    if isinstance(place.documents, SqliteDocuments):
        folder = place.local.settings.sqlite_path.parent
        raw = b"".join(f.read_bytes() for f in folder.glob("documents.sqlite3*"))
        assert not [word for word in words[1:] if word.encode() in raw]
    assert {p: d for p, d in (await dump(place.documents)).items() if other in p + d} == of_other

    before = lasting(await dump(place.documents))
    again = await shell.run("privacy", "forget", key, "--yes")
    assert (again.code, again.out.splitlines()[0]) == (0, "nothing was left to erase")
    assert lasting(await dump(place.documents)) == before
    verified = await shell.run("audit", "verify", key)
    assert verified.code == 0
    shown = await shell.run("conversation", "show", key)
    assert "forgotten     at " in shown.out

    ana = place.local.simulator.person(ANA)
    replies = len([bubble for bubble in ana.thread if not bubble.mine])
    await ana.say("oi, voltei").accepted()
    await quiet(place.local)
    assert len([bubble for bubble in ana.thread if not bubble.mine]) > replies
    assert (await AuditLogStore(place.documents).verify(key)).intact


async def test_nobody_known_is_exit_1_and_leaves_nothing(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(capsys)
    stranger = "n" * 43
    done = await shell.run("privacy", "forget", stranger, "--yes")
    assert (done.code, done.out) == (1, "")
    assert "no such conversation" in done.err
    assert await dump(place.documents) == {}
    account = user_key(
        place.local.settings.pepper_secret.reveal().encode(),
        f"account:{place.local.settings.whatsapp_business_account_id}",
    )
    for words in ((), (stranger, "--phone", "+5542999998888"), ("operations",), (account,)):
        wrong = await shell.run("privacy", "forget", *words, "--yes")
        assert (wrong.code, wrong.out) == (2, "")
    assert "--yes: required" in (await shell.run("privacy", "forget", stranger)).err
