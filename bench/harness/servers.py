"""Onde cada contendor trabalha? Num Redis seu, novo a cada rodada, em memória, que morre com quem o pediu.

A porta fica fora da faixa que o sistema dá a quem não escolhe: entre achá-la e usá-la, ninguém mais a recebe.
"""

import asyncio
import itertools
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bench.harness.children import stop
from pyloto_stream.streams.embedded import die_with_parent, find_binary

PORTS = range(28_000, 32_000)
START_S = 20.0


class Server:
    """Um Redis que responde em `url`; `pid` é o do processo."""

    def __init__(self, port: int, pid: int) -> None:
        self.port = port
        self.pid = pid
        self.url = f"redis://127.0.0.1:{port}/0"

    async def info(self, section: str) -> dict[str, Any]:
        """`INFO section`, com os números já números."""
        async with Redis.from_url(self.url) as client:
            told: dict[str, Any] = await client.info(section)
            return told

    async def cpu_s(self) -> float:
        """Segundos de processador gastos até agora, no servidor inteiro."""
        told = await self.info("cpu")
        return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])

    async def commands(self) -> int:
        """Comandos executados até agora; os de dentro de um script contam também."""
        return int((await self.info("stats"))["total_commands_processed"])


def find_redis() -> Path:
    """O `redis-server` do sistema; se não há, o que vem com o extra `embedded`.

    Raises:
        MisconfiguredError: nenhum dos dois está instalado.
    """
    found = shutil.which("redis-server")
    return Path(found) if found else find_binary()


@asynccontextmanager
async def redis_server(binary: Path | None = None, *, options: Sequence[str] = ()) -> AsyncIterator[Server]:
    """Um servidor novo e vazio, em memória; `options` valem sobre as de cima.

    Raises:
        RuntimeError: não respondeu em `START_S` segundos ou terminou antes, com o que ele disse.
    """
    with tempfile.TemporaryDirectory(prefix="pyloto-bench-") as folder:
        port, log = free_port(), Path(folder) / "redis.log"
        process = await asyncio.create_subprocess_exec(
            str(binary or find_redis()), "--bind", "127.0.0.1", "--port", str(port), "--dir", folder,
            "--save", "", "--appendonly", "no", "--logfile", str(log), *options,
            preexec_fn=die_with_parent,
        )  # fmt: skip
        try:
            server = Server(port, process.pid)
            await _ready(server, process, log)
            yield server
        finally:
            await stop(process)


async def _ready(server: Server, process: asyncio.subprocess.Process, log: Path) -> None:
    try:
        async with asyncio.timeout(START_S), Redis.from_url(server.url, socket_timeout=1) as client:
            while process.returncode is None:
                with suppress(RedisError, OSError):
                    await client.ping()
                    return
                await asyncio.sleep(0.01)
    except TimeoutError:
        pass
    raise RuntimeError(f"redis did not start on port {server.port}:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8")[-2000:] if log.exists() else "(no log)"


def _roundabout() -> Iterator[int]:
    start = os.getpid() * 61 % len(PORTS)
    return itertools.cycle((*PORTS[start:], *PORTS[:start]))


_ports = _roundabout()


def free_port() -> int:
    """Uma porta livre no laço local, que este processo não torna a dar tão cedo.

    Raises:
        RuntimeError: nenhuma está livre.
    """
    for port in itertools.islice(_ports, len(PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError(f"no port is free in {PORTS.start}-{PORTS.stop}")
