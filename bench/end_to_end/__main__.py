"""`python -m bench.end_to_end`: mede os cenários pedidos e mostra o quadro."""

import argparse
import asyncio
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from bench.end_to_end.measure import Measured, measured
from bench.end_to_end.scenarios import NAMES, Load, named, standard
from bench.end_to_end.system import OPEN
from bench.harness.machine import facts
from bench.harness.options import parser
from bench.harness.report import publish
from bench.harness.results import Check, Column, Result, Row
from bench.harness.rounds import Sample, medians
from bench.harness.servers import find_redis

QUESTION = "From the instant a webhook was due to the arrival of its Graph call, with everything on"
SUSTAINED_P95_MS = 250.0
FIELD_P95_MS = 2000.0
STRESS = ("200/s", "300/s", "400/s", "burst")
"""Cargas que mostram onde o sistema satura e como escoa; não são as do campo, nem se julgam por elas."""
COLUMNS = (
    Column("messages", "sent", 0),
    Column("p50", "p50 ms", drawn=True),
    Column("p95", "p95 ms"),
    Column("p99", "p99 ms", drawn=True),
    Column("max", "max ms"),
    Column("errors", "bad", 0),
    Column("drain_s", "drain"),
    Column("ingress", "in µs", 0),
    Column("workers", "wk µs", 0),
    Column("redis", "Rds µs", 0),
    Column("graph", "Gr µs", 0),
    Column("load", "ld µs", 0),
    Column("redis_kb", "kB"),
)
NOTES = (
    "p50 to max in ms, open loop: from the due instant; the Graph's own latency is taken out (--graph-ms)",
    "µs: CPU per message of ingress, workers, Redis, Graph and load, a receipt and a reply for each message",
    "kB: what Redis keeps of a message; drain: s after the last 200 until every queue was empty",
    f"nothing paces: {', '.join(f'{name}={value}' for name, value in OPEN.items())}",
    "other settings are the defaults: INFO log (to a file), SQLite; Redis without persistence",
    "the Graph is a minimal loopback one that accepts everything: the simulator spends 18 × its CPU per send",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Mede e publica; ver `publish` para o código de saída."""
    options = _options(argv)
    loads = _loads(options)
    found = asyncio.run(_all(loads, options))
    return publish(_result(loads, found, options), options)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    made = parser("end_to_end", QUESTION, 1)
    made.add_argument("--scenario", action="append", choices=NAMES, help="one scenario, or several")
    made.add_argument("--minutes", type=float, default=10.0, help="how long ramp and soak last (default 10)")
    made.add_argument("--graph-ms", type=float, default=0.0, help="latency of every Graph call")
    made.add_argument(
        "--workers", choices=("all", "stage"), default="all", help="one process with every stage, or one each"
    )
    return made.parse_args(argv)


def _loads(options: argparse.Namespace) -> list[Load]:
    if not options.scenario:
        return standard(quick=options.quick)
    return [load for name in options.scenario for load in named(name, options.minutes)]


async def _all(loads: Sequence[Load], options: argparse.Namespace) -> list[list[Measured]]:
    """Rodadas inteiras, uma depois da outra."""
    return [
        [await measured(load, options.workers, options.graph_ms) for load in loads]
        for _ in range(options.rounds)
    ]


def _result(
    loads: Sequence[Load], found: Sequence[Sequence[Measured]], options: argparse.Namespace
) -> Result:
    samples: dict[str, list[Sample]] = defaultdict(list)
    errors: dict[str, Counter[str]] = defaultdict(Counter)
    for measures in found:
        for load, measure in zip(loads, measures, strict=True):
            errors[load.name].update(measure.errors)
            for name, sample in measure.rows.items():
                samples[name].append(sample)
    rows = {name: _middle(each) for name, each in samples.items()}
    told = [f"{name}: {dict(counted)}" for name, counted in errors.items() if counted]
    return Result(
        bench="end_to_end",
        question=QUESTION,
        machine=facts(find_redis()),
        quick=options.quick,
        rounds=options.rounds,
        columns=COLUMNS,
        rows=tuple(Row(name, dict(values)) for name, values in rows.items()),
        checks=tuple(_checks(loads, rows)),
        notes=(*NOTES, f"workers: {options.workers}; Graph latency: {options.graph_ms:g} ms", *told),
    )


def _middle(samples: Sequence[Sample]) -> Sample:
    """A mediana das rodadas; de erros, o pior."""
    middle = medians([sample for sample in samples if "p50" in sample] or samples)
    return middle | ({"errors": max(s["errors"] for s in samples)} if "errors" in middle else {})


def _checks(loads: Sequence[Load], rows: Mapping[str, Sample]) -> list[Check]:
    checks = []
    if (at_100 := rows.get("100/s")) and "p95" in at_100:
        checks += [
            Check("own overhead at 100/s, p95 ms (aim 15)", at_100["p95"], 25.0, at_least=False),
            Check("own overhead at 100/s, p99 ms (aim 25)", at_100["p99"], 60.0, at_least=False),
        ]
    paced = {load.per_s: rows[load.name] for load in loads if load.name == f"{load.per_s:g}/s"}
    if len(paced) > 1:
        held = [per_s for per_s, row in paced.items() if _holds(row, SUSTAINED_P95_MS)]
        checks.append(Check("messages/s sustained (p95 < 250 ms, no error)", max(held, default=0.0), 300.0))
    judged = [load.name for load in loads if load.name not in STRESS]
    wrong = sum(rows[name]["errors"] for name in judged)
    slowest = max((rows[name].get("p95", float("inf")) for name in judged), default=0.0)
    checks.append(Check("the field's p95, ms", slowest, FIELD_P95_MS, at_least=False))
    checks.append(Check("errors", wrong, 0.0, at_least=False))
    return checks


def _holds(row: Sample, p95_ms: float) -> bool:
    return row["errors"] == 0 and row.get("p95", float("inf")) < p95_ms


if __name__ == "__main__":
    sys.exit(main())
