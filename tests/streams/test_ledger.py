"""Cada resposta é enviada uma vez: o livro decide antes de cada chamada."""

import asyncio
from collections.abc import AsyncIterator
from itertools import repeat

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.errors import LostError
from pyloto_stream.streams.ledger import LEDGER_TTL_MS, MAX_SENDS, Ruling
from pyloto_stream.streams.model import Plan
from pyloto_stream.streams.scripts import Script
from tests.support.sends import REPLY, WINDOW_S, Sender, settlement
from tests.support.streams import ManualClock, Rig

WINDOW_MS = int(WINDOW_S * 1000)
KEY = f"pyloto:{{00}}:send:{REPLY}"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest_asyncio.fixture
async def rig(redis_url: str, clock: ManualClock) -> AsyncIterator[Rig]:
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await rig.say("ana", "oi")
        yield rig


@pytest.fixture
def sender(rig: Rig, clock: ManualClock) -> Sender:
    return Sender(rig, clock)


async def test_the_first_question_is_answered_go(sender: Sender, redis: Redis) -> None:
    turn = await sender.take()
    assert await sender.ledger.begin(turn, REPLY) == Ruling("go", attempt=1)
    thirty_days_ms = 30 * 86_400_000  # por tanto tempo a Meta ainda pode dar notícia
    assert thirty_days_ms < await redis.pttl(KEY) <= LEDGER_TTL_MS


async def test_while_the_result_is_unknown_it_is_doubt_until_the_window_ends(
    sender: Sender, clock: ManualClock
) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    asked_at = clock.ms
    clock.ms += WINDOW_MS - 1
    assert await sender.ledger.begin(turn, REPLY) == Ruling("doubt", until_ms=asked_at + WINDOW_MS)


async def test_without_news_in_the_window_it_is_sent_again_and_said_so(
    sender: Sender, clock: ManualClock
) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    clock.ms += WINDOW_MS
    assert await sender.ledger.begin(turn, REPLY) == Ruling("go", attempt=2, resend=True)
    assert (await sender.ledger.begin(turn, REPLY)).verdict == "doubt"


async def test_each_sending_without_news_waits_twice_as_long_and_after_the_last_none_goes(
    sender: Sender, clock: ManualClock
) -> None:
    turn = await sender.take()
    for attempt in range(1, MAX_SENDS + 1):
        ruling = await sender.ledger.begin(turn, REPLY)
        assert ruling == Ruling("go", attempt=attempt, resend=attempt > 1)
        wait_ms = WINDOW_MS * 2 ** (attempt - 1)
        assert sender.ledger.patience_s(ruling) * 1000 == wait_ms
        clock.ms += wait_ms - 1
        assert await sender.ledger.begin(turn, REPLY) == Ruling("doubt", until_ms=clock.ms + 1)
        clock.ms += 1
    assert await sender.ledger.begin(turn, REPLY) == Ruling("unsettled", attempt=MAX_SENDS)
    await sender.rig.acceptor.accept([settlement("sent")])
    assert await sender.ledger.begin(turn, REPLY) == Ruling("sent", external_id="wamid.status")


