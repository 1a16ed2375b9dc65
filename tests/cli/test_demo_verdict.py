"""O veredito de uma cena: o que ficou no banco, comparado com o que se esperava, diz cada diferença."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace

from consumers.documents import open_documents
from pyloto_stream.cli.demo.scenes import Handed, Scene, SceneStep
from pyloto_stream.cli.demo.verdict import Found, Performance, problems
from pyloto_stream.cli.local import Local, local_system
from pyloto_stream.simulator.bubbles import Bubble
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.stores.handoffs import Handoff
from pyloto_stream.stores.ports import Documents
from tests.support.local import local_settings

FACTS = {"name": "Ana", "city": "Londrina PR"}
WANTED = Handed("PYLOTO_ENTREGA_DRIVER_SIGNUP", "medium", FACTS)
EXPECTED = Scene("cena", "Ana", ("HANDOFF_HUMAN",), 1, (), handoffs=(WANTED,))
HANDOFF = Handoff(
    "k.s:handoff", "s:handoff", "s", "k", "default", "OPEN", "", "", "",
    intent_primary="PYLOTO_ENTREGA_DRIVER_SIGNUP", intents_detected=["PYLOTO_ENTREGA_DRIVER_SIGNUP"],
    open_intents=["PYLOTO_ENTREGA_DRIVER_SIGNUP"], requirements={**FACTS}, routing="entregas-entregadores",
    qualification_level="medium", qualification_reasons=["Falta um dado"],
)  # fmt: skip
FOUND = Found(("HANDOFF_HUMAN",), (), (HANDOFF,), ("SESSION_OPENED",))
SAID = [Bubble("w", mine=False, at_ms=0, kind="text", text="Anotei tudo")]


def found(**changes: object) -> Found:
    """O que se esperava, menos isto."""
    return replace(FOUND, **changes)


def handed(**changes: object) -> Handed:
    """A entrega esperada, menos isto."""
    return replace(WANTED, **changes)


def expected(**changes: object) -> Scene:
    """A cena, menos isto."""
    return replace(EXPECTED, **changes)


def test_what_is_as_expected_has_no_problem() -> None:
    assert list(problems(EXPECTED, FOUND, SAID)) == []


@pytest.mark.parametrize(
    ("scene", "left", "said"),
    [
        (EXPECTED, found(outcomes=()), "outcome missing, expected HANDOFF_HUMAN"),
        (
            EXPECTED,
            found(outcomes=("HANDOFF_HUMAN", "AWAITING_USER")),
            "outcome HANDOFF_HUMAN AWAITING_USER, expected HANDOFF_HUMAN",
        ),
        (EXPECTED, found(handoffs=()), "0 hand-offs, expected 1"),
        (EXPECTED, found(handoffs=(HANDOFF, HANDOFF)), "2 hand-offs, expected 1"),
        (
            expected(handoffs=(handed(intent="CUSTOM_SOFTWARE"),)),
            FOUND,
            "hand-off of PYLOTO_ENTREGA_DRIVER_SIGNUP, expected CUSTOM_SOFTWARE",
        ),
        (
            expected(handoffs=(handed(facts={"name": "Ana"}),)),
            FOUND,
            "hand-off with {'name': 'Ana', 'city': 'Londrina PR'}, expected {'name': 'Ana'}",
        ),
        (expected(handoffs=(handed(level="high"),)), FOUND, "level medium, expected high"),
        (
            expected(handoffs=(handed(detected=("INSTITUTIONAL",)),)),
            FOUND,
            "intents ['PYLOTO_ENTREGA_DRIVER_SIGNUP'], expected ['INSTITUTIONAL']",
        ),
        (
            expected(handoffs=(handed(open=("INSTITUTIONAL",)),)),
            FOUND,
            "open intents ['PYLOTO_ENTREGA_DRIVER_SIGNUP'], expected ['INSTITUTIONAL']",
        ),
        (
            expected(handoffs=(handed(routing="atendimento"),)),
            FOUND,
            "routing entregas-entregadores, expected atendimento",
        ),
        (expected(handoffs=(handed(reason="urgência"),)), FOUND, "no reason says 'urgência'"),
        (expected(replies=3, replies_most=4), FOUND, "1 replies, expected 3 to 4"),
        (expected(says=("bananas",)), FOUND, "nothing says 'bananas'"),
        (expected(never=("tudo",)), FOUND, "something says 'tudo'"),
        (expected(audited=("FLOOD_STARTED",)), FOUND, "no FLOOD_STARTED in the audit trail"),
    ],
)
def test_each_difference_is_said(scene: Scene, left: Found, said: str) -> None:
    assert list(problems(scene, left, SAID)) == [said]


@pytest_asyncio.fixture
async def local(tmp_path: Path) -> AsyncIterator[Local]:
    async with local_system(local_settings(tmp_path)) as local:
        yield local


@pytest_asyncio.fixture
async def documents(local: Local) -> AsyncIterator[Documents]:
    opened = await open_documents(local.settings)
    yield opened
    await opened.close()


async def test_waiting_for_an_outcome_tells_another_from_none(
    local: Local, documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyloto_stream.cli.demo.verdict.WATCH_TIMEOUT_S", 1.0)
    asks = SceneStep(say="quero falar com uma pessoa")
    wrong = expected(steps=(asks, SceneStep(until="UNSUPPORTED")))
    right = expected(steps=(asks, SceneStep(until="SESSION_CLOSED"), SceneStep(until="HANDOFF_HUMAN")))
    never = expected(steps=(SceneStep(say="oi"), SceneStep(until="HANDOFF_HUMAN")))
    twice = expected(steps=(asks, SceneStep(until="SESSION_CLOSED"), SceneStep(until="SESSION_CLOSED")))
    scenes = [
        Performance(local, documents, scene, fictional(number))
        for number, scene in enumerate((wrong, right, never, twice), 11)
    ]
    told = await asyncio.gather(*(scene.play() for scene in scenes))
    assert [each.problem for each in told] == [
        "step 2: outcome HANDOFF_HUMAN, expected UNSUPPORTED",
        "",
        "step 2: no HANDOFF_HUMAN within 1 s",
        "step 3: no SESSION_CLOSED within 1 s",
    ]
