"""Os processos do sistema, um por comando: `ingress`, `worker` e `simulator`."""

import asyncio
import os
from typing import TYPE_CHECKING, Annotated

import typer
from loguru import logger

from pyloto_stream.errors import MisconfiguredError

if TYPE_CHECKING:
    from pyloto_stream.settings import Settings

app = typer.Typer()


@app.command(
    "ingress",
    help="Receive Meta's webhooks (INGRESS_HOST:INGRESS_PORT) and serve metrics on the private listener.",
    epilog="Example: REDIS_URL=redis://127.0.0.1:6379/0 pyloto-stream ingress",
)
def ingress() -> None:
    """A entrada, até SIGTERM.

    Raises:
        MisconfiguredError: há valores errados ou faltando.
        UnavailableError: o Redis não respondeu no início.
    """
    from consumers.pipeline import LANES  # noqa: PLC0415 — `--help` não carrega o sistema
    from ingress.process import run_ingress  # noqa: PLC0415
    from ingress.server import Listening  # noqa: PLC0415
    from pyloto_stream.cli.process import run, server_url, settings_of  # noqa: PLC0415
    from pyloto_stream.live_settings import LiveSettings  # noqa: PLC0415
    from pyloto_stream.observability.metrics import Metrics  # noqa: PLC0415
    from pyloto_stream.startup import settle_memory  # noqa: PLC0415

    settings = settings_of("ingress")
    url = server_url(settings)

    def listening(at: Listening) -> None:
        public, admin = (f"{address.host}:{address.port}" for address in (at.public, at.admin))
        settle_memory()
        logger.bind(public=public, private=admin).info("ingress listening")

    lanes, stall_s = list(LANES.values()), settings.loop_stall_timeout
    live = LiveSettings(settings, os.environ)
    run(lambda stop: run_ingress(settings, url, lanes, Metrics(), stop, listening, live), stall_s=stall_s)
    logger.info("ingress stopped")


@app.command(
    "worker",
    help="Run one stage, several (comma separated) or all. Start as many workers of a stage as you like.",
    epilog="Example: REDIS_URL=redis://127.0.0.1:6379/0 pyloto-stream worker --stage ai",
)
def worker(
    stage: Annotated[
        str, typer.Option("--stage", help="session, ai, outbound, audit, media, handoff, or all.")
    ],
) -> None:
    """Um trabalhador, até SIGTERM; então termina o que tem em mãos em `DRAIN_TIMEOUT` e sai.

    Raises:
        MisconfiguredError: etapa desconhecida, ou valores errados ou faltando.
        UnavailableError: o Redis ou o banco de documentos não respondeu no início.
    """
    from consumers.worker import parse_stages  # noqa: PLC0415 — `--help` não carrega o sistema
    from pyloto_stream.cli.process import run, server_url, settings_of  # noqa: PLC0415

    stages = parse_stages(stage)
    settings = settings_of(f"worker-{'-'.join(stages)}" if stage != "all" else "worker-all")
    url = server_url(settings)
    run(lambda stop: _work(settings, url, stages, stop), stall_s=settings.loop_stall_timeout)
    logger.bind(stages=",".join(stages)).info("worker stopped")


async def _work(settings: "Settings", url: str, stages: tuple[str, ...], stop: asyncio.Event) -> None:
    """As etapas e o endereço privado, juntos: se um cai, o outro para."""
    from consumers.worker import run_worker  # noqa: PLC0415 — ver acima
    from ingress.process import run_admin  # noqa: PLC0415
    from ingress.server import Address  # noqa: PLC0415
    from pyloto_stream.live_settings import LiveSettings  # noqa: PLC0415
    from pyloto_stream.observability.metrics import Metrics  # noqa: PLC0415
    from pyloto_stream.startup import settle_memory  # noqa: PLC0415
    from pyloto_stream.streams.gateway import Gateway  # noqa: PLC0415

    metrics, done, live = Metrics(), asyncio.Event(), LiveSettings(settings, os.environ)

    def listening(address: Address) -> None:
        private = f"{address.host}:{address.port}"
        logger.bind(stages=",".join(stages), private=private).info("worker running")

    async with asyncio.TaskGroup() as group:

        def ready(gateway: Gateway) -> None:
            settle_memory()
            group.create_task(run_admin(settings, gateway, metrics, done, listening, live))

        try:
            await run_worker(settings, url, stages, metrics, stop, ready, live)
        finally:
            done.set()


@app.command(
    "simulator",
    help="A local Meta: Graph API, signed webhooks to INGRESS_HOST:INGRESS_PORT, and a chat page.",
    epilog="Example: SIMULATOR_PORT=8081 pyloto-stream simulator",
)
def simulator() -> None:
    """A Meta local, até SIGTERM.

    Raises:
        MisconfiguredError: a porta não pode ser usada, ou há valores errados.
    """
    from pyloto_stream.cli.process import run, settings_of  # noqa: PLC0415 — `--help` não carrega o sistema

    settings = settings_of("simulator")
    if settings.environment != "development":
        raise MisconfiguredError("ENVIRONMENT: the simulator is for development only")
    run(lambda stop: _simulate(settings, stop))


async def _simulate(settings: "Settings", stop: asyncio.Event) -> None:
    from pyloto_stream.cli.local import WEBHOOK_PATH, simulator_config  # noqa: PLC0415 — ver acima
    from pyloto_stream.simulator.app import Simulator  # noqa: PLC0415

    webhook = f"http://{settings.ingress_host}:{settings.ingress_port}{WEBHOOK_PATH}"
    config = simulator_config(settings, webhook_url=webhook)
    local = Simulator(config)
    try:
        url = await local.start(port=settings.simulator_port)
    except OSError as error:
        raise MisconfiguredError("SIMULATOR_PORT: cannot listen there") from error
    typer.echo(f"Chat page      {url}/\nWebhooks go to {webhook}")
    typer.echo(f"Graph API      WHATSAPP_API_BASE_URL={url} WHATSAPP_APP_ID={config.app_id}")
    try:
        await stop.wait()
    finally:
        await local.stop()
