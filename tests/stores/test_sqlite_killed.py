"""O arquivo depois que quem grava morre sem aviso, no meio de uma gravação, várias vezes."""

import asyncio
import sys
from pathlib import Path

import pytest

from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.ports import Query, scan
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from tests.support.records import USER, action, inbound

WRITER = """
import asyncio, pathlib, sys
from pyloto_stream.stores.ports import Create
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from tests.support.records import USER, action, inbound

async def main(path, first):
    documents = await SqliteDocuments.open(pathlib.Path(path))
    trail = AuditTrail(documents)

    async def pairs():
        n = first
        while True:
            await documents.write(Create(f"left/{n}", {"x": "y" * 2000}), Create(f"right/{n}", {}))
            print("pair", n, flush=True)
            n += 1

    async def turns():
        n, state = first, None
        while True:
            state = await trail.record(USER, [inbound(n), action(n)], state)
            print("turn", n, flush=True)
            n += 1

    await asyncio.gather(pairs(), turns())

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""
LIVES, STRIDE = 5, 100_000


async def live_and_die(path: Path, first: int, confirmations: int) -> set[tuple[str, int]]:
    """Grava sem parar; depois de `confirmations` linhas é morto (SIGKILL). O que ele viu confirmado."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", WRITER, str(path), str(first), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(confirmations)]
    process.kill()
    lines += (await process.stdout.read()).splitlines(keepends=True)
    assert await process.wait() == -9
    words = [line.decode().split() for line in lines if line.endswith(b"\n")]
    return {(kind, int(n)) for kind, n in words}


async def ids(documents: SqliteDocuments, collection: str) -> set[str]:
    return {document.id async for document in scan(documents, Query(collection))}


@pytest.mark.timeout(120)
async def test_killed_writers_lose_nothing_confirmed_and_leave_nothing_half_written(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    confirmed: set[tuple[str, int]] = set()
    for life in range(LIVES):
        confirmed |= await live_and_die(path, life * STRIDE, 20 + 7 * life)
    assert len(confirmed) >= 20 * LIVES
    documents = await SqliteDocuments.open(path)
    left, right = await ids(documents, "left"), await ids(documents, "right")
    messages = await ids(documents, f"conversations/{USER}/messages")
    events = [event.event_id async for event in AuditLogStore(documents).events(USER)]
    verdict = await AuditLogStore(documents).verify(USER)
    assert left == right >= {str(n) for kind, n in confirmed if kind == "pair"}
    assert messages >= {inbound(n).id for kind, n in confirmed if kind == "turn"}
    assert (verdict.intact, verdict.events) == (True, len(events))
    assert len(events) == 2 * len(messages)
    state = await AuditTrail(documents).record(USER, [inbound(LIVES * STRIDE), action(LIVES * STRIDE)], None)
    await documents.close()
    assert state is not None
    assert state.seq == len(events) + 2
