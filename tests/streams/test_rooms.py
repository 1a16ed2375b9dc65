"""Cheio se recusa, embora não se conte a cada evento: quanto um processo, ou vários, passam do limite."""

import asyncio

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.model import Item
from pyloto_stream.streams.rooms import SHARE, Rooms
from tests.support.streams import LANES, STAGES, Rig

LIMIT = 20 * SHARE
OPTIONS = AcceptOptions(backlog_limit=LIMIT)


def item(text: str, conversation: str) -> Item:
    return Item("turn", conversation, msgspec.json.encode(text), f"{conversation}:{text}")


def another(rig: Rig) -> Acceptor:
    """A porta de outro processo, sobre o mesmo Redis."""
    return Acceptor(rig.gateway, list(LANES.values()), OPTIONS)


async def fill(acceptor: Acceptor, name: str, most: int) -> int:
    """Quantos de até `most` eventos novos, um por vez, entram antes da primeira recusa."""
    for n in range(most):
        (told,) = await acceptor.accept_each([[item("oi", f"{name}{n}")]])
        if isinstance(told, UnavailableError) and told.code == "backlog_full":
            return n
        assert told == [True]
    return most


async def counts(redis: Redis) -> int:
    """Vezes que se perguntou quanto há numa fila."""
    stats = await redis.info("commandstats")
    return int(stats.get("cmdstat_xlen", {}).get("calls", 0))


async def test_i11_one_process_stops_exactly_at_the_limit(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1, options=OPTIONS) as rig:
        assert await fill(rig.acceptor, "c", 2 * LIMIT) == LIMIT
        assert (await rig.status()).stages[0].backlog == LIMIT
        assert await fill(rig.acceptor, "d", 1) == 0


async def test_i11_several_processes_exceed_the_limit_by_a_small_part_each(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1, options=OPTIONS) as rig:
        others = [another(rig) for _ in range(3)]
        for n, other in enumerate(others):  # contam enquanto cabe quase tudo, e guardam a sua parte
            assert await fill(other, f"o{n}.", 1) == 1
        await fill(rig.acceptor, "c", 2 * LIMIT)
        for n, other in enumerate(others):
            assert await fill(other, f"p{n}.", LIMIT) <= LIMIT // SHARE
            assert await fill(other, f"q{n}.", 1) == 0
        assert LIMIT <= (await rig.status()).stages[0].backlog <= LIMIT + 3 * LIMIT // SHARE


async def test_what_waits_is_counted_once_in_a_while(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1, options=OPTIONS) as rig:
        before = await counts(redis)
        assert await fill(rig.acceptor, "c", 200) == 200
        stages = len(STAGES)
        assert stages * 200 // (LIMIT // SHARE + 1) <= await counts(redis) - before < stages * 200 // 10


async def test_full_again_it_is_counted_every_time_and_opens_with_the_first_place(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url, partitions=1, options=OPTIONS) as rig:
        await fill(rig.acceptor, "c", LIMIT)
        before = await counts(redis)
        assert [await fill(rig.acceptor, f"d{n}.", 1) for n in range(3)] == [0, 0, 0]
        assert await counts(redis) > before + 2
        stream = await anext(redis.scan_iter("*:stream:one"))
        await redis.xtrim(stream, maxlen=LIMIT - 1, approximate=False)
        assert await fill(rig.acceptor, "e", 2) == 1


async def test_i5_nobody_enters_behind_a_refusal_of_the_same_trip(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O primeiro conta, e está cheio; o segundo, da mesma pessoa, pediu-se quando ainda se lhe dava lugar."""
    async with Rig(redis_url, partitions=1, options=OPTIONS) as rig:
        await fill(rig.acceptor, "c", LIMIT)
        answers = iter([True, False])
        monkeypatch.setattr(Rooms, "must_count", lambda _self, _partition: next(answers))
        offers = (item("first", "ana"), item("second", "ana"))
        told = await asyncio.gather(
            *(rig.acceptor.accept([offer]) for offer in offers), return_exceptions=True
        )
        assert [getattr(each, "code", each) for each in told] == ["backlog_full", "backlog_full"]
        assert next(answers, None) is None


def test_what_is_granted_is_spent_and_the_last_count_is_what_holds() -> None:
    rooms = Rooms(2)
    assert rooms.must_count(0)
    rooms.counted(0, 3 * SHARE)
    assert [rooms.must_count(0) for _ in range(4)] == [False, False, False, True]
    rooms.counted(0, 3 * SHARE)
    rooms.counted(0, 2 * SHARE - 1)
    assert [rooms.must_count(0) for _ in range(2)] == [False, True]
    rooms.counted(0, 0)
    assert rooms.must_count(0)
    assert rooms.must_count(1)
