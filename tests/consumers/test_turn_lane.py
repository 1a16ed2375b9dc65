"""A faixa `turn` inteira no executor real: o que uma pessoa recebe, contado na Meta."""

import asyncio
from collections.abc import AsyncIterator
from itertools import groupby
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from redis.asyncio import Redis

from pyloto_stream.conversation.records import ActionRecord, HandoffRecord, SessionRecord
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from tests.support.front import Front, open_front
from tests.support.graph import accepted, answer, cut, refusal
from tests.support.look import found
from tests.support.streams import until
from tests.support.talk import NOTHING, heard, sure

DRIVER = sure("PYLOTO_ENTREGA_DRIVER_SIGNUP")
REST = heard(facts={"name": "Rui", "city": "Londrina", "vehicle": "Moto", "availability": "Noite"})


@pytest_asyncio.fixture
async def front(redis_url: str) -> AsyncIterator[Front]:
    async with open_front(redis_url) as front:
        front.start()
        yield front


def outcomes(front: Front) -> list[str]:
    return [record.outcome for record in front.records if isinstance(record, SessionRecord)]


def actions(front: Front) -> list[str]:
    return [record.action for record in front.records if isinstance(record, ActionRecord)]


async def said(front: Front, n: int) -> None:
    await until(lambda: len(front.sends) >= n)
    await front.quiet()


async def test_a_sign_up_from_hello_to_the_hand_off_is_one_reply_per_turn(front: Front) -> None:
    for n, meant in enumerate([heard(gesture="greeting"), DRIVER, REST], 1):
        await front.say(meant)
        await said(front, n)
    assert len(front.sends) == 3
    assert front.read[0].startswith(TEXTS.privacy_notice)
    assert front.read[1].endswith("Qual é o seu nome?")
    assert "Disponibilidade: Noite" in front.read[2]
    assert outcomes(front) == ["HANDOFF_HUMAN"]
    assert [r.qualification_level for r in front.records if isinstance(r, HandoffRecord)] == ["high"]
    await front.say(NOTHING)
    await front.quiet()
    assert len(front.sends) == 3  # a conversa é de uma pessoa


async def test_what_arrives_while_a_reply_is_on_its_way_is_one_more_turn(front: Front) -> None:
    going, let_go = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        going.set()
        await let_go.wait()
        return await accepted(request)

    front.script = slow
    await front.say(DRIVER)
    await going.wait()
    for _ in range(4):
        await front.say(REST)
    let_go.set()
    await said(front, 2)
    assert len(front.sends) == 2
    assert outcomes(front) == ["HANDOFF_HUMAN"]


async def test_throttling_and_a_refused_token_never_count_as_attempts(front: Front) -> None:
    refused = [answer(401, refusal(190))] * 5 + [answer(429, refusal(130429))]

    async def in_turn(request: web.Request) -> web.StreamResponse:
        return await (refused.pop() if refused else accepted)(request)

    front.script = in_turn
    await front.say(DRIVER)
    await said(front, 7)
    assert len(front.sends) == 7
    assert len({str(body) for body in front.sends}) == 1
    assert front.telemetry.of("buried") == front.telemetry.of("retried") == []
    assert len(front.telemetry.of("snoozed")) >= 6  # e o que se leu enquanto o disjuntor descansava


async def test_a_cut_connection_that_meta_confirms_is_one_call(front: Front) -> None:
    front.script = cut(read_first=True)
    await front.say(DRIVER)
    await until(lambda: bool(front.telemetry.of("snoozed")))
    front.script = accepted
    await front.report()
    await front.say(REST)  # espera na caixa até a resposta anterior assentar
    await said(front, 2)
    assert len({str(body["biz_opaque_callback_data"]) for body in front.sends}) == len(front.sends) == 2
    assert "REPLY_RESENT" not in actions(front)


async def test_a_cut_connection_nobody_confirms_is_sent_again_once(redis_url: str) -> None:
    async with open_front(redis_url, window_s=0.3) as front:
        front.start()
        front.script = cut(read_first=True)
        await front.say(DRIVER)
        await until(lambda: bool(front.telemetry.of("snoozed")))
        front.script = accepted
        await said(front, 2)
        assert front.sends[0] == front.sends[1]
        assert actions(front).count("REPLY_RESENT") == 1


@pytest.mark.parametrize("confirmed", [True, False])
async def test_a_process_killed_between_metas_answer_and_the_commit(
    redis_url: str,
    confirmed: bool,  # noqa: FBT001
) -> None:
    async with open_front(redis_url, window_s=0.8) as front:
        arrived = asyncio.Event()

        async def hold(request: web.Request) -> web.StreamResponse:
            arrived.set()
            await front.graph.release.wait()
            return await accepted(request)

        front.script = hold
        front.start()
        await front.say(DRIVER)
        await arrived.wait()
        await front.kill()
        front.script = accepted
        if confirmed:
            await front.report()
        front.start()
        await said(front, 1 if confirmed else 2)
        assert len(front.sends) == (1 if confirmed else 2)
        await front.say(REST)
        await said(front, 2 if confirmed else 3)
        assert outcomes(front) == ["HANDOFF_HUMAN"]


