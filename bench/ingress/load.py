"""Quem bate na porta? Um processo à parte: `--connections` conexões, um pedido por vez em cada uma.

Promete: o mesmo gerador, com os mesmos bytes, para todos; só se conta depois de `--warm` pedidos. Limite: é
laço fechado (quem demora recebe menos), e divide os dois núcleos com o servidor; por isso diz o que gastou.
Com `--apart`, o corpo parte na volta do laço seguinte à dos cabeçalhos, como fazem intermediários.
Uso: `python -m bench.ingress.load --port N --connections 32 --series 1 --watch server=PID`.
"""

import argparse
import asyncio
import json
import re
import time
from collections import Counter
from typing import Any, cast

import uvloop

from bench.harness.services import cpu_s
from bench.ingress.webhooks import requests

LIMIT_S = 120.0
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


class Load:
    """O que falta pedir e o que já se mediu."""

    def __init__(self, pool: list[bytes], warm: int, watched: dict[str, int]) -> None:
        self._pool = pool
        self._warm = warm
        self._watched = watched
        self._next = 0
        self._done = 0
        self._began = 0.0
        self._spent: dict[str, float] = {}
        self._seconds: list[float] = []
        self.statuses: Counter[bytes] = Counter()
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def take(self) -> bytes | None:
        """O próximo pedido, ou `None` se todos já foram feitos."""
        index = self._next
        if index == len(self._pool):
            return None
        if index == self._warm:
            self._spent = self._cpu()
            self._began = time.perf_counter()
        self._next = index + 1
        return self._pool[index]

    def answered(self, status: bytes, seconds: float) -> None:
        """Um pedido teve resposta."""
        self.statuses[status] += 1
        self._seconds.append(seconds)
        self._done += 1
        if self._done == len(self._pool):
            self.finished.set_result(None)

    def broken(self, error: BaseException | None = None) -> None:
        """Um defeito, ou uma conexão que caiu com um pedido por responder: a medida não vale."""
        if not self.finished.done():
            closed = ConnectionError("the server closed a connection under load")
            self.finished.set_exception(error or closed)

    def report(self) -> dict[str, float]:
        """Pedidos por segundo, p50 e p99 em ms, e µs de CPU por pedido de cada processo observado."""
        wall, timed = time.perf_counter() - self._began, len(self._pool) - self._warm
        spent = {name: cpu - self._spent[name] for name, cpu in self._cpu().items()}
        ordered = sorted(self._seconds[self._warm :])
        shown = {f"{name}_us": cpu / timed * 1e6 for name, cpu in spent.items()}
        return {
            "rps": timed / wall,
            "p50_ms": ordered[len(ordered) // 2] * 1000,
            "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
            "load_busy": spent["load"] / wall,
            **shown,
        }

    def _cpu(self) -> dict[str, float]:
        return {"load": time.process_time(), **{name: cpu_s(pid) for name, pid in self._watched.items()}}


class Connection(asyncio.Protocol):
    """Uma conexão: pede, espera a resposta inteira, pede de novo."""

    def __init__(self, load: Load, *, apart: bool) -> None:
        self._load = load
        self._apart = apart
        self._buffer = b""
        self._started = 0.0
        self._waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Começa."""
        self._transport = cast("asyncio.Transport", transport)  # a da uvloop não descende dela
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Junta a resposta; completa, conta e pede outra."""
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        length = _LENGTH.search(self._buffer, 0, head)
        if len(self._buffer) < head + 4 + (int(length[1]) if length else 0):
            return
        status, self._buffer, self._waiting = self._buffer[9:12], b"", False
        self._load.answered(status, time.perf_counter() - self._started)
        self._ask()

    def connection_lost(self, _error: Exception | None) -> None:
        """O fim; antes da hora, invalida a medida."""
        if self._waiting:
            self._load.broken()

    def _ask(self) -> None:
        wanted = self._load.take()
        if wanted is None:
            self._transport.close()
            return
        self._waiting, self._started = True, time.perf_counter()
        if not self._apart:
            self._transport.write(wanted)
            return
        body = wanted.index(b"\r\n\r\n") + 4
        self._transport.write(wanted[:body])
        asyncio.get_running_loop().call_soon(self._transport.write, wanted[body:])


async def drive(load: Load, host: str, port: int, connections: int, *, apart: bool = False) -> None:
    """Abre as conexões e espera a última resposta."""
    loop = asyncio.get_running_loop()

    def defect(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        load.broken(context.get("exception"))

    loop.set_exception_handler(defect)
    opened = (
        loop.create_connection(lambda: Connection(load, apart=apart), host, port) for _ in range(connections)
    )
    async with asyncio.timeout(LIMIT_S):
        made = await asyncio.gather(*opened)
        try:
            await load.finished
        finally:
            for transport, _ in made:
                transport.close()


async def measure(options: argparse.Namespace) -> dict[str, float]:
    """Faz os pedidos de `options` e devolve o que se mediu, com quantos foram aceitos e quantos não."""
    count, host = options.warm + options.timed, f"127.0.0.1:{options.port}"
    pool = requests(count, options.per_person, options.series, host)
    watched = {name: int(pid) for name, _, pid in (item.partition("=") for item in options.watch)}
    load = Load(pool, options.warm, watched)
    await drive(load, "127.0.0.1", options.port, options.connections, apart=options.apart)
    accepted = load.statuses[b"200"]
    return {**load.report(), "accepted": accepted, "refused": count - accepted}


def main() -> None:
    """A última linha é o JSON do que se mediu."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--warm", type=int, default=1000)
    parser.add_argument("--timed", type=int, default=10_000)
    parser.add_argument("--per-person", type=int, default=5)
    parser.add_argument("--series", default="1")
    parser.add_argument("--apart", action="store_true", help="head and body in two writes")
    parser.add_argument("--watch", nargs="*", default=[], help="name=pid: whose CPU to count")
    print(json.dumps(uvloop.run(measure(parser.parse_args()))))


if __name__ == "__main__":
    main()
