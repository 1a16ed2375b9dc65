"""A procura acha uma palavra onde quer que ela esteja, e só diz o lugar."""

import pytest
from redis.asyncio import Redis

from pyloto_stream.streams import keys
from pyloto_stream.streams.traces import Trace, traces
from tests.support.streams import Rig

BASE = keys.prefix(1, 4)
WORD = "zqneedle"
MANY = 1500


async def found(rig: Rig, *words: str) -> list[Trace]:
    return sorted([trace async for trace in traces(rig.gateway, [word.encode() for word in words])])


async def test_it_finds_a_word_in_every_kind_of_place(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url) as rig:
        await redis.set(f"{BASE}:alias:{WORD}", "x")
        await redis.set(f"{BASE}:alias:a", f"x|{WORD}")
        await redis.hset(f"{BASE}:conv:turn:a", mapping={WORD: "1", "s": f"..{WORD}..", "m": "BOT"})
        await redis.zadd(f"{BASE}:timers", {f"turn|{WORD}|t": 1})
        await redis.rpush(f"{BASE}:inbox:turn:a", "x", WORD)
        entry = await redis.xadd(f"{BASE}:stream:one", {"l": "turn", "c": WORD})
        await redis.xgroup_createconsumer(f"{BASE}:stream:one", keys.GROUP, WORD)
        await redis.set(f"other:{WORD}", WORD)  # não é nossa
        assert await found(rig, "nowhere", WORD) == sorted(
            [
                Trace(f"{BASE}:alias:{WORD}", "name"),
                Trace(f"{BASE}:alias:a", "value"),
                Trace(f"{BASE}:conv:turn:a", "field"),
                Trace(f"{BASE}:conv:turn:a", "value"),
                Trace(f"{BASE}:timers", "member"),
                Trace(f"{BASE}:inbox:turn:a", "value"),
                Trace(f"{BASE}:stream:one", "entry " + str(entry)),
                Trace(f"{BASE}:stream:one", "consumer"),
            ]
        )
        assert await found(rig, "nowhere") == []


async def test_it_reads_long_values_to_their_end(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url) as rig:
        numbers = [f"{n:04d}" for n in range(MANY)]
        last = [*numbers, WORD]
        await redis.rpush(f"{BASE}:inbox:turn:a", *last)
        await redis.hset(f"{BASE}:timers:body", mapping=dict.fromkeys(last, "x" * 100))
        await redis.zadd(f"{BASE}:parked", dict.fromkeys(last, 1))
        for text in last:
            await redis.xadd(f"{BASE}:dead:one", {"e": text})
        places = {(trace.key, trace.where.split()[0]) for trace in await found(rig, WORD)}
        assert places == {
            (f"{BASE}:inbox:turn:a", "value"),
            (f"{BASE}:timers:body", "field"),
            (f"{BASE}:parked", "member"),
            (f"{BASE}:dead:one", "entry"),
        }


async def test_there_must_be_something_to_look_for(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        for words in ((), ("a", "")):
            with pytest.raises(ValueError, match="look for"):
                await found(rig, *words)
