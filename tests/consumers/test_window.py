"""Fora da janela de 24 horas sai o modelo configurado, uma vez só; se ele não serve, nada sai."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from consumers.outbound_plans import WINDOW_MS
from consumers.pipeline import HELD
from consumers.window import REPLY_INDEX, WindowTemplate
from pyloto_stream.clock import system_clock
from pyloto_stream.conversation.records import ActionRecord, MessageRecord
from pyloto_stream.errors import PermanentError, UnavailableError
from pyloto_stream.stores.channels import ChannelStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.templates import TemplateStore
from pyloto_stream.streams.keys import reply_id
from pyloto_stream.streams.model import Plan, Snooze, Turn
from pyloto_stream.template import Part, Template
from pyloto_stream.whatsapp.templates import TemplateManager
from tests.support.channels import said
from tests.support.desk import Desk, open_desk, our_id, records
from tests.support.graph import WAMID, answer, cut, refusal
from tests.support.sends import WINDOW_S

ACCOUNT, WORDS = "200000000000001", "Voltamos a falar?"
READY = Template(
    "1", ACCOUNT, "we_are_back", "pt_BR", "UTILITY", "APPROVED", components=(Part("BODY", text=WORDS),)
)


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[TemplateStore]:
    documents = await SqliteDocuments.open(tmp_path / "documents.sqlite3")
    yield TemplateStore(documents)
    await documents.close()


@pytest_asyncio.fixture
async def desk(redis_url: str, store: TemplateStore) -> AsyncIterator[Desk]:
    async with open_desk(redis_url) as desk:
        manager = TemplateManager(desk.client, store, ACCOUNT)
        desk.use(desk.client, late=WindowTemplate(manager, "we_are_back:pt_BR"))
        yield desk


async def approved(store: TemplateStore, template: Template = READY) -> None:
    await store.put([template], system_clock())


async def back(desk: Desk, turn: Turn) -> Turn:
    """O turno, como volta quando a resposta já não pode sair."""
    decided = await desk.run(turn)
    assert isinstance(decided, Snooze)
    assert decided.due_ms <= desk.clock()
    assert decided.payload is not None
    return msgspec.structs.replace(turn, payload=decided.payload, snoozes=1)


def template_id(turn: Turn) -> str:
    return reply_id(turn.partition, turn.conversation, turn.number, REPLY_INDEX)


async def ledger(redis: Redis, name: str) -> object:
    return await redis.hget(f"pyloto:{{00}}:send:{name}", "st")


async def test_outside_the_window_the_template_goes_instead_with_its_own_id(
    desk: Desk, store: TemplateStore, redis: Redis
) -> None:
    await approved(store)
    turn = await back(desk, await desk.take(silent_ms=WINDOW_MS, mode="HUMAN"))
    plan = await desk.plan(turn)
    (sent,) = desk.sends
    assert (sent["type"], sent["biz_opaque_callback_data"]) == ("template", template_id(turn))
    assert sent["template"] == {"name": "we_are_back", "language": {"code": "pt_BR"}}
    assert (plan.sent, plan.mode) == ((template_id(turn), WAMID), "HUMAN")
    message, act = records(plan)
    assert isinstance(message, MessageRecord)
    assert (message.type, message.text, message.reply_id) == ("template", WORDS, template_id(turn))
    assert isinstance(act, ActionRecord)
    assert (act.action, act.reason) == ("REPLY_REPLACED", "OUTSIDE_24H_WINDOW")
    assert await desk.sender.commit(turn, plan) == 1
    assert [await ledger(redis, name) for name in (our_id(turn), template_id(turn))] == ["retry", "sent"]


async def test_a_window_that_meta_says_is_closed_takes_the_same_way(desk: Desk, store: TemplateStore) -> None:
    await approved(store)
    turn = await desk.take()
    desk.script = answer(400, refusal(131047))
    turn = await back(desk, turn)
    desk.script = answer(200, b'{"messages":[{"id":"wamid.2"}]}')
    assert (await desk.plan(turn)).sent == (template_id(turn), "wamid.2")


@pytest.mark.parametrize(
    "template",
    [
        None,
        msgspec.structs.replace(READY, status="PAUSED"),
        msgspec.structs.replace(READY, language="en_US"),
        msgspec.structs.replace(READY, components=(Part("BODY", text="Oi, {{1}}"),), parameters=("body.1",)),
    ],
    ids=["unknown", "paused", "another language", "with parameters"],
)
async def test_a_template_that_does_not_serve_means_an_audited_drop(
    desk: Desk, store: TemplateStore, redis: Redis, template: Template | None
) -> None:
    if template is not None:
        await approved(store, template)
    desk.script = answer(200, b'{"data":[]}')  # a Meta também não o conhece
    turn = await desk.take(silent_ms=WINDOW_MS)
    plan = await desk.plan(turn)
    (act,) = records(plan)
    assert isinstance(act, ActionRecord)
    assert (act.action, act.reason) == ("REPLY_DROPPED", "OUTSIDE_24H_WINDOW")
    assert (plan.sent, await ledger(redis, our_id(turn))) == (None, "failed")


async def test_a_template_that_stops_serving_meanwhile_is_a_drop_too(
    desk: Desk, store: TemplateStore
) -> None:
    await approved(store)
    turn = await back(desk, await desk.take(silent_ms=WINDOW_MS))
    paused = TemplateManager(desk.client, store, ACCOUNT, cache_s=0.0)
    await approved(store, msgspec.structs.replace(READY, status="PAUSED"))
    desk.use(desk.client, late=WindowTemplate(paused, "we_are_back:pt_BR"))
    plan = await desk.plan(turn)
    assert b"REPLY_DROPPED" in plan.feed[0].event
    assert desk.sends == []


async def test_an_account_that_may_start_no_conversation_sends_no_template(
    desk: Desk, store: TemplateStore, tmp_path: Path
) -> None:
    await approved(store)
    documents = await SqliteDocuments.open(tmp_path / "documents.sqlite3")
    channels = ChannelStore(documents, ACCOUNT)
    await channels.apply(
        said("account_update", "ACCOUNT_RESTRICTION", restriction_type="RESTRICTED_BIZ_INITIATED_MESSAGING")
    )
    manager = TemplateManager(desk.client, store, ACCOUNT)
    desk.use(desk.client, late=WindowTemplate(manager, "we_are_back:pt_BR", channels))
    plan = await desk.plan(await desk.take(silent_ms=WINDOW_MS))
    assert b"REPLY_DROPPED" in plan.feed[0].event
    assert desk.sends == []
    await documents.close()


async def test_a_template_refused_for_the_window_is_not_replaced_again(
    desk: Desk, store: TemplateStore
) -> None:
    await approved(store)
    turn = await back(desk, await desk.take(silent_ms=WINDOW_MS))
    desk.script = answer(400, refusal(131047))
    assert b"REPLY_DROPPED" in (await desk.plan(turn)).feed[0].event


async def test_i4_a_template_in_doubt_is_never_sent_twice(desk: Desk, store: TemplateStore) -> None:
    await approved(store)
    turn = await back(desk, await desk.take(silent_ms=WINDOW_MS))
    desk.script = cut(read_first=True)
    assert isinstance(await desk.run(turn), Snooze)
    desk.clock.ms += int(WINDOW_S * 1000) + 1
    with pytest.raises(PermanentError) as caught:
        await desk.run(turn)
    assert (caught.value.code, len(desk.sends)) == (HELD, 1)


async def test_a_reply_that_left_before_the_window_closed_is_not_replaced(
    desk: Desk, store: TemplateStore
) -> None:
    await approved(store)
    turn = await desk.take()
    await desk.run(turn)  # e morre sem gravar
    await desk.report(turn)
    desk.clock.ms += WINDOW_MS
    decided = await desk.run(turn)
    assert isinstance(decided, Plan)
    assert decided.sent == (our_id(turn), "wamid.status")


async def test_while_nobody_can_say_whether_it_serves_the_reply_waits_and_is_not_in_doubt(
    desk: Desk, store: TemplateStore, redis: Redis
) -> None:
    turn = await desk.take(silent_ms=WINDOW_MS)
    desk.script = answer(401, refusal(190))
    with pytest.raises(UnavailableError):
        await desk.run(turn)
    assert await ledger(redis, our_id(turn)) == "retry"
    await approved(store)
    desk.script = answer(200, b'{"messages":[{"id":"wamid.2"}]}')
    assert (await desk.plan(await back(desk, turn))).sent == (template_id(turn), "wamid.2")
