"""Enquanto se espera o resto de um pedido: a demora, a queda, a parada e o prazo são os do caminho normal."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
import uvloop
from aiohttp import web

from ingress.answering import Asked
from ingress.protocol import QuietConnection
from ingress.server import make_runner
from ingress.short import ShortConnection
from tests.ingress.cutting import ROUTE, Arrivals, application, counted
from tests.support.ingress import CONFIG, Recorder, Tally
from tests.support.raw_webhooks import answer_of, connected, post
from tests.support.turns import turns

PLAIN = post()
HEAD = PLAIN.index(b"\r\n\r\n") + 4
HALF = {"half a head": PLAIN[: HEAD - 3], "half a body": PLAIN[: HEAD + 10], "only the head": PLAIN[:HEAD]}
LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]
NewLoop = Callable[[], asyncio.AbstractEventLoop]


class Waiting(NamedTuple):
    """Uma conexão com metade de um pedido, e quem a atende."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    runner: web.AppRunner
    tally: Tally
    arrivals: Arrivals

    @property
    def connection(self) -> QuietConnection:
        assert self.runner.server is not None
        (connection,) = self.runner.server.connections
        assert isinstance(connection, QuietConnection)
        return connection


@asynccontextmanager
async def holding(half: bytes, *, short: bool = True) -> AsyncIterator[Waiting]:
    """Depois que `half` chegou; com o caminho curto, ou sem ele."""
    tally = Tally()
    runner = make_runner(application(Recorder(), tally, CONFIG, short=short))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with counted(short=short) as arrivals:
        async with connected(f":{runner.addresses[0][1]}") as (reader, writer):
            writer.write(half)
            await arrivals.reach(len(half))
            yield Waiting(reader, writer, runner, tally, arrivals)
    await runner.cleanup()


async def gone(waiting: Waiting) -> None:
    """Volta quando o servidor esqueceu a conexão, e a tarefa dela acabou."""
    assert waiting.runner.server is not None
    while waiting.runner.server.connections:  # noqa: ASYNC110 — quem a esquece é o aiohttp
        await asyncio.sleep(0)


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingress.short.PATIENCE_S", 0.01)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingress.webhook.BODY_TIMEOUT_S", 0.05)


async def test_a_body_that_never_ends_is_given_up_as_always(
    no_patience: None, hurried: None, taken: list[Asked]
) -> None:
    async with holding(HALF["half a body"]) as waiting:
        assert (await answer_of(waiting.reader)).startswith(b"HTTP/1.1 408")
    assert waiting.tally.answered == [(ROUTE, 408)]
    assert not taken


@pytest.mark.parametrize("half", HALF)
async def test_who_is_late_is_answered_by_the_normal_path(
    half: str, no_patience: None, taken: list[Asked]
) -> None:
    async with holding(HALF[half]) as waiting:
        connection = waiting.connection
        assert isinstance(connection, ShortConnection)
        while connection._pieces.held:  # noqa: ASYNC110 — até tocar o despertador
            await asyncio.sleep(0.001)
        waiting.writer.write(PLAIN[len(HALF[half]) :])
        assert (await answer_of(waiting.reader)).startswith(b"HTTP/1.1 200")
        assert not taken
        waiting.writer.write(PLAIN)
        assert (await answer_of(waiting.reader)).startswith(b"HTTP/1.1 200")
    assert len(taken) == ("head" not in half or half == "only the head"), "a half head leaves no certainty"


async def test_one_alarm_at_most_waits_with_what_is_held_and_none_afterwards() -> None:
    async with holding(PLAIN[:10]) as waiting:
        connection = waiting.connection
        assert isinstance(connection, ShortConnection)
        alarm = connection._patience
        assert alarm is not None
        for at in (10, HEAD - 1, HEAD + 5):
            waiting.writer.write(PLAIN[at : {10: HEAD - 1, HEAD - 1: HEAD + 5}.get(at, len(PLAIN))])
            if at < HEAD:
                await waiting.arrivals.reach(HEAD - 1 if at == 10 else HEAD + 5)
                assert connection._patience is alarm
        assert (await answer_of(waiting.reader)).startswith(b"HTTP/1.1 200")
        assert alarm.cancelled()
        assert connection._patience is None


async def test_a_request_that_arrives_whole_sets_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingress.short.PATIENCE_S", "a number is never asked for")
    async with holding(PLAIN) as waiting:
        assert (await answer_of(waiting.reader)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("half", HALF)
@pytest.mark.parametrize("how", ["ends", "resets"])
def test_who_leaves_halfway_counts_as_always(how: str, half: str, loop: NewLoop) -> None:
    """Nos dois laços: quantas voltas passam entre o fim e o aviso é de cada um."""

    async def leave(*, short: bool) -> list[tuple[str, int]]:
        async with holding(HALF[half], short=short) as waiting:
            for _ in range(5):  # no caminho normal, o tratador já começou
                await asyncio.sleep(0)
            if how == "ends":
                waiting.writer.write_eof()
            else:
                own = waiting.writer.get_extra_info("socket")
                own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                waiting.writer.transport.abort()
            async with asyncio.timeout(5):
                await gone(waiting)
            return waiting.tally.answered

    with asyncio.Runner(loop_factory=loop) as run:
        fast, normal = run.run(leave(short=True)), run.run(leave(short=False))
    assert fast == normal == ([] if half == "half a head" else [(ROUTE, 400)])


@pytest.mark.parametrize("half", HALF)
async def test_a_stop_waits_for_half_a_request_as_always(half: str, hurried: None) -> None:
    seen = []
    for short in (True, False):
        async with holding(HALF[half], short=short) as waiting, asyncio.timeout(5):
            await waiting.runner.cleanup()
            seen.append((waiting.tally.answered, await waiting.reader.read()))
    counts = [[status for _, status in requests] for requests, _ in seen]
    assert counts[0] == counts[1] == ([] if half == "half a head" else [408])
    assert [answer[9:12] for _, answer in seen] == ([b""] if half == "half a head" else [b"408"]) * 2


async def test_an_early_alarm_of_the_connection_disturbs_no_patience(taken: list[Asked]) -> None:
    async with holding(HALF["half a head"]) as waiting:
        connection = waiting.connection
        connection._next_keepalive_close_time = connection._loop.time() + 60
        connection._process_keepalive()
        waiting.writer.write(PLAIN[len(HALF["half a head"]) :])
        assert (await answer_of(waiting.reader)).startswith(b"HTTP/1.1 200")
    assert len(taken) == 1


@pytest.mark.parametrize("half", HALF)
async def test_when_the_time_of_a_connection_is_over_half_a_head_is_idle_and_half_a_body_is_not(
    half: str,
) -> None:
    for short in (True, False):
        async with holding(HALF[half], short=short) as waiting:
            await turns()
            connection = waiting.connection
            connection._next_keepalive_close_time = 0.0
            connection._process_keepalive()
            if half == "half a head":
                assert await waiting.reader.read() == b""
            else:
                waiting.writer.write(PLAIN[len(HALF[half]) :])
                assert (await answer_of(waiting.reader)).startswith(b"HTTP/1.1 200")
