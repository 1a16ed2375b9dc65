"""Um processo que põe eventos numa fila grande e tira outros tantos, e diz quanta CPU gastaram ele e o Redis.

`fill URL DE ATÉ` só põe, sem ids: quantos ids se lembram não muda com a fila. `idle URL 0 QUANTAS` faz o
Redis guardar conversas paradas. `cycle URL ANEL PRÓXIMO` põe e tira `CHUNK`, `CYCLES` vezes, e a fila fica
igual; as conversas são um anel de nomes, maior que a fila, para que o Redis não guarde cada vez mais.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable

import msgspec
import uvloop
from redis.asyncio import Redis

from bench.scale.stages import PARTITIONS, SHORT, STATE, offer, opened, work
from pyloto_stream.streams import keys
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Plan, Turn

BODY = b'{"text":"%b"}' % (b"x" * 189)
"""200 B: com um milhão de eventos, o que pesa é quantos são."""
CHUNK, CYCLES = 1000, 4
MARGIN = 8 * CHUNK
"""Nomes do anel além dos que esperam: os que se põem agora não podem ter turno em curso."""

PAGE = 10_000
_IDLE = """
for n = ARGV[2], ARGV[3] do
  local key = KEYS[1] .. ':conv:' .. ARGV[1] .. ':idle' .. n
  redis.call('HSET', key, 'n', '1795973587290', 's', ARGV[4], 'k', 'a|1795973587290-0|bench')
  redis.call('PEXPIRE', key, 7776000000)
end
"""


class Cost(msgspec.Struct):
    """Eventos, e segundos de CPU deste processo, do Redis e do relógio."""

    events: int = 0
    worker_s: float = 0.0
    redis_s: float = 0.0
    clock_s: float = 0.0

    def per_event(self, name: str) -> dict[str, float]:
        """Em µs por evento."""
        return {
            f"{name}_worker": 1e6 * self.worker_s / self.events,
            f"{name}_redis": 1e6 * self.redis_s / self.events,
            f"{name}_per_s": self.events / self.clock_s,
        }


async def _fill(url: str, first: int, last: int) -> dict[str, float]:
    async with opened(url, SHORT) as gateway:
        await offer(gateway, SHORT, range(first, last), BODY, "c{}".format, ids=False)
    return {}


async def _idle(url: str, first: int, last: int) -> dict[str, float]:
    """Conversas de portão aberto, com os campos que `commit.lua` deixa, por igual em todas as partições."""
    async with Redis.from_url(url) as redis:
        script = redis.register_script(_IDLE)
        for start in range(first // PARTITIONS, last // PARTITIONS, PAGE):
            for partition in range(PARTITIONS):
                base = keys.prefix(partition, PARTITIONS)
                end = min(start + PAGE, last // PARTITIONS)
                await script(keys=[base], args=[SHORT.name, start, end - 1, STATE])
    return {}


async def _cycle(url: str, ring: int, following: int) -> dict[str, float]:
    adding, taking = Cost(), Cost()
    async with opened(url, SHORT) as gateway, Redis.from_url(url) as redis:
        for _ in range(CYCLES):
            numbers = range(following, following + CHUNK)
            await _spent(adding, redis, _add(gateway, numbers, ring))
            await _spent(taking, redis, _take(gateway))
            following += CHUNK
    return {**adding.per_event("add"), **taking.per_event("take")}


async def _spent(cost: Cost, redis: Redis, doing: Awaitable[int]) -> None:
    redis_s, worker_s, clock_s = await _cpu_s(redis), time.process_time(), time.perf_counter()
    cost.events += await doing
    cost.clock_s += time.perf_counter() - clock_s
    cost.worker_s += time.process_time() - worker_s
    cost.redis_s += await _cpu_s(redis) - redis_s


async def _add(gateway: Gateway, numbers: range, ring: int) -> int:
    await offer(gateway, SHORT, numbers, BODY, lambda number: f"c{number % ring}")
    return len(numbers)


async def _take(gateway: Gateway) -> int:
    """Tira `CHUNK` eventos, e os que já vinham com o último lote."""
    taken, stop = 0, asyncio.Event()

    def handle(_turn: Turn) -> Plan:
        nonlocal taken
        taken += 1
        if taken >= CHUNK:
            stop.set()
        return Plan(state=STATE)

    await work(gateway, SHORT, {"a": handle}, "bench", stop)
    return taken


async def _cpu_s(redis: Redis) -> float:
    told = await redis.info("cpu")
    return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


def main(role: str, url: str, first: str, last: str) -> None:
    """Faz o papel; o que mediu sai em JSON na última linha."""
    roles = {"fill": _fill, "idle": _idle, "cycle": _cycle}
    print(msgspec.json.encode(uvloop.run(roles[role](url, int(first), int(last)))).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
