"""`python -m bench.audit`: quanto a etapa `audit` grava por segundo, e quanto se confere da trilha?

A etapa de verdade, turno após turno, sobre cada banco: com um registro ou muitos por turno (o que um turno
junta enquanto o anterior é gravado), e com uma conversa ou 8 ao mesmo tempo. Depois, as cadeias que ficaram
são conferidas por `verify`. Meio minuto. O emulador do Firestore só entra se o jar está instalado. Limite:
disco e emulador desta máquina; vale a proporção entre as linhas, não o número sozinho.
"""

import asyncio
import os
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
import uvloop

from bench.harness.machine import facts
from bench.harness.options import parser
from bench.harness.report import publish
from bench.harness.results import Column, Result, Row
from bench.harness.rounds import Sample, medians
from bench.harness.servers import find_redis
from consumers.audit import audit_stage
from pyloto_stream.conversation.records import MessageRecord
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain_check import verify_chain
from pyloto_stream.stores.chains import Checked, check_all, known_chains
from pyloto_stream.stores.firestore import FirestoreDocuments
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.streams.model import Plan, Turn
from tests.support.firestore import FirestoreEmulator, jar

QUESTION = "How fast does the audit stage write, and how fast is a trail checked?"
SECONDS, QUICK_SECONDS = 0.6, 0.05
"""Quanto dura cada medida da etapa."""
BATCHES, TOGETHER = (1, 10, 50), (1, 8)
LONG, QUICK_LONG = {"sqlite": 4000, "firestore": 300}, 100
"""Eventos da cadeia comprida que se confere, por banco."""
COLUMNS = (Column("per_s", "per second", 0, drawn=True), Column("times", "×", 1, ratio=True))
T = TypeVar("T")
_NOW_MS = 1_760_000_000_000


async def stage_rate(documents: Documents, batch: int, together: int, seconds: float) -> float:
    """Registros por segundo da etapa `audit`, com `batch` por turno e `together` conversas ao mesmo tempo."""
    stage, stop, done = audit_stage(AuditTrail(documents)), time.perf_counter() + seconds, 0

    async def talk(conversation: str) -> None:
        nonlocal done
        number, state = 0, b""
        while time.perf_counter() < stop:
            number += 1
            outcome = stage(_turn(conversation, number, batch, state))
            assert isinstance(outcome, Awaitable)
            plan = await outcome
            assert isinstance(plan, Plan)
            state = plan.state or state
            done += batch

    began = time.perf_counter()
    await asyncio.gather(*(talk(f"bench-{batch}-{together}-{n}") for n in range(together)))
    return done / (time.perf_counter() - began)


def _turn(conversation: str, number: int, batch: int, state: bytes) -> Turn:
    records = [
        MessageRecord(
            id=f"wamid.{number}.{n}", direction="in", actor="USER", at_ms=_NOW_MS + number, type="text",
            text="Quero um sistema para a minha loja",
        )
        for n in range(batch)
    ]  # fmt: skip
    return Turn(
        partition=0, entry_id=f"{number}-0", lane="audit", stage="audit", conversation=conversation,
        number=number, events=msgspec.json.encode(records), state=state, payload=b"", mode="", failures=0,
        snoozes=0, now_ms=_NOW_MS,
    )  # fmt: skip


async def verify_rates(documents: Documents, length: int) -> tuple[float, float]:
    """Eventos conferidos por segundo: uma cadeia comprida; depois todas as que há."""
    trail = AuditTrail(documents)
    state = None
    for number in range(length // 100):
        turn = _turn("long", number + 1, 100, b"")
        state = await trail.record("long", msgspec.json.decode(turn.events, type=list[MessageRecord]), state)
    one = await _timed(lambda: verify_chain(documents, "long"), lambda verdict: verdict.events)
    found = list[Checked]()
    every = await _timed(
        lambda: check_all(documents, known_chains(documents), lambda _: None, found.append),
        lambda _: sum(checked.verdict.events for checked in found),
    )
    assert not [checked for checked in found if checked.why]
    assert (await AuditLogStore(documents).head("long")).seq == length
    return one, every


async def _timed(work: Callable[[], Awaitable[T]], events: Callable[[T], int]) -> float:
    began = time.perf_counter()
    result = await work()
    return events(result) / (time.perf_counter() - began)


async def measured(store: str, documents: Documents, *, quick: bool) -> dict[str, Sample]:
    """Todas as linhas de um banco; a referência de cada grupo é a primeira linha dele."""
    seconds, long = (QUICK_SECONDS, QUICK_LONG) if quick else (SECONDS, LONG[store])
    await stage_rate(documents, 1, 1, seconds)  # aquece
    rates = {
        f"{store}: {batch} per turn, {together} at a time": await stage_rate(
            documents, batch, together, seconds
        )
        for together in TOGETHER
        for batch in BATCHES
    }
    one, every = await verify_rates(documents, long)
    checked = {f"{store}: verify, one chain": one, f"{store}: verify, all chains": every}
    return {
        name: {"per_s": rate, "times": rate / next(iter(group.values()))}
        for group in (rates, checked)
        for name, rate in group.items()
    }


@asynccontextmanager
async def emulator(folder: Path) -> AsyncIterator[Documents | None]:
    """O Firestore do emulador; `None` se não está instalado."""
    try:
        running = FirestoreEmulator(jar(), folder / "firestore.log")
    except (pytest.skip.Exception, pytest.fail.Exception) as absent:
        print(f"without Firestore: {absent.msg}", file=sys.stderr)
        yield None
        return
    try:
        await running.start()
        os.environ["FIRESTORE_EMULATOR_HOST"] = running.host
        documents = await FirestoreDocuments.open("bench", timeout_s=60.0)
        await documents.set("warm/up", {"at": "now"})
        yield documents
        await documents.close()
    finally:
        await running.stop()


async def _round(folder: Path, *, quick: bool) -> dict[str, Sample]:
    sqlite = await SqliteDocuments.open(folder / "documents.sqlite3")
    rows = await measured("sqlite", sqlite, quick=quick)
    await sqlite.close()
    if quick:  # o emulador demora mais a subir do que tudo o resto
        return rows
    async with emulator(folder) as firestore:
        return rows if firestore is None else rows | await measured("firestore", firestore, quick=quick)


async def _measured(options: Namespace) -> Result:
    found = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="pyloto-bench-") as folder:
            found.append(await _round(Path(folder), quick=options.quick))
    return Result(
        bench="audit",
        question=QUESTION,
        machine=facts(find_redis()),
        quick=options.quick,
        rounds=options.rounds,
        columns=COLUMNS,
        rows=tuple(Row(name, dict(medians([each[name] for each in found]))) for name in found[0]),
        notes=(
            "per turn: records written together; at a time: conversations; ×: against the first of its kind",
            f"one chain: {LONG['sqlite']:,} events (Firestore: {LONG['firestore']:,}); all: all there are",
        ),
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Mede e publica; não há alvo, há proporções."""
    options = parser("audit", QUESTION, 1).parse_args(argv)
    return publish(uvloop.run(_measured(options)), options)


if __name__ == "__main__":
    sys.exit(main())
