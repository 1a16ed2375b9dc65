"""Que Redis uma rodada usa? Um banco limpo dos da campanha, ou um servidor só dela, que ela pode estragar."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.faults.harness.checker import Row, check
from tests.faults.harness.run import Run
from tests.support.redis_process import RedisProcess
from tests.support.servers import open_raw, redis_binary

KINDS = ("redis", "valkey")


async def cleared(run: Run) -> str:
    """O banco da rodada, vazio."""
    async with open_raw(run.redis_url) as redis:
        await redis.flushdb()
    return run.redis_url


@asynccontextmanager
async def own_server(run: Run, *options: str, kind: str = "") -> AsyncIterator[RedisProcess]:
    """Um servidor da rodada, a cada vez de outra espécie; também atende em `socket_of`."""
    socket = tempfile.TemporaryDirectory(prefix="own-")
    binary = redis_binary(kind or KINDS[run.number % 2])
    folder = run.folder / "redis"
    server = RedisProcess(binary, folder, "--unixsocket", f"{socket.name}/redis.sock", *options)
    run.redis_url = run.observer_url = server.url
    run.note(f"own server, {binary.name} {' '.join(options)}")
    await server.start()
    try:
        yield server
    finally:
        if server.alive:
            await server.kill()
        socket.cleanup()


def socket_of(server: RedisProcess) -> str:
    """Endereço do mesmo servidor num socket Unix, para um `Wire`."""
    return f"unix://{server.options[server.options.index('--unixsocket') + 1]}"


def journal_of(server: RedisProcess, run: Run) -> Path:
    """O AOF em que o servidor da rodada escreve."""
    assert server.alive
    return max((run.folder / "redis" / "appendonlydir").glob("*.incr.aof"))


async def back(server: RedisProcess, run: Run) -> None:
    """O servidor volta; quem observa larga as conexões com o que morreu."""
    await server.start()
    await run.redis.connection_pool.disconnect()


async def judged_on(
    server: RedisProcess, run: Run, scenario: Callable[[], Awaitable[None]]
) -> tuple[Row, list[str]]:
    """Uma rodada do sistema inteiro sobre `server`: o cenário, a calma e a conferência."""
    try:
        await scenario()
        await run.quiet()
        return await check(run)
    finally:
        await run.close()
