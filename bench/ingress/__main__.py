"""Quantos webhooks por segundo um processo aceita, e quanto disso é só o servidor HTTP?

Cada servidor em processo seu, num Redis novo por rodada, sob o mesmo gerador de carga, que divide com ele os
dois núcleos. Limite: laço fechado, uma máquina só; o p99 segue o ruído dela mais do que o código.
"""

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from functools import partial

import uvloop

from bench.harness.machine import LIBRARIES, facts
from bench.harness.options import parser
from bench.harness.report import publish
from bench.harness.results import Check, Column, Result, Row
from bench.harness.rounds import Sample, interleaved, medians, ratio_of
from bench.harness.servers import find_redis
from bench.ingress.contenders import (
    EMPTY,
    FASTAPI,
    LEVELS,
    OURS,
    PAIR,
    SETTINGS,
    UVLOOP,
    Size,
    contenders,
    measure,
)  # fmt: skip
from ingress.server import SHARES_PORT

QUESTION = "What does a signed webhook cost at the door, next to servers that do less with it?"
FULL, QUICK = Size(warm=2000, timed=10_000), Size(warm=20, timed=256)
ROUNDS = 3
TARGETS = ((EMPTY, 0.75), (FASTAPI, 2.5))

COLUMNS = (
    Column("rps", "per second", 0, drawn=True),
    Column("times", "× bare", 2, ratio=True),
    Column("p99_ms", "p99 ms", 1),
    Column("server_us", "server µs", 0),
    Column("redis_us", "Redis µs", 0),
)


async def measured(options: Namespace) -> Result:
    """Mede tudo e dá o resultado."""
    size, chosen, notes = _size(options), contenders(), list[str]()
    if options.quick:
        chosen = {name: found for name, found in chosen.items() if name not in (UVLOOP, FASTAPI)}
    if not SHARES_PORT:
        del chosen[PAIR]
        notes.append("a second process cannot listen on the port of the first: no row for two processes")
    if FASTAPI not in chosen and not options.quick:
        notes.append("FastAPI + uvicorn not measured: `make peers` installs it")
    runs = {name: partial(measure, contender, size) for name, contender in chosen.items()}
    samples = await interleaved(runs, options.rounds, warm_up=False)
    return Result(
        bench="ingress",
        question=QUESTION,
        machine=facts(find_redis(), LIBRARIES),
        quick=options.quick,
        rounds=options.rounds,
        columns=COLUMNS,
        rows=tuple(row(samples, name, level) for level in LEVELS for name in samples),
        checks=checks(samples),
        notes=(*notes, *_notes(samples, size)),
    )


def _size(options: Namespace) -> Size:
    usual = QUICK if options.quick else FULL
    return Size(usual.warm, options.requests or usual.timed)


def row(samples: Mapping[str, Sequence[Sample]], name: str, level: int) -> Row:
    """A linha de um contendor com `level` conexões: medianas, e a razão para o aiohttp nu."""
    found = medians(samples[name])
    values = {column.key: found.get(f"{column.key}_{level}") for column in COLUMNS}
    times = ratio_of(samples, name, EMPTY, f"rps_{level}").median
    return Row(f"{name}, {level} connections", values | {"times": times})


def checks(samples: Mapping[str, Sequence[Sample]]) -> tuple[Check, ...]:
    """As metas, a 32 conexões, contra quem foi medido."""
    return tuple(
        Check(
            f"× {base}, {LEVELS[0]} connections",
            ratio_of(samples, OURS, base, f"rps_{LEVELS[0]}").median,
            target,
        )
        for base, target in TARGETS
        if base in samples
    )


def _notes(samples: Mapping[str, Sequence[Sample]], size: Size) -> list[str]:
    busy = max(
        sample[f"load_busy_{level}"] for level in LEVELS for runs in samples.values() for sample in runs
    )
    limits = ", ".join(f"{name}={value}" for name, value in SETTINGS.items())
    notes = [
        f"ours: the command `pyloto-stream ingress` with {limits}; log level INFO, to a file",
        f"{size.timed} requests per level after {size.warm}, each a new message; a person writes 5 of them",
        "connections are kept alive; µs: CPU per request",
        "after each round Redis held exactly what was answered with 200",
        f"the load process was busy {busy:.0%} of one core at most",
    ]
    for base in (EMPTY, UVLOOP, FASTAPI):
        if base in samples:
            notes += (
                f"ours × {base}, {n} connections: {ratio_of(samples, OURS, base, f'rps_{n}')}" for n in LEVELS
            )
    return notes


def main(argv: Sequence[str] | None = None) -> int:
    """Mede e publica; o código de saída é o de `publish`."""
    made = parser("ingress", QUESTION, rounds=ROUNDS)
    made.add_argument("--requests", type=int, help=f"at each number of connections (default {FULL.timed:,})")
    options = made.parse_args(argv)
    return publish(uvloop.run(measured(options)), options)


if __name__ == "__main__":
    sys.exit(main())
