"""Quem concorre, e como se confere que não perdeu nada? Um servidor novo e um Redis novo por rodada.

Numa rodada todos estão de pé, e medem-se um por vez, em janelas; ao fim dela, o Redis de cada um tem de ter
exatamente o que ele aceitou com 200, ou a rodada não vale.
"""

import re
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec
from redis.asyncio import Redis

from bench.harness import children, rounds
from bench.harness.children import ROOT, ChildError
from bench.harness.rounds import Sample
from bench.harness.servers import Server, redis_server
from bench.harness.services import Service, first_number, service
from bench.ingress.bare import STREAM
from bench.ingress.webhooks import SECRET

LEVELS = (32, 256)
"""Conexões."""
PEERS_PYTHON = ROOT / ".bench" / "peers" / "bin" / "python"
SETTINGS = {
    "LOG_FORMAT": "json",
    "INGRESS_PORT": "0",
    "ADMIN_PORT": "0",
    "RATE_LIMIT_PER_MINUTE": "10000000",
    "BACKLOG_LIMIT": "100000000",
}
"""O que muda na nossa entrada: log como em produção, portas quaisquer, e limites que a carga não atinge."""

_LISTENING = re.compile(r'"event":"ingress listening".*?"public":"127\.0\.0\.1:([0-9]+)"')
_RUNNING = re.compile(r"running on http://127\.0\.0\.1:([0-9]+)")
Count = Callable[[Redis], Awaitable[int]]


class Size(msgspec.Struct, frozen=True):
    """Quantos pedidos por janela: os que só aquecem, e os que contam."""

    warm: int
    timed: int


class Contender(msgspec.Struct, frozen=True):
    """Um servidor: como se inicia, e quantos pedidos o Redis dele guardou (`None`: não guarda).

    `apart`: cabeçalhos e corpo lhe chegam em dois pedaços.
    """

    name: str
    module: str
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}
    python: str = sys.executable
    ready: Callable[[str], int | None] = first_number
    count: Count | None = None
    per_person: int = 5
    processes: int = 1
    apart: bool = False


def listening(text: str) -> int | None:
    """A porta pública que a nossa entrada diz no log."""
    found = _LISTENING.search(text)
    return int(found[1]) if found else None


def running(text: str) -> int | None:
    """A porta que o uvicorn diz no log."""
    found = _RUNNING.search(text)
    return int(found[1]) if found else None


async def _in_stream(redis: Redis) -> int:
    return int(await redis.xlen(STREAM))


async def _in_queues(redis: Redis) -> int:
    """Mensagens que a nossa entrada guardou: um token por conversa, e o que espera por ele na caixa."""
    total = 0
    async for key in redis.scan_iter("pyloto:*:stream:session", count=1000):
        total += int(await redis.xlen(key))
    pipe = redis.pipeline(transaction=False)
    async for key in redis.scan_iter("pyloto:*:inbox:*", count=10_000):
        pipe.llen(key)
    waiting: list[int] = await pipe.execute()
    return total + sum(waiting)


def ours(name: str, **changes: int) -> Contender:
    """A entrada de verdade, pelo comando de produção."""
    plain = Contender(name, "pyloto_stream", ("ingress",), SETTINGS, ready=listening, count=_in_queues)
    return msgspec.structs.replace(plain, **changes)


APART = "ours, head and body apart"
OURS, NEWCOMERS, PAIR = "ours", "ours, every message from a new person", "ours, two processes on one port"
EMPTY, UVLOOP = "aiohttp, only answers 200", "aiohttp on uvloop, only answers 200"
XADD, FASTAPI = "aiohttp on uvloop, HMAC + XADD", "FastAPI + uvicorn, HMAC + XADD"


def contenders() -> dict[str, Contender]:
    """Todos, por nome; FastAPI só se as bibliotecas concorrentes foram instaladas (`make peers`)."""
    all_of_them = [
        ours(APART, apart=True),
        ours(NEWCOMERS, per_person=1),
        ours(PAIR, processes=2),
        ours(OURS),
        Contender(EMPTY, "bench.ingress.bare", ("empty",)),
        Contender(UVLOOP, "bench.ingress.bare", ("uvloop",)),
        Contender(XADD, "bench.ingress.bare", ("xadd",), count=_in_stream),
    ]
    if PEERS_PYTHON.exists():
        module, env = "bench.peers.fastapi_ingress", {"WEBHOOK_SECRET": SECRET.decode()}
        all_of_them.append(Contender(FASTAPI, module, (), env, str(PEERS_PYTHON), running, count=_in_stream))
    return {contender.name: contender for contender in all_of_them}


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
