"""Como o processo da entrada vive? Abre o executor, atende nos dois endereços, fecha na ordem inversa."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack

import msgspec
from aiohttp import web

from ingress.app import create_admin_app, create_public_app
from ingress.config import IngressConfig
from ingress.flows import flow_routes
from ingress.health import health, readiness
from ingress.objects import object_routes
from ingress.ports import Readiness
from ingress.server import Address, Listening, serve, serve_admin
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.secret_refresh import keep_fresh
from pyloto_stream.settings import Settings
from pyloto_stream.startup import opened_gateway
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.aliases import AliasTable
from pyloto_stream.streams.model import Lane
from pyloto_stream.streams.pace import PaceMeter, Pacer


def ingress_config(settings: Settings) -> IngressConfig:
    """O que a entrada usa da configuração."""
    return IngressConfig(
        verify_token=settings.whatsapp_verify_token.reveal(),
        webhook_secrets=tuple(secret.reveal().encode() for secret in settings.whatsapp_webhook_secret),
        pepper=settings.pepper_secret.reveal().encode(),
        require_signature=settings.zero_trust_mode,
        rate_limit_per_minute=settings.rate_limit_per_minute,
        admin_token=settings.admin_token.reveal(),
        detail=settings.log_level == "DEBUG",
    )


def probes(runtime: Readiness) -> Iterable[web.AbstractRouteDef]:
    """`/health` e `/ready` também no endereço privado: todo processo os tem no mesmo lugar."""
    return (web.get("/health", health), web.get("/ready", readiness(runtime)))


async def run_ingress(
    settings: Settings,
    redis_url: str,
    lanes: Sequence[Lane],
    metrics: Metrics,
    stop: asyncio.Event,
    on_listening: Callable[[Listening], None] = lambda _listening: None,
    live: LiveSettings | None = None,
) -> None:
    """Atende até `stop`; `lanes` são as faixas da instalação, a primeira é a que responde.

    `live`: a configuração em vigor, se os segredos podem mudar; sem ele, é `settings`.

    Raises:
        MisconfiguredError: endereço que não pode ser usado, Redis que não serve, ou outras partições.
        UnavailableError: o Redis não respondeu no início.
    """
    live = live or LiveSettings(settings)
    async with AsyncExitStack() as resources:
        stages = [stage for lane in lanes for stage in lane.stages]
        opened = opened_gateway(settings, redis_url, stages, alternating=True)
        gateway = await resources.enter_async_context(opened)
        acceptor, config = Acceptor(gateway, lanes, _accept_options(settings)), live.of(ingress_config)
        meter = PaceMeter(Pacer(gateway, settings.paces()))
        for job in (meter.run(stop), keep_fresh(live, stop, metrics.secrets_read)):
            resources.push_async_callback(_ended, asyncio.create_task(job))
        # num cluster, um nó calado seguraria os outros pedidos do grupo; o executor junta as idas na mesma
        alone = {} if gateway.one_server else {"crowd": 1}
        public = create_public_app(
            msgspec.structs.replace(config(), **alone),
            acceptor,
            metrics,
            live=config,
            aliases=AliasTable(gateway),
            arrived=meter.count,
            routes=flow_routes(settings, live=live),
        )
        private = (*probes(acceptor), *object_routes(settings))
        await serve(
            public,
            create_admin_app(config(), metrics.registry, metrics, live=config, routes=private),
            public_address=Address(settings.ingress_host, settings.ingress_port),
            admin_address=Address(settings.admin_host, settings.admin_port),
            stop=stop,
            on_listening=on_listening,
        )


def _accept_options(settings: Settings) -> AcceptOptions:
    return AcceptOptions(dedupe_ttl_s=settings.dedupe_ttl_seconds, backlog_limit=settings.backlog_limit)


async def _ended(task: asyncio.Task[None]) -> None:
    """Para a tarefa e devolve o erro dela, se um defeito a matou antes."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    if not task.cancelled() and (error := task.exception()):
        raise error


async def run_admin(
    settings: Settings,
    runtime: Readiness,
    metrics: Metrics,
    stop: asyncio.Event,
    on_listening: Callable[[Address], None] = lambda _address: None,
    live: LiveSettings | None = None,
) -> None:
    """Só o endereço privado (`/metrics`, `/health`, `/ready`), para os processos que não recebem webhooks.

    Raises:
        MisconfiguredError: o endereço não pode ser usado.
    """
    config = (live or LiveSettings(settings)).of(ingress_config)
    app = create_admin_app(config(), metrics.registry, metrics, live=config, routes=probes(runtime))
    address = Address(settings.admin_host, settings.admin_port)
    await serve_admin(app, address, stop=stop, on_listening=on_listening)
