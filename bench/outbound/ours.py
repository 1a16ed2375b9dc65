"""Quanto leva a nossa etapa de envio? As mensagens passam antes pela entrada e pelas outras etapas.

Mede-se só o trabalhador da etapa `outbound`, o mesmo de produção, até o último turno gravado: livro de
envios, portão do canal, ritmo, recibo, chamada, classificação da resposta e commit. As primeiras abrem as
conexões, e não contam.
Uso: `python -m bench.outbound.ours --graph URL --redis-pid PID --folder PASTA`, com `REDIS_URL` no ambiente;
uma janela por linha da entrada.
"""

import argparse
import os
from functools import partial
from itertools import count
from pathlib import Path

import uvloop
from redis.asyncio import Redis

from bench.harness.rounds import Sample
from bench.harness.windows import answer
from bench.ingress.webhooks import body
from bench.outbound.timed import Size, Timed
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
    """As métricas de sempre, que contam a `timed` o que a etapa `stage` grava."""

    def __init__(self, stage: str, timed: Timed) -> None:
        super().__init__()
        self._stage = stage
        self._timed = timed
        self.waited = 0

    def committed(self, stage: str, n: int) -> None:
        """Conta."""
        super().committed(stage, n)
        if stage == self._stage:
            self._timed.did(n)

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


async def preload(settings: Settings, first: int, total: int) -> None:
    """Aceita `total` mensagens a partir de `first`, cada uma de uma pessoa, e leva-as à fila do envio."""
    url = settings.redis_url.reveal()
    stages = [stage for lane in LANES.values() for stage in lane.stages]
    identities = Identities(settings.pepper_secret.reveal().encode(), NoAliases())
    async with opened_gateway(settings, url, stages) as gateway:
        acceptor = Acceptor(
            gateway, list(LANES.values()), AcceptOptions(backlog_limit=settings.backlog_limit)
        )
        for chunk in range(first, first + total, CHUNK):
            offers = []
            for index in range(chunk, min(chunk + CHUNK, first + total)):
                batch = read(body(index, index, "1", f"10000000000000{index % NUMBERS}"))
                offers += offers_of(batch, await identities.keys_of(batch), system_clock(), "bench")
            await acceptor.accept(offers)
    timed = Timed(Size(0, total))
    await run_worker(settings, url, (SESSION, AI), Watched(AI, timed), timed.over)


async def window(settings: Settings, redis_pid: int, size: Size, numbers: "count[int]") -> Sample:
    """Uma janela: o que se mediu (ver `Timed`), quantas esperaram a vez, e quantas ficaram no Redis."""
    url = settings.redis_url.reveal()
    await preload(settings, next(numbers) * size.total, size.total)
    timed = Timed(size, redis_pid)
    metrics = Watched(OUTBOUND, timed)
    # como `pyloto-stream worker`
    await run_worker(settings, url, (OUTBOUND,), metrics, timed.over, lambda _gateway: settle_memory())
    return timed.told() | {"waited": metrics.waited, "left": await left_over(url)}


async def left_over(url: str) -> int:
    """Turnos que sobraram na fila da etapa ou foram enterrados: tem de ser zero."""
    total = 0
    async with Redis.from_url(url) as redis:
        for name in ("stream:outbound", "dead:outbound", "dead:ai", "dead:session"):
            async for key in redis.scan_iter(f"pyloto:*:{name}", count=1000):
                total += int(await redis.xlen(key))
    return total


def main() -> None:
    """Uma linha de JSON por janela."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--graph", required=True)
    parser.add_argument("--warm", type=int, default=0)
    parser.add_argument("--timed", type=int, default=1000)
    parser.add_argument("--concurrency", type=int, default=50)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--redis-pid", type=int, required=True)
    options = parser.parse_args()
    size = Size(options.warm, options.timed)
    with (options.folder / "log").open("w") as log:
        configure_logging("INFO", "json", "worker-outbound", log)
        settings = settings_for(options.folder, options.graph, options.concurrency)
        uvloop.run(answer(partial(window, settings, options.redis_pid, size, count())))


if __name__ == "__main__":
    main()
