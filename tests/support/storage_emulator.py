"""Um emulador do Cloud Storage de verdade, num processo seu; o que ele não cobra, `storage.py` cobra."""

import asyncio
import importlib.util
import sys
from pathlib import Path

import aiohttp

from tests.support.firestore import free_port
from tests.support.servers import missing

PACKAGE = "gcp-storage-emulator"
START_S = 30.0


class StorageEmulator:
    """Um processo do emulador numa porta livre, em memória; `url` é `http://…`, sem barra."""

    def __init__(self, folder: Path) -> None:
        if importlib.util.find_spec("gcp_storage_emulator") is None:
            missing("the Cloud Storage emulator", f"pip install {PACKAGE}")
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.url = ""

    async def start(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        log = self._folder / "log"
        with log.open("wb") as out:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "gcp_storage_emulator", "-d", str(self._folder), "start",
                "-H", "127.0.0.1", "--port", str(port), "-M", "-q", stdout=out, stderr=out,
            )  # fmt: skip
        async with asyncio.timeout(START_S), aiohttp.ClientSession() as session:
            while not await self._answers(session):
                assert self._process.returncode is None, log.read_text()
                await asyncio.sleep(0.02)

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.url}/") as response:
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
