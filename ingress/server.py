"""Como a entrada escuta e como para? Dois endereços; na parada, só termina o que está em curso.

Promete: retorna depois que o público terminou, e a porta privada (métricas) é a última a fechar.
Limite: o que passa de `SHUTDOWN_TIMEOUT_S` é interrompido; sem 200, a Meta entrega de novo.
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack

import msgspec
from aiohttp import web

from ingress.runner import Runner
from pyloto_stream.errors import MisconfiguredError

KEEPALIVE_S = 75.0
"""Conexões ociosas; o padrão do `AppRunner` seria uma hora."""
SHUTDOWN_TIMEOUT_S = 10.0
BACKLOG = 1024
SHARES_PORT = hasattr(socket, "SO_REUSEPORT")
"""Várias entradas num só endereço público: o sistema reparte as conexões. O privado é de um processo só, e
assim uma segunda entrada iniciada por engano, com os mesmos endereços, ainda é recusada."""
PUBLIC = "INGRESS"


class Address(msgspec.Struct, frozen=True):
    """Onde escutar; `port` 0 escolhe uma livre."""

    host: str
    port: int


class Listening(msgspec.Struct, frozen=True):
    """Onde de fato se escuta."""

    public: Address
    admin: Address


def _ignore(_listening: Listening) -> None:
    """Quem não quer saber onde se escuta."""


async def serve(
    public: web.Application,
    admin: web.Application,
    *,
    public_address: Address,
    admin_address: Address,
    stop: asyncio.Event,
    on_listening: Callable[[Listening], None] = _ignore,
) -> None:
    """Serve as duas aplicações até `stop`; `on_listening` é chamada quando ambas já atendem.

    Raises:
        MisconfiguredError: um dos endereços não pode ser usado.
    """
    async with AsyncExitStack() as open_sites:
        private = await _listen(open_sites, admin, admin_address, "ADMIN")
        reachable = await _listen(open_sites, public, public_address, PUBLIC)
        on_listening(Listening(reachable, private))
        await stop.wait()


async def serve_admin(
    admin: web.Application,
    address: Address,
    *,
    stop: asyncio.Event,
    on_listening: Callable[[Address], None],
) -> None:
    """Serve só a aplicação privada até `stop`.

    Raises:
        MisconfiguredError: o endereço não pode ser usado.
    """
    async with AsyncExitStack() as open_sites:
        on_listening(await _listen(open_sites, admin, address, "ADMIN"))
        await stop.wait()


def make_runner(app: web.Application) -> web.AppRunner:
    """Executor de uma aplicação com os nossos prazos; o corpo chega como veio, sem descompressão."""
    return Runner(
        app,
        access_log=None,
        logger=_quiet_logger(),
        keepalive_timeout=KEEPALIVE_S,
        shutdown_timeout=SHUTDOWN_TIMEOUT_S,
        auto_decompress=False,
    )


async def _listen(sites: AsyncExitStack, app: web.Application, address: Address, name: str) -> Address:
    runner = make_runner(app)
    await runner.setup()
    sites.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(
            runner, address.host, address.port, backlog=BACKLOG, reuse_port=SHARES_PORT and name == PUBLIC
        ).start()
    except OSError as error:
        raise MisconfiguredError(f"{name}_HOST, {name}_PORT: cannot listen there") from error
    host, port = runner.addresses[0][:2]
    return Address(host, port)


def _quiet_logger() -> logging.Logger:
    """O aiohttp põe endereços e trechos de pedidos no que registra: fica só o fato, no nível em que veio."""
    logger = logging.getLogger("ingress.http")
    if not logger.filters:
        logger.addFilter(_without_details)
    return logger


def _without_details(record: logging.LogRecord) -> bool:
    if record.args or record.exc_info:
        record.msg, record.args, record.exc_info = "connection failed", (), None
    return True
