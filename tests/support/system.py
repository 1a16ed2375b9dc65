"""O sistema como em produção: um processo por parte, sobre um Redis de verdade e uma Meta local.

Cada processo escreve o seu log num arquivo de `log_folder`; quem morre de SIGKILL é substituído por outro.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from consumers.pipeline import STAGES
from ingress.app import WEBHOOK_PATH
from pyloto_stream.cli.local import simulator_config
from pyloto_stream.settings import Settings, load
from pyloto_stream.simulator.app import Simulator
from pyloto_stream.simulator.config import Pace
from pyloto_stream.simulator.people import Person
from pyloto_stream.streams.embedded import die_with_parent
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.status import Status, inspect
from pyloto_stream.whatsapp.identity import identity, user_key

START_S, QUIET_S, STOP_S = 60.0, 90.0, 30.0
PATIENT = Pace(attempts=200, retry_first_ms=100, retry_max_ms=500, batch_ms=5)
"""A Meta insiste por dias; aqui, por mais tempo do que qualquer defeito dura. Um webhook leva várias."""


class Service:
    """Um processo nosso. `lines` são as linhas de log já escritas, como JSON."""

    def __init__(self, name: str, arguments: tuple[str, ...], environ: dict[str, str], log: Path) -> None:
        self.name = name
        self.arguments = arguments
        self._environ = environ
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "pyloto_stream", *self.arguments, env=self._environ,
                stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, preexec_fn=die_with_parent,
            )  # fmt: skip

    async def logged(self, event: str) -> dict[str, object]:
        """Espera a linha `event` e devolve os campos dela."""
        assert self._process is not None
        async with asyncio.timeout(START_S):
            while True:
                for line in self.lines():
                    if line.get("event") == event:
                        return line
                assert self._process.returncode is None, self._log.read_text()
                await asyncio.sleep(0.01)

    def lines(self) -> list[dict[str, object]]:
        text = self._log.read_text(errors="replace") if self._log.exists() else ""
        return [json.loads(line) for line in text.splitlines() if line.startswith("{") and line.endswith("}")]

    def kill(self) -> None:
        self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """Manda um sinal ao processo: `SIGSTOP` o congela, `SIGCONT` o acorda."""
        assert self._process is not None
        self._process.send_signal(number)

    def terminate(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()

    async def ended(self) -> int:
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), STOP_S)


class System:
    """Meta local, uma entrada e `copies` trabalhadores por etapa, cada um no seu processo."""

    def __init__(
        self,
        redis_url: str,
        folder: Path,
        log_folder: Path,
        *,
        copies: int = 1,
        pace: Pace = PATIENT,
        **environ: str,
    ) -> None:
        self.folder = folder
        self._copies = copies
        self._logs = log_folder
        self._environ = {
            **os.environ,
            "REDIS_URL": redis_url,
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "DEBUG",
            "INGRESS_PORT": "0",
            "ADMIN_PORT": "0",
            "SQLITE_PATH": str(folder / "documents.sqlite3"),
            "OBJECT_FOLDER": str(folder / "objects"),
            "PAIR_INTERVAL": "0",  # quem prova o ritmo o pede; aqui as pessoas falam depressa
            "WHATSAPP_MESSAGES_PER_SECOND": "1000",
            **environ,
        }
        self.settings: Settings = load(self._environ)
        self.simulator = Simulator(simulator_config(self.settings, pace=pace))
        self.gateway = Gateway(redis_url, partitions=self.settings.stream_partitions)
        self.workers: list[Service] = []
        self._started = 0

    async def __aenter__(self) -> Self:
        graph = await self.simulator.start()
        self._environ["WHATSAPP_API_BASE_URL"] = graph
        self.ingress = await self._launch("ingress")
        for stage in STAGES:
            for _ in range(self._copies):
                self.workers.append(await self._launch("worker", "--stage", stage))
        await self.gateway.open(STAGES)
        self.public = (await self.ingress.logged("ingress listening"))["public"]
        self.simulator.subscribe(f"http://{self.public}{WEBHOOK_PATH}")
        for worker in self.workers:
            await worker.logged("worker running")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        services = [self.ingress, *self.workers]
        if kind is None:  # um substituto recém-iniciado ainda não trata sinais
            for worker in self.workers:
                await worker.logged("worker running")
        for service in services:
            service.terminate()
        codes = [await service.ended() for service in services]
        await self.simulator.stop()
        await self.gateway.close()
        if kind is None:
            assert codes == [0] * len(services), dict(zip((s.name for s in services), codes, strict=True))

    async def replace(self, worker: Service) -> None:
        """Mata `worker` sem aviso e põe outro no lugar, sem esperar que ele esteja pronto."""
        worker.kill()
        await worker.ended()
        self.workers[self.workers.index(worker)] = await self._launch(*worker.arguments)

    async def quiet(self) -> Status:
        """Espera não haver nada à espera, em curso ou estacionado, duas vezes seguidas."""
        async with asyncio.timeout(QUIET_S):
            seen = 0
            while True:
                status = await inspect(self.gateway, STAGES)
                seen = seen + 1 if status.idle else 0
                if seen == 2:
                    return status
                await asyncio.sleep(0.1)

    def key(self, person: Person) -> str:
        """`user_key` de uma pessoa do simulador."""
        return user_key(self.settings.pepper_secret.reveal().encode(), identity(person.profile.key))

    def logs(self) -> Iterable[Path]:
        return self._logs.glob("*.log")

    async def _launch(self, *arguments: str) -> Service:
        self._started += 1
        name = f"{self.folder.name}-{self._started:03d}-{'-'.join(arguments).replace('--', '')}"
        service = Service(name, arguments, self._environ, self._logs / f"{name}.log")
        await service.start()
        return service
