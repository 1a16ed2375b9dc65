"""Quanto leva a nossa etapa de envio? As mensagens passam antes pela entrada e pelas outras etapas.

Mede-se só o trabalhador da etapa `outbound`, o mesmo de produção, do início da leitura ao último turno
gravado: livro de envios, portão do canal, ritmo, recibo, chamada, classificação da resposta e commit.
Uso: `python -m bench.outbound.ours --graph URL --count N --redis-pid PID`, com `REDIS_URL` no ambiente.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path

import uvloop
from redis.asyncio import Redis

from bench.harness.services import cpu_s
from bench.ingress.webhooks import body
from consumers.pipeline import AI, LANES, OUTBOUND, SESSION
from consumers.worker import run_worker
from ingress.identities import Identities, NoAliases
from ingress.intake import offers_of
from pyloto_stream.clock import system_clock
from pyloto_stream.observability.logging import configure_logging
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.settings import Settings, load
from pyloto_stream.startup import opened_gateway, settle_memory
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.whatsapp.webhook import read

NUMBERS = 8
"""Números por onde as respostas saem: o ritmo de um só não passa de 1.000/s, e seria o limite."""
CHUNK = 500


class Watched(Metrics):
    """As métricas de sempre, que param o trabalhador quando a etapa `stage` grava `count` turnos."""

    def __init__(self, stage: str, count: int) -> None:
        super().__init__()
        self._stage = stage
        self._left = count
        self.stop = asyncio.Event()
        self.ended = 0.0
        self.waited = 0

    def committed(self, stage: str, n: int) -> None:
        """Conta; no último, anota a hora e pede a parada."""
        super().committed(stage, n)
        self._left -= n if stage == self._stage else 0
        if self._left <= 0 and not self.stop.is_set():
            self.ended = time.perf_counter()
            self.stop.set()

    def snoozed(self, stage: str) -> None:
        """Um turno esperou a vez: o ritmo, e não o trabalho, estaria sendo medido."""
        super().snoozed(stage)
        self.waited += 1


def settings_for(folder: Path, graph: str, concurrency: int) -> Settings:
    """A configuração de produção, com os ritmos no máximo que ela aceita."""
    return load({
        "REDIS_URL": os.environ["REDIS_URL"],
        "LOG_FORMAT": "json",
        "WHATSAPP_API_BASE_URL": graph,
        "WHATSAPP_MESSAGES_PER_SECOND": "1000",
        "WORKER_CONCURRENCY": str(concurrency),
        "BACKLOG_LIMIT": "100000000",
        "SQLITE_PATH": str(folder / "documents.sqlite3"),
        "OBJECT_FOLDER": str(folder / "objects"),
    })  # fmt: skip


async def preload(settings: Settings, count: int) -> None:
    """Aceita `count` mensagens, cada uma de uma pessoa, e as leva até a fila da etapa de envio."""
    url = settings.redis_url.reveal()
    stages = [stage for lane in LANES.values() for stage in lane.stages]
    identities = Identities(settings.pepper_secret.reveal().encode(), NoAliases())
    async with opened_gateway(settings, url, stages) as gateway:
        acceptor = Acceptor(
            gateway, list(LANES.values()), AcceptOptions(backlog_limit=settings.backlog_limit)
        )
        for first in range(0, count, CHUNK):
            offers = []
            for index in range(first, min(first + CHUNK, count)):
                batch = read(body(index, index, "1", f"10000000000000{index % NUMBERS}"))
                offers += offers_of(batch, await identities.keys_of(batch), system_clock(), "bench")
            await acceptor.accept(offers)
    metrics = Watched(AI, count)
    await run_worker(settings, url, (SESSION, AI), metrics, metrics.stop)


async def send_all(settings: Settings, count: int, redis_pid: int) -> dict[str, float]:
    """Mensagens por segundo, µs de CPU por mensagem daqui e do Redis, e quantas esperaram a vez."""
    metrics, started = Watched(OUTBOUND, count), list[float]()

    def ready(_gateway: object) -> None:
        settle_memory()  # como `pyloto-stream worker`
        started.extend((time.perf_counter(), time.process_time(), cpu_s(redis_pid)))

    url = settings.redis_url.reveal()
    working = asyncio.create_task(run_worker(settings, url, (OUTBOUND,), metrics, metrics.stop, ready))
    await metrics.stop.wait()
    wall, cpu, redis = started
    spent = {"cpu_us": time.process_time() - cpu, "redis_us": cpu_s(redis_pid) - redis}
    await working
    shown = {name: seconds / count * 1e6 for name, seconds in spent.items()}
    return {"per_s": count / (metrics.ended - wall), **shown, "waited": metrics.waited}


async def left_over(url: str) -> int:
    """Turnos que sobraram na fila da etapa ou foram enterrados: tem de ser zero."""
    total = 0
    async with Redis.from_url(url) as redis:
        for name in ("stream:outbound", "dead:outbound", "dead:ai", "dead:session"):
            async for key in redis.scan_iter(f"pyloto:*:{name}", count=1000):
                total += int(await redis.xlen(key))
    return total


async def measure(options: argparse.Namespace, folder: Path) -> dict[str, float]:
    """Prepara, mede e confere."""
    with (folder / "log").open("w") as log:
        configure_logging("INFO", "json", "worker-outbound", log)
        settings = settings_for(folder, options.graph, options.concurrency)
        await preload(settings, options.count)
        told = await send_all(settings, options.count, options.redis_pid)
    return told | {"left": await left_over(settings.redis_url.reveal())}


def main() -> None:
    """A última linha é o JSON do que se mediu."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--graph", required=True)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=50)
    parser.add_argument("--redis-pid", type=int, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pyloto-bench-") as folder:
        print(json.dumps(uvloop.run(measure(options, Path(folder)))))


if __name__ == "__main__":
    main()
