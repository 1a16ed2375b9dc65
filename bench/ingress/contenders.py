"""Quem concorre à porta? Como se inicia cada um, e quantos pedidos o Redis dele guardou."""

import re
import sys
from collections.abc import Awaitable, Callable

import msgspec
from redis.asyncio import Redis

from bench.harness.children import ROOT
from bench.harness.services import first_number
from bench.ingress.bare import STREAM
from bench.ingress.webhooks import SECRET

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
