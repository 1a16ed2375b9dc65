"""Como um processo executa etapas? Abre só o que as etapas pedidas usam, trabalha até o sinal, fecha na ordem inversa.

Cada etapa carrega suas dependências pesadas aqui dentro, e somente se foi pedida.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.settings import Settings
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.timers import TimerPump
from pyloto_stream.streams.worker import StageSpec, Worker, WorkerOptions

from consumers.pipeline import AI, AUDIT, LANES, OUTBOUND, SESSION, STAGES, failed_turn
from consumers.telemetry import StageTelemetry


def consumer_name() -> str:
    """Nome deste início de processo nos grupos: nunca se repete, nem depois de um reinício com o mesmo pid."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(3)}"


def parse_stages(value: str) -> tuple[str, ...]:
    """Etapas de `--stage`: um nome, vários separados por vírgula, ou `all`.

    Raises:
        MisconfiguredError: nome desconhecido.
    """
    if value == "all":
        return STAGES
    names = tuple(name.strip() for name in value.split(","))
    unknown = [name for name in names if name not in STAGES]
    if unknown:
        raise MisconfiguredError(f"--stage: unknown stage, choose from {', '.join(STAGES)} or all")
    return names


def worker_options(settings: Settings) -> WorkerOptions:
    """Prazos do executor a partir da configuração."""
    return WorkerOptions(
        concurrency=settings.worker_concurrency,
        claim_idle_s=settings.claim_idle,
        drain_timeout_s=settings.drain_timeout,
        max_attempts=settings.max_attempts,
    )


async def run_worker(
    settings: Settings,
    redis_url: str,
    stages: Sequence[str],
    metrics: Metrics,
    stop: asyncio.Event,
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Executa `stages` até `stop`.

    Raises:
        MisconfiguredError: número de partições diferente do gravado, ou repositório inutilizável.
        UnavailableError: o Redis não respondeu no início.
    """
    async with AsyncExitStack() as resources:
        gateway = Gateway(redis_url, partitions=settings.stream_partitions)
        resources.push_async_callback(gateway.close)
        await gateway.open(STAGES)
        consumer, telemetry = consumer_name(), StageTelemetry(metrics)
        options = worker_options(settings)
        jobs: list[Callable[[asyncio.Event], Awaitable[None]]] = [TimerPump(gateway).run]
        for stage in stages:
            spec = await _spec(stage, settings, gateway, consumer, metrics, resources)
            jobs.append(Worker(gateway, LANES, spec, consumer, options, telemetry).run)
        on_ready()
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(_run(job, stop))


async def _run(job: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
    await job(stop)
