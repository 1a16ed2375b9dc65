"""Quem exporta morre de SIGKILL no meio: nada fica à vista pela metade, e quem vem depois limpa."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from pyloto_stream.records.export import REQUESTED
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.exports import export_path
from pyloto_stream.stores.firestore import FirestoreDocuments
from pyloto_stream.stores.messages import message_write
from pyloto_stream.stores.ports import Documents, Merge, Query
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from tests.support.command import Done, run, start
from tests.support.firestore import FirestoreEmulator
from tests.support.object_links import LinkReader, folder_reader
from tests.support.records import USER, action, inbound, outbound
from tests.support.storage_room import StorageRoom, account, storage, storage_emulator

__all__ = ["account", "storage", "storage_emulator"]

BATCH = 200
MANY, ENOUGH = 1_200, 600
"""Mensagens para um arquivo que se pega a meio, e para um que se faz parar a meio."""
TEXT = "orçamento de um site com loja, entrega e pagamento. " * 75
PROJECT = "export-killed"
PATIENCE_S = 60.0


class Place(NamedTuple):
    """Um banco, um repositório e quem abre os seus links; como um processo os acha; quando vai a meio."""

    documents: Documents
    reader: LinkReader
    env: dict[str, str]
    messages: int
    under_way: Callable[[], bool]
    resume: Callable[[], None]
    left: Callable[[], int]
    """Quantos pedaços sem nome há, de quem não terminou."""


@pytest_asyncio.fixture
async def folder_place(tmp_path: Path) -> AsyncIterator[Place]:
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    incoming = tmp_path / "objects" / ".incoming"
    async with folder_reader(tmp_path / "objects") as reader:
        port = urlsplit(await reader.objects.signed_url("exports/x", 60)).port
        env = {
            "SQLITE_PATH": str(tmp_path / "documents.db"), "OBJECT_FOLDER": str(tmp_path / "objects"),
            "ADMIN_PORT": str(port),
        }  # fmt: skip

        def under_way() -> bool:
            return any(file.stat().st_size for file in incoming.iterdir())

        def left() -> int:
            return len(list(incoming.iterdir()))

        yield Place(documents, reader, env, MANY, under_way, lambda: None, left)
    await documents.close()


@pytest_asyncio.fixture
async def google_place(
    firestore_emulator: FirestoreEmulator, storage: StorageRoom, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Place]:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator.host)
    documents = await FirestoreDocuments.open(f"{PROJECT}-{storage.bucket}")
    await storage.gate.create(storage.exports)
    objects = await storage.open(storage.exports)
    gate = storage.gate
    env = {
        "DOCUMENT_STORE": "firestore", "FIRESTORE_PROJECT_ID": f"{PROJECT}-{storage.bucket}",
        "FIRESTORE_EMULATOR_HOST": firestore_emulator.host, "OBJECT_STORE": "gcs",
        "GCS_BUCKET_MEDIA": storage.bucket, "GCS_BUCKET_EXPORT": storage.exports,
        "STORAGE_EMULATOR_HOST": gate.url,
    }  # fmt: skip
    before = gate.arrived
    gate.spare = 2  # abre a gravação, entrega um bloco, e o seguinte não chega
    gate.thawed.clear()

    def resume() -> None:
        gate.spare = 0
        gate.thawed.set()

    reader = LinkReader(objects, lambda _seconds: None)
    yield Place(documents, reader, env, ENOUGH, lambda: gate.arrived > before + 2, resume, lambda: 0)
    resume()
    await objects.close()
    await documents.close()


@pytest.fixture(params=["folder", "google"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found


async def talked_much(place: Place) -> None:
    await AuditTrail(place.documents).record(USER, [action(n) for n in range(5)], None)
    for first in range(0, place.messages, BATCH):
        numbers = range(first, first + BATCH)
        said = [(inbound if n % 2 else outbound)(n, text=f"{n}: {TEXT}") for n in numbers]
        await place.documents.write(*(message_write(USER, record) for record in said))


async def files(place: Place) -> list[str]:
    return [entry.path async for entry in place.reader.objects.list("exports/")]


async def exports(place: Place) -> list[tuple[object, object]]:
    found = await place.documents.query(Query("exports"))
    return sorted((document.data["status"], document.data.get("error", "")) for document in found)


async def killed_half_way(place: Place) -> None:
    """`privacy export` começa, escreve parte do arquivo, e morre sem aviso."""
    process = await start("privacy", "export", USER, "--format", "json", env=place.env)
    async with asyncio.timeout(PATIENCE_S):
        while not place.under_way():
            assert process.returncode is None, (await process.communicate())[1]
            await asyncio.sleep(0.005)
    process.kill()
    out, _ = await process.communicate()
    assert (await process.wait(), out) == (-9, b"")  # quem já tivesse acabado diria 0, e o link
    place.resume()


async def nothing_is_visible(place: Place) -> None:
    """Nem arquivo nem link: só o pedido, na trilha e no documento."""
    assert await files(place) == []
    assert await exports(place) == [("RUNNING", "")]
    log = AuditLogStore(place.documents)
    acts = [event.action async for event in log.events(USER)]
    assert (acts.count(REQUESTED), acts[-1], (await log.verify(USER)).intact) == (1, REQUESTED, True)


async def dead_for_long(place: Place) -> None:
    """Passa o tempo pelo qual se espera por quem exporta."""
    for document in await place.documents.query(Query("exports", (("status", "RUNNING"),))):
        await place.documents.write(
            Merge(export_path(document.id), {"lease_until": "2026-01-01T00:00:00.000Z"})
        )


async def whole(place: Place, done: Done) -> str:
    """O link do comando dá o arquivo inteiro; devolve o caminho dele."""
    assert done.code == 0, done.err
    told = json.loads(done.out)
    opened = await place.reader.open(told["url"])
    assert (opened.status, len(opened.body)) == (200, told["size"])
    document = json.loads(opened.body)
    numbers = [int(message["text"].partition(":")[0]) for message in document["messages"]]
    assert numbers == list(range(place.messages))
    assert document["end"]["messages"] == place.messages
    return f"exports/{told['export_id']}.json"


async def export_again(place: Place) -> Done:
    return await run("privacy", "export", USER, "--format", "json", "--json", env=place.env)


async def test_a_killed_export_shows_nothing_and_the_next_does_not_wait_for_it(place: Place) -> None:
    await talked_much(place)
    await killed_half_way(place)
    await nothing_is_visible(place)
    path = await whole(place, await export_again(place))
    assert (await files(place), place.left()) == ([path], 0)
    # quem morreu ainda poderia viver: só depois do prazo dele se dá por abandonado; a retenção então o faz
    assert await exports(place) == [("DONE", ""), ("RUNNING", "")]
    await dead_for_long(place)
    swept = await run("retention", "run", "--json", env=place.env)
    assert (swept.code, json.loads(swept.out)["complete"]) == (0, True), swept.err
    assert await exports(place) == [("DONE", ""), ("FAILED", "abandoned")]
    assert await files(place) == [path]


async def test_the_next_export_clears_away_one_that_died_long_ago(place: Place) -> None:
    await talked_much(place)
    await killed_half_way(place)
    await dead_for_long(place)
    path = await whole(place, await export_again(place))
    assert await exports(place) == [("DONE", ""), ("FAILED", "abandoned")]
    assert (await files(place), place.left()) == ([path], 0)
    assert (await AuditLogStore(place.documents).verify(USER)).intact
