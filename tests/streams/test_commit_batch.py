"""Um lote de commits é uma chamada só, e cada operação dele vale ou não vale sozinha."""

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.streams.lease import commit_head, commit_op, decode
from pyloto_stream.streams.model import Feed, Plan, Turn
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.together import ask_each
from tests.support.streams import LANES, Rig

HEAD = commit_head("one", LANES, "w1")


async def taken(rig: Rig, *people: str) -> list[Turn]:
    for person in people:
        await rig.say(person, "oi")
    return [decode(entry, "one", 0) for entry in await rig.gateway.read("one", "w1", [0], len(people))]


async def commit_all(rig: Rig, turns: list[Turn], plan: Plan) -> list[object]:
    """A resposta de cada um; nenhuma, se algum falhou."""
    ops = [commit_op(turn, plan, LANES) for turn in turns]
    return (await ask_each(rig.gateway, Script.COMMIT, {0: ops}, HEAD)).get(0, [])


async def test_i3_the_same_entry_twice_in_a_batch_is_applied_once(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        (turn,) = await taken(rig, "ana")
        assert await commit_all(rig, [turn, turn], Plan(feed=(Feed("audit", b"1"),))) == [1, 2]
        assert await redis.xlen("pyloto:{00}:stream:log") == 1


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
async def test_i3_a_batch_in_any_order_applies_what_is_pending_and_only_that(
    redis_url: str, redis: Redis, order: tuple[int, ...]
) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        turns = await taken(rig, "ana", "bia", "caio")
        gone = turns[1]
        assert await rig.gateway.submit(
            Script.COMMIT, 0, commit_op(gone, Plan(), LANES), commit_head("one", LANES, "other")
        )
        applied = await commit_all(rig, [turns[n] for n in order], Plan(to="two", state=b"new"))
        assert applied == [0 if n == 1 else 1 for n in order]
        assert await redis.xlen("pyloto:{00}:stream:one") == 0
        assert await redis.xlen("pyloto:{00}:stream:two") == 2
        assert await redis.hget("pyloto:{00}:conv:turn:bia", "s") is None


async def test_what_came_before_a_failure_in_the_batch_is_done_once(redis_url: str, redis: Redis) -> None:
    """Uma chave de outro tipo: a operação dela falha, as vizinhas valem, e nenhuma vale duas vezes."""
    async with Rig(redis_url, partitions=1) as rig:
        turns = await taken(rig, "ana", "bia", "caio")
        await redis.rename("pyloto:{00}:conv:turn:bia", "aside{00}")
        await redis.set("pyloto:{00}:conv:turn:bia", "not a hash")
        assert await commit_all(rig, turns, Plan(to="two")) == []
        assert await redis.xlen("pyloto:{00}:stream:two") == 2
        await redis.rename("aside{00}", "pyloto:{00}:conv:turn:bia")
        assert await commit_all(rig, turns, Plan(to="two")) == [2, 1, 2]
        assert await redis.xlen("pyloto:{00}:stream:two") == 3


async def test_what_a_plan_gives_to_another_lane_is_one_turn_of_it_in_order(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        (turn,) = await taken(rig, "ana")
        feeds = tuple(Feed("audit", str(n).encode()) for n in range(250))
        assert await commit_all(rig, [turn], Plan(feed=feeds)) == [1]
        (entry,) = await rig.gateway.read("log", "w1", [0], 9, wait=False)
        first = msgspec.json.decode(entry.fields[b"e"], type=list[int])
        waiting = await redis.lrange("pyloto:{00}:inbox:audit:ana", 0, -1)
        assert first + [int(event) for event in waiting] == [*range(250)]
        assert len(first) == 100, "no more in one turn than any turn takes"
