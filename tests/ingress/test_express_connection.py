"""O que uma conexão do caminho curto promete: a vez de cada um, a parada em ordem, e quem se vai antes."""

import asyncio
import socket
from collections.abc import Callable, Sequence

import msgspec
import pytest
import uvloop
from aiohttp import web

from ingress.answering import Asked
from ingress.app import create_public_app
from ingress.ports import Offer
from ingress.server import make_runner
from tests.ingress.cutting import counted
from tests.support import webhooks as meta
from tests.support.ingress import CONFIG, Recorder, Tally, served
from tests.support.raw_webhooks import SLOW, answer_of, connected, post

LIMITED = msgspec.structs.replace(CONFIG, rate_limit_per_minute=1)


class Gate(Recorder):
    """Um executor que só responde depois de `opened`."""

    def __init__(self) -> None:
        super().__init__()
        self.opened, self.reached = asyncio.Event(), asyncio.Event()

    async def accept(self, offers: Sequence[Offer]) -> list[bool]:
        self.reached.set()
        await self.opened.wait()
        return await super().accept(offers)


async def test_what_comes_before_the_answer_waits_for_its_turn(taken: list[Asked]) -> None:
    gate, tally = Gate(), Tally()
    async with (
        served(create_public_app(CONFIG, gate, tally)) as url,
        connected(url) as (reader, writer),
    ):
        writer.write(post(meta.body(meta.text("wamid.A"))))
        await gate.reached.wait()
        for extra in ((), (SLOW,), ()):
            writer.write(
                post(meta.body(meta.text("wamid.B")), f"X-Correlation-ID: c1{'' if extra else 'x'}", *extra)
            )
        gate.opened.set()
        answers = [await answer_of(reader) for _ in range(4)]
    assert [b"c1\r" in answer for answer in answers] == [False, False, True, False]
    assert tally.answered == [("/webhooks/whatsapp", 200)] * 4
    assert tally.updates == [("message", "new"), ("message", "new"), *[("message", "duplicate")] * 2]
    assert taken


async def test_request_in_pieces_and_the_usual_ones_after_it_are_answered(taken: list[Asked]) -> None:
    async with (
        served(create_public_app(CONFIG, Recorder(), Tally())) as url,
        connected(url) as (reader, writer),
    ):
        writer.write(post())
        assert (await answer_of(reader)).startswith(b"HTTP/1.1 200")
        with counted(short=True) as arrivals:
            writer.write(post()[:100])
            await arrivals.reach(100)
            writer.write(post()[100:])
        assert (await answer_of(reader)).startswith(b"HTTP/1.1 200")
        writer.write(post())
        assert (await answer_of(reader)).startswith(b"HTTP/1.1 200")
    assert len(taken) == 3


async def test_what_comes_while_the_normal_path_is_busy_waits_there_for_its_turn(
    taken: list[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingress.short.PATIENCE_S", 0.0)
    gate, tally = Gate(), Tally()
    async with (
        served(create_public_app(CONFIG, gate, tally)) as url,
        connected(url) as (reader, writer),
    ):
        late = post(meta.body(meta.text("wamid.A")), "X-Correlation-ID: c1")
        with counted(short=True) as arrivals:
            writer.write(late[:-1])
            await arrivals.reach(len(late) - 1)
            for _ in range(5):  # o despertador toca na volta seguinte
                await asyncio.sleep(0)
            writer.write(late[-1:])
            await gate.reached.wait()
            writer.write(post())
            await arrivals.reach(len(late) + len(post()))
        assert not taken
        gate.opened.set()
        answers = [await answer_of(reader) for _ in range(2)]
        assert [b"c1\r" in answer for answer in answers] == [True, False]
        writer.write(post())
        assert (await answer_of(reader)).startswith(b"HTTP/1.1 200")
    assert tally.answered == [("/webhooks/whatsapp", 200)] * 3
    assert len(taken) == 1


async def test_who_asked_too_often_hears_it_before_the_body(
    taken: list[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingress.short.PATIENCE_S", 3600.0)
    async with (
        served(create_public_app(LIMITED, Recorder(), Tally())) as url,
        connected(url) as (reader, writer),
    ):
        writer.write(post())
        assert (await answer_of(reader)).startswith(b"HTTP/1.1 200")
        writer.write(post()[:-1])
        assert (await answer_of(reader)).startswith(b"HTTP/1.1 429")
    assert len(taken) == 1


async def test_those_who_wait_for_their_bodies_share_the_limit(taken: list[Asked]) -> None:
    async with (
        served(create_public_app(LIMITED, Recorder(), Tally())) as url,
        connected(url) as (one, first),
        connected(url) as (other, second),
    ):
        with counted(short=True) as arrivals:
            for number, writer in enumerate((first, second), start=1):
                writer.write(post()[:-1])
                await arrivals.reach(number * (len(post()) - 1))
        first.write(post()[-1:])
        assert (await answer_of(one)).startswith(b"HTTP/1.1 200")
        second.write(post()[-1:])
        assert (await answer_of(other)).startswith(b"HTTP/1.1 429")
    assert len(taken) == 1


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_what_came_with_the_connection_takes_the_short_path(
    taken: list[Asked], loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    """Também no laço em que se lê antes de a tarefa da conexão começar."""

    async def ask() -> bytes:
        async with served(create_public_app(CONFIG, Recorder(), Tally())) as url:
            own = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
            own.sendall(post())
            reader, writer = await asyncio.open_connection(sock=own)
            answer = await answer_of(reader)
            writer.close()
            await writer.wait_closed()
            return answer

    with asyncio.Runner(loop_factory=loop) as run:
        assert run.run(ask()).startswith(b"HTTP/1.1 200")
    assert len(taken) == 1


async def test_stop_waits_for_the_request_in_hand(taken: list[Asked]) -> None:
    gate, tally = Gate(), Tally()
    runner = make_runner(create_public_app(CONFIG, gate, tally))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with connected(f":{runner.addresses[0][1]}") as (reader, writer):
        writer.write(post())
        await gate.reached.wait()
        stopping = asyncio.create_task(runner.cleanup())
        await asyncio.sleep(0)
        gate.opened.set()
        assert (await answer_of(reader)).startswith(b"HTTP/1.1 200")
        await stopping
        assert await reader.read() == b""
    assert len(taken) == 1
    assert tally.answered == [("/webhooks/whatsapp", 200)]


async def test_who_leaves_before_the_answer_loses_only_the_answer(taken: list[Asked]) -> None:
    gate, tally = Gate(), Tally()
    async with served(create_public_app(CONFIG, gate, tally)) as url:
        async with connected(url) as (_, writer):
            writer.write(post())
            await gate.reached.wait()
        gate.opened.set()
        async with connected(url) as (reader, writer):
            writer.write(post())
            assert (await answer_of(reader)).startswith(b"HTTP/1.1 200")
    assert len(gate.offers) == 3
    assert len(taken) == 2


async def test_only_an_idle_connection_is_closed_when_its_time_is_over(taken: list[Asked]) -> None:
    gate = Gate()
    runner = make_runner(create_public_app(CONFIG, gate, Tally()))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with connected(f":{runner.addresses[0][1]}") as (reader, writer):
        writer.write(post())
        await gate.reached.wait()
        assert runner.server is not None
        (connection,) = runner.server.connections
        for _ in range(2):
            connection._next_keepalive_close_time = 0.0
            connection._process_keepalive()
            if not gate.opened.is_set():
                gate.opened.set()
                assert (await answer_of(reader)).startswith(b"HTTP/1.1 200")
        assert await reader.read() == b""
    await runner.cleanup()
    assert len(taken) == 1
