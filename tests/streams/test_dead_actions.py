"""O que se faz com um morto promete: uma vez só, pelo portão, com registro, ou nada."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.streams import keys
from pyloto_stream.streams.dead import DeadLetter, Edit, LetterId, Search
from pyloto_stream.streams.dead_actions import Note, amend, discard, replay, reveal
from pyloto_stream.streams.dead_scan import fetch, scan
from pyloto_stream.streams.model import Outcome, Plan, Turn
from tests.support.letters import bury, token
from tests.support.look import entries, only, snapshot
from tests.support.streams import LANES, STAGES, Rig, texts, until

DEAD, ONE, LOG = "pyloto:{00}:dead:one", "pyloto:{00}:stream:one", "pyloto:{00}:stream:log"


def noted(text: str = "noted", conversation: str = "ana") -> Note:
    return Note(LANES["audit"], conversation, msgspec.json.encode(text))


def lost(*words: str, conversation: str = "ana") -> dict[str, str]:
    return token(conversation, *words)


async def taken(rig: Rig, fields: dict[str, str], redis: Redis) -> DeadLetter:
    """Enterra e lê de volta, como quem vai agir."""
    dead = await fetch(rig.gateway, await bury(redis, fields, "one", partitions=1), without=())
    assert dead is not None
    return dead


async def back(rig: Rig, dead: DeadLetter, note: Note | None = None) -> bool:
    return await replay(rig.gateway, dead, dead.events or (), LANES, note or noted())


class Hearing:
    """Etapa que guarda os textos de cada turno, por conversa."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, list[str]]] = []

    def __call__(self, turn: Turn) -> Outcome:
        self.turns.append((turn.conversation, texts(turn)))
        return Plan()


async def test_behind_an_open_gate_the_events_are_one_turn_again(redis_url: str, redis: Redis) -> None:
    heard = Hearing()
    async with Rig(redis_url, partitions=1) as rig:
        dead = await taken(rig, lost("a", "b", "c"), redis)
        assert await back(rig, dead)
        assert await redis.xlen(DEAD) == 0
        rig.start({"one": heard, "log": heard})
        await rig.quiet()
    assert sorted(heard.turns) == [("ana", ["a", "b", "c"]), ("ana", ["noted"])]


async def test_i5_a_replay_during_a_turn_comes_after_what_was_accepted_before_it(
    redis_url: str, redis: Redis
) -> None:
    heard = Hearing()
    async with Rig(redis_url, partitions=1) as rig:
        dead = await taken(rig, lost("old 1", "old 2"), redis)
        await rig.say("ana", "in course", "waiting")
        assert await back(rig, dead)
        await rig.say("ana", "after")
        rig.start({"one": heard})
        await until(lambda: len(heard.turns) == 2)
    assert heard.turns == [("ana", ["in course"]), ("ana", ["waiting", "old 1", "old 2", "after"])]


