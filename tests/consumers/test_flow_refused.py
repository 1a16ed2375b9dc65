"""A Meta não deixa sair o formulário: a resposta segue sem ele, com a primeira pergunta."""

from collections.abc import AsyncIterator
from functools import partial

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from consumers.drafts import draft
from consumers.gate import Gate
from consumers.outbound import outbound_stage
from consumers.outbound_plans import without_form
from consumers.plans import Outgoing
from pyloto_stream.conversation.records import MessageRecord
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.streams.model import Snooze, Turn
from pyloto_stream.whatsapp.error_codes import FLOW_DOWN
from pyloto_stream.whatsapp.flows.sender import FlowSender
from pyloto_stream.whatsapp.graph_errors import GraphRefusedError
from tests.support.desk import HELLO, Desk, open_desk, our_id, records
from tests.support.flows import tokens
from tests.support.graph import WAMID, accepted, answer, refusal

ASKED = "Qual é o seu nome?"
OFFER = Reply(
    "flow", f"Preencha pelo botão, ou diga: {ASKED}", button="Abrir", form="driver_signup", plain=ASKED
)
FLOWS = FlowSender({"driver_signup": "4001"}, tokens())


@pytest_asyncio.fixture
async def desk(redis_url: str) -> AsyncIterator[Desk]:
    async with open_desk(redis_url) as desk:
        compose = partial(draft, flows=FLOWS)
        gate = Gate(desk.pacer, desk.metrics)
        desk.stage = outbound_stage(desk.client, desk.sender.ledger, gate, desk.counted.append, compose)
        yield desk


async def state(redis: Redis, turn: Turn) -> object:
    return await redis.hget(f"pyloto:{{00}}:send:{our_id(turn)}", "st")


@pytest.mark.parametrize("code", sorted(FLOW_DOWN))
async def test_a_form_that_may_not_go_is_asked_in_the_conversation_with_the_same_id(
    desk: Desk, redis: Redis, code: int
) -> None:
    turn = await desk.take(OFFER, mode="HUMAN")
    desk.script = answer(400, refusal(code))
    back = await desk.run(turn)
    assert isinstance(back, Snooze)
    assert back.due_ms <= desk.clock()
    assert (await state(redis, turn), back.payload is not None) == ("retry", True)
    desk.script = accepted
    again = msgspec.structs.replace(turn, payload=back.payload or b"", snoozes=1)
    done = await desk.plan(again)
    kinds = [(body["type"], body["biz_opaque_callback_data"]) for body in desk.sends]
    assert kinds == [("interactive", our_id(turn)), ("text", our_id(turn))]
    assert desk.sends[-1]["text"] == {"preview_url": False, "body": ASKED}
    (message,) = records(done)
    assert isinstance(message, MessageRecord)
    assert (message.type, message.text) == ("text", ASKED)
    assert (done.sent, done.mode) == ((our_id(turn), WAMID), "HUMAN")
    assert await desk.sender.commit(again, done) == 1
    assert await state(redis, turn) == "sent"


async def test_a_worker_that_dies_before_the_turn_comes_back_loses_and_repeats_nothing(desk: Desk) -> None:
    turn = await desk.take(OFFER)
    desk.script = answer(400, refusal(132068))
    first, second = await desk.run(turn), await desk.run(turn)
    assert isinstance(first, Snooze)
    assert isinstance(second, Snooze)
    assert first.payload is not None
    assert second.payload is not None
    replies = [msgspec.json.decode(each, type=Outgoing).reply for each in (first.payload, second.payload)]
    assert replies == [Reply("text", ASKED)] * 2


@pytest.mark.parametrize(("reply", "code"), [(OFFER, 131009), (HELLO, 132068)])
async def test_any_other_refusal_is_for_good(desk: Desk, redis: Redis, reply: Reply, code: int) -> None:
    turn = await desk.take(reply)
    desk.script = answer(400, refusal(code))
    with pytest.raises(GraphRefusedError) as caught:
        await desk.run(turn)
    assert (caught.value.graph_code, await state(redis, turn)) == (code, "failed")


async def test_what_only_the_template_may_still_say_is_not_turned_into_text(desk: Desk) -> None:
    turn = await desk.take(OFFER)
    late = msgspec.structs.replace(turn, payload=msgspec.json.encode(Outgoing(OFFER, late=True)))
    error = GraphRefusedError("refused", code="graph_132068")
    error.graph_code = 132068
    assert without_form(draft(late), error) is None
