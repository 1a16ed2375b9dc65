"""O que faz quem só envia? Um cliente aiohttp que manda os mesmos corpos, com 50 mensagens em voo.

Por mensagem, o recibo de leitura e depois o envio, como a nossa etapa faz. Nada é anotado, dosado nem
conferido além do status 200. Modo mais rápido documentado: uma sessão só, com uvloop (aiohttp, "Client
Quickstart").
Uso: `python -m bench.outbound.bare --graph URL --bodies ARQUIVO --concurrency 50`.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import uvloop

HEADERS = {"Authorization": "Bearer development-access-token", "Content-Type": "application/json"}
Pair = tuple[bytes, bytes]


def pairs_of(bodies: bytes) -> list[Pair]:
    """O recibo e o envio de cada mensagem, do que a nossa etapa mandou (uma linha por corpo)."""
    lines = bodies.splitlines()
    receipts = [line for line in lines if b'"status":"read"' in line]
    return list(zip(receipts, [line for line in lines if b'"status":"read"' not in line], strict=True))


async def post_all(session: aiohttp.ClientSession, url: str, left: Iterator[Pair]) -> None:
    """Manda o que ainda há, um depois do outro."""
    for pair in left:
        for body in pair:
            async with session.post(url, data=body, headers=HEADERS) as response:
                response.raise_for_status()
                await response.read()


async def measure(graph: str, pairs: list[Pair], concurrency: int) -> dict[str, float]:
    """Mensagens por segundo e µs de CPU por mensagem."""
    url, left = f"{graph}/v24.0/100000000000001/messages", iter(pairs)
    connector = aiohttp.TCPConnector(limit=100)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(post_all(session, url, left) for _ in range(concurrency)))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"per_s": len(pairs) / wall, "cpu_us": cpu / len(pairs) * 1e6}


def main() -> None:
    """A última linha é o JSON do que se mediu."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--graph", required=True)
    parser.add_argument("--bodies", type=Path, required=True)
    parser.add_argument("--concurrency", type=int, default=50)
    options = parser.parse_args()
    pairs = pairs_of(options.bodies.read_bytes())
    print(json.dumps(uvloop.run(measure(options.graph, pairs, options.concurrency))))


if __name__ == "__main__":
    main()
