"""`python -m bench.profile`: olha e mostra o quadro."""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence

from bench.harness.machine import facts
from bench.harness.options import parser
from bench.harness.report import SCRATCH, publish
from bench.harness.results import Column, Result, Row
from bench.harness.rounds import Sample
from bench.harness.servers import find_redis
from bench.profile.runs import INGRESS, PARTS, REDIS, Seen, flame_pass, table_pass
from consumers.pipeline import AI, STAGES

QUESTION = "Where does the time go, in each process?"
QUICK = (AI, 50.0, 1.0)
MANY, FEW = 25, 8
"""Funções que se mostram de um processo só, e de cada um entre vários."""
COLUMNS = (
    Column("own", "own µs/message", drawn=True),
    Column("total", "with callees"),
    Column("calls", "calls/message", 2),
    Column("share", "% of Python"),
)
NOTES = (
    "own: CPU of the function itself, by cProfile, under which small functions look dearer than they are",
    "process: all CPU of the process without cProfile; the event loop, sockets and other threads are in it",
    "redis: µs by its own clock; a script's time includes the commands it calls, and other processes' turns",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Mede e publica; ver `publish` para o código de saída."""
    made = parser("profile", QUESTION, 1)
    made.add_argument(
        "--stage", action="append", choices=(INGRESS, *STAGES), help="one process, or several (default: five)"
    )
    made.add_argument("--rate", type=float, default=100.0, help="messages per second (default 100)")
    made.add_argument("--seconds", type=float, default=10.0, help="how long each pass lasts (default 10)")
    options = made.parse_args(argv)
    if options.quick:
        stage, options.rate, options.seconds = QUICK
        options.stage = options.stage or [stage]
    return publish(asyncio.run(_seen(options)), options)


async def _seen(options: argparse.Namespace) -> Result:
    parts = tuple(dict.fromkeys(options.stage or PARTS))
    most = MANY if len(parts) == 1 else FEW
    spent: dict[str, float] = {}
    refused: list[str] = []
    if not options.quick:
        spent, refused = await flame_pass(parts, options.rate, options.seconds)
        refused = refused or [f"flame graphs: {SCRATCH.name}/profile-<stage>.svg"]
    seen, commands = await table_pass(parts, options.rate, options.seconds, most)
    return Result(
        bench="profile",
        question=QUESTION,
        machine=facts(find_redis()),
        quick=options.quick,
        rounds=1,
        columns=COLUMNS,
        rows=tuple(_rows(spent, seen, commands)),
        notes=(*NOTES, f"end-to-end load of {options.rate:g} messages/s for {options.seconds:g} s", *refused),
    )


def _rows(
    spent: Mapping[str, float], seen: Mapping[str, Seen], commands: Mapping[str, Sample]
) -> Iterator[Row]:
    for part, each in seen.items():
        if part in spent:
            yield Row(f"{part}: process", {"total": spent[part]})
        yield Row(f"{part}: Python", {"total": each.whole})
        yield from (Row(f"{part}: {name}", dict(sample)) for name, sample in each.functions.items())
    if REDIS in spent:
        yield Row(f"{REDIS}: process", {"total": spent[REDIS]})
    yield from (Row(f"{REDIS}: {name}", dict(sample)) for name, sample in commands.items())


if __name__ == "__main__":
    sys.exit(main())
