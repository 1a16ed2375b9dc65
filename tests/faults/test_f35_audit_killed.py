"""F35: quem grava a trilha morre muitas vezes, com turnos em mãos: em cada banco, tudo uma vez e em ordem."""

import asyncio
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from consumers.pipeline import AI, AUDIT, HANDOFF, MEDIA, OUTBOUND, SESSION
from pyloto_stream.simulator.people import Person
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.firestore import FirestoreDocuments
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.contract.conftest import firestore_emulator
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row, buried
from tests.faults.harness.deaths import Death, die_at_work, plans
from tests.faults.harness.fed import Expected, expected
from tests.faults.harness.load import CITIES, FIRST, LAST, people
from tests.faults.harness.run import Run
from tests.faults.harness.stored import stored

__all__ = ["firestore_emulator"]

MESSAGES, BURST = 20, 5
QUIET_S, RUN_S, READ_S = 300.0, 700.0, 60.0
"""Com folga: o emulador, numa máquina ocupada, leva minutos."""
AT_ONCE = 8
"""Conversas que se conferem ao mesmo tempo."""

Burst = tuple[Person, list[str]]


class Store(NamedTuple):
    """Um banco; `emulator` vazio: não precisa de um. `people` e `kills`: da dose rápida."""

    name: str
    emulator: str
    people: int
    kills: int


PEOPLE, KILLS = 500, 20
QUICK = {"sqlite": (PEOPLE, KILLS), "firestore": (60, 6)}
"""Pessoas e mortes na dose rápida: com o emulador, a inteira levaria minutos."""


@pytest.fixture(params=[*QUICK])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Cada banco; o emulador vale também para este processo."""
    host = ""
    if request.param == "firestore":
        host = request.getfixturevalue("firestore_emulator").host
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", host)
    return Store(request.param, host, *QUICK[request.param])


@pytest.mark.timeout(900)
async def test_i10_the_audit_worker_killed_again_and_again_records_everything_once_and_in_order(
    faults: Campaign, store: Store
) -> None:
    size = store._replace(people=PEOPLE, kills=KILLS) if faults.full else store

    async def trial(run: Run) -> tuple[Row, list[str]]:
        began, log = time.monotonic(), run.folder / "fed"
        await run.open(
            DOCUMENT_STORE=store.name, FIRESTORE_PROJECT_ID="audit-killed",
            FIRESTORE_EMULATOR_HOST=store.emulator, FED_LOG=str(log),
        )  # fmt: skip
        documents = await opened(run)
        try:
            deaths = await talked(run, size, documents)
            talked_s = time.monotonic() - began
            events, row, problems = await checked(run, documents, log)
        finally:
            await documents.close()
            await run.close()
        held, written = sum(death.held for death in deaths), sum(death.written for death in deaths)
        faults.note(
            f"F35: {store.name}: {row.accepted:,} messages of {size.people} conversations,"
            f" {row.replies:,} replies, {events:,} events in chains; {len(deaths)} deaths with {held:,} turns"
            f" in hand, {written} of them written; {talked_s:.0f} s,"
            f" read back in {time.monotonic() - began - talked_s:.0f} s"
        )
        if not written:
            problems.append("nobody died between the write and the commit: nothing was shown")
        return row, problems

    await faults.each(f"F35-{store.name}", trial, quick=1, full=1, run_s=RUN_S)


async def opened(run: Run) -> Documents:
    """O banco da rodada, para quem só olha."""
    if run.settings.document_store == "firestore":
        return await FirestoreDocuments.open(run.settings.firestore_project_id, timeout_s=READ_S)
    return await SqliteDocuments.open(run.settings.sqlite_path)


async def talked(run: Run, size: Store, documents: Documents) -> list[Death]:
    """Uma onda de rajadas por morte; a seguinte começa com o morto por substituir. Depois, a calma."""
    for stages in ([SESSION], [AI], [OUTBOUND, MEDIA, HANDOFF]):
        await run.post(stages, script="fed").child.up()
    waves = bursts(run, size)
    audit, deaths = run.post([AUDIT], *plans(run, [len(wave) for wave in waves])), list[Death]()
    for wave in waves:
        said = [[person.say(text) for text in texts][-1] for person, texts in wave]
        deaths.append(await die_at_work(run, audit, len(wave), documents))
        assert all(await asyncio.gather(*(delivery.accepted() for delivery in said)))
    await audit.child.up()
    await run.quiet(QUIET_S)
    return deaths


def bursts(run: Run, size: Store) -> list[list[Burst]]:
    """Por onda, quem fala e o que diz: cada pessoa em ondas sorteadas, na ordem dela."""
    waves: list[list[Burst]] = [[] for _ in range(size.kills)]
    for number, person in enumerate(people(run, size.people)):
        texts, rounds = lines(number), sorted(run.rng.sample(range(size.kills), MESSAGES // BURST))
        for place, wave in enumerate(rounds):
            waves[wave].append((person, texts[place * BURST : (place + 1) * BURST]))
    return waves


def lines(number: int) -> list[str]:
    """O que a pessoa `number` diz: nenhuma mensagem é igual a outra."""
    middle = [
        f"na verdade a cidade é {CITIES[n % len(CITIES)]}, recado {n} de {number}"
        for n in range(1, MESSAGES - 1)
    ]
    return [f"{FIRST}, recado 0 de {number}", *middle, LAST]


async def checked(run: Run, documents: Documents, log: Path) -> tuple[int, Row, list[str]]:
    """Quantos eventos há em todas as cadeias, a soma e os problemas."""
    row, slots, fed = Row(runs=1), asyncio.Semaphore(AT_ONCE), expected(log)
    _, codes = await buried(run)
    row.dead, row.fenced = sum(codes.values()), run.counts["fenced"]
    problems = [f"dead letters: {dict(codes)}"] if codes else []
    problems += [f"left behind: {left}" for left in await run.left()]
    problems += ["webhooks never taken"] if run.meta.given_up else []
    known = (await ConversationStore(documents).headers(limit=len(run.people) + 1)).headers
    if {header.user_key for header in known} != {run.key(person) for person in run.people}:
        problems.append(f"{len(known)} conversations stored, {len(run.people)} people spoke")

    async def one(number: int, person: Person) -> int:
        async with slots:
            mine = fed.get(run.key(person), Expected())
            events, wrong = await stored(run, documents, person, mine, row)
        problems.extend(f"person {number}: {problem}" for problem in wrong)
        return events

    counts = await asyncio.gather(*(one(number, person) for number, person in enumerate(run.people, 1)))
    said = sum(bubble.mine for person in run.people for bubble in person.thread)
    if said != MESSAGES * len(run.people):
        problems.append(f"only {said} messages were said")
    return sum(counts), row, problems
