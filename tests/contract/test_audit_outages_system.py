"""O sistema inteiro com o Firestore a recusar: respondem-se pessoas, o operador vê, nada se perde."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from consumers.documents import open_documents
from consumers.pipeline import AUDIT, STAGES
from pyloto_stream.cli.local import Local, local_system
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.streams.status import inspect
from tests.support.firestore import FirestoreEmulator
from tests.support.firestore_gate import FirestoreGate, StatusCode
from tests.support.local import local_settings
from tests.support.shell import Shell

PEOPLE = [fictional(n) for n in range(1, 9)]
PATIENCE_S = 60.0


@pytest_asyncio.fixture
async def gate(firestore_emulator: FirestoreEmulator) -> AsyncIterator[FirestoreGate]:
    async with FirestoreGate(firestore_emulator.host).open() as gate:
        yield gate


async def everybody_is_answered(local: Local, word: str, before: int) -> None:
    """Cada pessoa escreve e lê uma resposta além das `before` que já tinha."""

    async def talk(n: int) -> None:
        person = local.simulator.person(PEOPLE[n])
        assert await person.say(word).accepted()
        await person.reply(before, PATIENCE_S)

    await asyncio.gather(*map(talk, range(len(PEOPLE))))


async def told(shell: Shell) -> dict[str, object]:
    """O que `streams status` diz da etapa de auditoria."""
    done = await shell.run("streams", "status", "--json")
    assert done.code == 0, done.err
    (found,) = [stage for stage in json.loads(done.out)["stages"] if stage["stage"] == AUDIT]
    return {**found, "states": {worker["state"] for worker in found["crew"]}}


async def measured(local: Local, name: str) -> list[str]:
    async with ClientSession() as http, http.get(f"{local.private_url}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return [line for line in lines if line.startswith(f"pyloto_{name}") and f'stage="{AUDIT}"' in line]


async def settled(local: Local) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not (await inspect(local.gateway, STAGES)).idle:  # noqa: ASYNC110 — quem muda é o executor
            await asyncio.sleep(0.05)


async def test_people_are_answered_while_the_store_is_out_of_quota_and_operators_see_it(
    gate: FirestoreGate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pyloto_stream.streams.worker.BEAT_S", 0.1)
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", gate.host)
    shell = Shell(capsys)
    settings = local_settings(
        tmp_path,
        DOCUMENT_STORE="firestore",
        FIRESTORE_PROJECT_ID="outages",
        FIRESTORE_EMULATOR_HOST=gate.host,
    )
    async with local_system(settings) as local:
        monkeypatch.setenv("REDIS_URL", local.redis)
        gate.refusal = StatusCode.RESOURCE_EXHAUSTED
        await everybody_is_answered(local, "oi", 0)
        async with asyncio.timeout(PATIENCE_S):
            while (await told(shell))["states"] != {"paused"}:  # noqa: ASYNC110 — quem muda é o executor
                await asyncio.sleep(0.1)
        assert (await told(shell))["dead"] == 0
        assert not (await inspect(local.gateway, STAGES)).idle  # na fila ou estacionado, nada se perdeu
        assert await measured(local, "stage_breaker_open") == ['pyloto_stage_breaker_open{stage="audit"} 1.0']
        assert await measured(local, "stage_buried") == await measured(local, "stage_retried") == []
        gate.heal()
        await everybody_is_answered(local, "quero um site", 1)
        await settled(local)
        assert await measured(local, "stage_breaker_open") == ['pyloto_stage_breaker_open{stage="audit"} 0.0']
        assert (await told(shell))["dead"] == 0
        documents = await open_documents(local.settings)
        store, log = ConversationStore(documents), AuditLogStore(documents)
        headers = (await store.headers()).headers
        assert len(headers) == len(PEOPLE)
        for header in headers:
            page = await store.messages(header.user_key)
            heard = sorted(m.text for m in page.messages if m.direction == "in")
            assert heard == ["oi", "quero um site"]  # a Meta data por segundos: no mesmo, a ordem é a do id
            assert sum(m.direction == "out" for m in page.messages) >= 2
            verdict = await log.verify(header.user_key)
            received = [e async for e in log.events(header.user_key) if e.action == "MESSAGE_RECEIVED"]
            assert (verdict.intact, len(received)) == (True, 2)
        await documents.close()
