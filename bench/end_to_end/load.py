"""O processo de quem escreve: manda cada webhook na sua hora, e diz quando foi e o que se respondeu.

`python -m bench.end_to_end.load ENTRADA CARGA PARTE`, com a carga em JSON; a última linha da saída é o que se
mediu. O laço usa `select`, cujos prazos têm microssegundos: o do uvloop arredonda ao milissegundo, e isso se
somaria a cada medida.
"""

import asyncio
import gc
import selectors
import sys
import time

import msgspec

from bench.end_to_end.people import Post, written
from bench.end_to_end.scenarios import Load
from bench.end_to_end.wire import Door

HEAD_START_S = 0.2
ANSWER_S = 30.0
"""Quanto se espera, no fim, pelas respostas HTTP que faltam."""


class Posted(msgspec.Struct, frozen=True, array_like=True):
    """Um webhook mandado; instantes em ns, no relógio monotônico. `status` 0: não houve resposta."""

    due_ns: int
    sent_ns: int = 0
    answered_ns: int = 0
    status: int = 0


class Report(msgspec.Struct, frozen=True):
    """O que se mandou, na ordem do plano, e a CPU que mandar custou."""

    posts: list[Posted]
    cpu_s: float


async def played(plan: list[Post], address: str, connections: int) -> Report:
    """Manda `plan` à entrada em `address` (`host:porta`)."""
    host, port = address.rsplit(":", 1)
    requests = [written(post.messages, address) for post in plan]
    posted = [Posted(0)] * len(plan)
    door = Door(host, int(port))
    await door.connect(connections)
    gc.collect()
    gc.freeze()
    cpu_s, start_ns = time.process_time(), time.monotonic_ns() + int(HEAD_START_S * 1e9)
    for index, (post, request) in enumerate(zip(plan, requests, strict=True)):
        due_ns = start_ns + int(post.due_s * 1e9)
        await _until(due_ns)
        posted[index] = Posted(due_ns)

        def done(status: int, sent_ns: int, answered_ns: int, *, at: int = index, due: int = due_ns) -> None:
            posted[at] = Posted(due, sent_ns, answered_ns, status)

        door.send(request, done)
    try:
        await asyncio.wait_for(door.idle.wait(), ANSWER_S)
    except TimeoutError:
        print("some webhooks were never answered", file=sys.stderr)
    await door.close()
    return Report(posted, time.process_time() - cpu_s)


async def _until(due_ns: int) -> None:
    while (wait_ns := due_ns - time.monotonic_ns()) > 0:  # noqa: ASYNC110 — nada além da hora se espera
        await asyncio.sleep(wait_ns / 1e9)


def main(address: str, described: str, part: str) -> int:
    """Sempre 0; `part`: `warm-up` ou `measure`."""
    load = msgspec.json.decode(described, type=Load)
    plan = load.warm_up() if part == "warm-up" else load.posts()
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    try:
        report = loop.run_until_complete(played(plan, address, load.connections))
    finally:
        loop.close()
    print(msgspec.json.encode(report).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
