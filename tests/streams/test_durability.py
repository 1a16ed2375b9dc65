"""O que `DURABILITY` pede é confirmado antes da resposta; sem confirmação ninguém promete nada ao mundo."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams import route
from pyloto_stream.streams.ledger import Ruling, begin_head, begin_op
from pyloto_stream.streams.model import Item
from pyloto_stream.streams.scripts import Script
from tests.support.redis_process import RedisProcess
from tests.support.sends import REPLY, WINDOW_S, Sender
from tests.support.servers import redis_binary
from tests.support.streams import ManualClock, Rig, until

EVENT = Item("turn", "ana", b'"oi"', "ana:oi")
SHORT_MS = 150


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uma confirmação que não vem não precisa demorar segundos."""
    monkeypatch.setattr(route, "CONFIRM_MS", SHORT_MS)


@pytest_asyncio.fixture
async def master(binary: Path, tmp_path: Path) -> AsyncIterator[RedisProcess]:
    server = RedisProcess(binary, tmp_path / "master", "--repl-diskless-sync-delay", "0")
    await server.start()
    yield server
    await server.kill()


@pytest_asyncio.fixture
async def replica(binary: Path, tmp_path: Path, master: RedisProcess) -> AsyncIterator[RedisProcess]:
    server = RedisProcess(binary, tmp_path / "replica", "--replicaof", f"127.0.0.1 {master.port}")
    await server.start()
    await until(lambda: follows(master))
    yield server
    await server.kill()


@pytest_asyncio.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[RedisProcess]:
    """O único daqui que tem `WAITAOF`."""
    server = RedisProcess(redis_binary("valkey"), tmp_path / "valkey")
    await server.start()
    yield server
    await server.kill()


async def follows(master: RedisProcess) -> bool:
    """O mestre tem uma réplica em dia?"""
    return "'state': 'online'" in str(await master.run("INFO", "replication"))


async def taken(rig: Rig, item: Item) -> list[bool]:
    """Oferece como a Meta: de novo, até ouvir que foi aceito."""
    answers: list[list[bool]] = []

    async def offered() -> bool:
        try:
            answers.append(await rig.acceptor.accept([item]))
        except UnavailableError:
            return False
        return True

    await until(offered)
    return answers[-1]


async def not_durable(work: Awaitable[object]) -> bool:
    try:
        await work
    except UnavailableError as error:
        return error.code == "not_durable"
    return False


async def test_i1_without_the_replica_nothing_is_said_to_be_accepted_and_its_return_is_enough(
    master: RedisProcess, replica: RedisProcess
) -> None:
    async with Rig(master.url, durability="replica") as rig:
        await taken(rig, EVENT)
        await replica.kill()
        other = Item("turn", "bia", b'"oi"', "bia:oi")
        assert await not_durable(rig.acceptor.accept([other]))
        assert not await rig.acceptor.ready()
        await replica.start()
        assert await taken(rig, other) == [False]  # já estava; só não se podia prometer


async def test_i1_a_duplicate_waits_too_although_it_writes_nothing(
    master: RedisProcess, replica: RedisProcess
) -> None:
    async with Rig(master.url, durability="replica") as rig:
        await taken(rig, Item("turn", "bia", b'"oi"', "bia:oi"))
        os.kill(replica.pid, signal.SIGSTOP)  # conectada, e sem confirmar
        assert await not_durable(rig.acceptor.accept([EVENT]))
        async with Rig(master.url, durability="replica") as another:
            assert await not_durable(another.acceptor.accept([EVENT]))
            os.kill(replica.pid, signal.SIGCONT)
            assert await taken(another, EVENT) == [False]


