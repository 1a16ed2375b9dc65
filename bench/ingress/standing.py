"""Como se medem lado a lado, e como se confere que nada se perdeu? Todos de pé, um por vez, em janelas.

Cada um tem um Redis seu, novo por rodada; ao fim dela, esse tem de ter exatamente o que se aceitou com 200,
ou a rodada não vale.
"""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec
from redis.asyncio import Redis

from bench.harness import children, rounds
from bench.harness.children import ChildError
from bench.harness.rounds import Sample
from bench.harness.servers import Server, redis_server
from bench.harness.services import Service, service
from bench.ingress.contenders import Contender

LEVELS = (32, 256)
"""Conexões."""


class Size(msgspec.Struct, frozen=True):
    """Quantos pedidos por janela: os que só aquecem, e os que contam."""

    warm: int
    timed: int


def at(name: str, level: int) -> str:
    """Como se chama nos quadros um contendor com `level` conexões."""
    return f"{name}, {level} connections"


class Raised:
    """Um contendor de pé: os seus processos, o seu Redis, e o que já aceitou."""

    def __init__(self, contender: Contender, servers: list[Service[int]], redis: Server) -> None:
        self.name = contender.name
        self._contender = contender
        self._servers = servers
        self._redis = redis
        self._accepted = self._series = 0

    async def window(self, level: int, size: Size) -> Sample:
        """Uma janela, com `level` conexões.

        Raises:
            ChildError: um processo falhou, ou não respondeu 200 a tudo.
        """
        self._series += 1
        told = await _load(self._contender, size, self._series, level, self._servers, self._redis)
        if told.pop("refused"):
            raise ChildError(f"{self.name}: some requests were not answered with 200")
        self._accepted += int(told.pop("accepted"))
        return told | {"server_us": sum(told.pop(f"server{n}_us") for n in range(len(self._servers)))}

    async def verify(self) -> None:
        """Confere que nada se perdeu; ver `verify_kept`."""
        await verify_kept(self._contender, self._redis, self._accepted)


@asynccontextmanager
async def raised(
    chosen: Mapping[str, Contender], size: Size
) -> AsyncIterator[Mapping[str, rounds.Contender]]:
    """Todos de pé, e a janela de cada um em cada nível; ao sair, a conferência.

    Raises:
        ChildError: um processo falhou, ou o Redis não guarda exatamente o que foi aceito.
    """
    async with AsyncExitStack() as stack:
        doors = list[Raised]()
        for contender in chosen.values():
            redis = await stack.enter_async_context(redis_server())
            servers = await stack.enter_async_context(_serving(contender, redis))
            doors.append(Raised(contender, servers, redis))
        yield {at(door.name, level): partial(door.window, level, size) for level in LEVELS for door in doors}
        for door in doors:
            await door.verify()


@asynccontextmanager
async def _serving(contender: Contender, redis: Server) -> AsyncIterator[list[Service[int]]]:
    """Os processos do contendor, todos na porta do primeiro."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pyloto-bench-")))
        env, started = {"REDIS_URL": redis.url, **contender.env}, list[Service[int]]()
        for number in range(contender.processes):
            log = folder / f"{number}.log"
            made = service(
                contender.module, *contender.args, ready=contender.ready, log=log, env=env,
                python=contender.python,
            )  # fmt: skip
            started.append(await stack.enter_async_context(made))
            env = env | {"INGRESS_PORT": str(started[0].told)}
        yield started


async def _load(
    contender: Contender, size: Size, series: int, level: int, servers: list[Service[int]], redis: Server
) -> Sample:
    watch = [f"server{number}={server.pid}" for number, server in enumerate(servers)]
    given = {
        "port": servers[0].told, "connections": level, "warm": size.warm, "timed": size.timed,
        "per-person": contender.per_person, "series": series,
    }  # fmt: skip
    options = [part for name, value in given.items() for part in (f"--{name}", str(value))]
    options += ["--apart"] if contender.apart else []
    return await children.run("bench.ingress.load", *options, "--watch", *watch, f"redis={redis.pid}")


async def verify_kept(contender: Contender, server: Server, accepted: int) -> None:
    """Confere que o Redis guarda exatamente os `accepted` pedidos respondidos com 200, se o contendor guarda.

    Raises:
        ChildError: guarda outro número.
    """
    if contender.count is None:
        return
    async with Redis.from_url(server.url) as redis:
        kept = await contender.count(redis)
    if kept != accepted:
        raise ChildError(f"{contender.name}: answered 200 to {accepted} webhooks, and {kept} are in Redis")
