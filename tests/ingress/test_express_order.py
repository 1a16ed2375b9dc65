"""Uma conexão do caminho curto não se adianta: nem ao aiohttp, nem à parada, nem a quem não lê, nem a si."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from ingress.answering import Asked
from ingress.app import create_public_app
from ingress.ports import Offer
from ingress.server import make_runner
from ingress.short import ShortConnection
from pyloto_stream.errors import TransientError, UnavailableError
from pyloto_stream.observability.correlation import current_correlation_id
from tests.support import webhooks as meta
from tests.support.ingress import CONFIG, Recorder, Tally
from tests.support.raw_webhooks import answer_of, connected, post
from tests.support.turns import turns

GET = b"GET /health HTTP/1.1\r\nHost: a\r\nX-Correlation-ID: c1\r\n\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter, ShortConnection]


@asynccontextmanager
async def served_to_one(recorder: Recorder) -> AsyncIterator[Streams]:
    """Um cliente, e a conexão que o serve."""
    runner = make_runner(create_public_app(CONFIG, recorder, Tally()))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with connected(f":{runner.addresses[0][1]}") as (reader, writer):
        while runner.server is None or not runner.server.connections:  # noqa: ASYNC110 — quem a cria é o laço
            await asyncio.sleep(0)
        (connection,) = runner.server.connections
        assert isinstance(connection, ShortConnection)
        yield reader, writer, connection
    await runner.cleanup()


@pytest.mark.parametrize("how", [ShortConnection.close, ShortConnection.force_close])
async def test_a_connection_told_to_close_takes_nothing_new(
    how: Callable[[ShortConnection], None], taken: list[Asked]
) -> None:
    recorder = Recorder()
    async with served_to_one(recorder) as (_, _, connection):
        how(connection)
        connection.data_received(post())
        await turns()
    assert not taken
    assert not recorder.offers


async def test_what_comes_in_the_same_turn_as_an_unusual_request_stays_behind_it(taken: list[Asked]) -> None:
    async with served_to_one(Recorder()) as (reader, _, connection):
        for data in (GET, post(), GET):
            connection.data_received(data)
        answers = [await answer_of(reader) for _ in range(3)]
    assert [b"c1\r" in answer for answer in answers] == [True, False, True]
    assert not taken


async def test_who_does_not_read_is_left_to_the_normal_path(taken: list[Asked]) -> None:
    """Lá, quem escreve espera; aqui, as respostas por ler ficariam na memória."""
    async with served_to_one(Recorder()) as (reader, writer, connection):
        connection.pause_writing()
        writer.write(post())
        async with asyncio.timeout(5):
            while not connection._request_count:  # noqa: ASYNC110 — quem o conta é o aiohttp
                await asyncio.sleep(0)
        connection.resume_writing()
        assert (await answer_of(reader)).startswith(b"HTTP/1.1 200")
        assert not taken
        writer.write(post())
        assert (await answer_of(reader)).startswith(b"HTTP/1.1 200")
    assert len(taken) == 1


async def test_the_rest_of_what_is_held_never_overtakes_it(taken: list[Asked]) -> None:
    async with served_to_one(Recorder()) as (reader, _, connection):
        connection.data_received(post()[:-1])
        connection.pause_writing()
        connection.data_received(post()[-1:])
        connection.resume_writing()
        assert (await answer_of(reader)).startswith(b"HTTP/1.1 200")
    assert len(taken) == 1


class Asking(Recorder):
    """Um executor que anota de que pedido era a tarefa que o chamou, antes de a porta o dizer."""

    def __init__(self) -> None:
        super().__init__()
        self.opened, self.called_by = asyncio.Event(), list[str]()

    async def accept_each(self, groups: Sequence[Sequence[Offer]]) -> list[list[bool] | TransientError]:
        self.called_by.append(current_correlation_id())
        await self.opened.wait()
        return await super().accept_each(groups)


@pytest.mark.parametrize("early", [1, 3])
async def test_what_came_early_carries_nothing_of_the_request_before_it(
    early: int, taken: list[Asked]
) -> None:
    asking = Asking()
    asking.error = UnavailableError(
        code="backlog_full"
    )  # uma recusa tem a sua linha, com o id de quem a ouve
    async with served_to_one(asking) as (reader, writer, _):
        writer.write(post(meta.body(meta.text("wamid.A")), "X-Correlation-ID: c1"))
        while not asking.called_by:  # noqa: ASYNC110 — o primeiro chegou ao executor
            await asyncio.sleep(0)
        writer.write(post(meta.body(meta.text("wamid.B"))) * early)
        await turns()
        asking.opened.set()
        for _ in range(1 + early):
            assert (await answer_of(reader)).startswith(b"HTTP/1.1 503")
    assert taken
    assert "c1" not in asking.called_by


def named(name: str) -> bytes:
    """Um pedido de sempre, que se reconhece na resposta."""
    return post(meta.body(meta.text(f"wamid.{name}")), f"X-Correlation-ID: c1{name}")


async def names(reader: asyncio.StreamReader, count: int) -> list[str]:
    """A quem se respondeu, na ordem."""
    async with asyncio.timeout(10):
        answers = [await answer_of(reader) for _ in range(count)]
    return [answer.partition(b"X-Correlation-ID: c1")[2][:1].decode() for answer in answers]


async def test_what_comes_between_the_answer_and_what_came_early_stays_behind_it(
    taken: list[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking, true = Asking(), ShortConnection._answered

    def answered(self: ShortConnection, answer: bytes | None) -> None:
        early = bool(self._early)
        true(self, answer)
        if early:
            self.data_received(named("c"))

    monkeypatch.setattr(ShortConnection, "_answered", answered)
    async with served_to_one(asking) as (reader, _, connection):
        connection.data_received(named("a"))
        connection.data_received(named("b"))
        asking.opened.set()
        assert await names(reader, 3) == ["a", "b", "c"]
    assert taken


async def test_who_floods_is_not_read_until_answered_and_then_to_the_end(taken: list[Asked]) -> None:
    asking, many = Asking(), 3000
    async with served_to_one(asking) as (reader, writer, connection):
        writer.write(named("a"))
        while not asking.called_by:  # noqa: ASYNC110 — o primeiro chegou ao executor
            await asyncio.sleep(0)
        writer.write(named("b") * many)
        for _ in range(200):
            await asyncio.sleep(0)
        assert 0 < len(connection._early) < 2**19 < many * len(named("b"))
        asking.opened.set()
        assert await names(reader, 1 + many) == ["a", *"b" * many]
        writer.write(named("z"))
        assert await names(reader, 1) == ["z"]


async def test_who_was_early_is_read_again(taken: list[Asked]) -> None:
    asking = Asking()
    async with served_to_one(asking) as (reader, writer, connection):
        writer.write(named("a"))
        while not asking.called_by:  # noqa: ASYNC110 — o primeiro chegou ao executor
            await asyncio.sleep(0)
        writer.write(named("b"))
        while not connection._early:  # noqa: ASYNC110 — o segundo chegou, e espera
            await asyncio.sleep(0)
        asking.opened.set()
        assert await names(reader, 2) == ["a", "b"]
        writer.write(named("z"))
        assert await names(reader, 1) == ["z"]
    assert len(taken) == 3


async def test_a_connection_is_idle_since_its_last_answer_and_who_left_hears_nothing(
    taken: list[Asked],
) -> None:
    asking = Asking()
    async with served_to_one(asking) as (reader, _, connection):
        connection.data_received(named("a"))
        connection.data_received(named("b"))
        connection._next_keepalive_close_time = 0.0
        asking.opened.set()
        assert await names(reader, 2) == ["a", "b"]
        assert connection._next_keepalive_close_time > connection._loop.time()
        connection._early, connection._next_keepalive_close_time = named("c"), 0.0
        connection._process_keepalive()
        assert connection._next_keepalive_close_time > connection._loop.time(), "it has something to do"
        connection.connection_lost(None)
        connection._resume()
    assert len(taken) == 2


async def test_a_stop_gives_up_the_request_that_does_not_end(taken: list[Asked]) -> None:
    async with served_to_one(Asking()) as (reader, _, connection):
        connection.data_received(named("a"))
        task = connection._asked
        assert task is not None
        await connection.shutdown(0.01)
        await asyncio.wait([task], timeout=5)
        assert task.cancelled()
        assert await reader.read() == b""
    assert len(taken) == 1
