"""Quantas respostas por segundo um processo envia, e quanto disso é só o cliente HTTP?

Cada resposta são dois POST: o recibo de leitura e a mensagem. O cliente nu manda os mesmos corpos, gravados
antes do que a nossa etapa mandou, com a mesma concorrência. Cada um tem uma Graph de laço local sua
(`graph.py`). Limite: sem latência de rede, o que se vê é processador.
"""

import sys
import tempfile
from argparse import Namespace
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp
import msgspec
import uvloop

from bench.harness.children import ChildError
from bench.harness.machine import facts
from bench.harness.options import parser
from bench.harness.report import publish
from bench.harness.results import Check, Column, Result, Row
from bench.harness.rounds import Contender, Sample, medians, ratio_of, standing
from bench.harness.servers import find_redis, redis_server
from bench.harness.services import Service, first_number, service
from bench.harness.windows import windows
from bench.outbound.ours import NUMBERS
from bench.outbound.timed import Size

QUESTION = "What does a reply cost on its way out, next to a client that only posts it?"
OURS, BARE = "ours: ledger, pacing, classification", "aiohttp client, posts only"
FULL, QUICK, CONCURRENCY = Size(warm=200, timed=1000), Size(warm=20, timed=80), 50
ROUNDS = 5
WINDOWS = 6
"""Janelas de cada um por rodada; antes delas, uma que só aquece."""
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


@asynccontextmanager
async def ours(size: Size, *record: str) -> AsyncIterator[Contender]:
    """A nossa etapa de pé, com um Redis e uma Graph seus; `record`: onde esta grava o que recebe.

    Raises:
        ChildError: (ao medir, e ao sair) algo se perdeu, repetiu-se, sobrou ou esperou pelo ritmo.
    """
    sent = 0
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pyloto-bench-")))
        redis = await stack.enter_async_context(redis_server())
        running = await stack.enter_async_context(graph(folder, *record))
        measure = await stack.enter_async_context(
            windows(
                "bench.outbound.ours", "--graph", _url(running), "--redis-pid", str(redis.pid),
                *_options(size), log=folder / "ours.log", env={"REDIS_URL": redis.url},
            )
        )  # fmt: skip

        async def window() -> Sample:
            nonlocal sent
            sent += size.total
            sample = await _with_graph(measure, running, size)
            if sample.pop("left") or sample.pop("waited"):
                raise ChildError("not a fair window: some replies waited for their turn, or were left over")
            return sample

        yield window
        if (got := await told(running)) != Told(sent, sent, sent):
            raise ChildError(f"not a fair round: of {sent} messages the Graph got {got}")


@asynccontextmanager
async def bare(size: Size, bodies: Path) -> AsyncIterator[Contender]:
    """O cliente nu de pé, com uma Graph sua."""
    with tempfile.TemporaryDirectory(prefix="pyloto-bench-") as name:
        folder, given = Path(name), ("--bodies", str(bodies), *_options(size))
        async with (
            graph(folder) as running,
            windows(
                "bench.outbound.bare", "--graph", _url(running), *given, log=folder / "bare.log"
            ) as measure,
        ):
            yield partial(_with_graph, measure, running, size)


@asynccontextmanager
async def raised(size: Size, bodies: Path) -> AsyncIterator[dict[str, Contender]]:
    """Os dois de pé, cada um com a sua Graph."""
    async with ours(size) as our_window, bare(size, bodies) as bare_window:
        yield {OURS: our_window, BARE: bare_window}


def _options(size: Size) -> list[str]:
    return ["--warm", str(size.warm), "--timed", str(size.timed), "--concurrency", str(CONCURRENCY)]


async def _with_graph(measure: Contender, running: Service[int], size: Size) -> Sample:
    before = running.cpu_s()
    sample = await measure()
    spent = running.cpu_s() - before
    return {**sample, "posts_per_s": 2 * sample["per_s"], "graph_us": spent / size.total * 1e6}


def _url(running: Service[int]) -> str:
    return f"http://127.0.0.1:{running.told}"


async def measured(options: Namespace) -> Result:
    """Grava os corpos, mede os dois, e dá o resultado."""
    size, each = (QUICK, 1) if options.quick else (FULL, WINDOWS)
    with tempfile.TemporaryDirectory(prefix="pyloto-bench-") as folder:
        bodies = Path(folder) / "bodies"
        async with ours(size, str(bodies)) as window:
            await window()
        samples = await standing(
            partial(raised, size, bodies), options.rounds, each, warm_up=not options.quick
        )
    ratio = ratio_of(samples, OURS, BARE, "posts_per_s", each)
    return Result(
        bench="outbound",
        question=QUESTION,
        machine=facts(find_redis()),
        quick=options.quick,
        rounds=options.rounds,
        columns=COLUMNS,
        rows=tuple(Row(name, _values(samples, name, each)) for name in (OURS, BARE)),
        checks=(Check("× the POST rate of a bare aiohttp client", ratio.median, TARGET),),
        notes=(
            f"both stand and take turns: {each} windows a round, of {size.timed} messages after {size.warm}",
            f"{CONCURRENCY} messages in flight, two POST each: read receipt, then message",
            f"WHATSAPP_MESSAGES_PER_SECOND=1000 (the most it takes), over {NUMBERS} numbers: no reply waited",
            f"ours × bare: {ratio}",
            "the Graph got each message once, and nothing was left in Redis or buried",
        ),
    )


def _values(samples: Mapping[str, Sequence[Sample]], name: str, each: int) -> dict[str, float | None]:
    return {**medians(samples[name]), "times": ratio_of(samples, name, BARE, "posts_per_s", each).median}


def main(argv: Sequence[str] | None = None) -> int:
    """Mede e publica; o código de saída é o de `publish`."""
    options = parser("outbound", QUESTION, rounds=ROUNDS).parse_args(argv)
    return publish(uvloop.run(measured(options)), options)


if __name__ == "__main__":
    sys.exit(main())
