"""Um Redis de verdade num endereço fixo, que pode morrer e voltar com os mesmos dados."""

import asyncio
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from pyloto_stream.streams.embedded import die_with_parent
from tests.support.emulator import free_port

START_S = 20.0


class RedisProcess:
    """`binary` numa porta de laço local, com AOF gravado a cada escrita; `url` não muda entre partidas.

    `options`: opções do servidor, que valem sobre as de cima.
    """

    def __init__(self, binary: Path, folder: Path, *options: str) -> None:
        self._binary = binary
        self._folder = folder
        self.options = options
        self._process: asyncio.subprocess.Process | None = None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """A linha que inicia o servidor."""
        return [
            str(self._binary), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._folder),
            "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--logfile", "redis.log",
            *self.options,
        ]  # fmt: skip

    async def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = await asyncio.create_subprocess_exec(*self.command(), preexec_fn=die_with_parent)
        async with asyncio.timeout(START_S), Redis.from_url(self.url, socket_timeout=1) as client:
            while not await self._answers(client):
                assert self._process.returncode is None, "redis ended, see its log"
                await asyncio.sleep(0.01)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        """O processo existe?"""
        return self._process is not None and self._process.returncode is None

    async def kill(self) -> None:
        """SIGKILL: sem aviso e sem gravar mais nada."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        if self._process is not None and self.alive:
            self._process.terminate()
            await self._process.wait()

    async def run(self, *command: str | int) -> object:
        """Um comando cru, como quem administra o servidor; textos na resposta."""
        async with Redis.from_url(self.url, decode_responses=True) as client:
            return await client.execute_command(*command)  # type: ignore[no-untyped-call] # redis-py

    @staticmethod
    async def _answers(client: Redis) -> bool:
        try:
            return bool(await client.ping())
        except (RedisError, OSError):
            return False
