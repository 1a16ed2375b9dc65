"""Como se põe o sistema de pé para ser medido? Um processo por parte, num Redis novo, e nada dosa o ritmo.

Promete: tudo o que se inicia aqui termina ao sair do bloco. O que em produção dosaria fica aberto, e só isso:
a entrada não limita por endereço, o número manda 1000 mensagens por segundo (o máximo da Meta), a mesma
pessoa recebe sem intervalo, e ninguém é tido por inoportuno. O resto são os padrões, com o log em arquivo.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec

from bench.end_to_end.meta import Call, Told
from bench.end_to_end.scenarios import Load
from bench.end_to_end.traced import Span
from bench.harness.servers import Server, redis_server
from bench.harness.services import Service, cpu_s, first_number, service
from consumers.pipeline import STAGES
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.status import Status, inspect

T = TypeVar("T")

OPEN = {
    "RATE_LIMIT_PER_MINUTE": "0",
    "WHATSAPP_MESSAGES_PER_SECOND": "1000",
    "PAIR_INTERVAL": "0",
    "FLOOD_THRESHOLD": "10000",
}
PARTITIONS = 8
"""O padrão de `STREAM_PARTITIONS`."""
NO_LINES: Mapping[str, Sequence[str]] = {}


class System:
    """O sistema no ar; `address` é a entrada (`host:porta`).

    `parts`: os processos de cada parte (`ingress`, `workers`, na ordem em que se pediram, `redis`, `graph`).
    """

    def __init__(
        self, server: Server, address: str, parts: dict[str, list[int]], graph: "Graph", gateway: Gateway
    ) -> None:
        self.server = server
        self.address = address
        self.graph = graph
        self.parts = parts
        self._gateway = gateway

    def cpu_s(self) -> dict[str, float]:
        """Segundos de CPU já gastos por parte (`ingress`, `workers`, `redis`, `graph`)."""
        return {part: sum(map(cpu_s, pids)) for part, pids in self.parts.items()}

    async def memory(self) -> int:
        """Bytes que o Redis usa."""
        return int((await self.server.info("memory"))["used_memory"])

    async def status(self) -> Status:
        """Como estão as filas."""
        return await inspect(self._gateway, STAGES)


class Graph:
    """A Graph de quem mede, vista de fora."""

    def __init__(self, http: aiohttp.ClientSession, port: int) -> None:
        self._http = http
        self._url = f"http://127.0.0.1:{port}/bench/"

    async def told(self) -> Told:
        """Quantos envios até agora."""
        return msgspec.json.decode(await self._ask("told"), type=Told)

    async def calls(self) -> list[Call]:
        """As chamadas desde `forget`."""
        return msgspec.json.decode(await self._ask("calls"), type=list[Call])

    async def forget(self) -> None:
        """Recomeça a contar."""
        await self._ask("forget")

    async def door(self, address: str) -> None:
        """Diz para onde vão os status."""
        await self._ask("door", address)

    async def _ask(self, what: str, body: str = "") -> bytes:
        async with self._http.post(self._url + what, data=body.encode()) as answer:
            return await answer.read()


@asynccontextmanager
async def system(
    load: Load,
    groups: Sequence[str],
    graph_ms: float,
    folder: Path,
    lines: Mapping[str, Sequence[str]] = NO_LINES,
) -> AsyncIterator[System]:
    """O sistema no ar até sair do bloco; `groups`: as etapas de cada trabalhador, como `--stage` as pede.

    `folder`: onde ficam documentos, logs e anotações. `lines`: o módulo, com os seus argumentos, que faz as
    vezes de um processo nosso (`ingress`, ou as etapas de um trabalhador).

    Raises:
        ChildError: um processo não ficou pronto.
    """
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(redis_server())
        http = await stack.enter_async_context(aiohttp.ClientSession())

        async def start(
            name: str, *line: str, ready: Callable[[str], T | None], env: Mapping[str, str]
        ) -> Service[T]:
            log = folder / f"{name}.log"
            return await stack.enter_async_context(service(*line, ready=ready, log=log, env=env))

        meta = await start(
            "graph", "bench.end_to_end.meta", str(graph_ms), str(load.statuses), env={}, ready=first_number
        )
        env = _environment(server, meta.told, folder)
        gateway = Gateway(server.url, partitions=PARTITIONS)
        stack.push_async_callback(gateway.close)
        ready = partial(_logged, event="ingress listening", field="public")
        starting = [
            start("ingress", *lines.get("ingress", ("pyloto_stream", "ingress")), env=env, ready=ready)
        ]
        for group in groups:
            line = ["pyloto_stream", "worker", "--stage", group]
            if load.traced:
                line = ["bench.end_to_end.traced", group, str(folder / f"{group}.json")]
            ready = partial(_logged, event="worker running", field="private")
            starting.append(start(f"worker-{group}", *lines.get(group, line), env=env, ready=ready))
        ingress, *workers = await asyncio.gather(*starting)
        graph = Graph(http, meta.told)
        await graph.door(ingress.told)
        pids = [worker.pid for worker in workers]
        parts = {"ingress": [ingress.pid], "workers": pids, "redis": [server.pid], "graph": [meta.pid]}
        yield System(server, ingress.told, parts, graph, gateway)


def _environment(server: Server, graph_port: int, folder: Path) -> dict[str, str]:
    return {
        **OPEN,
        "REDIS_URL": server.url,
        "WHATSAPP_API_BASE_URL": f"http://127.0.0.1:{graph_port}",
        "LOG_FORMAT": "json",
        "INGRESS_PORT": "0",
        "ADMIN_PORT": "0",
        "SQLITE_PATH": str(folder / "documents.sqlite3"),
        "OBJECT_FOLDER": str(folder / "objects"),
    }


def spans_in(folder: Path) -> list[Span]:
    """O que os trabalhadores anotaram em `folder`, depois que pararam."""
    written = sorted(folder.glob("*.json"))
    return [span for path in written for span in msgspec.json.decode(path.read_bytes(), type=list[Span])]


def _logged(text: str, *, event: str, field: str) -> str | None:
    """Para `ready`: o campo `field` da linha de log `event`, se já foi escrita."""
    for line in text.splitlines():
        if f'"{event}"' in line and line.endswith("}"):
            return str(msgspec.json.decode(line)[field])
    return None
