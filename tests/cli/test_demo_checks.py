"""`demo` sabe dizer que não: cada conferência falha, e só ela, diante do defeito que procura."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from consumers.documents import open_documents
from consumers.pipeline import STAGES
from pyloto_stream.cli.demo.play import FIRST_OF_CROWD, demonstrate
from pyloto_stream.cli.demo.scenes import SCENES, Handed
from pyloto_stream.cli.local import Local, local_system
from pyloto_stream.simulator.crowd import crowd
from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.faults import Fault
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.stores.ports import Delete, Query
from pyloto_stream.streams.status import inspect
from pyloto_stream.whatsapp.identity import identity, user_key
from tests.support.local import local_settings

OTHER = fictional(1)
"""Alguém que não está em cena nenhuma."""
(SCENE,) = SCENES[1:2]


@pytest_asyncio.fixture
async def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Local]:
    """O sistema inteiro, com uma cena e uma pessoa na multidão."""
    monkeypatch.setattr("pyloto_stream.cli.demo.play.SCENES", (SCENE,))
    monkeypatch.setattr("pyloto_stream.cli.demo.play.CROWD", 1)
    monkeypatch.setattr("pyloto_stream.cli.demo.play.QUIET_TIMEOUT_S", 5.0)
    monkeypatch.setattr("pyloto_stream.cli.demo.play.crowd", partial(crowd, timeout_s=3.0))
    async with local_system(local_settings(tmp_path)) as local:
        yield local


async def answered(local: Local) -> Person:
    """`OTHER` escreve e é respondido."""
    person = local.simulator.person(OTHER)
    assert await person.say("oi").accepted()
    await person.reply(0, 10)
    return person


async def a_reply_waits(local: Local) -> None:
    local.simulator.faults.add(
        Fault("error", times=0, code=131056, status=400, retry_after_s=600, to=OTHER.key)
    )
    assert await local.simulator.person(OTHER).say("oi").accepted()


async def a_reply_is_refused(local: Local) -> None:
    local.simulator.faults.add(Fault("error", times=0, code=100, status=400, to=OTHER.key))
    assert await local.simulator.person(OTHER).say("oi").accepted()


async def a_webhook_is_unreadable(local: Local) -> None:
    assert await local.simulator.person(OTHER).send_raw({"type": "text", "text": 3}).accepted()


async def a_reply_goes_twice(local: Local) -> None:
    await answered(local)
    local.simulator.sent.append(local.simulator.sent[-1])


async def a_webhook_is_given_up(local: Local) -> None:
    local.simulator.given_up.append(Delivery([]))


async def an_audit_event_is_erased(local: Local) -> None:
    await answered(local)
    while not (await inspect(local.gateway, STAGES)).idle:
        pass  # cada olhada vai ao Redis e deixa os outros trabalharem
    key = user_key(local.settings.pepper_secret.reveal().encode(), identity(OTHER.key))
    documents = await open_documents(local.settings)
    try:
        first, *_ = await documents.query(Query(f"conversations/{key}/audit", order_by="seq"))
        await documents.write(Delete(first.path))
    finally:
        await documents.close()


async def nobody_in_the_crowd_is_answered(local: Local) -> None:
    lost = fictional(FIRST_OF_CROWD).key
    local.simulator.faults.add(Fault("error", times=0, code=131056, status=400, retry_after_s=600, to=lost))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("defect", "denied"),
    [
        (a_reply_waits, {"nothing left"}),
        (a_reply_is_refused, {"dead letters"}),
        (a_webhook_is_unreadable, {"dead letters"}),
        (a_reply_goes_twice, {"each reply once"}),
        (a_webhook_is_given_up, {"webhooks taken"}),
        (an_audit_event_is_erased, {"audit chains"}),
        (nobody_in_the_crowd_is_answered, {"crowd answered", "nothing left"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_each_check_denies_its_own_defect(
    local: Local, defect: Callable[[Local], Awaitable[None]], denied: set[str]
) -> None:
    await defect(local)
    report = await demonstrate(local)
    assert [scene.problem for scene in report.scenes] == [""]
    assert {check.name for check in report.checks if not check.ok} == denied
    assert not report.ok


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        ({"outcomes": ("HANDOFF_HUMAN",)}, "outcome AWAITING_USER, expected HANDOFF_HUMAN"),
        ({"replies": 2}, "1 replies, expected 2"),
        ({"says": ("bananas",)}, "nothing says 'bananas'"),
        ({"never": ("Pyloto",)}, "something says 'Pyloto'"),
        ({"audited": ("BANANA",)}, "no BANANA in the audit trail"),
        ({"handoffs": (Handed("CUSTOM_SOFTWARE", "high"),)}, "0 hand-offs, expected 1"),
    ],
)
async def test_a_scene_that_ends_otherwise_is_not_as_expected(
    local: Local, monkeypatch: pytest.MonkeyPatch, expected: dict[str, object], problem: str
) -> None:
    other = msgspec.structs.replace(SCENE, **expected)
    monkeypatch.setattr("pyloto_stream.cli.demo.play.SCENES", (other,))
    report = await demonstrate(local)
    assert [scene.problem for scene in report.scenes] == [problem]
    assert all(check.ok for check in report.checks)
    assert not report.ok
