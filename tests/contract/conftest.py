"""Todo adaptador de cada porta, de verdade: SQLite e emulador do Firestore, pasta e emulador do Storage."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from pyloto_stream.stores.firestore import FirestoreDocuments
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Documents, Query
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.firestore import FirestoreEmulator, jar
from tests.support.object_links import LinkReader, folder_reader
from tests.support.storage_room import StorageRoom, account, gcs, storage, storage_emulator

__all__ = ["account", "gcs", "storage", "storage_emulator"]

_projects = itertools.count()


@pytest_asyncio.fixture(scope="session")
async def firestore_emulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FirestoreEmulator]:
    emulator = FirestoreEmulator(jar(), tmp_path_factory.mktemp("firestore") / "log")
    try:
        await emulator.start()
        await _warm(emulator.host)
        yield emulator
    finally:
        await emulator.stop()


async def _warm(host: str) -> None:
    """A primeira consulta carrega meia JVM: numa máquina ocupada ela passaria do prazo de um teste."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRESTORE_EMULATOR_HOST", host)
        documents = await FirestoreDocuments.open("warm-up", timeout_s=60.0)
    await documents.set("warm/up", {"at": "now"})
    await documents.query(Query("warm", (("at", "now"),)))
    await documents.close()


@pytest_asyncio.fixture
async def firestore(
    firestore_emulator: FirestoreEmulator, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FirestoreDocuments]:
    """Um projeto vazio no emulador."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator.host)
    documents = await FirestoreDocuments.open(f"test-{next(_projects)}")
    yield documents
    await documents.close()


@pytest_asyncio.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[SqliteDocuments]:
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    yield documents
    await documents.close()


@pytest.fixture(params=["sqlite", "firestore"])
def documents(request: pytest.FixtureRequest) -> Documents:
    """Um banco vazio de cada adaptador."""
    store: Documents = request.getfixturevalue(request.param)
    return store


@pytest_asyncio.fixture
async def folder(tmp_path: Path) -> AsyncIterator[FolderObjects]:
    objects = await FolderObjects.open_folder(tmp_path / "objects")
    yield objects
    await objects.close()


@pytest.fixture(params=["folder", "gcs"])
def objects(request: pytest.FixtureRequest) -> Objects:
    """Um repositório de objetos vazio de cada adaptador."""
    store: Objects = request.getfixturevalue(request.param)
    return store


@pytest_asyncio.fixture
async def reader_of_folder(tmp_path: Path) -> AsyncIterator[LinkReader]:
    async with folder_reader(tmp_path / "objects") as reader:
        yield reader


@pytest_asyncio.fixture
async def reader_of_gcs(storage: StorageRoom) -> AsyncIterator[LinkReader]:
    def advance(seconds: float) -> None:
        storage.gate.ahead_s += seconds

    objects = await storage.open()
    yield LinkReader(objects, advance)
    await objects.close()


@pytest.fixture(params=["folder", "gcs"])
def reader(request: pytest.FixtureRequest) -> LinkReader:
    """Um repositório vazio de cada adaptador, e quem abre os seus links."""
    opener: LinkReader = request.getfixturevalue(f"reader_of_{request.param}")
    return opener
