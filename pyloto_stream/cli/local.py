"""Como rodar o sistema inteiro numa só máquina, sem instalar nem configurar nada?

`local_system` inicia Redis embutido, Meta local, entrada e as seis etapas, e termina tudo na ordem em que
nada se perde: a entrada para, as etapas escoam, a Meta local fecha, o Redis grava e sai. Limite: um processo
só, para desenvolvimento; em produção cada parte é um processo.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Literal, NamedTuple

import msgspec

from consumers.pipeline import LANES, STAGES
from consumers.worker import run_worker
from ingress.app import WEBHOOK_PATH
from ingress.process import run_ingress
from ingress.server import Listening
from pyloto_stream.cli.local_forms import published, register, with_forms
from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.settings import Settings
from pyloto_stream.simulator.app import Simulator
from pyloto_stream.simulator.config import (
    APP_ID,
    BusinessNumber,
    Pace,
    PublishedFlow,
    RateLimits,
    SimulatorConfig,
)
from pyloto_stream.streams.embedded import EmbeddedRedis
from pyloto_stream.streams.gateway import Gateway

__all__ = ["WEBHOOK_PATH", "Local", "local_system", "simulator_config"]


class Local(NamedTuple):
    """O sistema no ar: a Meta local, um acesso ao executor, onde está cada coisa e com que configuração."""

    simulator: Simulator
    gateway: Gateway
    settings: Settings
    chat_url: str
    webhook_url: str
    private_url: str
    redis: str
    """O endereço do Redis, sem segredos: o do embutido serve a outros comandos enquanto ele vive."""


def simulator_config(
    settings: Settings,
    *,
    webhook_url: str = "",
    pace: Pace | None = None,
    first_person: int = 1,
    flows: tuple[PublishedFlow, ...] = (),
) -> SimulatorConfig:
    """A Meta local com os segredos e os números da configuração em vigor."""
    tokens, main = settings.tokens(), settings.whatsapp_phone_number_id
    others = tuple(
        BusinessNumber(number, number, token) for number, token in tokens.items() if number != main
    )
    return SimulatorConfig(
        app_secret=settings.whatsapp_webhook_secret[0].reveal(),
        access_token=tokens.get(main) or settings.whatsapp_access_token.reveal(),
        verify_token=settings.whatsapp_verify_token.reveal(),
        webhook_url=webhook_url,
        phone_number_id=main,
        waba_id=settings.whatsapp_business_account_id,
        pace=pace or Pace(),
        first_person=first_person,
        numbers=others,
        flows=flows,
        app_id=settings.whatsapp_app_id or APP_ID,
    )


@asynccontextmanager
async def local_system(
    settings: Settings,
    *,
    pace: Pace | None = None,
    first_person: int = 1,
    rates: RateLimits | None = None,
    forms: bool = False,
) -> AsyncIterator[Local]:
    """O sistema inteiro no ar, até sair do bloco. Uma porta ocupada é trocada por outra livre.

    `forms`: publica na Meta local os formulários, e o atendimento os oferece.

    Raises:
        MisconfiguredError: fora do desenvolvimento, ou a pasta de dados está em uso.
        UnavailableError: `REDIS_URL` aponta para um servidor que não responde.
    """
    if settings.environment != "development":
        raise MisconfiguredError("ENVIRONMENT: dev and demo are for development only")
    async with AsyncExitStack() as resources:
        redis_url = await _redis(settings, resources)
        door = _usable(settings.ingress_host, settings.ingress_port)
        flows: tuple[PublishedFlow, ...] = ()
        if forms:  # a Meta local precisa saber do endereço antes de a entrada existir
            settings, door = with_forms(settings), door or _any_port(settings.ingress_host)
            flows = published(f"http://{settings.ingress_host}:{door}")
        config = simulator_config(settings, pace=pace, first_person=first_person, flows=flows)
        simulator = Simulator(msgspec.structs.replace(config, rates=rates))
        graph_url = await simulator.start(port=_usable("127.0.0.1", settings.simulator_port))
        resources.push_async_callback(simulator.stop)
        local = msgspec.structs.replace(
            settings,
            whatsapp_api_base_url=graph_url,
            ingress_port=door,
            admin_port=_usable(settings.admin_host, settings.admin_port),
        )
        if forms:
            await register(local)
        gateway = Gateway(redis_url, partitions=settings.stream_partitions)
        resources.push_async_callback(gateway.close)
        await gateway.open(STAGES)
        async with _running(local, redis_url) as listening:
            public, private = (f"http://{a.host}:{a.port}" for a in (listening.public, listening.admin))
            simulator.subscribe(public + WEBHOOK_PATH)
            if not await simulator.verify_webhook():
                raise MisconfiguredError("INGRESS_HOST: the webhook does not answer on this address")
            shown = redis_url if settings.redis_url.reveal() == "embedded" else str(settings.redis_url)
            yield Local(simulator, gateway, local, graph_url, public + WEBHOOK_PATH, private, shown)


async def _redis(settings: Settings, resources: AsyncExitStack) -> str:
    if settings.redis_url.reveal() != "embedded":
        return settings.redis_url.reveal()
    fsync: Literal["everysec", "always"] = "always" if settings.durability == "fsync" else "everysec"
    server = EmbeddedRedis(settings.embedded_dir, fsync=fsync)
    resources.push_async_callback(server.stop)
    return await server.start()


@asynccontextmanager
async def _running(settings: Settings, redis_url: str) -> AsyncIterator[Listening]:
    """A entrada e as etapas, no mesmo laço; na saída a entrada para antes de as etapas escoarem."""
    loop, metrics = asyncio.get_running_loop(), Metrics()
    close_door, go_home = asyncio.Event(), asyncio.Event()
    listening: asyncio.Future[Listening] = loop.create_future()
    working: asyncio.Future[Gateway] = loop.create_future()
    async with asyncio.TaskGroup() as group:
        lanes = list(LANES.values())
        door = group.create_task(
            run_ingress(settings, redis_url, lanes, metrics, close_door, listening.set_result)
        )
        group.create_task(run_worker(settings, redis_url, STAGES, metrics, go_home, working.set_result))
        try:
            await working
            yield await listening
        finally:
            close_door.set()
            await asyncio.wait([door])
            go_home.set()


def _usable(host: str, port: int) -> int:
    """`port`, ou 0 (qualquer uma livre) se outro processo já a usa."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe, suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return port
    return 0


def _any_port(host: str) -> int:
    """Uma porta livre agora; se outro processo a tomar antes de nós, o início falha e o diz."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
