"""Quantos webhooks por segundo um processo aceita, e quanto disso é só o servidor HTTP?

Cada servidor em processo seu, com um Redis seu, novos em cada rodada, sob o mesmo gerador de carga, que
divide com ele os dois núcleos. Limite: laço fechado, uma máquina só; o p99 segue o ruído dela mais do que o
código.
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
from bench.harness.rounds import Sample, Spread, medians, ratio_of, standing
from bench.harness.servers import find_redis
from bench.ingress.contenders import EMPTY, FASTAPI, OURS, PAIR, SETTINGS, UVLOOP, contenders
from bench.ingress.standing import LEVELS, Size, at, raised
from ingress.server import SHARES_PORT

QUESTION = "What does a signed webhook cost at the door, next to servers that do less with it?"
FULL, QUICK = Size(warm=500, timed=4000), Size(warm=20, timed=256)
ROUNDS = 3
WINDOWS = 5
"""Janelas de cada contendor por rodada, em cada nível; antes delas, uma que só aquece."""
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
    windows = 1 if options.quick else WINDOWS
    samples = await standing(
        partial(raised, chosen, size), options.rounds, windows, warm_up=not options.quick
    )
    return Result(
        bench="ingress",
        question=QUESTION,
        machine=facts(find_redis(), LIBRARIES),
        quick=options.quick,
        rounds=options.rounds,
        columns=COLUMNS,
        rows=tuple(row(samples, name, level, windows) for level in LEVELS for name in chosen),
        checks=checks(samples, windows),
        notes=(*notes, *_notes(samples, size, windows)),
    )


def _size(options: Namespace) -> Size:
    usual = QUICK if options.quick else FULL
    return Size(usual.warm, options.requests or usual.timed)


def row(samples: Mapping[str, Sequence[Sample]], name: str, level: int, windows: int) -> Row:
    """A linha de um contendor com `level` conexões: medianas, e a razão para o aiohttp nu."""
    found = medians(samples[at(name, level)])
    values = {column.key: found.get(column.key) for column in COLUMNS}
    return Row(at(name, level), values | {"times": _times(samples, name, EMPTY, level, windows).median})


def checks(samples: Mapping[str, Sequence[Sample]], windows: int) -> tuple[Check, ...]:
    """As metas, a 32 conexões, contra quem foi medido."""
    level = LEVELS[0]
    return tuple(
        Check(f"× {base}, {level} connections", _times(samples, OURS, base, level, windows).median, target)
        for base, target in TARGETS
        if at(base, level) in samples
    )


def _times(samples: Mapping[str, Sequence[Sample]], name: str, base: str, level: int, windows: int) -> Spread:
    """Quantas vezes `base` é `name`, em pedidos por segundo com `level` conexões."""
    return ratio_of(samples, at(name, level), at(base, level), "rps", windows)


def _notes(samples: Mapping[str, Sequence[Sample]], size: Size, windows: int) -> list[str]:
    busy = max(sample["load_busy"] for found in samples.values() for sample in found)
    limits = ", ".join(f"{name}={value}" for name, value in SETTINGS.items())
    notes = [
        f"ours: the command `pyloto-stream ingress` with {limits}; log level INFO, to a file",
        f"each round has servers of its own, all up, measured one at a time in {windows} windows each",
        f"a window: {size.timed} requests after {size.warm}, each a new message; a person writes 5 of them",
        "connections are kept alive; µs: CPU per request",
        "after each round Redis held exactly what was answered with 200",
        f"the load process was busy {busy:.0%} of one core at most",
    ]
    for base in (EMPTY, UVLOOP, FASTAPI):
        if at(base, LEVELS[0]) in samples:
            told = (f"{n} connections: {_times(samples, OURS, base, n, windows)}" for n in LEVELS)
            notes += (f"ours × {base}, {each}" for each in told)
    return notes


def main(argv: Sequence[str] | None = None) -> int:
    """Mede e publica; o código de saída é o de `publish`."""
    made = parser("ingress", QUESTION, rounds=ROUNDS)
    made.add_argument("--requests", type=int, help=f"per window (default {FULL.timed:,})")
    options = made.parse_args(argv)
    return publish(uvloop.run(measured(options)), options)


if __name__ == "__main__":
    sys.exit(main())
