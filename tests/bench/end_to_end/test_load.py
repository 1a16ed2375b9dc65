"""Quem escreve não esconde a demora de quem responde, e a Graph de quem mede anota tudo."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from bench.end_to_end.load import played
from bench.end_to_end.meta import Line, Meta
from bench.end_to_end.people import Post, greeting
from bench.end_to_end.wire import Door, content_length
from tests.support.streams import until

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Answer = Callable[[int], float]
"""Quantos segundos tarda a resposta número `n`."""


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[str]:
    """Um servidor que atende com `serve`; dá o endereço, e ao sair espera o fim de cada conexão."""
    serving: set[asyncio.Future[None]] = set()

    async def until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        serving.add(ended)
        with suppress(asyncio.IncompleteReadError):
            await serve(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        ended.set_result(None)

    server = await asyncio.start_server(until_closed, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    yield f"{host}:{port}"
    server.close()
    await asyncio.gather(*serving)


@asynccontextmanager
async def ingress(delay_s: Answer, status: int = 200) -> AsyncIterator[str]:
    """Uma entrada que responde na sua hora; dá o endereço dela."""
    count = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        while head := await reader.readuntil(b"\r\n\r\n"):
            await reader.readexactly(content_length(head[:-4]))
            count += 1
            await asyncio.sleep(delay_s(count))
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode())

    async with listening(serve) as address:
        yield address


async def test_a_slow_answer_delays_the_next_webhook_and_the_wait_counts() -> None:
    plan = [Post(n * 0.01, (greeting(n + 1),)) for n in range(3)]
    async with ingress(lambda n: 0.2 if n == 1 else 0.0) as address:
        report = await played(plan, address, connections=1)
    first, second, third = report.posts
    assert [post.status for post in report.posts] == [200, 200, 200]
    assert second.due_ns - first.due_ns == pytest.approx(10_000_000)
    assert third.sent_ns >= second.sent_ns >= first.answered_ns
    assert third.sent_ns - third.due_ns > 100_000_000


async def test_no_webhook_leaves_before_it_is_due() -> None:
    plan = [Post(n * 0.003, (greeting(n + 1),)) for n in range(20)]
    async with ingress(lambda _: 0.0, 503) as address:
        report = await played(plan, address, connections=4)
    assert all(post.sent_ns >= post.due_ns for post in report.posts)
    assert {post.status for post in report.posts} == {503}


async def test_a_closed_connection_is_no_answer_and_another_one_is_opened() -> None:
    async def hang_up(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    told = list[int]()
    async with listening(hang_up) as address:
        host, port = address.split(":")
        door = Door(host, int(port))
        await door.connect(1)
        for _ in range(2):
            door.send(b"GET / HTTP/1.1\r\n\r\n", lambda status, _sent, _answered: told.append(status))
            await door.idle.wait()
        await door.close()
    assert told == [0, 0]


async def test_the_graph_notes_every_call_answers_in_its_time_and_sends_the_statuses() -> None:
    loop, told = asyncio.get_running_loop(), list[int]()
    meta = Meta(0.05, statuses=3)
    async with ingress(lambda _: 0.0, 500) as address:
        await meta.asked("/bench/door", address.encode())
        line = Line(meta)
        server = await loop.create_server(lambda: line, "127.0.0.1", 0)
        door = Door("127.0.0.1", server.sockets[0].getsockname()[1])
        await door.connect(1)
        body = json.dumps({"to": "+5511900000007", "biz_opaque_callback_data": "v1.0.x.0"}).encode()
        head = f"POST /v24.0/1/messages HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        door.send(head + body, lambda _status, sent, answered: told.append(answered - sent))
        await door.idle.wait()
        await until(lambda: meta.told.refused == 3)
        server.close()
        await door.close()
        await meta.close()
        await until(lambda: not line.open)
    assert told[0] >= 50_000_000
    ((_, noted),) = json.loads(await meta.asked("/bench/calls", b""))
    assert noted["to"] == "+5511900000007"
    await meta.asked("/bench/forget", b"")
    assert json.loads(await meta.asked("/bench/told", b"")) == {"sends": 0, "refused": 0}