async def test_a_reply_meta_refuses_for_good_ends_in_the_neutral_line(front: Front) -> None:
    refuse = answer(400, refusal(131009))

    async def only_once(request: web.Request) -> web.StreamResponse:
        front.script = accepted
        return await refuse(request)

    front.script = only_once
    await front.say(DRIVER)
    await said(front, 2)
    assert front.read[-1] == TEXTS.failed
    assert outcomes(front) == ["FAILED_INTERNAL"]
    assert front.telemetry.of("buried") == ["graph_131009"]


async def test_a_hand_off_whose_reply_is_refused_for_good_still_silences_the_bot(front: Front) -> None:
    await front.say(DRIVER)
    await said(front, 1)
    refuse = answer(400, refusal(131009))

    async def only_once(request: web.Request) -> web.StreamResponse:
        front.script = accepted
        return await refuse(request)

    front.script = only_once
    await front.say(REST)
    await said(front, 3)
    assert front.read[-1] == TEXTS.handoff_empty
    assert outcomes(front) == ["HANDOFF_HUMAN"]
    await front.say(NOTHING)
    await front.quiet()
    assert len(front.sends) == 3


async def test_a_state_nobody_can_read_mutes_nobody(front: Front, redis: Redis) -> None:
    await front.say(DRIVER)
    await said(front, 1)
    (key,) = await found(redis, "*:conv:turn:ana")
    await redis.hset(key, "s", '{"session":{"id":"s","opened_at_ms":1,"active":7}}')
    await front.say(REST)
    await said(front, 2)
    assert front.read[-1] == TEXTS.failed
    assert actions(front).count("STATE_RESET") == 1
    await front.say(DRIVER)
    await said(front, 3)
    assert front.read[-1].endswith("Qual é o seu nome?")
    assert front.telemetry.of("buried") == ["undecodable_state"]


async def test_the_header_of_the_conversation_tells_who_has_it(redis_url: str, tmp_path: Path) -> None:
    async with open_front(redis_url) as front:
        front.rules = SessionRules(handoff_release_after_s=0)
        front.start()
        await front.say(DRIVER)
        await said(front, 1)
        await front.say(REST)
        await until(lambda: "HANDOFF_RELEASED" in actions(front))
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    trail, store, modes = AuditTrail(documents), ConversationStore(documents), []
    for record in front.records:
        await trail.record("ana", [record], None)
        header = await store.header("ana")
        modes.append(header.mode if header else "")
    await documents.close()
    assert [mode for mode, _ in groupby(filter(None, modes))] == ["BOT", "HUMAN", "BOT"]


async def test_a_person_who_cannot_be_reached_is_told_nothing_more(front: Front) -> None:
    front.script = answer(400, refusal(131026))
    await front.say(DRIVER)
    await until(lambda: outcomes(front) == ["FAILED_INTERNAL"])
    assert front.telemetry.of("buried") == ["graph_131026"]
    assert len(front.sends) == 1


async def test_a_refused_reply_gets_one_neutral_line_and_no_loop(front: Front) -> None:
    front.script = answer(400, refusal(131009))
    await front.say(DRIVER)
    await said(front, 2)
    assert front.telemetry.of("buried") == ["graph_131009"] * 2
    assert len(front.sends) == 2
    assert outcomes(front) == ["FAILED_INTERNAL"]


async def test_a_bug_in_the_first_stage_still_reaches_the_person(redis_url: str) -> None:
    class Broken(SessionManager):
        """Só sabe tratar de falhas."""

        def open_turn(self, state, events, **more):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003, ANN202
            if not any(type(event).__name__ == "TurnFailed" for event in events):
                raise ZeroDivisionError
            return super().open_turn(state, events, **more)

    async with open_front(redis_url) as front:
        front.start(Broken(SessionRules()))
        await front.say(DRIVER)
        await said(front, 1)
        assert front.read == [TEXTS.failed]
        assert front.telemetry.of("buried") == ["bug_ZeroDivisionError"]
        assert "TURN_FAILED" in actions(front)


async def test_a_takeover_while_the_reply_is_being_decided_silences_it(redis_url: str) -> None:
    async with open_front(redis_url) as front:
        await front.say(DRIVER)
        await front.operator("PAUSED")
        front.start()
        await front.quiet()
        assert front.sends == []
        await front.operator("BOT")
        await front.say(DRIVER)
        await said(front, 1)


async def test_an_open_question_times_out_by_itself(redis_url: str) -> None:
    async with open_front(redis_url) as front:
        front.rules = SessionRules(awaiting_user_timeout_s=0)
        front.start()
        await front.say(sure("CUSTOM_SOFTWARE", facts={"users": "20"}))
        await said(front, 2)
        assert front.read[-1] == TEXTS.followup_timeout
        assert outcomes(front) == ["SCHEDULED_FOLLOWUP"]


async def test_conversations_do_not_wait_for_each_other(front: Front) -> None:
    async def only_ana_waits(request: web.Request) -> web.StreamResponse:
        if len(front.sends) == 1:
            await front.graph.release.wait()
        return await accepted(request)

    front.script = only_ana_waits
    await front.say(DRIVER)
    await until(lambda: len(front.sends) == 1)
    for name in ("bia", "caio", "davi"):
        await front.say(DRIVER, conversation=name)
    await until(lambda: len(front.sends) == 4)
    front.graph.release.set()
    await front.quiet()
    assert len(front.sends) == 4
