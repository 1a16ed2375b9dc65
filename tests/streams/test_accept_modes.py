"""Um evento de uma pessoa da equipe cala o robô já ao entrar; o eco do que o robô disse não faz nada."""

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.streams.model import Item, Outcome, Plan, Turn
from pyloto_stream.streams.scripts import Script
from tests.support.sends import REPLY, Sender
from tests.support.streams import ManualClock, Rig, texts

CONV = "pyloto:{00}:conv:turn:ana"
WAMID = "wamid.ours"


def human(text: str = "deixa comigo", *, echo_of: str = "", lane: str = "turn") -> Item:
    return Item(lane, "ana", msgspec.json.encode(text), text, mode="HUMAN", echo_of=echo_of)


async def sent(rig: Rig, clock: ManualClock, wamid: str = WAMID) -> None:
    """Um turno de `ana` que terminou com um envio de id `wamid`."""
    sender = Sender(rig, clock)
    await rig.say("ana", f"turno de {wamid}")
    turn = await sender.take()
    await sender.ledger.begin(turn, REPLY)
    assert await sender.commit(turn, Plan(sent=(REPLY, wamid))) == 1


@pytest.mark.parametrize(("before", "after"), [("", "HUMAN"), ("BOT", "HUMAN"), ("PAUSED", "PAUSED")])
async def test_a_new_event_silences_the_bot_at_once_and_lifts_no_pause(
    redis_url: str, redis: Redis, before: str, after: str
) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        if before:
            await rig.gateway.submit(Script.MODE, 0, {"l": "turn", "c": "ana", "md": before})
        assert await rig.acceptor.accept([human()]) == [True]
        assert await redis.hget(CONV, "m") == after


async def test_a_send_that_was_about_to_happen_does_not_happen(redis_url: str) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        sender = Sender(rig, clock)
        await rig.say("ana", "oi")
        turn = await sender.take()
        await rig.acceptor.accept([human()])
        assert (await sender.ledger.begin(turn, REPLY)).verdict == "silenced"


async def test_the_turn_of_the_event_already_has_the_mode(redis_url: str) -> None:
    modes: list[str] = []

    def one(turn: Turn) -> Outcome:
        modes.append(turn.mode)
        return Plan()

    async with Rig(redis_url, partitions=1) as rig:
        await rig.acceptor.accept([human()])
        rig.start({"one": one})
        await rig.quiet()
    assert modes == ["HUMAN"]


async def test_a_duplicate_does_not_silence_again(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await rig.acceptor.accept([human()])
        await rig.gateway.submit(Script.MODE, 0, {"l": "turn", "c": "ana", "md": "BOT"})
        assert await rig.acceptor.accept([human()]) == [False]
        assert await redis.hget(CONV, "m") == "BOT"


async def test_the_echo_of_our_last_send_changes_nothing(redis_url: str, redis: Redis) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await sent(rig, clock)
        assert await rig.acceptor.accept([human(echo_of=WAMID)]) == [False]
        assert await redis.hget(CONV, "m") is None
        assert (await rig.status()).idle


@pytest.mark.parametrize("echo_of", ["", "wamid.theirs", "wamid.older"])
async def test_any_other_id_is_a_person_who_spoke(redis_url: str, redis: Redis, echo_of: str) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await sent(rig, clock, "wamid.older")
        await sent(rig, clock)
        assert await rig.acceptor.accept([human(echo_of=echo_of)]) == [True]
        assert await redis.hget(CONV, "m") == "HUMAN"


async def test_a_send_whose_id_nobody_told_does_not_make_everything_an_echo(
    redis_url: str, redis: Redis
) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await sent(rig, clock, "")
        assert await redis.hget(CONV, "w") is None
        assert await rig.acceptor.accept([human()]) == [True]


async def test_events_in_the_order_of_a_lane_keep_their_texts(redis_url: str) -> None:
    seen: list[str] = []

    def one(turn: Turn) -> Outcome:
        seen.extend(texts(turn))
        return Plan()

    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "oi")
        await rig.acceptor.accept([human("assumi")])
        rig.start({"one": one})
        await rig.quiet()
    assert seen == ["oi", "assumi"]
