"""Quantas mensagens por segundo um processo leva por três etapas, e quantas vezes as dos outros?

Os eventos já esperam na primeira fila; o relógio corre de quando o processo começa a ler até que o último sai
da terceira etapa, e só se dá por feito o que acabou com todos, cada um o seu. Limite: um processo e um Redis,
no laço local.
"""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from functools import partial

from bench.chain.programs import (
    ALL,
    APART,
    BATCH,
    BULL,
    HAND,
    OURS,
    REFERENCE,
    SINGLE,
    SLOW,
    Program,
    present,
)
from bench.harness.machine import facts
from bench.harness.options import parser
from bench.harness.report import publish
from bench.harness.results import Check, Column, Result, Row
from bench.harness.rounds import Sample, interleaved, medians, ratio_of
from bench.harness.servers import find_redis, redis_server

QUESTION = "How many messages a second does one process take through three stages?"
EVENTS, QUICK_EVENTS = 20_000, 2_000
COLUMNS = (
    Column("per_s", "messages/s", 0, drawn=True),
    Column("times", "× hand-written", 2, ratio=True),
    Column("low", "least", 2),
    Column("high", "most", 2),
    Column("cpu_us", "worker CPU µs", 1, drawn=True),
    Column("redis_us", "Redis CPU µs", 1),
    Column("commands", "commands", 1),
)
TARGETS = (
    (OURS, HAND, 1.5),
    (OURS, BATCH, 4.0),
    (OURS, SINGLE, 20.0),
    (OURS, BULL, 8.0),
    (APART, HAND, 1.0),
)
SLOW_NAMES = tuple(program.name for program in SLOW)
NOTES = (
    "events of 892 B; CPU and commands (those inside scripts too) are per message, for all three stages",
    f"{OURS.name}: as one process of production, where a pure stage follows another without Redis in between",
    f"{APART.name}: each hand-off is written and read again, as between processes",
    f"{', '.join(SLOW_NAMES)}: in the first round only",
    "ours has order, deduplication, first commit wins, state, leases and metrics on; the others do not",
)


async def once(program: Program, count: int) -> Sample:
    """Uma rodada de um contendor, num Redis novo."""
    async with redis_server() as redis:
        await program.play(redis.url, "fill", str(count))
        cpu, commands = await redis.cpu_s(), await redis.commands()
        told = await program.play(redis.url, "drain", str(count))
        return {
            "per_s": told["per_s"],
            "cpu_us": told["cpu_us"],
            "redis_us": (await redis.cpu_s() - cpu) / count * 1e6,
            "commands": (await redis.commands() - commands) / count,
        }


async def measure(options: Namespace) -> Result:
    """Mede todos os que estão instalados; com `--quick`, só o nosso e o laço escrito à mão."""
    programs, absent = present(REFERENCE if options.quick else ALL)
    counts = {p.name: options.events if options.full else int(options.events * p.share) for p in programs}
    runs = {program.name: partial(once, program, counts[program.name]) for program in programs}
    samples = await interleaved(runs, options.rounds, warm_up=False, once=SLOW_NAMES)
    fewer = [f"{name} {count:,}" for name, count in counts.items() if count != options.events]
    sizes = f"{options.events:,} events a round" + (
        f"; of the slow ones: {', '.join(fewer)}" if fewer else ""
    )
    return Result(
        "chain", QUESTION, facts(find_redis()), options.quick, options.rounds, COLUMNS,
        tuple(row(samples, name) for name in samples), checks(samples), (sizes, *NOTES, *absent),
    )  # fmt: skip


def row(samples: Mapping[str, Sequence[Sample]], name: str) -> Row:
    """Medianas de um contendor, e quantas vezes o laço escrito à mão."""
    times = ratio_of(samples, name, HAND.name, "per_s")
    return Row(name, {**medians(samples[name]), "times": times.median, "low": times.low, "high": times.high})


def checks(samples: Mapping[str, Sequence[Sample]]) -> tuple[Check, ...]:
    """As metas que se podem verificar com quem foi medido."""
    return tuple(
        Check(f"{ours.name}: × {peer.name}", ratio_of(samples, ours.name, peer.name, "per_s").median, target)
        for ours, peer, target in TARGETS
        if peer.name in samples
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Mede, mostra e grava; ver `bench.harness.options`."""
    made = parser("chain", QUESTION, rounds=5)
    made.add_argument("--events", type=int, help=f"events in the first queue (default {EVENTS})")
    made.add_argument(
        "--full", action="store_true", help="all events for the slow ones too (minutes a round)"
    )
    options = made.parse_args(argv)
    options.events = options.events or (QUICK_EVENTS if options.quick else EVENTS)
    return publish(asyncio.run(measure(options)), options)


if __name__ == "__main__":
    sys.exit(main())
