"""O registro de um morto promete: um nome que se lê de volta, e que nada nele impede de ver os outros."""

import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.dead import DeadLetter, LetterId, Search
from pyloto_stream.streams.dead_scan import ever_buried, fetch, scan
from pyloto_stream.streams.model import Outcome, Turn
from pyloto_stream.streams.scripts import Script
from tests.support.letters import bury, letter, token
from tests.support.streams import STAGES, Rig, until

PLACES = (*STAGES, "ingress")


def refuse(_turn: Turn) -> Outcome:
    raise PermanentError("cannot be", code="refused")


async def found(rig: Rig, search: Search | None = None) -> list[DeadLetter]:
    return [dead async for dead in scan(rig.gateway, search or Search(), PLACES)]


@pytest.mark.parametrize(
    "text", ["3.ai.1763999999999-0", "0.ingress.0-1", "255.some.stage.1-18446744073709551615"]
)
def test_a_name_is_read_back(text: str) -> None:
    assert str(LetterId.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ai.1-0",
        "3.ai.1",
        "-3.ai.1-0",
        "3.ai.1-0 ",
        "3.AI.1-0",
        "3..1-0",
        "٣.ai.1-0",
        "3.ai.1-18446744073709551616",
    ],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        LetterId.parse(text)


async def test_a_turn_that_a_worker_buried_is_told_with_its_whole_story(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        rig.start({"one": refuse})
        await rig.say("ana", "oi")
        await until(lambda: rig.telemetry.of("buried") == ["refused"])
        (dead,) = await found(rig)
        assert (dead.code, dead.message, dead.lane, dead.conversation) == (
            "refused",
            "cannot be",
            "turn",
            "ana",
        )
        assert (dead.number("attempts"), dead.number("deaths")) == (1, 0)
        assert [past.code for past in dead.history] == ["refused"]
        assert dead.events == (b'"oi"',)
        assert await fetch(rig.gateway, LetterId.parse(str(dead.id))) == dead


async def test_letters_of_all_partitions_and_stages_come_in_the_order_of_time(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url) as rig:
        ids = [
            await bury(
                redis, token(f"c{n}"), stage, partitions=4, partition=n % 4, entry=f"{1000 + n}-{n % 2}"
            )
            for n, stage in enumerate(PLACES * 10)
        ]
        assert [dead.id for dead in await found(rig)] == sorted(ids)


async def test_every_filter_keeps_what_it_says_and_nothing_else(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url) as rig:
        one = await bury(redis, token("ana", code="first"), "one", partitions=4, entry="1000-0")
        two = await bury(redis, token("bia", code="second", history=""), "two", partitions=4, entry="2000-5")
        odd = await bury(
            redis, {"code": "not_json", "body": "first"}, "ingress", partitions=4, entry="3000-0"
        )

        async def ids(**search: object) -> list[LetterId]:
            return [dead.id for dead in await found(rig, Search(**search))]  # type: ignore[arg-type] # tabela

        assert await ids() == [one, two, odd]
        assert await ids(stages=("one", "ingress")) == [one, odd]
        assert await ids(codes=("second", "not_json")) == [two, odd]
        assert await ids(since_ms=2000) == [two, odd]
        assert await ids(until_ms=2000) == [one, two]
        assert await ids(since_ms=2001, until_ms=2999) == []
        assert await ids(conversation="bia") == [two]
        assert await ids(text="FIRST") == [one], "the body of a webhook is not searched"
        assert await ids(text="disk full") == [one]
        assert await ids(text="segredo") == []


async def test_letters_beyond_a_page_are_all_found_once(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        fields = token("ana", s="", p="")
        async with redis.pipeline(transaction=False) as pipe:
            for n in range(10_000):
                pipe.xadd("pyloto:{00}:dead:one", fields, id=f"{n + 1}-0")  # type: ignore[arg-type] # redis-py
            await pipe.execute()
        seen = [dead.id.at_ms async for dead in scan(rig.gateway, Search(), PLACES)]
        assert seen == list(range(1, 10_001))


async def test_a_page_ends_when_it_is_large_however_few_letters_it_holds(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        for _ in range(20):
            await bury(redis, {"code": "not_json", "body": "x" * 2_000_000}, "ingress", partitions=1)
        op = {"s": "ingress", "a": "-", "b": "+", "n": 100, "bytes": 5_000_000, "drop": []}
        rows, more, _, ever = await rig.gateway.submit(Script.DEAD_PAGE, 0, op)
        assert (len(rows), more, ever) == (3, 1, 20)
        whole = scan(rig.gateway, Search(), ("ingress",), without=())
        assert [len(dead.fields["body"]) async for dead in whole] == [2_000_000] * 20
        light = [dead async for dead in scan(rig.gateway, Search(), ("ingress",))]
        assert all("body" not in dead.fields for dead in light)


async def test_who_dies_while_one_looks_is_not_part_of_the_look(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        for n in range(150):
            await bury(redis, token(f"c{n}"), "one", partitions=1)
        count = 0
        async for _ in scan(rig.gateway, Search(), PLACES):
            count += 1
            await bury(redis, token("new"), "one", partitions=1)
        assert count == 150


@pytest.mark.parametrize("fields", [
    {"x": "y"},
    {"l": "turn"},
    {"code": "c", "history": "no json", "edits": "{}", "attempts": "many", "e": "[", "n": "9" * 40},
    {"code": "c", "e": "{}", "c": "ana", "l": "\x1b[31m"},
])  # fmt: skip
async def test_a_strange_letter_hides_no_other(redis_url: str, redis: Redis, fields: dict[str, str]) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        first = await bury(redis, fields, "one", partitions=1)
        second = await bury(redis, token("ana"), "one", partitions=1)
        dead, other = await found(rig)
        assert (dead.id, other.id) == (first, second)
        assert (dead.history, dead.edits, dead.events, dead.number("n")) == ((), (), None, 0)


def test_of_a_field_that_appears_twice_the_cause_counts() -> None:
    dead = DeadLetter.of(0, "one", [b"1-0", [b"code", b"ours", b"code", b"theirs"]])
    assert dead.code == "ours"


def test_an_event_that_nests_without_end_is_no_event() -> None:
    assert letter(token("ana", e="[" * 100_000)).events is None


async def test_what_ever_died_is_counted_also_after_it_left(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url) as rig:
        assert await ever_buried(rig.gateway, STAGES) == 0
        dead = await bury(redis, token("ana"), "one", partitions=4)
        await bury(redis, token("bia"), "two", partitions=4)
        await bury(redis, {"code": "x"}, "ingress", partitions=4)
        await redis.xdel(f"pyloto:{{0{dead.partition}}}:dead:one", dead.entry)
        assert await ever_buried(rig.gateway, STAGES) == 2


async def test_nothing_is_in_a_partition_that_does_not_exist(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        assert await fetch(rig.gateway, LetterId(1, 0, 9, "one")) is None
