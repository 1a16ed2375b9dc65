"""Uma resposta, uma chamada: a etapa de envio contra um livro real e uma Graph que falha de todo jeito."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web
from redis.asyncio import Redis

from consumers.outbound_plans import WINDOW_MS
from pyloto_stream.conversation.records import ActionRecord, MessageRecord, Mode
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.errors import LostError, PermanentError, TransientError, UnavailableError
from pyloto_stream.streams.ledger import MAX_SENDS
from pyloto_stream.streams.model import Plan, Snooze, Turn
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from tests.support.desk import HELLO, Desk, open_desk, our_id, records
from tests.support.graph import (
    PHONE,
    SECRET,
    WAMID,
    accepted,
    answer,
    closed_port,
    cut,
    cut_in_answer,
    refusal,
)
from tests.support.sends import WINDOW_S, Sender

WINDOW = int(WINDOW_S * 1000)


@pytest_asyncio.fixture
async def desk(redis_url: str) -> AsyncIterator[Desk]:
    async with open_desk(redis_url) as desk:
        yield desk


async def ledger(redis: Redis, turn: Turn) -> bytes | str | None:
    return await redis.hget(f"pyloto:{{00}}:send:{our_id(turn)}", "st")


def why(plan: Plan) -> list[tuple[str, str]]:
    return [(r.action, r.reason) for r in records(plan) if isinstance(r, ActionRecord)]


# --- o caminho bom -----------------------------------------------------------------------------------


async def test_one_reply_is_one_call_with_our_id_to_the_exact_id_received(desk: Desk, redis: Redis) -> None:
    turn = await desk.take()
    plan = await desk.plan(turn)
    (sent,) = desk.sends
    assert (sent["to"], sent["biz_opaque_callback_data"]) == (f"+{PHONE}", our_id(turn))
    assert plan.sent == (our_id(turn), WAMID)
    assert await ledger(redis, turn) == "sending"
    assert await desk.sender.commit(turn, plan) == 1
    assert await ledger(redis, turn) == "sent"


async def test_the_history_gets_what_was_sent(desk: Desk) -> None:
    turn = await desk.take()
    (record,) = records(await desk.plan(turn))
    assert record == MessageRecord(
        id=WAMID, direction="out", actor="PYLOTO", at_ms=desk.clock(), type="text", text=HELLO.text,
        intent="INSTITUTIONAL", outcome="AWAITING_USER", reply_id=our_id(turn),
    )  # fmt: skip


async def test_the_person_sees_it_read_and_typing_before_the_reply(desk: Desk) -> None:
    await desk.run(await desk.take())
    (read,) = desk.reads
    assert (read["message_id"], read["typing_indicator"]) == ("wamid.in", {"type": "text"})
    assert desk.graph.received[0].body == read


@pytest.mark.parametrize("tries", [{"failures": 1}, {"snoozes": 1}, {"mode": "HUMAN"}, {"mode": "PAUSED"}])
async def test_typing_is_not_shown_again_nor_when_the_bot_is_silent(
    desk: Desk, tries: dict[str, object]
) -> None:
    await desk.run(msgspec.structs.replace(await desk.take(), **tries))
    assert desk.reads == []
    assert len(desk.sends) == 1


async def test_a_receipt_that_fails_costs_nothing(desk: Desk) -> None:
    async def only_sends(request: web.Request) -> web.StreamResponse:
        await desk.graph.record(request)
        return await (desk.script if desk.sends else answer(500, b""))(request)

    desk.graph.script = only_sends
    assert isinstance(await desk.run(await desk.take()), Plan)


@pytest.mark.parametrize("mode", [None, "HUMAN"])
async def test_the_new_mode_comes_with_the_end_of_the_turn(
    desk: Desk, redis: Redis, mode: Mode | None
) -> None:
    turn = await desk.take(mode=mode)
    plan = await desk.plan(turn)
    assert plan.mode == mode
    await desk.sender.commit(turn, plan)
    await desk.rig.say("ana", "de novo")
    assert (await desk.sender.take()).mode == (mode or "")


# --- o que o livro manda -----------------------------------------------------------------------------


async def test_after_a_crash_a_status_that_says_sent_means_no_second_call(desk: Desk) -> None:
    turn = await desk.take()
    await desk.run(turn)  # e morre sem gravar
    await desk.report(turn)
    plan = await desk.plan(turn)
    assert (plan.sent, len(desk.sends)) == ((our_id(turn), "wamid.status"), 1)
    assert await desk.sender.commit(turn, plan) == 1


async def test_after_a_crash_nobody_calls_within_the_window(desk: Desk) -> None:
    turn = await desk.take()
    await desk.run(turn)
    asked_at = desk.clock()
    desk.clock.ms += WINDOW - 1
    assert await desk.run(turn) == Snooze(asked_at + WINDOW, reply_id=our_id(turn))
    assert len(desk.sends) == 1


async def test_without_news_in_the_window_it_is_sent_again_under_the_same_id_and_counted(desk: Desk) -> None:
    turn = await desk.take()
    await desk.run(turn)
    desk.clock.ms += WINDOW
    plan = await desk.plan(turn)
    first, second = desk.sends
    assert first == second
    assert why(plan) == [("REPLY_RESENT", "NO_STATUS_IN_TIME")]
    assert plan.sent == (our_id(turn), WAMID)


async def test_a_first_sending_is_not_counted_as_a_second(desk: Desk) -> None:
    assert why(await desk.plan(await desk.take())) == []


async def test_a_failure_reported_by_meta_ends_it_without_a_call(desk: Desk) -> None:
    turn = await desk.take(mode="HUMAN")
    await desk.run(turn)
    await desk.report(turn, "failed")
    plan = await desk.plan(turn)
    assert (why(plan), plan.sent, plan.mode) == ([("REPLY_FAILED", "REPORTED_BY_META")], None, "HUMAN")
    assert len(desk.sends) == 1


@pytest.mark.parametrize("mode", ["HUMAN", "PAUSED"])
async def test_a_takeover_before_sending_silences_it_and_stays(desk: Desk, mode: Mode) -> None:
    turn = await desk.take(mode="HUMAN")
    await desk.operator(mode)
    plan = await desk.plan(turn)
    assert (why(plan), plan.sent, plan.mode) == ([("REPLY_SILENCED", "MODE_NOT_BOT")], None, None)
    assert desk.sends == []
    await desk.sender.commit(turn, plan)
    await desk.rig.say("ana", "de novo")
    assert (await desk.sender.take()).mode == mode


async def test_who_lost_the_turn_does_not_send(desk: Desk) -> None:
    turn = await desk.take()
    await Sender(desk.rig, desk.clock, "w2").claim()
    with pytest.raises(LostError):
        await desk.run(turn)
    assert desk.sends == []


# --- em dúvida ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "script",
    [cut(read_first=True), cut_in_answer(200), answer(500, b"<html>"), answer(200, b"{}"), answer(502, b"")],
    ids=["cut", "cut in the answer", "500", "200 without an id", "502"],
)
async def test_in_doubt_it_waits_for_a_status_and_calls_no_second_time(
    desk: Desk, redis: Redis, script: object
) -> None:
    turn = await desk.take()
    assert callable(script)
    desk.script = script
    started = desk.clock()
    snooze = await desk.run(turn)
    assert isinstance(snooze, Snooze)
    assert started + WINDOW <= snooze.due_ms <= started + WINDOW + 5000
    assert snooze.payload is None
    calls = len(desk.sends)
    desk.clock.ms += WINDOW - 1
    assert isinstance(await desk.run(turn), Snooze)
    assert len(desk.sends) == calls == 1
    await desk.report(turn)
    assert (await desk.plan(turn)).sent == (our_id(turn), "wamid.status")
    assert len(desk.sends) == 1


async def test_a_reply_that_is_never_confirmed_is_given_up_with_a_record(desk: Desk) -> None:
    turn = await desk.take(mode="HUMAN")
    desk.script = cut(read_first=True)
    while isinstance(decided := await desk.run(turn), Snooze):
        desk.clock.ms = decided.due_ms
    assert isinstance(decided, Plan)
    assert (why(decided), decided.sent, decided.mode) == (
        [("REPLY_IN_DOUBT", "NO_STATUS_EVER")],
        None,
        "HUMAN",
    )
    assert len(desk.sends) == MAX_SENDS


async def test_a_receipt_that_hangs_does_not_hold_the_reply(desk: Desk) -> None:
    hold = asyncio.Event()

    async def slow_receipts(request: web.Request) -> web.StreamResponse:
        await desk.graph.record(request)
        if "status" in msgspec.convert(desk.graph.received[-1].body, dict[str, object]):
            await hold.wait()
            return web.json_response({"success": True})
        return await accepted(request)

    desk.graph.script = slow_receipts
    turn = await desk.take()
    plan = await asyncio.wait_for(desk.plan(turn), 3)
    assert plan.sent == (our_id(turn), WAMID)
    hold.set()


async def test_a_slow_doubt_still_leaves_the_status_its_whole_time(redis_url: str) -> None:
    async with open_desk(redis_url, timeout_s=0.3) as desk:
        turn = msgspec.structs.replace(await desk.take(), snoozes=1)
        desk.graph.script = desk.graph.silence
        started = desk.clock()
        snooze = await desk.run(turn)
        assert isinstance(snooze, Snooze)
        assert snooze.due_ms >= started + 250 + WINDOW


# --- certamente não enviado --------------------------------------------------------------------------


async def test_a_passing_refusal_is_repeated_and_the_next_attempt_goes_at_once(desk: Desk) -> None:
    turn = await desk.take()
    desk.script = answer(400, refusal(1))
    with pytest.raises(TransientError) as caught:
        await desk.run(turn)
    assert not isinstance(caught.value, UnavailableError)
    desk.script = answer(200, b'{"messages":[{"id":"wamid.2"}]}')
    assert (await desk.plan(turn)).sent == (our_id(turn), "wamid.2")


@pytest.mark.parametrize("code", [190, 131042], ids=["token", "account"])
async def test_what_is_no_fault_of_the_message_waits_without_counting(desk: Desk, code: int) -> None:
    turn = await desk.take()
    desk.script = answer(400, refusal(code))
    with pytest.raises(UnavailableError) as caught:
        await desk.run(turn)
    assert caught.value.code == f"graph_{code}"
    desk.script = answer(200, b'{"messages":[{"id":"wamid.2"}]}')
    assert isinstance(await desk.run(turn), Plan)


async def test_a_graph_that_cannot_be_reached_waits_without_counting(desk: Desk, redis: Redis) -> None:
    turn = await desk.take()
    away = WhatsAppHttpClient(f"http://127.0.0.1:{closed_port()}", "v24.0", SECRET)
    desk.use(away)
    with pytest.raises(UnavailableError) as caught:
        await desk.run(turn)
    assert caught.value.code == "graph_unreachable"
    assert await ledger(redis, turn) == "retry"
    await away.close()
    desk.use(desk.client)
    assert isinstance(await desk.run(turn), Plan)


@pytest.mark.parametrize("code", [131026, 131009, 987654])
async def test_a_refusal_for_good_is_buried_and_never_called_again(
    desk: Desk, redis: Redis, code: int
) -> None:
    turn = await desk.take()
    desk.script = answer(400, refusal(code))
    with pytest.raises(PermanentError) as caught:
        await desk.run(turn)
    assert caught.value.code == f"graph_{code}"
    assert "segredo" not in str(caught.value)
    assert await ledger(redis, turn) == "failed"
    assert why(await desk.plan(turn)) == [("REPLY_FAILED", "REPORTED_BY_META")]
    assert len(desk.sends) == 1


# --- janela de 24 horas ------------------------------------------------------------------------------


async def test_outside_the_window_it_is_dropped_with_a_record_and_without_a_call(
    desk: Desk, redis: Redis
) -> None:
    turn = await desk.take(silent_ms=WINDOW_MS, mode="HUMAN")
    plan = await desk.plan(turn)
    assert (why(plan), plan.mode) == ([("REPLY_DROPPED", "OUTSIDE_24H_WINDOW")], "HUMAN")
    assert desk.sends == []
    assert await ledger(redis, turn) == "failed"


async def test_just_inside_it_is_sent(desk: Desk) -> None:
    assert (await desk.plan(await desk.take(silent_ms=WINDOW_MS - 1))).sent is not None


async def test_a_window_that_meta_says_is_closed_is_dropped_too(desk: Desk, redis: Redis) -> None:
    turn = await desk.take()
    desk.script = answer(400, refusal(131047))
    assert why(await desk.plan(turn)) == [("REPLY_DROPPED", "OUTSIDE_24H_WINDOW")]
    assert await ledger(redis, turn) == "failed"


# --- o que nem chega à Graph -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(kind="text", text=""), "invalid_message"),
        (Reply(kind="buttons", text="oi"), "invalid_message"),
        (Reply(kind="list", text="oi", button="x" * 21), "invalid_message"),
    ],
)
async def test_what_meta_would_refuse_is_buried_before_the_ledger(
    desk: Desk, redis: Redis, reply: Reply, code: str
) -> None:
    turn = await desk.take(reply)
    with pytest.raises(PermanentError) as caught:
        await desk.run(turn)
    assert caught.value.code == code
    assert (desk.graph.received, await ledger(redis, turn)) == ([], None)
