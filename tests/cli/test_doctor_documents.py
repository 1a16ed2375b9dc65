"""O que `doctor` diz do Firestore: se responde, que índices faltam, se se pode gravar; e nada fica nele."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from pyloto_stream.cli.checks_documents import INDEXED, document_checks
from pyloto_stream.settings import load
from pyloto_stream.stores.firestore import FirestoreDocuments
from pyloto_stream.stores.ports import Query
from tests.contract.conftest import firestore_emulator
from tests.stores.test_indexes import INDEXES, composite
from tests.support.emulator import free_port
from tests.support.firestore import FirestoreEmulator
from tests.support.firestore_gate import COMMIT, FirestoreGate, StatusCode

__all__ = ["firestore_emulator"]

PROJECT = "doctor-asks"
FINE = {
    "documents": ("ok", f"firestore: project {PROJECT} answers"),
    "document indexes": ("ok", "every query has its index"),
    "document writing": ("ok", "firestore: it can be written"),
}
NO_READING = "there is no such database, or the Google credentials may not read it"
DEPLOY = f"not there, or still being built; `firebase deploy --only firestore:indexes --project {PROJECT}`"


@pytest_asyncio.fixture
async def gate(
    firestore_emulator: FirestoreEmulator, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FirestoreGate]:
    async with FirestoreGate(firestore_emulator.host).open() as gate:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", gate.host)
        yield gate


async def told() -> dict[str, tuple[str, str]]:
    settings = load({"DOCUMENT_STORE": "firestore", "FIRESTORE_PROJECT_ID": PROJECT})
    return {check.name: (check.standing, check.detail) for check in await document_checks(settings)}


def asking(*collections: bytes) -> Callable[[str, bytes], bool]:
    """As consultas a `collections`."""
    return lambda method, request: method == "RunQuery" and any(name in request for name in collections)


async def test_a_store_that_serves_is_fine_and_nothing_is_left_in_it(gate: FirestoreGate) -> None:
    assert await told() == FINE
    documents = await FirestoreDocuments.open(PROJECT)
    for collection in ("conversations", "sessions", "handoffs"):
        assert await documents.query(Query(collection)) == []
    await documents.close()


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ((b"sessions",), "sessions (user_key, closed_at)"),
        ((b"handoffs",), "handoffs (status, queue_key)"),
        ((b"sessions", b"handoffs"), "sessions (user_key, closed_at), handoffs (status, queue_key)"),
    ],
)
async def test_an_index_that_is_missing_is_named_with_the_command_that_makes_it(
    gate: FirestoreGate, missing: tuple[bytes, ...], named: str
) -> None:
    gate.refusal, gate.refuses = StatusCode.FAILED_PRECONDITION, asking(*missing)
    assert await told() == {**FINE, "document indexes": ("failed", f"{named}: {DEPLOY}")}


def test_every_composite_index_is_asked_for() -> None:
    assert INDEXES["indexes"] == [
        composite(
            query.collection,
            *((field, "ASCENDING") for field, _ in query.where),
            (query.order_by, "DESCENDING" if query.descending else "ASCENDING"),
        )
        for query in INDEXED
    ]


async def test_who_may_read_and_not_write_is_told(gate: FirestoreGate) -> None:
    gate.refusal, gate.refuses = StatusCode.PERMISSION_DENIED, lambda method, _request: method == COMMIT
    why = "firestore: the Google credentials may not write (roles/datastore.user is needed)"
    assert await told() == {**FINE, "document writing": ("failed", why)}


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (
            StatusCode.PERMISSION_DENIED,
            NO_READING,
        ),
        (StatusCode.NOT_FOUND, NO_READING),
        (StatusCode.RESOURCE_EXHAUSTED, "store_unavailable"),
    ],
)
async def test_a_store_that_refuses_everything_is_one_answer(
    gate: FirestoreGate, status: StatusCode, why: str
) -> None:
    gate.refusal = status
    assert await told() == {"documents": ("failed", f"firestore: project {PROJECT}: {why}")}


async def test_an_index_that_could_not_be_asked_for_is_not_taken_for_one_that_is_there(
    gate: FirestoreGate,
) -> None:
    gate.refusal, gate.refuses = StatusCode.INTERNAL, asking(b"handoffs")
    assert (await told())["document indexes"] == ("failed", "firestore: store_unavailable")


async def test_a_dead_store_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{free_port()}")
    assert await told() == {
        "documents": ("failed", f"firestore: project {PROJECT}: store_unavailable"),
    }


async def test_no_credentials_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent/credentials.json")
    assert await told() == {
        "documents": ("failed", "DOCUMENT_STORE: no Google credentials in the environment"),
    }
