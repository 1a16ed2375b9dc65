"""Envios de fim incerto: o que se conta, o que se repete, e o que só um operador pode repetir."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from consumers.pipeline import HELD, failed_turn
from pyloto_stream.conversation.events import MessageReceived, TurnFailed
from pyloto_stream.errors import PermanentError, TransientError
from pyloto_stream.streams.lease import Failure
from pyloto_stream.streams.model import Snooze
from tests.support.desk import Desk, open_desk, our_id
from tests.support.graph import answer, cut, refusal
from tests.support.sends import WINDOW_S, Sender

WINDOW = int(WINDOW_S * 1000)


@pytest_asyncio.fixture
async def desk(redis_url: str) -> AsyncIterator[Desk]:
    async with open_desk(redis_url) as desk:
        yield desk


async def test_a_send_known_at_once_is_never_in_doubt(desk: Desk) -> None:
    await desk.plan(await desk.take())
    assert desk.counted == []


async def test_a_lost_answer_is_in_doubt_and_then_settled_by_a_status(desk: Desk) -> None:
    turn = await desk.take()
    desk.script = cut(read_first=True)
    decided = await desk.run(turn)
    assert isinstance(decided, Snooze)
    assert decided.trouble, "the breaker hears of it"
    assert desk.counted == ["in_doubt"]
    await desk.report(turn)
    assert (await desk.plan(turn)).sent == (our_id(turn), "wamid.status")
    assert desk.counted == ["in_doubt", "settled"]


async def test_a_crash_after_the_ledger_is_in_doubt_for_who_takes_over(desk: Desk) -> None:
    turn = await desk.take()
    await Sender(desk.rig, desk.clock).ledger.begin(turn, our_id(turn))
    assert isinstance(await desk.run(turn), Snooze)
    assert (desk.counted, desk.sends) == (["in_doubt"], [])


async def test_a_definite_refusal_is_no_doubt(desk: Desk) -> None:
    turn = await desk.take()
    desk.script = answer(400, refusal(131026))
    with pytest.raises(PermanentError):
        await desk.run(turn)
    assert desk.counted == []


async def test_i4_what_may_not_be_repeated_is_held_for_an_operator(desk: Desk) -> None:
    turn = await desk.take(hold=True)
    desk.script = cut(read_first=True)
    decided = await desk.run(turn)
    assert isinstance(decided, Snooze)
    desk.clock.ms = decided.due_ms
    with pytest.raises(PermanentError) as held:
        await desk.run(turn)
    assert held.value.code == HELD
    assert len(desk.sends) == 1


async def test_what_may_not_be_repeated_still_ends_well_with_a_status(desk: Desk) -> None:
    turn = await desk.take(hold=True)
    desk.script = cut(read_first=True)
    await desk.run(turn)
    await desk.report(turn)
    desk.clock.ms += WINDOW
    assert (await desk.plan(turn)).sent == (our_id(turn), "wamid.status")


async def test_what_may_not_be_repeated_is_repeated_after_a_definite_refusal(desk: Desk) -> None:
    turn = await desk.take(hold=True)
    desk.script = answer(400, refusal(1))
    with pytest.raises(TransientError, match="graph 1:"):
        await desk.run(turn)
    desk.script = answer(200, b'{"messages":[{"id":"wamid.2"}]}')
    assert (await desk.plan(turn)).sent == (our_id(turn), "wamid.2")


async def test_of_a_held_send_the_person_is_told_nothing_more(desk: Desk) -> None:
    said = MessageReceived("wamid.in", "text", "100", "+55", 1, 2, "oi")
    turn = msgspec.structs.replace(await desk.take(hold=True), events=msgspec.json.encode([said]))
    notice = failed_turn(turn, Failure(HELD, "", 1))
    assert notice is not None
    assert msgspec.json.decode(notice, type=TurnFailed).silent