async def test_the_same_question_repeated_because_its_answer_was_lost_is_no_doubt(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = await sender.take()
    monkeypatch.setattr(sender.ledger, "_asked", repeat(1))
    assert await sender.ledger.begin(turn, REPLY) == Ruling("go", attempt=1)
    assert await sender.ledger.begin(turn, REPLY) == Ruling("go", attempt=1)


async def test_a_commit_that_says_sent_ends_it(sender: Sender) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    assert await sender.commit(turn, Plan(sent=(REPLY, "wamid.1"))) == 1
    await sender.rig.say("ana", "de novo")
    again = await sender.take()
    assert await sender.ledger.begin(again, REPLY) == Ruling("sent", external_id="wamid.1")


async def test_a_status_that_arrives_before_the_commit_ends_it(sender: Sender) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    await sender.rig.acceptor.accept([settlement("sent")])
    assert await sender.ledger.begin(turn, REPLY) == Ruling("sent", external_id="wamid.status")


async def test_a_reported_failure_ends_it_and_later_news_does_not_revive_it(sender: Sender) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    await sender.rig.acceptor.accept([settlement("failed"), settlement("sent", key="s2")])
    assert await sender.ledger.begin(turn, REPLY) == Ruling("failed")


async def test_a_failure_reported_before_the_commit_is_not_overwritten_by_it(
    sender: Sender, redis: Redis
) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    await sender.rig.acceptor.accept([settlement("failed")])
    await sender.commit(turn, Plan(sent=(REPLY, "wamid.1")))
    assert await redis.hget(KEY, "st") == "failed"


@pytest.mark.parametrize(("any_mode", "verdict"), [(0, "silenced"), (1, "go")])
async def test_outside_bot_mode_only_what_goes_in_any_mode_is_sent(
    sender: Sender, any_mode: int, verdict: str
) -> None:
    turn = await sender.take()
    await sender.rig.gateway.submit(Script.MODE, 0, {"l": "turn", "c": "ana", "md": "HUMAN"})
    assert (await sender.ledger.begin(turn, REPLY, any_mode=bool(any_mode))).verdict == verdict


async def test_back_in_bot_mode_it_is_sent(sender: Sender) -> None:
    turn = await sender.take()
    for mode in ("HUMAN", "BOT"):
        await sender.rig.gateway.submit(Script.MODE, 0, {"l": "turn", "c": "ana", "md": mode})
    assert (await sender.ledger.begin(turn, REPLY)).verdict == "go"


async def test_who_lost_the_entry_may_not_send(sender: Sender, clock: ManualClock) -> None:
    turn = await sender.take()
    await Sender(sender.rig, clock, "w2").claim()
    with pytest.raises(LostError):
        await sender.ledger.begin(turn, REPLY)


async def test_who_takes_over_waits_for_news_of_the_first(sender: Sender, clock: ManualClock) -> None:
    await sender.ledger.begin(await sender.take(), REPLY)
    other = Sender(sender.rig, clock, "w2")
    assert (await other.ledger.begin(await other.claim(), REPLY)).verdict == "doubt"


async def test_a_refusal_lets_the_next_attempt_go_at_once(sender: Sender) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    await sender.ledger.refused(turn, REPLY, for_good=False)
    assert await sender.ledger.begin(turn, REPLY) == Ruling("go", attempt=1)


async def test_refusals_are_not_sends_that_may_have_arrived(sender: Sender, clock: ManualClock) -> None:
    turn = await sender.take()
    for _ in range(50):  # uma hora de Graph fora do ar
        await sender.ledger.begin(turn, REPLY)
        await sender.ledger.refused(turn, REPLY, for_good=False)
    for sent in range(1, MAX_SENDS + 1):
        ruling = await sender.ledger.begin(turn, REPLY)
        assert (ruling.verdict, ruling.attempt, ruling.resend) == ("go", sent, sent > 1)
        assert sender.ledger.patience_s(ruling) == WINDOW_S * 2 ** (sent - 1)
        clock.ms += int(WINDOW_S * 1000 * 2 ** (sent - 1))
    assert (await sender.ledger.begin(turn, REPLY)).verdict == "unsettled"


async def test_a_refusal_after_a_doubt_is_still_a_resend(sender: Sender, clock: ManualClock) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    clock.ms += int(WINDOW_S * 1000)
    await sender.ledger.begin(turn, REPLY)
    await sender.ledger.refused(turn, REPLY, for_good=False)
    assert await sender.ledger.begin(turn, REPLY) == Ruling("go", attempt=2, resend=True)


async def test_a_refusal_for_good_ends_it(sender: Sender) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    await sender.ledger.refused(turn, REPLY, for_good=True)
    assert await sender.ledger.begin(turn, REPLY) == Ruling("failed")


async def test_a_status_outweighs_a_refusal_that_comes_later(sender: Sender) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    await sender.rig.acceptor.accept([settlement("sent")])
    await sender.ledger.refused(turn, REPLY, for_good=True)
    assert (await sender.ledger.begin(turn, REPLY)).verdict == "sent"


async def test_a_refusal_by_who_lost_the_entry_does_not_release_the_send_of_the_new_owner(
    sender: Sender, clock: ManualClock
) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    clock.ms += WINDOW_MS
    other = Sender(sender.rig, clock, "w2")
    taken = await other.claim()
    assert (await other.ledger.begin(taken, REPLY)).verdict == "go"
    await sender.ledger.refused(turn, REPLY, for_good=False)
    assert (await other.ledger.begin(taken, REPLY)).verdict == "doubt"


async def test_a_send_confirmed_by_a_dropped_commit_is_still_known(
    sender: Sender, clock: ManualClock
) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    other = Sender(sender.rig, clock, "w2")
    taken = await other.claim()
    assert await other.commit(taken, Plan()) == 1
    assert await sender.commit(turn, Plan(sent=(REPLY, "wamid.1"))) == 0
    await sender.rig.say("ana", "de novo")
    assert await sender.ledger.begin(await sender.take(), REPLY) == Ruling("sent", external_id="wamid.1")


async def test_i4_of_many_simultaneous_questions_only_one_may_send(sender: Sender) -> None:
    turn = await sender.take()
    rulings = await asyncio.gather(*(sender.ledger.begin(turn, REPLY) for _ in range(50)))
    verdicts = [ruling.verdict for ruling in rulings]
    assert (verdicts.count("go"), verdicts.count("doubt")) == (1, 49)
