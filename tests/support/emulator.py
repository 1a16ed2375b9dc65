"""Um emulador de verdade, num processo seu numa porta livre, que está pronto quando responde em HTTP."""

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path

import aiohttp


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


def free_port() -> int:
    """Uma porta livre agora."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
