"""A conexão por onde o trabalho passa: respostas na ordem e inteiras, e nunca a de outro."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse, NoScriptError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from pyloto_stream.streams.clients import Client, open_client
from pyloto_stream.streams.wire import packed

PING, ECHO = packed("PING"), packed("ECHO", "x")


@asynccontextmanager
async def opened(url: str, *, timeout_s: float = 5.0, retries: int = 0) -> AsyncIterator[Client]:
    client = open_client(url, timeout_s, retries)
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def answering(talk: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """Um servidor que a cada pedido faz `talk`; o endereço dele."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            await talk(writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"redis://127.0.0.1:{port}"


async def test_answers_come_in_order_and_an_error_of_one_is_its_value(redis_url: str) -> None:
    async with opened(redis_url) as client:
        asked = PING + packed("EVALSHA", "0" * 40, 0) + ECHO + packed("NONSENSE")
        pong, missing, echo, unknown = await client.wires.ask(asked, 4)
        assert (pong, echo) == (b"PONG", b"x")
        assert isinstance(missing, NoScriptError)
        assert isinstance(unknown, ResponseError)
        with pytest.raises(ResponseError):
            await client.wires.ask_one(packed("NONSENSE"))
        assert await client.wires.ask_one(PING) == b"PONG"


async def test_an_answer_in_pieces_is_one_answer() -> None:
    async def talk(writer: asyncio.StreamWriter) -> None:
        for piece in (b"*2\r", b"\n$1\r\nx\r\n:", b"7\r\n+OK\r\n"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)

    async with answering(talk) as url, opened(url) as client:
        assert await client.wires.ask(PING, 2) == [[b"x", 7], b"OK"]


async def test_who_asks_at_the_same_time_has_another_connection(redis_url: str, redis: Redis) -> None:
    async with opened(redis_url) as client:
        blocked = asyncio.create_task(client.wires.ask_one(packed("BLPOP", "nobody", 0)))
        assert await client.wires.ask_one(ECHO) == b"x"
        await redis.rpush("nobody", "1")
        assert await blocked == [b"nobody", b"1"]
        assert len(client.wires._idle) == 2


@pytest.mark.parametrize("gives_up", ["time", "cancel"])
async def test_the_answer_of_who_gave_up_is_nobody_elses(redis_url: str, redis: Redis, gives_up: str) -> None:
    async with opened(redis_url, timeout_s=0.1 if gives_up == "time" else 5.0) as client:
        slow = asyncio.create_task(client.wires.ask_one(packed("BLPOP", "late", 0)))
        await asyncio.sleep(0.02)
        if gives_up == "cancel":
            slow.cancel()
        with pytest.raises(RedisTimeoutError if gives_up == "time" else asyncio.CancelledError):
            await slow
        await redis.rpush("late", "secret")
        assert await client.wires.ask_one(ECHO) == b"x"
        assert await redis.llen("late") == 1, "the connection that waited for it is gone"


async def test_what_a_lost_connection_interrupted_is_repeated_as_often_as_agreed() -> None:
    asked = 0

    async def talk(writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        if asked in {2, 4, 5}:
            writer.transport.abort()
        else:
            writer.write(b"+PONG\r\n")

    async with answering(talk) as url, opened(url, retries=1) as client:
        assert await client.wires.ask_one(PING) == b"PONG"
        assert await client.wires.ask_one(PING) == b"PONG", "the second was lost, the third is its repetition"
        with pytest.raises(RedisConnectionError):
            await client.wires.ask_one(PING)
        assert await client.wires.ask_one(PING) == b"PONG"
    assert asked == 6


async def test_bytes_that_are_no_answer_end_the_connection() -> None:
    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with answering(talk) as url, opened(url) as client:
        with pytest.raises(InvalidResponse):
            await client.wires.ask_one(PING)
        assert client.wires._idle == []


@pytest.mark.parametrize("retries", [0, 1])
async def test_closing_tells_who_still_waits_and_nobody_opens_again_not_even_to_repeat(
    redis_url: str, retries: int
) -> None:
    client = open_client(redis_url, 5.0, retries)
    waiting = asyncio.create_task(client.wires.ask_one(packed("BLPOP", "nobody", 0)))
    await asyncio.sleep(0.05)
    await client.close()
    with pytest.raises(RedisConnectionError):
        await waiting
    with pytest.raises(RedisConnectionError):
        await client.wires.ask_one(PING)
    assert client.wires._used == set()


async def test_when_one_connection_fails_the_others_at_rest_are_not_trusted(redis_url: str) -> None:
    async with opened(redis_url, timeout_s=0.2) as client:
        await asyncio.gather(*(client.wires.ask_one(PING) for _ in range(3)))
        resting = [*client.wires._idle]
        with pytest.raises(RedisTimeoutError):
            await client.wires.ask_one(packed("BLPOP", "nobody", 0))
        assert all(wire.closed for wire in resting)
        assert client.wires._idle == []
        assert await client.wires.ask_one(ECHO) == b"x"
