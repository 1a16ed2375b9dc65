"""O que o Firestore responde de ruim, pelo cliente de verdade: código, prazo, e palavras que nada mostram."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.firestore import FirestoreDocuments
from pyloto_stream.stores.ports import ConflictError, Create, Delete, Merge, Query, Set, Update
from tests.support.firestore import FirestoreEmulator
from tests.support.firestore_gate import SECRET, FirestoreGate, StatusCode

AT = f"people/{SECRET}"
OPERATIONS: dict[str, Callable[[FirestoreDocuments], Awaitable[object]]] = {
    "get": lambda documents: documents.get(AT),
    "query": lambda documents: documents.query(Query("people", (("name", SECRET),))),
    "count": lambda documents: documents.count("people"),
    "create": lambda documents: documents.write(Create(AT, {"n": 1})),
    "set": lambda documents: documents.write(Set(AT, {"n": 1})),
    "merge": lambda documents: documents.write(Merge(AT, {"n": 1})),
    "update": lambda documents: documents.write(Update(AT, {"n": 1})),
    "delete": lambda documents: documents.write(Delete(AT)),
}


@pytest_asyncio.fixture
async def gate(firestore_emulator: FirestoreEmulator) -> AsyncIterator[FirestoreGate]:
    async with FirestoreGate(firestore_emulator.host).open() as gate:
        yield gate


@pytest_asyncio.fixture
async def documents(
    gate: FirestoreGate, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FirestoreDocuments]:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", gate.host)
    documents = await FirestoreDocuments.open(f"outages-{id(gate)}", timeout_s=5.0)
    yield documents
    await documents.close()


async def failing(work: Awaitable[object]) -> UnavailableError:
    """A indisponibilidade que `work` diz, sem caminho nem valor, nem na causa."""
    with pytest.raises(UnavailableError) as caught:
        await work
    error = caught.value
    assert SECRET not in f"{error!r} {error}"
    assert error.__suppress_context__
    assert error.__cause__ is None
    return error


REFUSALS = {
    StatusCode.PERMISSION_DENIED: "store_refused",
    StatusCode.UNAUTHENTICATED: "store_refused",
    StatusCode.RESOURCE_EXHAUSTED: "store_unavailable",
    StatusCode.UNAVAILABLE: "store_unavailable",
    StatusCode.DEADLINE_EXCEEDED: "store_unavailable",
    StatusCode.INTERNAL: "store_unavailable",
    StatusCode.ABORTED: "store_unavailable",
    StatusCode.CANCELLED: "store_unavailable",
    StatusCode.UNKNOWN: "store_unavailable",
    StatusCode.DATA_LOSS: "store_unavailable",
}


async def test_each_refusal_has_its_code_at_once_and_is_not_repeated(
    documents: FirestoreDocuments, gate: FirestoreGate
) -> None:
    await documents.set(AT, {"n": 0})
    for status, code in REFUSALS.items():
        gate.refusal = status
        for name, operation in OPERATIONS.items():
            before = gate.calls
            assert (await failing(operation(documents))).code == code, (status, name)
            assert gate.calls == before + 1, (status, name)
    gate.heal()
    document = await documents.get(AT)
    assert document is not None
    assert document.data == {"n": 0}


@pytest.mark.parametrize("status", [StatusCode.NOT_FOUND, StatusCode.FAILED_PRECONDITION])
async def test_a_database_that_is_not_there_is_an_outage_and_no_conflict(
    documents: FirestoreDocuments, gate: FirestoreGate, status: StatusCode
) -> None:
    gate.refusal = status
    for name in ("get", "count", "create", "set", "merge", "delete"):
        assert (await failing(OPERATIONS[name](documents))).code == "store_refused", name
    # isto não se distingue de uma condição que não valeu; quem conflita relê, e a leitura o diz
    for write in (Update(AT, {"n": 1}), Delete(AT, "2026-01-01T00:00:00Z")):
        with pytest.raises(ConflictError):
            await documents.write(Set("people/other", {}), write)


async def test_a_query_without_its_index_has_its_own_code(
    documents: FirestoreDocuments, gate: FirestoreGate
) -> None:
    gate.refusal = StatusCode.FAILED_PRECONDITION
    assert (await failing(OPERATIONS["query"](documents))).code == "store_index_missing"
    gate.refusal = StatusCode.NOT_FOUND
    assert (await failing(OPERATIONS["query"](documents))).code == "store_refused"


async def test_silence_ends_at_the_time_limit_of_the_call(
    gate: FirestoreGate, documents: FirestoreDocuments
) -> None:
    gate.flowing.clear()
    hasty = await FirestoreDocuments.open("hasty", timeout_s=0.1)
    began = time.monotonic()
    told = await asyncio.gather(*(failing(operation(hasty)) for operation in OPERATIONS.values()))
    assert {error.code for error in told} == {"store_unavailable"}
    assert time.monotonic() - began < 3
    gate.heal()
    assert await documents.get(AT) is None
    await hasty.close()


async def test_a_lost_reply_is_an_outage_and_the_write_happened(
    documents: FirestoreDocuments, gate: FirestoreGate
) -> None:
    gate.lose = 1
    assert (await failing(documents.write(Create(AT, {"n": 1})))).code == "store_unavailable"
    assert not await documents.create(AT, {"n": 2})
    document = await documents.get(AT)
    assert document is not None
    assert document.data == {"n": 1}
