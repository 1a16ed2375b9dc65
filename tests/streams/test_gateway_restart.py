"""O Redis morre e volta: quem chama fica sabendo, o mesmo Gateway volta a servir, nada se perde."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.embedded import EmbeddedRedis
from pyloto_stream.streams.model import Item, Outcome, Plan, Turn
from tests.support.look import found, only, state
from tests.support.proxy import Proxy
from tests.support.servers import crash
from tests.support.streams import FAST, Rig, forward

PATIENT = msgspec.structs.replace(FAST, max_deaths=1000)
"""Aqui nenhum trabalhador morre: quem só renova tarde, numa máquina ocupada, não é um assassino."""


@pytest_asyncio.fixture
async def own_proxy(own_server: EmbeddedRedis) -> AsyncIterator[Proxy]:
    async with Proxy(own_server.url) as proxy:
        yield proxy


def event(text: str, conversation: str = "ana") -> Item:
    return Item("turn", conversation, f'"{text}"'.encode(), f"{conversation}:{text}")


async def restart(server: EmbeddedRedis, proxy: Proxy) -> None:
    await server.start()
    proxy.upstream = server.url.removeprefix("unix://")


async def test_a_killed_redis_is_reported_and_the_same_gateway_works_after_its_restart(
    own_server: EmbeddedRedis, own_proxy: Proxy
) -> None:
    async with Rig(own_proxy.url) as rig:
        assert await rig.acceptor.accept([event("a")]) == [True]
        await crash(own_server)
        assert not await rig.acceptor.ready()
        with pytest.raises(UnavailableError) as caught:
            await rig.acceptor.accept([event("b")])
        assert caught.value.code == "redis_unavailable"
        await restart(own_server, own_proxy)
        assert await rig.acceptor.ready()
        assert await rig.acceptor.accept([event("a"), event("b")]) == [False, True]


async def test_i1_work_under_load_survives_kills_of_redis_without_loss_or_repetition(
    own_server: EmbeddedRedis, own_proxy: Proxy
) -> None:
    accepted: set[str] = set()
    names = [f"c{n}" for n in range(20)]

    def append(turn: Turn) -> Outcome:
        return Plan(state=turn.state + b"," + turn.payload)

    async def deliver(number: int) -> None:
        """Como a Meta: oferece de novo até ser aceito."""
        batch = [event(str(number), name) for name in names]
        while True:
            try:
                await rig.acceptor.accept(batch)
            except UnavailableError:
                await asyncio.sleep(0.01)
            else:
                accepted.add(str(number))
                return

    async with Rig(own_proxy.url) as rig:
        for _ in range(2):
            rig.start({"one": forward, "two": append}, PATIENT)
        for number in range(30):
            if number % 10 == 5:
                await crash(own_server)
                delivery = asyncio.create_task(deliver(number))
                await restart(own_server, own_proxy)
                await delivery
            await deliver(number)
        await rig.quiet()
        raw = Redis.from_url(own_server.url, decode_responses=True)
        states = [await state(raw, key) for key in await found(raw, "*:conv:turn:*")]
        stuck = await found(raw, "*:dead:*") + await found(raw, "*:inbox:*")
        await raw.aclose()
    assert not stuck
    wanted = sorted(accepted, key=int)
    for text in states:
        assert text.translate(str.maketrans("", "", '[]"')).split(",")[1:] == wanted
    assert len(states) == len(names)


async def test_a_refused_connection_is_no_entry(own_server: EmbeddedRedis, own_proxy: Proxy) -> None:
    async with Rig(own_proxy.url, partitions=1) as rig:
        await crash(own_server)
        with pytest.raises(UnavailableError):
            await rig.acceptor.accept([event("a")])
        await restart(own_server, own_proxy)
        assert await rig.acceptor.accept([event("a")]) == [True]
        raw = Redis.from_url(own_server.url, decode_responses=True)
        assert (await only(raw, "pyloto:{00}:stream:one"))["e"] == '["a"]'
        await raw.aclose()
