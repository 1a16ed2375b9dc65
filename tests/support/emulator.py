"""Um emulador de verdade, num processo seu numa porta livre, que está pronto quando responde em HTTP."""

import asyncio
import itertools
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import aiohttp

PORTS, SHARE = range(12_000, 28_000), 2_000
"""Onde se procuram portas, e quantas são de cada processo."""


class Emulator:
    """O processo; `host` é `127.0.0.1:porta` depois de `start`."""

    def __init__(self, log: Path, start_s: float) -> None:
        self._log = log
        self._start_s = start_s
        self._process: asyncio.subprocess.Process | None = None
        self.host = ""

    def command(self, port: int) -> Sequence[str]:
        """O que se executa para o ter na porta `port`."""
        raise NotImplementedError

    async def start(self) -> None:
        port = free_port()
        self.host = f"127.0.0.1:{port}"
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(*self.command(port), stdout=log, stderr=log)
        async with asyncio.timeout(self._start_s), aiohttp.ClientSession() as session:
            while not await self._answers(session):
                assert self._process.returncode is None, self._log.read_text()
                await asyncio.sleep(0.02)

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"http://{self.host}/") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def _own_ports() -> Iterator[int]:
    """As portas deste processo, em roda, a começar longe de onde outro começou.

    Fora da faixa que o sistema dá a quem não escolhe: entre a pergunta e o uso, ninguém mais as recebe. Cada
    executor do pytest-xdist tem as suas.
    """
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % (len(PORTS) // SHARE)
    mine = PORTS[number * SHARE : (number + 1) * SHARE]
    start = os.getpid() * 61 % SHARE
    return itertools.cycle((*mine[start:], *mine[:start]))


_ports = _own_ports()


def free_port() -> int:
    """Uma porta livre, que ninguém mais desta execução recebe tão cedo."""
    for port in itertools.islice(_ports, SHARE):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")
