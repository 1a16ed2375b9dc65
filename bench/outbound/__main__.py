"""Quantas respostas por segundo um processo envia, e quanto disso é só o cliente HTTP?

Cada resposta são dois POST: o recibo de leitura e a mensagem. O cliente nu manda os mesmos corpos, gravados
antes do que a nossa etapa mandou, com a mesma concorrência. A Graph de laço local (`graph.py`) tem um
processo seu, como o Redis. Limite: sem latência de rede, o que se vê é processador.
"""

import sys
import tempfile
from argparse import Namespace
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp
import msgspec
import uvloop

from bench.harness import children
from bench.harness.children import ChildError
from bench.harness.machine import facts
from bench.harness.options import parser
from bench.harness.report import publish
from bench.harness.results import Check, Column, Result, Row
from bench.harness.rounds import Sample, interleaved, medians, ratio_of
from bench.harness.servers import find_redis, redis_server
from bench.harness.services import Service, first_number, service
from bench.outbound.ours import NUMBERS

QUESTION = "What does a reply cost on its way out, next to a client that only posts it?"
OURS, BARE = "ours: ledger, pacing, classification", "aiohttp client, posts only"
FULL, QUICK, CONCURRENCY = 2000, 100, 50
ROUNDS = 5
TARGET = 0.6

COLUMNS = (
    Column("posts_per_s", "POST/s", 0, drawn=True),
    Column("times", "× bare", 2, ratio=True),
    Column("per_s", "messages/s", 0),
    Column("cpu_us", "CPU µs/message", 0, drawn=True),
    Column("redis_us", "Redis CPU µs/message", 0),
    Column("graph_us", "Graph CPU µs/message", 0),
)


class Told(msgspec.Struct, frozen=True):
    """O que a Graph recebeu."""

    messages: int
    receipts: int
    distinct: int


@asynccontextmanager
async def graph(folder: Path, *record: str) -> AsyncIterator[Service[int]]:
    """Uma Graph nova."""
    made = service("bench.outbound.graph", *record, ready=first_number, log=folder / "graph.log", env={})
    async with made as running:
        yield running


async def told(running: Service[int]) -> Told:
    """O que a Graph recebeu até agora."""
    async with aiohttp.ClientSession() as session, session.get(_url(running)) as response:
        return msgspec.json.decode(await response.read(), type=Told)


async def ours(folder: Path, count: int, *record: str) -> Sample:
    """Uma rodada nossa.

    Raises:
        ChildError: algo se perdeu, repetiu-se, ou esperou pelo ritmo.
    """
    async with redis_server() as redis, graph(folder, *record) as running:
        before = running.cpu_s()
        sample: Sample = await children.run(
            "bench.outbound.ours", "--graph", _url(running), "--count", str(count),
            "--concurrency", str(CONCURRENCY), "--redis-pid", str(redis.pid), env={"REDIS_URL": redis.url},
        )  # fmt: skip
        spent, got = running.cpu_s() - before, await told(running)
    if got != Told(count, count, count) or sample.pop("left") or sample.pop("waited"):
        raise ChildError(
            f"not a fair round: the Graph got {got} of {count}, or some replies waited: {sample}"
        )
    return _with_posts(sample, spent, count)


async def bare(folder: Path, count: int, bodies: Path) -> Sample:
    """Uma rodada do cliente nu."""
    async with graph(folder) as running:
        before = running.cpu_s()
        sample: Sample = await children.run(
            "bench.outbound.bare", "--graph", _url(running), "--bodies", str(bodies),
            "--concurrency", str(CONCURRENCY),
        )  # fmt: skip
        return _with_posts(sample, running.cpu_s() - before, count)


def _with_posts(sample: Sample, graph_s: float, count: int) -> Sample:
    return {**sample, "posts_per_s": 2 * sample["per_s"], "graph_us": graph_s / count * 1e6}


def _url(running: Service[int]) -> str:
    return f"http://127.0.0.1:{running.told}"


async def measured(options: Namespace) -> Result:
    """Grava os corpos, mede os dois, e dá o resultado."""
    count = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory(prefix="pyloto-bench-") as name:
        folder = Path(name)
        bodies = folder / "bodies"
        record = [str(bodies)] if options.quick else []  # no curto, a primeira medida é também a que grava
        if not record:
            await ours(folder, count, str(bodies))
        runs = {OURS: partial(ours, folder, count, *record), BARE: partial(bare, folder, count, bodies)}
        samples = await interleaved(runs, options.rounds, warm_up=False)
    ratio = ratio_of(samples, OURS, BARE, "posts_per_s")
    return Result(
        bench="outbound",
        question=QUESTION,
        machine=facts(find_redis()),
        quick=options.quick,
        rounds=options.rounds,
        columns=COLUMNS,
        rows=(row(samples, OURS), row(samples, BARE)),
        checks=(Check("× the POST rate of a bare aiohttp client", ratio.median, TARGET),),
        notes=(
            f"{count} messages a round, {CONCURRENCY} in flight, two POST each: read receipt, then message",
            f"WHATSAPP_MESSAGES_PER_SECOND=1000 (the most it takes), over {NUMBERS} numbers: no reply waited",
            f"ours × bare: {ratio}",
            "the Graph got each message once, and nothing was left in Redis or buried",
        ),
    )


def row(samples: Mapping[str, Sequence[Sample]], name: str) -> Row:
    """A linha de um contendor."""
    times = ratio_of(samples, name, BARE, "posts_per_s").median
    return Row(name, {**medians(samples[name]), "times": times})


def main(argv: Sequence[str] | None = None) -> int:
    """Mede e publica; o código de saída é o de `publish`."""
    options = parser("outbound", QUESTION, rounds=ROUNDS).parse_args(argv)
    return publish(uvloop.run(measured(options)), options)


if __name__ == "__main__":
    sys.exit(main())
