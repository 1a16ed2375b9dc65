"""`python -m bench.scale`: mede e mostra os dois quadros; `--part` escolhe um."""

import argparse
import sys
from collections.abc import Mapping, Sequence

import uvloop

from bench.harness.machine import Machine, facts
from bench.harness.options import parser
from bench.harness.report import publish
from bench.harness.results import Check, Column, Result, Row
from bench.harness.rounds import Spread, interleaved, medians, ratio_of
from bench.harness.servers import find_redis
from bench.scale import backlog, crews
from bench.scale.cycle import CHUNK
from pyloto_stream.observability.logging import configure_logging

QUESTION = "What do more workers per stage and more Redis masters change?"
BACKLOG_QUESTION = "Does the cost of an event grow with the queue?"
EVENTS, QUICK_EVENTS = 12_000, 1_000
FLAT = 1.10
WINDOWS = 20
"""Janelas de cada fila por rodada."""
COLUMNS = (
    Column("per_s", "messages/s", 0, drawn=True),
    Column("times", "×", 2, ratio=True, drawn=True),
    Column("worker", "workers µs"),
    Column("redis", "Redis µs"),
    Column("busy", "cores busy", 2),
)
COSTS = {
    "take_worker": "take: worker µs", "take_redis": "take: Redis µs",
    "add_worker": "add: process µs", "add_redis": "add: Redis µs", "all": "all µs",
}  # fmt: skip
BACKLOG_COLUMNS = (
    *(
        column
        for key, title in COSTS.items()
        for column in (Column(key, title, drawn=True), Column(f"{key}_times", "×", 2, ratio=True))
    ),
    Column("redis_mb", "Redis MB", 0),
)
BACKLOG_NOTES = (
    "a row: so many events of 200 B waiting in one stage, each of its own conversation",
    "every Redis holds as many conversations as the longest queue; those that do not wait there are idle",
    f"a window takes {CHUNK:,} events and puts as many in; {WINDOWS} windows a round, the sizes in turn",
    "a window includes starting and stopping a worker; who writes in it has not written for long",
    "each round has servers of its own",
    "× is taken within each turn of the sizes, then the median of the turns of a round, and of the rounds",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Mede e publica; ver `publish` para o código de saída."""
    made = parser("scale", QUESTION, 3)
    made.add_argument("--part", choices=("workers", "backlog"), help="one of the two tables (default: both)")
    made.add_argument("--events", type=int, help=f"through the three stages (default {EVENTS:,})")
    made.add_argument(
        "--most", type=int, default=max(backlog.FULL), help="the longest queue (default %(default)s)"
    )
    options = made.parse_args(argv)
    configure_logging("ERROR", "json", "bench")
    machine = facts(find_redis())
    parts = {"workers": _workers, "backlog": _backlog}
    chosen = [options.part] if options.part else list(parts)
    return max(publish(uvloop.run(parts[part](options, machine)), options) for part in chosen)


async def _workers(options: argparse.Namespace, machine: Machine) -> Result:
    chosen = crews.QUICK if options.quick else crews.FULL
    count = options.events or (QUICK_EVENTS if options.quick else EVENTS)
    found = await interleaved(
        crews.contenders(chosen, count), options.rounds, warm_up=False
    )  # cada medida é de processos novos: não há o que aquecer
    base = crews.BASE.name if crews.BASE in chosen else chosen[0].name
    times = {name: ratio_of(found, name, base, "per_s") for name in found}
    return Result(
        bench="scale",
        question=QUESTION,
        machine=machine,
        quick=options.quick,
        rounds=options.rounds,
        columns=COLUMNS,
        rows=tuple(
            Row(name, {**medians(samples), "times": times[name].median}) for name, samples in found.items()
        ),
        notes=(
            f"three stages, {count:,} events of 892 B waiting; from the word go until every queue is empty",
            f"workers and Redis share {machine.cores} cores: with so many busy, more processes add nothing",
            f"× is against {base}, spread over the rounds: "
            + "; ".join(f"{name} {each}" for name, each in times.items() if name != base),
        ),
    )


async def _backlog(options: argparse.Namespace, machine: Machine) -> Result:
    usual = backlog.QUICK if options.quick else backlog.FULL
    sizes = [size for size in usual if size <= options.most] or usual[:1]
    windows = 1 if options.quick else WINDOWS
    by_size = await backlog.costs(sizes, options.rounds, windows, warm_up=not options.quick)
    found, base = {f"{size:,}": samples for size, samples in by_size.items()}, f"{sizes[0]:,}"
    times = {name: {key: ratio_of(found, name, base, key, windows) for key in COSTS} for name in found}
    rows = (
        Row(name, {**medians(samples), **{f"{key}_times": times[name][key].median for key in COSTS}})
        for name, samples in found.items()
    )
    return Result(
        bench="backlog",
        question=BACKLOG_QUESTION,
        machine=machine,
        quick=options.quick,
        rounds=options.rounds,
        columns=BACKLOG_COLUMNS,
        rows=tuple(rows),
        checks=tuple(
            Check(
                f"{title}, worst × of {base} queued",
                max(each[key].median for each in times.values()),
                FLAT,
                at_least=False,
            )
            for key, title in COSTS.items()
        ),
        notes=(*BACKLOG_NOTES, *(_spread(name, each) for name, each in times.items() if name != base)),
        shape="lines",
    )


def _spread(name: str, times: Mapping[str, Spread]) -> str:
    return f"{name} queued, × over the rounds: " + "; ".join(f"{COSTS[key]} {times[key]}" for key in COSTS)


if __name__ == "__main__":
    sys.exit(main())