async def test_i4_a_send_begins_only_when_the_replica_knows_also_when_asked_again(
    master: RedisProcess, replica: RedisProcess
) -> None:
    clock = ManualClock()
    async with Rig(master.url, partitions=1, clock=clock, durability="replica") as rig:
        await taken(rig, EVENT)
        sender = Sender(rig, clock)
        turn = await sender.take()
        head = begin_head(sender.name, int(WINDOW_S * 1000), "one")
        op = begin_op(turn, REPLY, "same question")
        os.kill(replica.pid, signal.SIGSTOP)
        assert await not_durable(rig.gateway.submit(Script.BEGIN_SEND, 0, op, head))
        async with Rig(master.url, partitions=1, clock=clock, durability="replica") as another:
            assert await not_durable(another.gateway.submit(Script.BEGIN_SEND, 0, op, head))
            os.kill(replica.pid, signal.SIGCONT)
            await taken(another, EVENT)
            verdict, attempt, _ = await another.gateway.submit(Script.BEGIN_SEND, 0, op, head)
            assert (verdict, attempt) == (b"go", 1)


async def test_i4_a_send_that_was_never_confirmed_is_not_one_that_may_have_arrived(
    master: RedisProcess, replica: RedisProcess
) -> None:
    clock = ManualClock()
    async with Rig(master.url, partitions=1, clock=clock, durability="replica") as rig:
        await taken(rig, EVENT)
        sender = Sender(rig, clock)
        turn = await sender.take()
        await replica.kill()
        for _ in range(4):
            assert await not_durable(sender.ledger.begin(turn, REPLY, resend=False))
            clock.ms += 10 * int(WINDOW_S * 1000)
        await replica.start()
        await taken(rig, Item("turn", "bia", b'"oi"', "bia:oi"))
        assert await sender.ledger.begin(turn, REPLY, resend=False) == Ruling("go", attempt=1)


async def test_what_promises_nothing_does_not_wait_for_the_replica(
    master: RedisProcess, replica: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "CONFIRM_MS", 1500)
    async with Rig(master.url, partitions=1, durability="replica") as rig:
        await taken(rig, EVENT)
        os.kill(replica.pid, signal.SIGSTOP)
        accepting = asyncio.create_task(not_durable(rig.acceptor.accept([EVENT])))
        await asyncio.sleep(0.05)  # a confirmação está sendo esperada
        async with asyncio.timeout(0.5):
            assert await rig.gateway.submit(Script.MODE, 0, {"l": "turn", "c": "ana", "md": "BOT"}) == b""
        assert not accepting.done()
        os.kill(replica.pid, signal.SIGCONT)
        assert not await accepting


async def test_i1_fsync_is_asked_after_the_event_and_before_the_answer(valkey: RedisProcess) -> None:
    async with Redis.from_url(valkey.url) as client, client.monitor() as monitor:
        async with Rig(valkey.url, partitions=1, durability="fsync") as rig:
            await rig.acceptor.accept([EVENT])
        seen: list[str] = []
        async with asyncio.timeout(5):
            while "WAITAOF" not in seen[-1:]:
                command = (await monitor.next_command())["command"].split()
                seen.append("ACCEPT" if Script.ACCEPT.sha in command else command[0].upper())
    outside = [name for name in seen[seen.index("ACCEPT") :] if name in ("ACCEPT", "EVAL", "WAITAOF")]
    assert outside == ["ACCEPT", "EVAL", "WAITAOF"]


async def test_i1_what_the_disk_does_not_confirm_is_not_accepted_until_it_does(valkey: RedisProcess) -> None:
    async with Rig(valkey.url, durability="fsync") as rig:
        assert await rig.acceptor.accept([EVENT]) == [True]
        await valkey.run("CONFIG", "SET", "appendfsync", "no")
        other = Item("turn", "bia", b'"oi"', "bia:oi")
        assert await not_durable(rig.acceptor.accept([other]))
        await valkey.run("CONFIG", "SET", "appendfsync", "always")
        assert await rig.acceptor.accept([other]) == [False]


async def test_a_server_without_waitaof_confirms_nothing_unless_it_always_writes_to_disk(
    tmp_path: Path,
) -> None:
    server = RedisProcess(redis_binary("redis"), tmp_path / "old")
    await server.start()
    try:
        async with Rig(server.url, durability="fsync") as rig:
            assert await not_durable(rig.acceptor.accept([EVENT]))
            rig.gateway.confirm_without()
            assert await rig.acceptor.accept([EVENT]) == [False]
    finally:
        await server.stop()
