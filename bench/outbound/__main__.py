"""Quantas respostas por segundo um processo envia, e quanto disso é só o cliente HTTP?

Cada resposta são dois POST: o recibo de leitura e a mensagem. O cliente nu manda os mesmos corpos, gravados
antes do que a nossa etapa mandou, com a mesma concorrência. Cada um tem uma Graph de laço local sua
(`graph.py`). Limite: sem latência de rede, o que se vê é processador.
"""

import sys
import tempfile
from argparse import Namespace
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import uvloop

from bench.harness.machine import facts
from bench.harness.options import parser
from bench.harness.report import publish
from bench.harness.results import Check, Column, Result, Row
from bench.harness.rounds import Sample, medians, ratio_of, standing
from bench.harness.servers import find_redis
from bench.outbound.ours import NUMBERS
from bench.outbound.standing import BARE, CONCURRENCY, OURS, ours, raised
from bench.outbound.timed import Size

QUESTION = "What does a reply cost on its way out, next to a client that only posts it?"
FULL, QUICK = Size(warm=200, timed=1000), Size(warm=20, timed=80)
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
            f"ours × bare, window by window side by side, not a quotient of the column before: {ratio}",
            "each Graph got each message once, and nothing was left in Redis or buried",
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
