"""Um emulador do Firestore de verdade, iniciado do jar do Google, sem gcloud e sem rede."""

import asyncio
import shutil
import socket
import subprocess
from pathlib import Path

import aiohttp

from tests.support.servers import missing

PACKAGE = "google-cloud-cli-firestore-emulator"
MAIN_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
START_S = 60.0


def jar() -> Path:
    """O jar do emulador, do pacote Debian do Google."""
    listing = ""
    if shutil.which("dpkg"):
        command = ["dpkg", "-L", PACKAGE]
        listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = [Path(line) for line in listing.splitlines() if line.endswith("emulator.jar")]
    if not found:
        missing("the Firestore emulator", f"apt-get install {PACKAGE}")
    if not shutil.which("java"):
        missing("java", "the Firestore emulator needs it: apt-get install default-jre-headless")
    return found[0]


class FirestoreEmulator:
    """Um processo do emulador numa porta livre; `host` é o valor de `FIRESTORE_EMULATOR_HOST`."""

    def __init__(self, binary: Path, log: Path) -> None:
        self._binary = binary
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self.host = ""

    async def start(self) -> None:
        self.host = f"127.0.0.1:{free_port()}"
        port = self.host.rpartition(":")[2]
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                "java", "-Duser.language=en", "-cp", str(self._binary), MAIN_CLASS, "start",
                "--host=127.0.0.1", f"--port={port}", stdout=log, stderr=log,
            )  # fmt: skip
        async with asyncio.timeout(START_S), aiohttp.ClientSession() as session:
            while not await self._answers(session):
                assert self._process.returncode is None, self._log.read_text()
                await asyncio.sleep(0.05)

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
