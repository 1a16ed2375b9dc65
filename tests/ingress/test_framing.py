"""Onde acaba um pedido: só se diz o que o leitor do aiohttp também faria, byte por byte."""

import asyncio
import random
import time

import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import HttpRequestParser

from ingress.framing import owed_after
from tests.support.raw_webhooks import BODY, post

GET = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
PLAIN = post(BODY)
HEAD = PLAIN.index(b"\r\n\r\n") + 4


@pytest.mark.parametrize(
    ("data", "owed"),
    [
        (GET, 0),
        (PLAIN, 0),
        (PLAIN[:-1], 1),
        (PLAIN[:HEAD], len(BODY)),
        (post(secret=b"wrong"), 0),
        (PLAIN[: HEAD - 1], None),
        (PLAIN + b"G", None),
        (GET + GET, None),
        (b"\r\n" + GET, None),
        (GET.replace(b"GET", b"HEAD", 1), None),
        (GET.replace(b"1.1", b"1.0", 1), None),
        (GET.replace(b"Host: a", b"Host: a\r\nConnection: upgrade", 1), None),
        (GET.replace(b"Host: a", b"Host: a\r\nExpect: 100-continue", 1), None),
        (GET.replace(b"Host: a", b"Host: a\r\nTransfer-Encoding: chunked", 1), None),
        (GET.replace(b"Host: a", b"Host: a\r\nContent-Length: +1", 1) + b"a", None),
        (GET.replace(b"Host: a", b"Host: a\r\nContent-Length: 1\r\nContent-Length: 1", 1) + b"a", None),
        (GET.replace(b"Host: a", b"Host: a\r\nTransfer-Encoding: chunked ", 1), None),
        (GET.replace(b"Host: a", b"Accept: a", 1), None),
        (post(BODY, "X-Padding: " + "a" * 5000), None),
    ],
)
def test_what_is_missing_is_told_only_when_it_is_certain(data: bytes, owed: int | None) -> None:
    assert owed_after(0, data) == owed
    assert owed_after(None, data) is None


def test_what_comes_later_is_counted_and_too_much_is_no_longer_known() -> None:
    assert owed_after(5, b"") == 5
    assert owed_after(0, b"") == 0
    assert owed_after(5, b"abc") == 2
    assert owed_after(5, b"abcde") == 0
    assert owed_after(5, b"abcdef") is None


def test_a_hostile_head_costs_no_more_than_its_length() -> None:
    started = time.process_time()
    for hostile in (b"a" * 3000 + b" ", b"a: " * 900 + b" ", b"a " * 1500 + b"\t"):
        for _ in range(100):
            assert owed_after(0, GET.replace(b"Host: a", b"Host: " + hostile, 1)) is None
    assert time.process_time() - started < 3, "milliseconds; the square took half a minute"


async def test_the_reader_of_aiohttp_is_between_two_requests_when_nothing_is_owed() -> None:
    """Também de pedidos hostis: ou ele os recusa (e a conexão acaba), ou não guarda um byte de sobra."""
    dice, loop, agreed = random.Random(11), asyncio.get_running_loop(), 0
    odd = (
        b"",
        b" ",
        b":",
        b"\r\n",
        b"\n",
        b"\0",
        b"\t",
        b"0",
        b"a",
        b"\r\nTransfer-Encoding: chunked",
        b"\x85",
    )
    while agreed < 400:
        base = dice.choice((GET, PLAIN, post(b"{")))
        data = bytearray(base)
        for _ in range(dice.randrange(1, 3)):
            at = dice.randrange(base.index(b"\r\n\r\n") + 4)
            data[at : at + dice.randrange(2)] = dice.choice((*odd, bytes([dice.randrange(256)])))
        if bytes(data) == base or owed_after(0, bytes(data)) != 0:
            continue
        parser = HttpRequestParser(BaseProtocol(loop), loop, 2**16, auto_decompress=False)
        try:
            ((_, payload),), upgraded, tail = parser.feed_data(bytes(data))
            ((following, _),), *_ = parser.feed_data(GET)
        except HttpProcessingError:
            continue
        assert payload.is_eof(), data
        assert (upgraded, tail, following.path) == (False, b"", "/health"), data
        agreed += 1
