"""Um banco de documentos que para de servir quando o teste manda, e volta: de verdade, em cada adaptador."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from pyloto_stream.stores.firestore import FirestoreDocuments
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.firestore_gate import FirestoreGate, StatusCode

BUSY_S, CALL_S = 0.05, 0.5
"""Quanto o SQLite espera por outro programa, e quanto se espera por uma chamada ao Firestore."""


class Trouble(NamedTuple):
    """Um banco aberto e o que o estraga. `code`: o que ele diz de si enquanto não serve."""

    documents: Documents
    code: str
    down: Callable[[], None]
    up: Callable[[], None]


@asynccontextmanager
async def sqlite_locked(path: Path) -> AsyncIterator[Trouble]:
    """Outro programa abre uma gravação e não a termina."""
    documents = await SqliteDocuments.open(path, busy_s=BUSY_S)
    with locking(path) as (lock, free):
        yield Trouble(documents, "store_unavailable", lock, free)
    await documents.close()


@contextmanager
def locking(path: Path) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """Quem trava o arquivo `path` para gravar, e quem o solta."""
    other = sqlite3.connect(path, isolation_level=None)
    try:
        yield lambda: _do(other, "BEGIN IMMEDIATE"), lambda: _do(other, "COMMIT")
    finally:
        other.close()


@asynccontextmanager
async def sqlite_full(path: Path) -> AsyncIterator[Trouble]:
    """Não cabe mais nada: `SQLITE_FULL`, como com o disco cheio."""
    documents = await SqliteDocuments.open(path)
    (limit,) = documents._writer.execute("PRAGMA max_page_count").fetchone()

    def full() -> None:
        (pages,) = documents._writer.execute("PRAGMA page_count").fetchone()
        _do(documents._writer, f"PRAGMA max_page_count = {pages}")
        for size in (2000, 10):  # as páginas que há também se enchem
            _fill(documents._writer, size)

    def roomy() -> None:
        _do(documents._writer, f"PRAGMA max_page_count = {limit}")

    yield Trouble(documents, "store_unavailable", full, roomy)
    await documents.close()


def _fill(connection: sqlite3.Connection, size: int) -> None:
    sql = "INSERT INTO documents VALUES ('filler', hex(randomblob(8)), '', ?)"
    with suppress(sqlite3.OperationalError):
        while True:
            connection.execute(sql, (f'{{"x":"{"x" * size}"}}',))


def _do(connection: sqlite3.Connection, sql: str) -> None:
    connection.execute(sql)


@asynccontextmanager
async def firestore(
    gate: FirestoreGate, patch: pytest.MonkeyPatch, refusal: str = ""
) -> AsyncIterator[Trouble]:
    """O serviço recusa tudo com `refusal`; sem ele, cala-se."""
    patch.setenv("FIRESTORE_EMULATOR_HOST", gate.host)
    documents = await FirestoreDocuments.open(f"trouble-{id(gate)}", timeout_s=CALL_S if not refusal else 5.0)

    def down() -> None:
        if refusal:
            gate.refusal = StatusCode[refusal]
        else:
            gate.flowing.clear()

    code = "store_refused" if refusal == "PERMISSION_DENIED" else "store_unavailable"
    yield Trouble(documents, code, down, gate.heal)
    gate.heal()
    await documents.close()
