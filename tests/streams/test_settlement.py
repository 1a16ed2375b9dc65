"""A notícia do mundo sobre um envio vale na hora: o livro sabe, quem esperava acorda, a auditoria recebe."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.accept import AcceptOptions
from pyloto_stream.streams.lease import park_op
from pyloto_stream.streams.model import Item, Plan, Settlement, Snooze, Turn
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.timers import TimerPump
from tests.support.look import only
from tests.support.sends import REPLY, Sender, settlement
from tests.support.streams import ManualClock, Rig

LOG = "pyloto:{00}:stream:log"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest_asyncio.fixture
async def sender(redis_url: str, clock: ManualClock) -> AsyncIterator[Sender]:
    async with Rig(redis_url, partitions=1, clock=clock, options=AcceptOptions(backlog_limit=5)) as rig:
        await rig.say("ana", "oi")
        yield Sender(rig, clock)


async def park(sender: Sender, turn: Turn, wait_ms: int) -> None:
    assert await sender.rig.gateway.submit(Script.PARK, 0, park_op(turn, turn.now_ms + wait_ms))


async def woken(sender: Sender) -> int:
    return await TimerPump(sender.rig.gateway).promote_due()


async def test_it_feeds_the_lane_of_the_conversation_that_sent(sender: Sender, redis: Redis) -> None:
    await sender.ledger.begin(await sender.take(), REPLY)
    assert await sender.rig.acceptor.accept([settlement()]) == [True]
    token = await only(redis, LOG)
    assert (token["l"], token["c"], token["e"]) == ("audit", "ana", '["status"]')


async def test_unknown_to_the_ledger_it_feeds_the_conversation_it_names(sender: Sender, redis: Redis) -> None:
    assert await sender.rig.acceptor.accept([settlement()]) == [True]
    token = await only(redis, LOG)
    assert (token["c"], token["e"]) == ("outra", '["status"]')
    assert await redis.exists(f"pyloto:{{00}}:send:{REPLY}") == 0


@pytest.mark.parametrize("reply_id", ["", "not-ours", "v1.9999.abc.0", "v2.0.abc.0"])
async def test_an_id_that_is_not_ours_feeds_the_conversation_it_names(
    sender: Sender, redis: Redis, reply_id: str
) -> None:
    assert await sender.rig.acceptor.accept([settlement(reply_id=reply_id)]) == [True]
    token = await only(redis, LOG)
    assert token["c"] == "outra"


@pytest.mark.parametrize("written", ["", REPLY])
async def test_the_same_status_again_is_a_duplicate(sender: Sender, redis: Redis, written: str) -> None:
    turn = await sender.take()
    if written:
        await sender.ledger.begin(turn, written)
    assert await sender.rig.acceptor.accept([settlement(), settlement()]) == [True, False]
    assert await sender.rig.acceptor.accept([settlement()]) == [False]
    assert await redis.xlen(LOG) == 1


@pytest.mark.parametrize("outcome", ["sent", "failed"])
async def test_a_turn_that_parks_after_the_news_came_does_not_wait(sender: Sender, outcome: str) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    assert await sender.rig.acceptor.accept([settlement(outcome=outcome)]) == [True]
    later = Snooze(turn.now_ms + 60_000, reply_id=REPLY)
    op = park_op(turn, later.due_ms, snooze=later)
    assert await sender.rig.gateway.submit(Script.PARK, 0, op)
    assert await woken(sender) == 1


async def test_a_turn_that_parks_in_doubt_waits(sender: Sender) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    later = Snooze(turn.now_ms + 60_000, reply_id=REPLY)
    op = park_op(turn, later.due_ms, snooze=later)
    assert await sender.rig.gateway.submit(Script.PARK, 0, op)
    assert await woken(sender) == 0


async def test_it_wakes_at_once_the_turn_that_waited_for_it(sender: Sender) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    await park(sender, turn, 60_000)
    assert await woken(sender) == 0
    await sender.rig.acceptor.accept([settlement()])
    assert await woken(sender) == 1
    assert (await sender.ledger.begin(await sender.take(), REPLY)).verdict == "sent"


async def test_news_of_a_reply_already_settled_wakes_nobody(sender: Sender) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    await sender.commit(turn, Plan(sent=(REPLY, "wamid.1")))
    await sender.rig.say("ana", "próxima")
    await park(sender, await sender.take(), 60_000)
    await sender.rig.acceptor.accept([settlement("sent"), settlement("failed", key="s2")])
    assert await woken(sender) == 0


async def test_it_is_taken_although_the_backlog_is_full(sender: Sender) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    crowd = [Item("turn", f"c{n}", b'"oi"', f"c{n}") for n in range(4)]
    await sender.rig.acceptor.accept(crowd)
    with pytest.raises(UnavailableError):
        await sender.rig.acceptor.accept([Item("turn", "tarde", b'"oi"', "tarde")])
    assert await sender.rig.acceptor.accept([settlement()]) == [True]
    assert (await sender.ledger.begin(turn, REPLY)).verdict == "sent"


async def test_one_the_ledger_does_not_know_respects_the_full_backlog(sender: Sender) -> None:
    await sender.rig.acceptor.accept([Item("turn", f"c{n}", b'"oi"', f"c{n}") for n in range(4)])
    with pytest.raises(UnavailableError) as caught:
        await sender.rig.acceptor.accept([settlement()])
    assert caught.value.code == "backlog_full"


async def test_statuses_keep_their_order_in_the_audit_lane(sender: Sender, redis: Redis) -> None:
    await sender.ledger.begin(await sender.take(), REPLY)
    news = [msgspec.structs.replace(settlement(key=f"s{n}"), event=msgspec.json.encode(n)) for n in range(20)]
    await sender.rig.acceptor.accept(news)
    first = await only(redis, LOG)
    waiting = await redis.lrange("pyloto:{00}:inbox:audit:ana", 0, -1)
    assert [first["e"], *waiting] == ["[0]", *(str(n) for n in range(1, 20))]


def lost(outcome: str = "failed", key: str = "s1") -> Settlement:
    return msgspec.structs.replace(settlement(outcome, key=key), turn_event=b'"lost"')


async def inbox(redis: Redis) -> list[str]:
    return [str(event) for event in await redis.lrange("pyloto:{00}:inbox:turn:ana", 0, -1)]


async def test_a_conversation_whose_reply_failed_is_told_once_in_a_turn_of_its_own(
    sender: Sender, redis: Redis
) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    await sender.commit(turn, Plan(sent=(REPLY, "wamid.1")))
    news = [lost("sent", "s0"), lost(), lost(), lost(key="s2")]
    assert await sender.rig.acceptor.accept(news) == [True, True, False, True]
    told = await sender.take()
    assert (told.conversation, told.events, told.number > turn.number) == ("ana", b'["lost"]', True)
    assert await inbox(redis) == []


async def test_a_turn_still_in_doubt_decides_first_and_then_its_conversation_is_told(
    sender: Sender, redis: Redis
) -> None:
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    await park(sender, turn, 60_000)
    await sender.rig.acceptor.accept([lost()])
    assert await inbox(redis) == ['"lost"']
    assert await woken(sender) == 1
    again = await sender.take()
    assert (await sender.ledger.begin(again, REPLY)).verdict == "failed"
    await sender.commit(again, Plan())
    assert (await sender.take()).events == b'["lost"]'


async def test_a_refusal_already_known_or_of_an_unknown_send_tells_the_conversation_nothing(
    sender: Sender, redis: Redis
) -> None:
    assert await sender.rig.acceptor.accept([lost()]) == [True]
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    await sender.ledger.refused(turn, REPLY, for_good=False)
    await sender.rig.acceptor.accept([lost(key="s2")])
    await sender.ledger.begin(turn, REPLY)
    await sender.ledger.refused(turn, REPLY, for_good=True)
    await sender.rig.acceptor.accept([lost(key="s3")])
    assert await inbox(redis) == []
