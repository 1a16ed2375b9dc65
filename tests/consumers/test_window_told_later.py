"""A Meta aceitou a resposta e só num status disse que a janela fechou: o modelo sai uma vez, ou nada sai."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from consumers.pipeline import failed_turn
from consumers.plans import plan
from consumers.window import REPLY_INDEX, WindowTemplate
from pyloto_stream.clock import system_clock
from pyloto_stream.conversation.events import ReplyFailed
from pyloto_stream.conversation.records import ActionRecord, MessageRecord, Mode
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.step import Step
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.templates import TemplateStore
from pyloto_stream.streams.keys import sibling
from pyloto_stream.streams.lease import Failure
from pyloto_stream.streams.model import Outcome, Plan, Snooze, Turn
from pyloto_stream.whatsapp.templates import TemplateManager
from tests.consumers.test_window import ACCOUNT, READY, WORDS
from tests.support.desk import Desk, open_desk, our_id, records
from tests.support.graph import WAMID, accepted, answer, cut, refusal
from tests.support.sends import settlement


@pytest_asyncio.fixture
async def desk(redis_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    documents = await SqliteDocuments.open(tmp_path / "documents.sqlite3")
    store = TemplateStore(documents)
    await store.put([READY], system_clock())
    async with open_desk(redis_url) as desk:
        late = WindowTemplate(TemplateManager(desk.client, store, ACCOUNT), "we_are_back:pt_BR")
        desk.use(desk.client, late=late)
        yield desk
    await documents.close()


async def told(desk: Desk, lost: str) -> Turn:
    """O turno em que a conversa soube que a resposta `lost` não chegou, já na etapa de envio."""
    turn = await desk.take()
    state = msgspec.json.decode(turn.state, type=ConversationState)
    decided = plan(Step(state, late=lost))
    return msgspec.structs.replace(turn, payload=decided.payload)


async def sent(desk: Desk) -> Turn:
    """Um turno cuja resposta a Meta aceitou, e terminou."""
    turn = await desk.take()
    await desk.sender.commit(turn, await desk.plan(turn))
    return turn


def acts(done: Outcome) -> list[tuple[str, str]]:
    assert isinstance(done, Plan)
    return [(each.action, each.reason) for each in records(done) if isinstance(each, ActionRecord)]


async def test_the_template_goes_in_the_name_of_the_reply_that_did_not_arrive(desk: Desk) -> None:
    lost = our_id(await sent(desk))
    reads = len(desk.reads)
    done = await desk.plan(await told(desk, lost))
    body = desk.sends[-1]
    assert (body["type"], body["biz_opaque_callback_data"]) == ("template", sibling(lost, REPLY_INDEX))
    (message, *_) = records(done)
    assert isinstance(message, MessageRecord)
    assert (done.sent, message.text) == ((sibling(lost, REPLY_INDEX), WAMID), WORDS)
    assert acts(done) == [("REPLY_REPLACED", "OUTSIDE_24H_WINDOW")]
    assert len(desk.reads) == reads  # ninguém escreveu: nada há a marcar como lido


async def test_a_reply_in_doubt_that_the_closed_window_lost_ends_and_gets_one_template(desk: Desk) -> None:
    turn = await desk.take()
    desk.script = cut(read_first=True)
    assert isinstance(await desk.run(turn), Snooze)
    lost = msgspec.structs.replace(settlement("failed", reply_id=our_id(turn)), turn_event=b'"lost"')
    await desk.rig.acceptor.accept([lost])
    ended = await desk.run(turn)
    assert acts(ended) == [("REPLY_FAILED", "REPORTED_BY_META")]
    assert isinstance(ended, Plan)
    await desk.sender.commit(turn, ended)
    after = await desk.sender.take()
    assert after.events == b'["lost"]'
    desk.script = accepted
    decided = plan(Step(msgspec.json.decode(turn.state, type=ConversationState), late=our_id(turn)))
    done = await desk.plan(msgspec.structs.replace(after, payload=decided.payload, state=turn.state))
    assert done.sent == (sibling(our_id(turn), REPLY_INDEX), WAMID)
    assert [body["type"] for body in desk.sends] == ["text", "template"]


async def test_a_turn_that_already_sent_its_template_is_not_followed_by_another(
    desk: Desk, redis: Redis
) -> None:
    turn = await desk.take()
    desk.script = answer(400, refusal(131047))
    back = await desk.run(turn)
    assert isinstance(back, Snooze)
    assert back.payload is not None
    # o status veio entre a resposta da Graph e a escrita no livro: a conversa soube dos dois modos
    await redis.hset(f"pyloto:{{00}}:send:{our_id(turn)}", "st", "failed")
    desk.script = answer(200, b'{"messages":[{"id":"wamid.2"}]}')
    again = msgspec.structs.replace(turn, payload=back.payload, snoozes=1)
    await desk.sender.commit(turn, await desk.plan(again))
    before = len(desk.sends)
    done = await desk.plan(await told(desk, our_id(turn)))
    assert (done.sent, len(desk.sends)) == ((sibling(our_id(turn), REPLY_INDEX), "wamid.2"), before)


async def test_without_a_template_it_is_an_audited_drop(desk: Desk) -> None:
    lost = our_id(await sent(desk))
    desk.use(desk.client)
    done = await desk.run(await told(desk, lost))
    assert acts(done) == [("REPLY_DROPPED", "OUTSIDE_24H_WINDOW")]
    assert len(desk.sends) == 1


@pytest.mark.parametrize("mode", ["HUMAN", "PAUSED"])
async def test_who_took_over_meanwhile_is_not_interrupted(desk: Desk, mode: Mode) -> None:
    turn = await told(desk, our_id(await sent(desk)))
    await desk.operator(mode)
    assert acts(await desk.run(turn)) == [("REPLY_SILENCED", "MODE_NOT_BOT")]


async def test_a_template_that_is_lost_too_says_nothing_more(desk: Desk) -> None:
    event = msgspec.json.encode([ReplyFailed("v1.0.abc.0", 131047, desk.clock())])
    turn = msgspec.structs.replace(await told(desk, "v1.0.abc.0"), events=event, stage="outbound")
    assert failed_turn(turn, Failure("graph_132015", "", 1)) is None
