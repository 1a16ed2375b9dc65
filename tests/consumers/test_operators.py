"""Quem opera conduz uma conversa em curso: o que sai, o que não sai, e o que fica na trilha e na fila."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from consumers.letters import Operator
from consumers.operators import Settled, act, acting, known, note_look, settled
from pyloto_stream.clock import system_clock
from pyloto_stream.conversation.events import HumanReplied
from pyloto_stream.streams.model import Item
from tests.support.attended import BIA, Attended, attended
from tests.support.streams import ManualClock, until
from tests.support.talk import heard, sure

pytestmark = pytest.mark.one_server
LEAD = heard(
    intents=[{"intent": "PYLOTO_ENTREGA_DRIVER_SIGNUP", "confidence": 0.9}],
    facts={"name": "Ana", "city": "Curitiba/PR", "vehicle": "Moto", "availability": "Noite"},
)
ACTS = ("CONVERSATION_TAKEN_OVER", "CONVERSATION_PAUSED", "CONVERSATION_RELEASED", "CONVERSATION_CLOSED")


@pytest_asyncio.fixture
async def front(redis_url: str, tmp_path: Path) -> AsyncIterator[Attended]:
    async with attended(redis_url, tmp_path) as front:
        yield front


async def reply_by_app(front: Attended) -> None:
    """Alguém responde pelo aplicativo: o eco, como a entrada o oferece."""
    event = HumanReplied("wamid.E", "text", system_clock(), text="Aqui é a Bia")
    await front.acceptor.accept([Item("turn", "ana", msgspec.json.encode(event), "e", mode="HUMAN")])
    await front.quiet()


async def test_a_reply_that_is_being_prepared_is_not_sent_after_a_takeover(front: Attended) -> None:
    front.start()
    front.free.clear()
    await front.say(sure("INSTITUTIONAL"))
    await front.preparing.wait()
    event = acting("takeover", BIA, system_clock())
    await act(front.acceptor, "ana", event)
    assert await front.mode() == "HUMAN"
    assert await settled(front.documents, "ana", event, 0.05) is None, "its turn has not come"
    front.free.set()
    assert await settled(front.documents, "ana", event, 10.0) == Settled("HUMAN")
    await front.hears(sure("INSTITUTIONAL"))
    assert front.sends == []
    names = ("SESSION_CLOSED", "REPLY_SILENCED", *ACTS)
    assert await front.facts(*names) == ["REPLY_SILENCED", "SESSION_CLOSED", "CONVERSATION_TAKEN_OVER"]


async def test_a_pause_is_as_sudden_and_the_session_outlives_it(front: Attended) -> None:
    front.start()
    front.free.clear()
    await front.say(LEAD)
    await front.preparing.wait()
    event = acting("pause", BIA, system_clock())
    await act(front.acceptor, "ana", event)
    front.free.set()
    done = await settled(front.documents, "ana", event, 10.0)
    assert done is not None
    assert (done.mode, front.sends, await front.mode()) == ("PAUSED", [], "PAUSED")


async def test_a_hand_off_goes_from_open_by_takeover_to_accepted_and_by_release_to_closed(
    front: Attended,
) -> None:
    front.start()
    await front.hears(LEAD, heard(gesture="no"))
    assert await front.handoffs() == ["OPEN"]
    taken = await front.acts("takeover")
    assert (taken.mode, taken.handoff_status, await front.handoffs()) == ("HUMAN", "ACCEPTED", ["ACCEPTED"])
    given = await front.acts("release")
    assert (given.mode, given.handoff_status, await front.mode()) == ("BOT", "CLOSED", "BOT")
    before = len(front.sends)
    await front.hears(sure("INSTITUTIONAL"))
    assert len(front.sends) == before + 1
    assert await front.facts("SESSION_OPENED", *ACTS) == [
        "SESSION_OPENED", "CONVERSATION_TAKEN_OVER", "CONVERSATION_RELEASED", "SESSION_OPENED",
    ]  # fmt: skip


async def test_a_reply_by_the_business_app_accepts_the_hand_off_and_close_closes_it(front: Attended) -> None:
    front.start()
    await front.hears(LEAD, heard(gesture="no"))
    assert await front.handoffs() == ["OPEN"]
    await reply_by_app(front)
    assert (await front.handoffs(), await front.mode()) == (["ACCEPTED"], "HUMAN")
    closed = await front.acts("close")
    assert (closed.mode, closed.handoff_status) == ("BOT", "CLOSED")


async def test_time_gives_a_conversation_back_and_closes_what_waited(redis_url: str, tmp_path: Path) -> None:
    clock = ManualClock()
    async with attended(redis_url, tmp_path, clock) as front:
        front.start()
        await front.hears(LEAD, heard(gesture="no"))
        assert await front.handoffs() == ["OPEN"]
        clock.ms += front.rules.handoff_release_after_s * 1000 - 1
        assert (await front.acts("takeover")).handoff_status == "ACCEPTED"
        clock.ms += front.rules.handoff_release_after_s * 1000
        await until(lambda: _has(front, ["CLOSED"]))
        assert await front.mode() == "BOT"
        released = [event for event in await front.trail() if event.action == "HANDOFF_RELEASED"]
        assert [(event.reason, event.actor) for event in released] == [("NO_ACTIVITY", "SYSTEM")]


async def test_the_trail_tells_who_and_why_without_anybodys_number(front: Attended) -> None:
    front.start()
    await front.hears(sure("INSTITUTIONAL"))
    await front.acts("takeover")
    (event,) = [event for event in await front.trail() if event.action == ACTS[0]]
    assert (event.actor, event.reason) == ("OPERATOR:bia", "cliente antigo, ligar para [TELEFONE]")
    assert acting("takeover", BIA, 0).reason == event.reason, "not even on its way"


async def test_an_act_offered_again_is_the_same_act(front: Attended) -> None:
    front.start()
    await front.say(sure("INSTITUTIONAL"))
    event = acting("close", BIA, system_clock())
    assert [await act(front.acceptor, "ana", event) for _ in range(3)] == [True, False, False]
    await front.quiet()
    assert await front.facts(*ACTS) == ["CONVERSATION_CLOSED"]


async def test_who_looked_at_what_a_person_said_is_in_the_trail(front: Attended) -> None:
    front.start()
    await front.hears(sure("INSTITUTIONAL"))
    await note_look(front.acceptor, ["ana"], Operator("carla", "cpf 529.982.247-25"), system_clock())
    await front.quiet()
    (event,) = [event for event in await front.trail() if event.action == "CONVERSATION_SHOWN"]
    assert (event.actor, event.reason) == ("OPERATOR:carla", "cpf [CPF]")


async def test_a_conversation_is_known_from_its_first_message_on(front: Attended) -> None:
    assert not await known(front.gateway, front.documents, "ana")
    await front.say(sure("INSTITUTIONAL"))
    assert await known(front.gateway, front.documents, "ana")
    assert not await known(front.gateway, front.documents, "bia")


async def _has(front: Attended, statuses: list[str]) -> bool:
    return await front.handoffs() == statuses
