"""A régua da entrada: pedidos que a Meta faria, nenhum perdido sem se notar, e a porta de cada servidor."""

import asyncio
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import msgspec
import pytest
from redis.asyncio import Redis

from bench.harness.children import ChildError
from bench.harness.rounds import Sample
from bench.harness.servers import redis_server
from bench.ingress import load
from bench.ingress.__main__ import checks, row
from bench.ingress.contenders import EMPTY, OURS, XADD, contenders, listening, running
from bench.ingress.standing import Size, at, raised, verify_kept
from bench.ingress.webhooks import SECRET, WAVE, body, person_of, requests
from pyloto_stream.whatsapp.signature import Verdict, verify
from pyloto_stream.whatsapp.webhook import read


def test_each_request_is_a_new_message_signed_of_about_900_bytes() -> None:
    made = requests(50, 5, "1", "127.0.0.1:1")
    ids = set[str]()
    for sent in made:
        head, _, content = sent.partition(b"\r\n\r\n")
        signature = head.decode().rpartition("X-Hub-Signature-256: ")[2]
        assert verify((SECRET,), content, signature) is Verdict.OK
        assert 850 < len(content) < 950
        (message,) = read(content).messages
        ids.add(message.id)
    assert len(ids) == len(made)


def test_series_share_neither_messages_nor_people() -> None:
    (one,), (two,) = (read(body(7, int(s) * 10_000_000 + 7, s)).messages for s in ("1", "2"))
    assert one.id != two.id
    assert one.person != two.person


def test_people_talk_in_waves_and_each_writes_as_often_as_told() -> None:
    people = [person_of(index, 3) for index in range(6 * WAVE)]
    assert sorted(set(people)) == list(range(2 * WAVE))
    assert all(people.count(person) == 3 for person in (0, WAVE - 1, WAVE, 2 * WAVE - 1))
    assert people[:WAVE] == list(range(WAVE))
    assert [person_of(index, 1) for index in (0, 5, 999)] == [0, 5, 999]


@pytest.mark.parametrize(("read_port", "line"), [
    (listening, '{"event":"ingress listening","process":"ingress","public":"127.0.0.1:4711"}'),
    (running, "INFO:     Uvicorn running on http://127.0.0.1:4711 (Press CTRL+C to quit)"),
])  # fmt: skip
def test_the_port_is_read_from_what_a_server_says(read_port: Callable[[str], int | None], line: str) -> None:
    assert read_port(f"something before\n{line}\n") == 4711
    assert read_port("something before\n") is None


async def test_a_benchmark_that_loses_is_worth_nothing() -> None:
    async with redis_server() as redis:
        await verify_kept(contenders()[EMPTY], redis, 3)
        await verify_kept(contenders()[OURS], redis, 0)
        with pytest.raises(ChildError, match="answered 200 to 3 webhooks, and 0 are in Redis"):
            await verify_kept(contenders()[XADD], redis, 3)


async def test_who_stands_is_measured_at_both_levels_again_and_again() -> None:
    chosen = {name: contenders()[name] for name in (XADD, EMPTY)}
    async with raised(chosen, Size(warm=10, timed=300)) as doors:
        assert list(doors) == [at(name, level) for level in (32, 256) for name in (XADD, EMPTY)]
        samples = [await doors[at(XADD, level)]() for level in (32, 256, 32)]
    for sample in samples:
        assert {"rps", "p50_ms", "p99_ms", "server_us", "redis_us"} <= set(sample)
        assert all(value >= 0 for value in sample.values())


async def test_a_round_in_which_something_was_lost_is_worth_nothing() -> None:
    async def fewer(_redis: Redis) -> int:
        return 69

    async def a_round() -> None:
        chosen = {XADD: msgspec.structs.replace(contenders()[XADD], count=fewer)}
        async with raised(chosen, Size(warm=10, timed=60)) as doors:
            await doors[at(XADD, 32)]()

    with pytest.raises(ChildError, match="answered 200 to 70 webhooks, and 69 are in Redis"):
        await a_round()


@asynccontextmanager
async def serving(answer: Callable[[StreamReader, StreamWriter], Awaitable[None]]) -> AsyncIterator[int]:
    """A porta de um servidor que, ao sair, fechou todas as conexões."""
    opened: list[StreamWriter] = []

    async def each(reader: StreamReader, writer: StreamWriter) -> None:
        opened.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await answer(reader, writer)

    async with await asyncio.start_server(each, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
    for writer in opened:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_a_connection_closed_under_load_ends_the_measure() -> None:
    async def rude(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with serving(rude) as port:
        options = Namespace(
            port=port, connections=2, warm=1, timed=4, per_person=1, series="1", watch=[], apart=False
        )
        with pytest.raises(ConnectionError, match="under load"):
            await load.measure(options)


async def test_what_is_not_answered_with_200_is_told() -> None:
    async def tired(reader: StreamReader, writer: StreamWriter) -> None:
        while not reader.at_eof():
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
            writer.write(b"HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\n")
            writer.write(b"late")

    async with serving(tired) as port:
        options = Namespace(
            port=port, connections=1, warm=1, timed=4, per_person=1, series="1", watch=[], apart=False
        )
        told = await load.measure(options)
    assert (told["accepted"], told["refused"]) == (0, 5)


async def test_head_and_body_leave_apart_when_asked_to() -> None:
    class Wire(asyncio.Transport):
        """Anota cada escrita: num laço só, quem lê as veria juntas."""

        def __init__(self) -> None:
            super().__init__()
            self.written: list[bytes] = []

        def write(self, data: bytes | bytearray | memoryview) -> None:
            self.written.append(bytes(data))

    (request,) = requests(1, 5, "1", "127.0.0.1:1")
    body = request.index(b"\r\n\r\n") + 4
    for apart, expected in ((False, [request]), (True, [request[:body], request[body:]])):
        wire = Wire()
        load.Connection(load.Load([request], 0, {}), apart=apart).connection_made(wire)
        assert wire.written == expected[:1]
        await asyncio.sleep(0)
        assert wire.written == expected


def test_targets_are_judged_window_by_window_and_round_by_round_against_who_was_measured() -> None:
    def windows(*per_second: float) -> list[Sample]:
        return [{"rps": rps, "p99_ms": 1.0} for rps in per_second]

    samples = {
        at(OURS, 32): windows(80.0, 30.0, 70.0, 70.0, 75.0, 90.0),
        at(EMPTY, 32): windows(100.0, 100.0, 100.0, 50.0, 100.0, 100.0),
    }
    for per_round, expected in ((3, 0.8), (1, 0.775)):  # 0,8 0,3 0,7 | 1,4 0,75 0,9
        (check,) = checks(samples, per_round)
        assert check.value == pytest.approx(expected)
        assert row(samples, OURS, 32, per_round).values["times"] == check.value
    assert check.ok
