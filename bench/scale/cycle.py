"""Quanta CPU gastam o processo e o Redis para tirar um evento de uma fila grande, e para pôr outro?

`fill URL DE ATÉ` enche, num processo seu, sem ids: quantos ids se lembram não muda com a fila. `idle URL DE
ATÉ` faz o Redis guardar conversas paradas. `Queue.window` tira eventos e põe outros tantos: a fila acaba
igual. Quem escreve em cada janela ainda não tinha escrito: de quem acaba de escrever o Redis tem tudo à mão.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable

import msgspec
import uvloop
from redis.asyncio import Redis

from bench.harness.rounds import Sample
from bench.scale.stages import PARTITIONS, SHORT, STATE, offer, opened, work
from pyloto_stream.streams import keys
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Plan, Turn

BODY = b'{"text":"%b"}' % (b"x" * 189)
"""200 B: com um milhão de eventos, o que pesa é quantos são."""
CHUNK, MOST = 500, 700
"""Eventos que uma janela tira, ao menos, e no máximo: os que já vinham com o último lote também. De mil que
esperam, mais do que isso deixaria partições vazias, e os últimos lotes seriam menores do que os de uma fila
comprida.
"""

PAGE = 5_000
_IDLE = """
for n = 3, #ARGV do
  local key = KEYS[1] .. ':conv:' .. ARGV[1] .. ':' .. ARGV[n]
  redis.call('HSET', key, 'n', '1795973587290', 's', ARGV[2], 'k', 'a|1795973587290-0|bench')
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


class Queue:
    """Uma fila de `size` eventos no Redis de `gateway`; as conversas `c<size>` em diante estão paradas."""

    def __init__(self, gateway: Gateway, redis: Redis, size: int) -> None:
        self._gateway = gateway
        self._redis = redis
        self._next = size

    async def window(self) -> Sample:
        """Tira `CHUNK` eventos, põe quantos tirou, e diz o que cada um custou."""
        taking = await self._spent(self._take())
        adding = await self._spent(self._add(taking.events))
        used = await self._redis.info("memory")
        told = {**taking.per_event("take"), **adding.per_event("add")}
        told["all"] = sum(cost for name, cost in told.items() if name.endswith(("_worker", "_redis")))
        return {**told, "redis_mb": float(used["used_memory"]) / (1 << 20)}

    async def _spent(self, doing: Awaitable[int]) -> Cost:
        redis_s, worker_s, clock_s = await self._cpu_s(), time.process_time(), time.perf_counter()
        events = await doing
        clock_s, worker_s = time.perf_counter() - clock_s, time.process_time() - worker_s
        return Cost(events, worker_s, await self._cpu_s() - redis_s, clock_s)

    async def _add(self, count: int) -> int:
        numbers = range(self._next, self._next + count)
        await offer(self._gateway, SHORT, numbers, BODY, _name)
        self._next = numbers.stop
        return count

    async def _take(self) -> int:
        taken, stop = 0, asyncio.Event()

        def handle(_turn: Turn) -> Plan:
            nonlocal taken
            taken += 1
            if taken >= CHUNK:
                stop.set()
            return Plan(state=STATE)

        await work(self._gateway, SHORT, {"a": handle}, "bench", stop)
        return taken

    async def _cpu_s(self) -> float:
        told = await self._redis.info("cpu")
        return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


def _name(number: int) -> str:
    return f"c{number}"


async def _fill(url: str, first: int, last: int) -> None:
    async with opened(url, SHORT) as gateway:
        await offer(gateway, SHORT, range(first, last), BODY, _name, ids=False)


async def _idle(url: str, first: int, last: int) -> None:
    """Conversas de portão aberto, com os campos que `commit.lua` deixa."""
    async with Redis.from_url(url) as redis:
        script = redis.register_script(_IDLE)
        homes: dict[int, list[str]] = {partition: [] for partition in range(PARTITIONS)}
        for name in map(_name, range(first, last)):
            homes[keys.partition_of(name, PARTITIONS)].append(name)
        for partition, names in homes.items():
            for start in range(0, len(names), PAGE):
                base = keys.prefix(partition, PARTITIONS)
                await script(keys=[base], args=[SHORT.name, STATE, *names[start : start + PAGE]])


def main(role: str, url: str, first: str, last: str) -> None:
    """Faz o papel; quem o pediu lê da última linha que acabou."""
    uvloop.run({"fill": _fill, "idle": _idle}[role](url, int(first), int(last)))
    print("{}")


if __name__ == "__main__":
    main(*sys.argv[1:])
