"""O que faz quem só envia? Um cliente aiohttp que manda os mesmos corpos, com 50 mensagens em voo.

Por mensagem, o recibo de leitura e depois o envio, como a nossa etapa faz. Nada é anotado, dosado nem
conferido além do status 200. Modo mais rápido documentado: uma sessão só, com uvloop (aiohttp, "Client
Quickstart").
Uso: `python -m bench.outbound.bare --graph URL --bodies ARQUIVO`; uma janela por linha da entrada.
"""

import argparse
import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import aiohttp
import uvloop

from bench.harness.rounds import Sample
from bench.harness.windows import answer
from bench.outbound.timed import Size, Timed

HEADERS = {"Authorization": "Bearer development-access-token", "Content-Type": "application/json"}
Pair = tuple[bytes, bytes]


def pairs_of(bodies: bytes) -> list[Pair]:
    """O recibo e o envio de cada mensagem, do que a nossa etapa mandou (uma linha por corpo)."""
    lines = bodies.splitlines()
    receipts = [line for line in lines if b'"status":"read"' in line]
    return list(zip(receipts, [line for line in lines if b'"status":"read"' not in line], strict=True))


async def post_all(session: aiohttp.ClientSession, url: str, left: Iterator[Pair], timed: Timed) -> None:
    """Manda o que ainda há, um depois do outro."""
    for pair in left:
        for body in pair:
            async with session.post(url, data=body, headers=HEADERS) as response:
                response.raise_for_status()
                await response.read()
        timed.did()


async def window(graph: str, pairs: list[Pair], size: Size, concurrency: int) -> Sample:
    """Uma janela: ver `Timed`."""
    url, left, timed = f"{graph}/v24.0/100000000000001/messages", iter(pairs), Timed(size)
    connector = aiohttp.TCPConnector(limit=100)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        await asyncio.gather(*(post_all(session, url, left, timed) for _ in range(concurrency)))
    return timed.told()


def main() -> None:
    """Uma linha de JSON por janela."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--graph", required=True)
    parser.add_argument("--bodies", type=Path, required=True)
    parser.add_argument("--warm", type=int, default=0)
    parser.add_argument("--timed", type=int, default=1000)
    parser.add_argument("--concurrency", type=int, default=50)
    options = parser.parse_args()
    size = Size(options.warm, options.timed)
    pairs = pairs_of(options.bodies.read_bytes())[: size.total]
    uvloop.run(answer(partial(window, options.graph, pairs, size, options.concurrency)))


if __name__ == "__main__":
    main()
