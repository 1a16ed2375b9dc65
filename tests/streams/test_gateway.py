"""A ligação com o Redis confere o que encontra e não deixa uma operação ruim estragar as outras."""

import asyncio

import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.streams.embedded import EmbeddedRedis
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Item
from pyloto_stream.streams.scripts import Script
from tests.support.look import found, only
from tests.support.streams import STAGES, Rig, finish

NOWHERE = "unix:///nonexistent/redis.sock"


async def test_the_number_of_partitions_is_recorded_and_another_is_refused(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url, partitions=4):
        assert await redis.hget("pyloto:{meta}", "partitions") == "4"
    other = Gateway(redis_url, partitions=8)
    with pytest.raises(MisconfiguredError) as caught:
        await other.open(STAGES)
    await other.close()
    assert caught.value.problems == ("STREAM_PARTITIONS: this deployment was created with 4 partitions",)
    assert not [key for key in await found(redis) if ":stream:" in key and "{04" in key]


async def test_opening_again_changes_nothing(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        await rig.say("ana", "oi")
        await rig.gateway.open(STAGES)
        rig.start({"one": finish})
        await rig.quiet()
        assert rig.telemetry.of("committed") == [1]


async def test_groups_exist_from_the_start_of_the_stream_before_anything_is_accepted(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url, partitions=2) as rig:
        streams = await found(redis, "*:stream:*")
        assert len(streams) == 2 * len(STAGES)
        for key in streams:
            (group,) = await redis.xinfo_groups(key)
            assert (group["name"], group["last-delivered-id"]) == ("workers", "0-0")
        assert await rig.gateway.ready()


async def test_a_group_made_again_reads_from_the_start_what_was_there(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "oi")
        await redis.xgroup_destroy("pyloto:{00}:stream:one", "workers")
        await rig.gateway.open(STAGES)
        (entry,) = await rig.gateway.read("one", "w", [0], 1)
        assert entry.fields[b"c"] == b"ana"


async def test_lost_scripts_are_loaded_again(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url) as rig:
        await rig.say("ana", "oi")
        await redis.script_flush()
        await rig.say("ana", "de novo")
        rig.start({"one": finish})
        await rig.quiet()


async def test_loading_one_script_does_not_repeat_its_neighbours(redis_url: str, redis: Redis) -> None:
    event = Item("turn", "ana", b'"oi"')
    async with Rig(redis_url, partitions=1) as rig:
        await redis.script_flush()
        await redis.script_load(Script.ACCEPT.source)
        taken, _ = await asyncio.gather(
            rig.acceptor.accept([event]),
            rig.gateway.submit(Script.MODE, 0, {"l": "turn", "c": "bia", "md": "BOT"}),
        )
        assert taken == [True]
        assert (await only(redis, "pyloto:{00}:stream:one"))["e"] == '["oi"]'
        assert await found(redis, "*inbox*") == []


async def test_an_operation_refused_by_redis_does_not_fail_its_neighbours(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await redis.set("pyloto:{00}:conv:turn:bad", "not a hash")
        modes = [{"l": "turn", "c": name, "md": "BOT"} for name in ("a", "b", "bad", "c", "d")]
        calls = [rig.gateway.submit(Script.MODE, 0, op) for op in modes]
        replies = await asyncio.gather(*calls, return_exceptions=True)
        refused = replies.pop(2)
        assert isinstance(refused, UnavailableError)
        # as que já tinham sido feitas repetem-se: `BOT` é o que elas gravaram
        assert replies == [b"BOT", b"BOT", b"", b""]


@pytest.mark.parametrize("bad", ["\ud800", 2**70])
async def test_an_operation_that_cannot_be_written_does_not_fail_its_neighbours(
    redis_url: str, bad: object
) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        modes = [{"l": "turn", "c": name, "md": "BOT"} for name in ("a", bad, "b")]
        calls = [rig.gateway.submit(Script.MODE, 0, op) for op in modes]
        first, broken, last = await asyncio.gather(*calls, return_exceptions=True)
        assert (first, last) == (b"", b"")
        assert isinstance(broken, ValueError | OverflowError)


async def test_a_caller_that_gives_up_does_not_disturb_the_others(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        modes = [{"l": "turn", "c": f"c{n}", "md": "BOT"} for n in range(10)]
        calls = [asyncio.create_task(rig.gateway.submit(Script.MODE, 0, op)) for op in modes]
        await asyncio.sleep(0)  # todas esperam a mesma ida
        calls[0].cancel()
        await asyncio.wait(calls)
        assert [call.cancelled() for call in calls] == [True] + [False] * 9
        assert [call.result() for call in calls[1:]] == [b""] * 9
        assert await rig.gateway.submit(Script.MODE, 0, modes[0]) == b"BOT"


async def test_closing_waits_for_what_was_asked_before(redis_url: str, redis: Redis) -> None:
    rig = await Rig(redis_url, partitions=1).__aenter__()
    call = asyncio.create_task(rig.say("ana", "oi"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await rig.gateway.close()
    await call
    assert (await only(redis, "pyloto:{00}:stream:one"))["c"] == "ana"


async def test_without_a_server_everything_says_so() -> None:
    gateway = Gateway(NOWHERE, partitions=1)
    assert not await gateway.ready()
    for ask in (
        gateway.open(STAGES),
        gateway.describe(),
        gateway.read("one", "w", [0], 1),
        gateway.submit(Script.STATUS, 0, {"stages": []}),
    ):
        with pytest.raises(UnavailableError) as caught:
            await ask
        assert caught.value.code == "redis_unavailable"
    await gateway.close()


async def test_a_server_tells_its_version(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        (found,) = await rig.gateway.describe()
        assert "redis_version" in found


async def test_an_unknown_refusal_keeps_the_text_of_the_server_out(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await redis.set("pyloto:{00}:conv:turn:ana", "x")
        with pytest.raises(UnavailableError) as caught:
            await rig.say("ana", "oi")
        told = "a script failed inside: a key of another type?"
        assert (caught.value.code, str(caught.value)) == ("script_error", told)


async def test_a_refusal_of_the_server_is_not_asked_again_operation_by_operation(
    own_server: EmbeddedRedis,
) -> None:
    async with Rig(own_server.url, partitions=1) as rig, Redis.from_url(own_server.url) as raw:
        await raw.config_set("min-replicas-to-write", "1")
        before = (await raw.info("commandstats"))["cmdstat_evalsha"]["calls"]
        offers = (rig.acceptor.accept([Item("turn", f"p{n}", b"1")]) for n in range(100))
        refused = await asyncio.gather(*offers, return_exceptions=True)
        assert all(isinstance(error, UnavailableError) for error in refused)
        after = (await raw.info("commandstats"))["cmdstat_evalsha"]
        assert after["calls"] + after["rejected_calls"] + after["failed_calls"] - before < 20
