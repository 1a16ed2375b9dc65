"""Resposta perdida, silêncio e conexão cortada: quem chama fica sabendo, e nada acontece duas vezes."""

import asyncio

import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams import gateway as gateway_module
from pyloto_stream.streams import servers as servers_module
from pyloto_stream.streams.model import Item, Outcome, Plan, Turn
from pyloto_stream.streams.scripts import Script
from tests.support.look import entries, found, state
from tests.support.proxy import Proxy
from tests.support.streams import FAST, Rig, finish, forward, texts, until

SHORT_S = 0.15


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prazos de rede curtos, para que um teste de silêncio não dure segundos."""
    monkeypatch.setattr(servers_module, "COMMAND_TIMEOUT_S", SHORT_S)
    monkeypatch.setattr(gateway_module, "READ_MARGIN_S", SHORT_S)


def event(text: str, conversation: str = "ana") -> Item:
    return Item("turn", conversation, f'"{text}"'.encode(), f"{conversation}:{text}")


async def test_a_lost_reply_to_accept_repeats_nothing(proxy: Proxy, redis: Redis) -> None:
    async with Rig(proxy.url, partitions=1) as rig:
        await rig.acceptor.accept([event("warm", "bia")])
        proxy.cut_reply(Script.ACCEPT.sha)
        assert await rig.acceptor.accept([event("a")]) == [False]
        assert proxy.cuts == 1
        tokens = await entries(redis, "pyloto:{00}:stream:one")
        assert [token["c"] for token in tokens] == ["bia", "ana"]


async def test_replies_lost_again_and_again_are_told_and_the_event_is_in_once(
    proxy: Proxy, redis: Redis
) -> None:
    async with Rig(proxy.url, partitions=1) as rig:
        await rig.acceptor.accept([event("warm", "bia")])
        proxy.cut_reply(Script.ACCEPT.sha, times=2)
        with pytest.raises(UnavailableError):
            await rig.acceptor.accept([event("a")])
        assert await rig.acceptor.accept([event("a")]) == [False]
        assert len(await entries(redis, "pyloto:{00}:stream:one")) == 2


async def test_lost_replies_to_commit_apply_the_plan_once_and_it_counts_as_ours(
    proxy: Proxy, redis: Redis
) -> None:
    async with Rig(proxy.url, partitions=1) as rig:
        rig.start({"one": lambda turn: Plan(state=turn.state + turn.events)})
        await rig.say("bia", "warm")
        await rig.quiet()
        proxy.cut_reply(Script.COMMIT.sha, times=3)
        await rig.say("ana", "oi")
        await rig.quiet()
        await until(lambda: rig.telemetry.total("committed") == 2)
        assert proxy.cuts == 3
        assert rig.telemetry.of("fenced") == []
    assert await redis.hget("pyloto:{00}:conv:turn:ana", "s") == '["oi"]'


async def test_a_script_that_could_not_be_loaded_is_told_and_loaded_next_time(
    proxy: Proxy, redis: Redis
) -> None:
    mode = {"l": "turn", "c": "ana", "md": "BOT"}
    async with Rig(proxy.url, partitions=1) as rig:
        await redis.script_flush()
        proxy.cut_reply("LOAD", times=2)
        with pytest.raises(UnavailableError) as caught:
            await rig.gateway.submit(Script.MODE, 0, mode)
        assert caught.value.code == "redis_unavailable"
        assert await rig.gateway.submit(Script.MODE, 0, mode) == b""


async def test_entries_of_a_lost_read_are_adopted_without_waiting_for_a_claim(proxy: Proxy) -> None:
    async with Rig(proxy.url) as rig:
        proxy.cut_reply("XREADGROUP")
        rig.start({"one": finish}, options=FAST)
        await rig.say("ana", "oi")
        await rig.quiet()
        assert proxy.cuts == 1
        assert rig.telemetry.of("claimed") == []
        assert rig.telemetry.of("committed") == [1]
        assert rig.telemetry.of("reader_down") == ["redis_unavailable"]
        await until(lambda: len(rig.telemetry.of("reader_up")) == 1)


@pytest.mark.usefixtures("impatient")
async def test_silence_ends_in_an_error_and_what_was_swallowed_is_not_repeated(
    proxy: Proxy, redis: Redis
) -> None:
    async with Rig(proxy.url, partitions=1) as rig:
        await rig.acceptor.accept([event("warm", "bia")])
        proxy.blackhole()
        assert not await rig.gateway.ready()
        with pytest.raises(UnavailableError) as caught:
            await rig.acceptor.accept([event("a")])
        assert caught.value.code == "redis_unavailable"
        proxy.restore()
        await rig.acceptor.accept([event("a")])
        assert [token["c"] for token in await entries(redis, "pyloto:{00}:stream:one")] == ["bia", "ana"]


@pytest.mark.usefixtures("impatient")
async def test_answers_slower_than_the_deadline_change_nothing_twice(proxy: Proxy, redis: Redis) -> None:
    async with Rig(proxy.url, partitions=1) as rig:
        await rig.acceptor.accept([event("warm", "bia")])
        proxy.delay_s = SHORT_S * 1.5
        with pytest.raises(UnavailableError):
            await rig.acceptor.accept([event("a")])
        proxy.delay_s = 0.0
        assert await rig.acceptor.accept([event("a")]) == [False]
        assert len(await entries(redis, "pyloto:{00}:stream:one")) == 2


@pytest.mark.usefixtures("impatient")
async def test_a_worker_goes_on_after_a_silence_in_the_middle_of_a_read(proxy: Proxy) -> None:
    seen: list[str] = []

    def one(turn: Turn) -> Outcome:
        seen.extend(texts(turn))
        return Plan()

    async with Rig(proxy.url, block_ms=50) as rig:
        rig.start({"one": one})
        await rig.say("ana", "before")
        await until(lambda: seen == ["before"])
        proxy.blackhole()
        await until(lambda: len(rig.telemetry.of("reader_down")) == 1)
        proxy.restore()
        await rig.say("ana", "after")
        await until(lambda: seen == ["before", "after"])
        assert rig.telemetry.of("reader_down") == ["redis_unavailable"]


async def test_connections_cut_at_any_moment_lose_nothing(proxy: Proxy, redis: Redis) -> None:
    async with Rig(proxy.url, partitions=2) as rig:
        rig.start({"one": forward, "two": lambda turn: Plan(state=turn.state + turn.payload)})
        for number in range(20):
            while True:
                try:
                    await rig.acceptor.accept([event(str(number))])
                    break
                except UnavailableError:
                    await asyncio.sleep(0)
            await proxy.sever()
        await rig.quiet()
    (key,) = await found(redis, "*:conv:turn:ana")
    assert (await state(redis, key)).replace("][", ",") == "[" + ",".join(f'"{n}"' for n in range(20)) + "]"
    assert await found(redis, "*:dead:*") == []
