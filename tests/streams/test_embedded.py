"""O Redis embutido guarda o que aceitou, serve a um só processo e não sobrevive a quem o iniciou."""

import asyncio
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.streams import embedded
from pyloto_stream.streams.embedded import EmbeddedRedis
from tests.support.servers import crash
from tests.support.streams import until

PARENT = """
import asyncio, sys
from pathlib import Path
from pyloto_stream.streams.embedded import EmbeddedRedis

async def main():
    server = EmbeddedRedis(Path(sys.argv[1]), binary=Path(sys.argv[2]))
    url = await server.start()
    Path(sys.argv[3]).write_text(f"{url} {server.pid}\\n")
    await asyncio.Event().wait()

asyncio.run(main())
"""


@asynccontextmanager
async def client(server: EmbeddedRedis) -> AsyncIterator[Redis]:
    async with Redis.from_url(server.url, decode_responses=True) as connection:
        yield connection


async def gone(url: str) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(url.removeprefix("unix://"))
    except OSError:
        return True
    writer.close()
    return False


async def test_it_answers_from_start_until_stop(folder: Path, binary: Path) -> None:
    server = EmbeddedRedis(folder, binary=binary)
    url = await server.start()
    async with client(server) as connection:
        assert await connection.ping()
        assert (await connection.config_get("maxmemory-policy"))["maxmemory-policy"] == "noeviction"
    await server.stop()
    assert server.pid is None
    assert await gone(url)
    assert not Path(url.removeprefix("unix://")).parent.exists()


async def test_stopping_twice_or_before_the_start_is_harmless(folder: Path, binary: Path) -> None:
    server = EmbeddedRedis(folder, binary=binary)
    await server.stop()
    await server.start()
    await server.stop()
    await server.stop()


async def test_data_survives_a_stop(folder: Path, binary: Path) -> None:
    server = EmbeddedRedis(folder, binary=binary)
    await server.start()
    async with client(server) as connection:
        await connection.set("k", "v")
    await server.stop()
    await server.start()
    async with client(server) as connection:
        assert await connection.get("k") == "v"
    await server.stop()


async def test_everything_acknowledged_survives_a_kill_of_the_server(folder: Path, binary: Path) -> None:
    server = EmbeddedRedis(folder, binary=binary)
    await server.start()
    async with client(server) as connection:
        for n in range(200):
            await connection.rpush("list", n)
        await crash(server)
    await server.start()
    async with client(server) as connection:
        assert await connection.lrange("list", 0, -1) == [str(n) for n in range(200)]
    await server.stop()


async def test_only_the_owner_reaches_the_data_and_the_socket(folder: Path, binary: Path) -> None:
    server = EmbeddedRedis(folder, binary=binary)
    socket = Path((await server.start()).removeprefix("unix://"))
    for path in (folder, socket.parent, socket):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    await server.stop()


async def test_a_folder_serves_one_server_at_a_time(folder: Path, binary: Path) -> None:
    first, second = EmbeddedRedis(folder, binary=binary), EmbeddedRedis(folder, binary=binary)
    await first.start()
    with pytest.raises(MisconfiguredError) as caught:
        await second.start()
    assert caught.value.problems == ("EMBEDDED_DIR: another process is using this folder",)
    async with client(first) as connection:
        assert await connection.ping()
    await first.stop()
    await second.start()
    await second.stop()


async def test_no_server_is_left_when_its_parent_is_killed(folder: Path, binary: Path) -> None:
    told = folder.parent / "told"
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(folder), str(binary), str(told)
    )
    await until(lambda: told.exists() and told.read_text().endswith("\n"))
    url, pid = told.read_text().split()
    assert not await gone(url)
    os.kill(int(pid), signal.SIGSTOP)
    heir = EmbeddedRedis(folder, binary=binary)
    try:
        parent.kill()
        await parent.wait()
        # o servidor ainda existe, parado: a pasta é dele até o fim, ou dois escreveriam no mesmo arquivo
        with pytest.raises(MisconfiguredError):
            await heir.start()
    finally:
        os.kill(int(pid), signal.SIGCONT)
    await until(lambda: gone(url))
    await until(lambda: _starts(heir))
    await heir.stop()


async def _starts(server: EmbeddedRedis) -> bool:
    try:
        await server.start()
    except MisconfiguredError:
        return False
    return True


async def test_a_server_that_does_not_stop_is_killed(
    folder: Path, binary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "STOP_TIMEOUT_S", 0.05)
    server = EmbeddedRedis(folder, binary=binary)
    url = await server.start()
    assert server.pid is not None
    os.kill(server.pid, signal.SIGSTOP)
    await server.stop()
    assert await gone(url)
