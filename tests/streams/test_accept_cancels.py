"""Um evento aceito desarma, no mesmo script, os temporizadores que ele torna vãos; e só esses."""

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.accept import Offer
from pyloto_stream.streams.model import Item, Outcome, Plan, SetTimer, Turn
from pyloto_stream.streams.timers import TimerPump
from tests.support.sends import Sender, settlement
from tests.support.streams import ManualClock, Rig, texts

SILENCE = ("idle", "waiting")


def message(
    text: str, conversation: str = "ana", lane: str = "turn", cancels: tuple[str, ...] = SILENCE
) -> Item:
    return Item(lane, conversation, msgspec.json.encode(text), text, cancels)


async def armed(rig: Rig, clock: ManualClock, *names: str) -> None:
    """Um turno de `ana` que arma `names`, todos já vencidos."""
    sender = Sender(rig, clock, "arm")
    await rig.acceptor.accept([message("first")])
    timers = tuple(SetTimer(name, clock.ms, msgspec.json.encode(f"fired-{name}")) for name in names)
    assert await sender.commit(await sender.take(), Plan(timers=timers)) == 1


async def outcome(rig: Rig) -> list[str]:
    """Dispara o que venceu, trabalha até o fim e devolve os eventos vistos."""
    await TimerPump(rig.gateway).promote_due()
    seen: list[str] = []

    def one(turn: Turn) -> Outcome:
        seen.extend(texts(turn))
        return Plan()

    rig.start({"one": one})
    await rig.quiet()
    return seen


async def test_i9_a_message_accepted_before_the_firing_cancels_it(redis_url: str, redis: Redis) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await armed(rig, clock, *SILENCE)
        assert await rig.acceptor.accept([message("just in time")]) == [True]
        assert await outcome(rig) == ["just in time"]
    assert await redis.exists("pyloto:{00}:timers", "pyloto:{00}:timers:body") == 0


async def test_it_cancels_also_while_a_turn_is_under_way(redis_url: str) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await armed(rig, clock, "idle")
        await rig.acceptor.accept([message("under way", cancels=())])
        await rig.acceptor.accept([message("waits in the inbox")])
        assert await outcome(rig) == ["under way", "waits in the inbox"]


async def test_it_cancels_only_what_it_names(redis_url: str) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await armed(rig, clock, "idle", "release")
        await rig.acceptor.accept([message("hi")])
        assert await outcome(rig) == ["hi", "fired-release"]


@pytest.mark.parametrize(
    ("other", "seen"),
    [
        pytest.param(message("first"), ["fired-idle"], id="a duplicate"),
        pytest.param(message("x", "bia"), ["fired-idle", "x"], id="another conversation"),
        pytest.param(message("x", "ana|idle"), ["fired-idle", "x"], id="a name that contains the other"),
        pytest.param(message("x", lane="audit"), ["fired-idle"], id="another lane"),
        pytest.param(message("x", cancels=()), ["fired-idle", "x"], id="an event that cancels nothing"),
        pytest.param(settlement("sent"), ["fired-idle"], id="a status"),
    ],
)
async def test_nothing_else_cancels_it(redis_url: str, other: Offer, seen: list[str]) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await armed(rig, clock, "idle")
        await rig.acceptor.accept([other])
        rig.start({"log": lambda _turn: Plan()})
        assert sorted(await outcome(rig)) == seen


async def test_a_refused_message_cancels_nothing(redis_url: str, redis: Redis) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await armed(rig, clock, "idle")
        await redis.set("pyloto:{00}:inbox:turn:ana", "not a list")
        await rig.acceptor.accept([message("under way", cancels=())])
        with pytest.raises(UnavailableError):
            await rig.acceptor.accept([message("refused")])
        assert await redis.zcard("pyloto:{00}:timers") == 1


async def test_what_cannot_be_cancelled_is_late_and_the_message_enters_once(
    redis_url: str, redis: Redis
) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await armed(rig, clock, "idle")
        await redis.rename("pyloto:{00}:timers:body", "kept")
        await redis.set("pyloto:{00}:timers:body", "not a hash")
        with pytest.raises(UnavailableError):
            await rig.acceptor.accept([message("hi")])
        await redis.rename("kept", "pyloto:{00}:timers:body")
        assert await rig.acceptor.accept([message("hi")]) == [False]
        assert await outcome(rig) == ["hi", "fired-idle"]
