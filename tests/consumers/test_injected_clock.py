"""Um milissegundo decide: os prazos do produto, com o relógio na mão do teste e um reinício no meio.

O relógio é o da `Gateway` e dos trabalhadores: arma, aceita, promove e entrega o `now_ms` de cada turno. Sem
ele, os scripts usam o do servidor. Entre armar e vencer morrem trabalhadores e conexões, e outros nascem; só
o Redis fica.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.conversation.records import SessionRecord
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.understanding import Understanding
from pyloto_stream.streams.timers import TimerPump
from tests.support.front import Front, open_front
from tests.support.look import found, state
from tests.support.streams import ManualClock, until
from tests.support.talk import NOTHING, heard, sure

HALF_HOUR_MS, TWO_HOURS_MS, HALF_DAY_MS = 1_800_000, 7_200_000, 43_200_000
OPEN_QUESTION = sure("CUSTOM_SOFTWARE", facts={"users": "20"})
ANSWERED = sure("INSTITUTIONAL")
SILENCES = [
    pytest.param("awaiting_user", OPEN_QUESTION, TWO_HOURS_MS, "SCHEDULED_FOLLOWUP", id="awaiting_user"),
    pytest.param("session_idle", ANSWERED, HALF_HOUR_MS, "SELF_SERVE_INFO", id="session_idle"),
]


@asynccontextmanager
async def reopened(redis_url: str, clock: ManualClock) -> AsyncIterator[Front]:
    """O atendimento reiniciado; as mensagens que ainda virão têm ids novos."""
    async with open_front(redis_url, clock=clock) as front:
        front.messages = clock.ms
        yield front


async def before(redis_url: str, clock: ManualClock, said: Understanding) -> list[str]:
    """Um turno até o fim, e então tudo o que não é o Redis deixa de existir; os desfechos até aqui."""
    async with reopened(redis_url, clock) as front:
        front.start()
        await front.say(said)
        await front.quiet()
        await front.kill()
        return outcomes(front)


def outcomes(front: Front) -> list[str]:
    return [record.outcome for record in front.records if isinstance(record, SessionRecord)]


async def armed(redis: Redis) -> dict[str, int]:
    """Os temporizadores, com o instante em que vencem."""
    timers: dict[str, int] = {}
    for key in await found(redis, "*:timers"):
        rows = cast("list[tuple[str, float]]", await redis.zrange(key, 0, -1, withscores=True))
        timers |= {member.rpartition("|")[2]: int(due) for member, due in rows}
    return timers


async def kept(redis: Redis) -> ConversationState:
    (key,) = await found(redis, "*:conv:turn:ana")
    return msgspec.json.decode(await state(redis, key), type=ConversationState)


async def mode(redis: Redis) -> str:
    (key,) = await found(redis, "*:conv:turn:ana")
    return cast("str", await redis.hget(key, "m") or "BOT")


@pytest.mark.parametrize(("timer", "said", "after_ms", "outcome"), SILENCES)
async def test_a_silence_ends_the_session_at_its_millisecond_across_a_restart(
    redis_url: str, redis: Redis, timer: str, said: Understanding, after_ms: int, outcome: str
) -> None:
    clock = ManualClock()
    await before(redis_url, clock, said)
    assert await armed(redis) == {timer: clock.ms + after_ms}
    clock.ms += after_ms - 1
    async with reopened(redis_url, clock) as front:
        assert await TimerPump(front.gateway).promote_due() == 0
        clock.ms += 1
        front.start()
        await until(lambda: outcomes(front) == [outcome])
        await front.quiet()
        assert await armed(redis) == {}


@pytest.mark.parametrize(("timer", "said", "after_ms", "outcome"), SILENCES)
async def test_a_message_one_millisecond_before_cancels_it(
    redis_url: str, redis: Redis, timer: str, said: Understanding, after_ms: int, outcome: str
) -> None:
    clock = ManualClock()
    await before(redis_url, clock, said)
    session = (await kept(redis)).session
    assert session is not None
    clock.ms += after_ms - 1
    async with reopened(redis_url, clock) as front:
        await front.say(NOTHING)
        assert await armed(redis) == {}
        clock.ms += 1
        assert await TimerPump(front.gateway).promote_due() == 0
        front.start()
        await front.quiet()
        assert outcomes(front) == [], f"{timer} would have ended in {outcome}"
        going_on = (await kept(redis)).session
        assert going_on is not None
        assert going_on.id == session.id
        assert list((await armed(redis)).values()) == [clock.ms + TWO_HOURS_MS]


@pytest.mark.parametrize(("timer", "said", "after_ms", "outcome"), SILENCES)
async def test_a_message_after_it_fired_does_not(
    redis_url: str, redis: Redis, timer: str, said: Understanding, after_ms: int, outcome: str
) -> None:
    clock = ManualClock()
    await before(redis_url, clock, said)
    session = (await kept(redis)).session
    assert session is not None, timer
    clock.ms += after_ms
    async with reopened(redis_url, clock) as front:
        assert await TimerPump(front.gateway).promote_due() == 1
        await front.say(ANSWERED)
        front.start()
        await until(lambda: outcomes(front) == [outcome])
        await front.quiet()
        new = (await kept(redis)).session
        assert new is not None
        assert new.id != session.id


async def test_the_return_to_the_bot_waits_for_its_millisecond_across_a_restart(
    redis_url: str, redis: Redis
) -> None:
    clock = ManualClock()
    assert await before(redis_url, clock, heard(gesture="human")) == ["HANDOFF_HUMAN"]
    assert await mode(redis) == "HUMAN"
    clock.ms += HALF_DAY_MS - 1
    async with reopened(redis_url, clock) as front:
        assert await TimerPump(front.gateway).promote_due() == 0
        clock.ms += 1
        front.start()
        await until(lambda: front.records != [])
        await front.quiet()
        assert (await mode(redis), await armed(redis)) == ("BOT", {})


async def test_a_sign_of_life_one_millisecond_before_puts_the_return_off(
    redis_url: str, redis: Redis
) -> None:
    clock = ManualClock()
    await before(redis_url, clock, heard(gesture="human"))
    clock.ms += HALF_DAY_MS - 1
    await before(redis_url, clock, NOTHING)
    clock.ms += 1
    async with reopened(redis_url, clock) as front:
        assert await TimerPump(front.gateway).promote_due() == 0
        assert await mode(redis) == "HUMAN"
        assert await armed(redis) == {"handoff_release": clock.ms - 1 + HALF_DAY_MS}


@pytest.mark.parametrize(("early_ms", "opens"), [(1, False), (0, True)])
async def test_the_cool_down_ends_at_its_millisecond_across_a_restart(
    redis_url: str, redis: Redis, early_ms: int, *, opens: bool
) -> None:
    clock = ManualClock()
    assert await before(redis_url, clock, sure("PYLOTO_ENTREGA_REQUEST")) == ["ROUTE_EXTERNAL"]
    clock.ms += HALF_HOUR_MS - early_ms
    async with reopened(redis_url, clock) as front:
        front.start()
        await front.say(ANSWERED)
        await front.quiet()
        assert ((await kept(redis)).session is not None) == opens
        assert front.read[-1].startswith("Para pedir ou acompanhar entregas") != opens
