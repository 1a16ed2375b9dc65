"""O caminho curto ouve e diz o mesmo que a sessão do aiohttp?"""

import asyncio
import gzip

import pytest

from pyloto_stream.whatsapp.graph_answer import Answer
from tests.support.graph_server import MOST, SENT, ask, raw, talking

REFUSED = b'{"error":{"code":131047}}'
CHUNKED = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (SENT[:7], SENT[7:], b""))
WAYS: dict[str, tuple[bytes, bool]] = {
    "sent": (raw("200 OK", SENT, "facebook-api-version: v24.0"), False),
    "refused": (raw("400 Bad Request", REFUSED, "Retry-After: 7"), False),
    "usage": (raw("200 OK", SENT, 'X-App-Usage: {"call_count":81}'), False),
    "empty": (raw("204 No Content", b"", length=False), False),
    "chunked": (raw("200 OK", CHUNKED, "Transfer-Encoding: chunked", length=False), False),
    "gzip": (raw("200 OK", gzip.compress(SENT), "Content-Encoding: gzip"), False),
    "a notice first": (b"HTTP/1.1 103 Early Hints\r\n\r\n" + raw("200 OK", SENT), False),
    "up to the end": (raw("200 OK", SENT, "Connection: close", length=False), True),
    "cut in the body": (raw("200 OK", SENT, length=True)[:-3], True),
    "cut in the head": (raw("200 OK", SENT)[:20], True),
    "no word": (b"", True),
    "redirected": (raw("307 Temporary Redirect", b"", "Location: /elsewhere"), False),
    "too large": (raw("403 Forbidden", b"x" * (MOST + 1)), False),
    "as large as may be": (raw("403 Forbidden", REFUSED.ljust(MOST)), False),
    "not HTTP": (b"SSH-2.0-OpenSSH\r\n\r\n", False),
    "a head without end": (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20_000, False),
}


@pytest.mark.parametrize("way", WAYS)
async def test_the_short_way_hears_what_the_session_hears(way: str) -> None:
    answer, then_close = WAYS[way]
    async with talking(answer, then_close=then_close) as (_, http):
        short, long = await ask(http), await ask(http, fields="id")
    assert short == long


async def test_the_short_way_says_what_the_session_says() -> None:
    async with talking(WAYS["sent"][0]) as (server, http):
        await ask(http)
        await ask(http, fields="id")
    short, long = (request.split(b"\r\n") for request in server.heard)
    assert short[0] == long[0].replace(b"?fields=id", b"") == b"POST /graph/v24.0/1065/messages HTTP/1.1"
    assert sorted(short[1:]) == sorted(long[1:])


async def test_both_ways_share_the_connections_and_use_them_again() -> None:
    async with talking(WAYS["sent"][0]) as (server, http):
        await ask(http)
        await ask(http, fields="id")
        await ask(http)
        await ask(http)
        assert (len(server.heard), server.connections) == (4, 1)


async def test_a_connection_whose_answer_was_not_read_to_the_end_is_not_used_again() -> None:
    async with talking(WAYS["too large"][0]) as (server, http):
        await ask(http)
        await ask(http)
        assert server.connections == len(server.heard) == 2


async def test_a_status_is_known_also_if_its_body_never_ends() -> None:
    async with talking(raw("400 Bad Request", REFUSED, "Content-Length: 99", length=False)) as (_, http):
        for answer in (await ask(http, 0.3), await ask(http, 0.3, fields="id")):
            assert isinstance(answer, Answer)
            assert (answer.status, answer.complete) == (400, False)


async def test_who_gives_up_leaves_no_connection_behind() -> None:
    async with talking(b"HTTP/1.1 200") as (server, http):
        asking = asyncio.create_task(ask(http))
        async with asyncio.timeout(5):
            await server.asked.wait()
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            await server.left.wait()