async def test_a_replay_brings_no_old_state_back(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        dead = await taken(rig, lost("a") | {"s": "old", "p": "old", "m": "HUMAN"}, redis)
        await redis.hset("pyloto:{00}:conv:turn:ana", mapping={"s": "new", "m": "BOT", "n": "5"})
        assert await back(rig, dead)
    turn = await only(redis, ONE)
    assert (turn["s"], turn["p"], turn["m"], turn["f"], turn["h"]) == ("new", "", "BOT", "0", "")
    assert int(turn["n"]) > 7, "a turn number is never used twice"


async def test_i8_whoever_acts_second_changes_nothing(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        dead = await taken(rig, lost("a"), redis)
        assert await back(rig, dead)
        before = await snapshot(redis_url)
        assert not await back(rig, dead)
        assert not await discard(rig.gateway, dead.id, noted())
        assert await amend(rig.gateway, dead, (b"1",), Edit("b", "c", 1), noted()) is None
        assert await reveal(rig.gateway, dead.id, noted()) is None
        assert await snapshot(redis_url) == before


async def test_i15_two_replays_of_the_same_letters_at_once_bring_each_back_once(
    redis_url: str, redis: Redis
) -> None:
    heard = Hearing()
    async with Rig(redis_url) as rig, Rig(redis_url) as other:
        for n in range(100):
            await bury(redis, lost(f"{n}", conversation=f"c{n % 7}"), "one", partitions=4)
        counts = await asyncio.gather(_replay_all(rig), _replay_all(other))
        rig.start({"one": heard, "log": heard})
        await rig.quiet()
    assert sum(counts) == 100
    said = [text for _, turn in heard.turns for text in turn]
    assert sorted(text for text in said if text.isdigit()) == sorted(str(n) for n in range(100))
    assert said.count("noted") == 100


async def test_a_replay_killed_half_way_and_begun_again_brings_each_back_once(
    redis_url: str, redis: Redis
) -> None:
    heard = Hearing()
    async with Rig(redis_url) as rig:
        for n in range(60):
            await bury(redis, lost(f"{n}", conversation=f"c{n}"), "one", partitions=4)
        killed = asyncio.create_task(_replay_all(rig))
        await until(lambda: _fewer_than(rig, 50))
        killed.cancel()
        await asyncio.wait([killed])
        assert killed.cancelled()
        await _replay_all(rig)
        rig.start({"one": heard})
        await until(lambda: len(heard.turns) >= 60)
    assert sorted(text for _, turn in heard.turns for text in turn) == sorted(str(n) for n in range(60))


async def test_every_action_leaves_its_record_in_the_same_step(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await discard(rig.gateway, (await taken(rig, lost("a"), redis)).id, noted("discarded", "c1"))
        await back(rig, await taken(rig, lost("b"), redis), noted("replayed", "c2"))
        dead = await taken(rig, lost("c"), redis)
        await reveal(rig.gateway, dead.id, noted("shown", "c3"))
        await amend(rig.gateway, dead, (b"1",), Edit("by", "why", 1), noted("edited", "c4"))
    told = [(entry["c"], entry["e"]) for entry in await entries(redis, LOG)]
    assert told == [
        ("c1", '["discarded"]'), ("c2", '["replayed"]'), ("c3", '["shown"]'), ("c4", '["edited"]'),
    ]  # fmt: skip


async def test_a_record_waits_behind_the_records_of_its_conversation(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        first, second = [await taken(rig, lost(word), redis) for word in "ab"]
        await discard(rig.gateway, first.id, noted("1"))
        await discard(rig.gateway, second.id, noted("2"))
    assert await redis.lrange("pyloto:{00}:inbox:audit:ana", 0, -1) == ['"2"']


async def test_an_edited_letter_is_a_new_one_that_remembers_how_it_was(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        first = await taken(rig, lost("a", "b"), redis)
        name = await amend(rig.gateway, first, (b'"x"', b'"b"'), Edit("ana", "typo", 5), noted())
        assert name is not None
        second = await fetch(rig.gateway, name, without=())
        assert second is not None
        again = await amend(rig.gateway, second, (b'"y"', b'"b"'), Edit("bia", "again", 6), noted())
        assert again is not None
        third = await fetch(rig.gateway, again, without=())
        assert third is not None
        assert await _ids(rig) == [again]
    assert third.events == (b'"y"', b'"b"')
    assert third.fields["original"] == first.fields["e"]
    assert third.edits == (Edit("ana", "typo", 5), Edit("bia", "again", 6))
    kept = {name: value for name, value in third.fields.items() if name not in ("e", "original", "edits")}
    assert kept == {name: value for name, value in first.fields.items() if name != "e"}


async def test_a_letter_shown_stays_and_comes_whole(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        dead = await taken(rig, lost("a"), redis)
        assert await reveal(rig.gateway, dead.id, noted()) == dead
        assert await _ids(rig) == [dead.id]


async def test_a_letter_of_nobody_is_recorded_in_its_own_partition(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url) as rig:
        for partition in range(4):
            name = await bury(
                redis, {"code": "not_json", "body": "x"}, "ingress", partitions=4, partition=partition
            )
            assert await discard(rig.gateway, name, noted(conversation="operations"))
            base = keys.prefix(partition, 4)
            assert (await only(redis, f"{base}:stream:log"))["c"] == "operations"


async def test_a_lane_that_does_not_exist_is_an_error_and_the_letter_stays(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        dead = await taken(rig, lost("a") | {"l": "other"}, redis)
        with pytest.raises(KeyError):
            await back(rig, dead)
        assert await _ids(rig) == [dead.id]


async def _replay_all(rig: Rig) -> int:
    count = 0
    async for dead in scan(rig.gateway, Search(), STAGES):
        count += await back(rig, dead, noted(conversation=dead.conversation))
    return count


async def _ids(rig: Rig) -> Sequence[LetterId]:
    return [dead.id async for dead in scan(rig.gateway, Search(), STAGES)]


async def _fewer_than(rig: Rig, count: int) -> bool:
    return len(await _ids(rig)) < count
