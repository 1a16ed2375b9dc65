"""Cheio é recusado antes do dano, com um motivo estável, e volta a aceitar sozinho."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.accept import AcceptOptions
from pyloto_stream.streams.model import Feed, Item, Outcome, Plan, Settlement, Snooze, Turn, Unreadable
from tests.support.streams import Rig, finish, forward, texts, until

LIMIT = AcceptOptions(backlog_limit=10)


def item(text: str, conversation: str) -> Item:
    return Item("turn", conversation, msgspec.json.encode(text), f"{conversation}:{text}")


def crowd(count: int) -> list[Item]:
    return [item("oi", f"c{n}") for n in range(count)]


@pytest_asyncio.fixture
async def small_redis(redis: Redis) -> AsyncIterator[Redis]:
    """O mesmo Redis, com a promessa de que o limite de memória volta ao que era."""
    yield redis
    await redis.config_set("maxmemory", "0")


async def refusal(rig: Rig, *offers: Item | Unreadable | Settlement) -> str:
    with pytest.raises(UnavailableError) as caught:
        await rig.acceptor.accept(offers)
    return caught.value.code


async def test_a_full_backlog_refuses_and_recovers_by_itself(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1, options=LIMIT) as rig:
        await rig.acceptor.accept(crowd(10))
        assert await refusal(rig, item("one more", "late")) == "backlog_full"
        assert await refusal(rig, Unreadable("not_json", b"{", "u")) == "backlog_full"
        rig.start({"one": forward, "two": finish})
        await rig.quiet()
        assert await rig.acceptor.accept([item("one more", "late")]) == [True]
        await rig.quiet()


async def test_what_was_taken_before_is_answered_as_duplicate_although_full(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1, options=LIMIT) as rig:
        await rig.acceptor.accept(crowd(10))
        assert await rig.acceptor.accept(crowd(10)) == [False] * 10


async def test_parked_tokens_count_as_backlog(redis_url: str) -> None:
    def one(turn: Turn) -> Outcome:
        return Snooze(due_ms=turn.now_ms + 60_000)

    async with Rig(redis_url, partitions=1, options=LIMIT) as rig:
        rig.start({"one": one})
        await rig.acceptor.accept(crowd(10))
        await until(lambda: len(rig.telemetry.of("snoozed")) == 10)
        assert await refusal(rig, item("one more", "late")) == "backlog_full"


async def test_tokens_of_every_lane_count_as_backlog_and_the_door_is_not_ready(redis_url: str) -> None:
    def one(_turn: Turn) -> Outcome:
        return Plan(feed=(Feed("audit", b"1"),))

    async with Rig(redis_url, partitions=1, options=LIMIT) as rig:
        assert await rig.acceptor.ready()
        rig.start({"one": one})
        await rig.acceptor.accept(crowd(10))
        await until(lambda: rig.telemetry.total("committed") == 10)
        assert await refusal(rig, item("one more", "late")) == "backlog_full"
        assert not await rig.acceptor.ready()
        rig.start({"log": finish})
        await rig.quiet()
        assert await rig.acceptor.ready()


async def test_a_redis_without_memory_is_not_ready(redis_url: str, small_redis: Redis) -> None:
    async with Rig(redis_url) as rig:
        assert await rig.acceptor.ready()
        await small_redis.config_set("maxmemory", "1mb")
        assert await rig.gateway.ready()
        assert not await rig.acceptor.ready()


async def test_the_limit_is_shared_by_the_partitions(redis_url: str) -> None:
    async with Rig(redis_url, partitions=4, options=AcceptOptions(backlog_limit=40)) as rig:
        assert await refusal(rig, *crowd(400)) == "backlog_full"
        assert (await rig.status()).stages[0].backlog == 40


async def test_i11_a_full_redis_refuses_new_events_while_work_drains_then_recovers(
    redis_url: str, small_redis: Redis
) -> None:
    done: list[str] = []

    def two(turn: Turn) -> Outcome:
        done.extend(texts(turn))
        return Plan(state=b"s" * 100, mode="BOT")

    async with Rig(redis_url) as rig:
        await rig.acceptor.accept(crowd(50))
        await small_redis.config_set("maxmemory-policy", "noeviction")
        await small_redis.config_set("maxmemory", "1mb")
        assert await refusal(rig, item("late", "c1")) == "memory_full"
        rig.start({"one": forward, "two": two})
        await rig.quiet()
        assert done == ["oi"] * 50
        assert await refusal(rig, item("late", "c1")) == "memory_full"
        await small_redis.config_set("maxmemory", "0")
        assert await rig.acceptor.accept([item("late", "c1")]) == [True]
        await rig.quiet()
    assert done == ["oi"] * 50 + ["late"]


async def test_a_refusal_for_memory_stores_nothing_at_all(redis_url: str, small_redis: Redis) -> None:
    async with Rig(redis_url) as rig:
        before = await small_redis.dbsize()
        await small_redis.config_set("maxmemory", "1mb")
        assert await refusal(rig, *crowd(20), Unreadable("not_json", b"{", "u")) == "memory_full"
        assert await small_redis.dbsize() == before
        assert (await rig.status()).stages[0].backlog == 0
