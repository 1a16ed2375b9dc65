"""Como um processo executa etapas? Abre só o que elas usam, trabalha até o sinal, fecha na ordem inversa."""

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial

from consumers.documents import SharedDocuments
from consumers.gauges import Gauges
from consumers.pipeline import LANES, STAGES
from consumers.stages import Parts, stage_spec
from consumers.telemetry import StageTelemetry
from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.secret_refresh import keep_fresh
from pyloto_stream.settings import Settings
from pyloto_stream.startup import opened_gateway
from pyloto_stream.streams.chain import Chain
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.quarantine import Quarantine
from pyloto_stream.streams.stage import WorkerOptions
from pyloto_stream.streams.timers import TimerPump
from pyloto_stream.streams.worker import Mates, Worker


def consumer_name() -> str:
    """Nome deste início de processo nos grupos: nunca se repete, nem num reinício com o mesmo pid."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(3)}"


def parse_stages(value: str) -> tuple[str, ...]:
    """Etapas de `--stage`: um nome, vários separados por vírgula, ou `all`.

    Raises:
        MisconfiguredError: nome desconhecido.
    """
    if value == "all":
        return STAGES
    names = dict.fromkeys(name.strip() for name in value.split(","))
    if any(name not in STAGES for name in names):
        raise MisconfiguredError(f"--stage: unknown stage, choose from {', '.join(STAGES)} or all")
    return tuple(names)


def worker_options(settings: Settings) -> WorkerOptions:
    """Prazos do executor a partir da configuração."""
    return WorkerOptions(
        concurrency=settings.worker_concurrency,
        claim_idle_s=settings.claim_idle,
        stage_timeout_s=settings.stage_timeout,
        drain_timeout_s=settings.drain_timeout,
        max_attempts=settings.max_attempts,
        retry_base_s=settings.retry_base_seconds,
        retry_max_s=settings.retry_max_seconds,
    )


async def run_worker(
    settings: Settings,
    redis_url: str,
    stages: Sequence[str],
    metrics: Metrics,
    stop: asyncio.Event,
    on_ready: Callable[[Gateway], None] = lambda _gateway: None,
    live: LiveSettings | None = None,
) -> None:
    """Executa `stages` até `stop`; `on_ready` é chamada quando tudo está aberto e a leitura vai começar.

    `live`: a configuração em vigor, se os segredos podem mudar; sem ele, é `settings`.

    Raises:
        MisconfiguredError: Redis que não serve, número de partições diferente do gravado, ou repositório
            inutilizável.
        UnavailableError: o Redis não respondeu no início.
        ExceptionGroup: um laço morreu de defeito; o processo deve terminar.
    """
    live = live or LiveSettings(settings)
    async with AsyncExitStack() as resources:
        gateway = await resources.enter_async_context(opened_gateway(settings, redis_url, STAGES))
        documents = SharedDocuments(settings, resources)
        parts = Parts(settings, live, gateway, consumer_name(), metrics, resources, documents)
        options, telemetry = worker_options(settings), StageTelemetry(metrics)
        mates = Mates(Quarantine(), Chain())
        jobs: list[Callable[[asyncio.Event], Awaitable[None]]] = [
            TimerPump(gateway, telemetry).run,
            Gauges(gateway, metrics).run,
            partial(keep_fresh, live, count=metrics.secrets_read),
        ]
        for stage in stages:
            spec = await stage_spec(stage, parts)
            worker = Worker(gateway, LANES, spec, parts.consumer, options, telemetry, mates=mates)
            jobs.append(worker.run)
        on_ready(gateway)
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(_run(job, stop))


async def _run(job: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
    await job(stop)
