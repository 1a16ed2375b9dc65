"""O prazo do silêncio venceu, mas a pessoa escreveu antes: a sessão segue, e tem outro prazo."""

from collections.abc import AsyncIterator
from typing import cast

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.conversation.records import SessionRecord
from pyloto_stream.conversation.state import ConversationState
from tests.support.front import Front, open_front
from tests.support.look import found, state
from tests.support.streams import until
from tests.support.talk import NOTHING, heard, sure

CUSTOM = sure("CUSTOM_SOFTWARE", facts={"users": "20"})


@pytest_asyncio.fixture
async def front(redis_url: str) -> AsyncIterator[Front]:
    async with open_front(redis_url) as front:
        front.start()
        await front.say(CUSTOM)
        await front.quiet()
        yield front


async def timers(redis: Redis) -> dict[str, int]:
    """Temporizadores armados, com o instante em que vencem."""
    armed: dict[str, int] = {}
    for key in await found(redis, "*:timers"):
        rows = cast("list[tuple[str, float]]", await redis.zrange(key, 0, -1, withscores=True))
        armed |= {member: int(due) for member, due in rows}
    return armed


async def fall_due(front: Front, redis: Redis) -> None:
    """Ninguém trabalha, e todo prazo já passou."""
    await front.kill()
    for key in await found(redis, "*:timers"):
        members = cast("list[str]", await redis.zrange(key, 0, -1))
        await redis.zadd(key, dict.fromkeys(members, 1), xx=True)


async def open_session_due_ms(redis: Redis) -> int:
    """O prazo que a sessão aberta conhece."""
    (key,) = await found(redis, "*:conv:turn:ana")
    kept = msgspec.json.decode(await state(redis, key), type=ConversationState)
    assert kept.session is not None
    return kept.session.timer_due_ms


def outcomes(front: Front) -> list[str]:
    return [record.outcome for record in front.records if isinstance(record, SessionRecord)]


async def test_silence_that_ran_out_while_nobody_worked_ends_the_session(front: Front, redis: Redis) -> None:
    await fall_due(front, redis)
    front.start()
    await until(lambda: outcomes(front) == ["SCHEDULED_FOLLOWUP"])
    assert await timers(redis) == {}


@pytest.mark.parametrize("mode", ["BOT", "PAUSED"])
async def test_i9_a_message_accepted_before_the_firing_keeps_the_session(
    front: Front, redis: Redis, mode: str
) -> None:
    if mode == "PAUSED":
        await front.operator("PAUSED")
    await fall_due(front, redis)
    await front.say(heard(facts={"name": "Rui"}))
    assert await timers(redis) == {}
    front.start()
    await front.quiet()
    assert outcomes(front) == []
    assert list((await timers(redis)).items()) == [
        ("turn|ana|awaiting_user", await open_session_due_ms(redis)),
    ]


async def test_the_return_to_the_bot_is_put_off_and_not_lost(front: Front, redis: Redis) -> None:
    await front.say(heard(gesture="human"))
    await front.quiet()
    await front.kill()
    before = await timers(redis)
    await front.say(NOTHING)
    assert await timers(redis) == before
    front.start()
    await front.quiet()
    after = await timers(redis)
    assert list(after) == list(before) == ["turn|ana|handoff_release"]
    assert after["turn|ana|handoff_release"] > before["turn|ana|handoff_release"]
