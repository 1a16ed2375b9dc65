"""`python -m bench.memory`: mede e mostra o quadro."""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence

import msgspec

from bench.harness.machine import facts
from bench.harness.options import parser
from bench.harness.report import publish
from bench.harness.results import Check, Column, Result, Row
from bench.harness.rounds import Sample
from bench.harness.servers import find_redis
from bench.memory.kept import boxed, live, remembered, waiting
from bench.memory.processes import Lived, lived
from consumers.pipeline import STAGES
from pyloto_stream.observability.logging import configure_logging

QUESTION = "What memory does each thing cost, in Redis and in each process?"
ID_BYTES = 25.0
COLUMNS = (
    Column("bytes", "Redis B", ratio=True, drawn=True),
    Column("bare", "less payload", ratio=True),
    Column("usage", "MEMORY USAGE"),
    Column("rss", "RSS MB", drawn=True),
    Column("pss", "PSS MB"),
    Column("rss_after", "RSS after"),
    Column("growth", "growth MB", 2),
)
NOTES = (
    "Redis B: what used_memory grew, per thing, on a new server; MEMORY USAGE: the keys' own sum",
    "waiting event: 892 B, its id not counted; alone: it opens a conversation; in the box: that one is busy",
    "live: a real turn decided, not sent yet; less payload: without its entry in the last stage's stream",
    "idle: all that one message and its reply leave, session still open, send ledger and timers included",
)


class Scale(msgspec.Struct, frozen=True):
    """Quanto se põe de cada coisa."""

    ids: int
    events: int
    messages: int
    groups: tuple[str, ...]


FULL, QUICK = Scale(200_000, 20_000, 10_000, STAGES), Scale(4_000, 300, 50, ("all",))


def main(argv: Sequence[str] | None = None) -> int:
    """Mede e publica; ver `publish` para o código de saída."""
    made = parser("memory", QUESTION, 1)
    made.add_argument("--messages", type=int, help=f"through every process (default {FULL.messages})")
    options = made.parse_args(argv)
    configure_logging("ERROR", "json", "bench")
    return publish(asyncio.run(_measured(options)), options)


async def _measured(options: argparse.Namespace) -> Result:
    scale = QUICK if options.quick else FULL
    messages = options.messages or scale.messages
    ids = await remembered(scale.ids)
    kept = {
        f"remembered id ({scale.ids:,})": ids,
        "waiting event, alone": await waiting(scale.events),
        "waiting event, in the box": await boxed(scale.events),
        "live conversation": await live(scale.events),
    }
    found = await lived(messages, scale.groups, quick=options.quick)
    return Result(
        bench="memory",
        question=QUESTION,
        machine=facts(find_redis()),
        quick=options.quick,
        rounds=1,
        columns=COLUMNS,
        rows=tuple(_rows(kept, found)),
        checks=(
            Check(f"bytes per remembered id, {scale.ids:,} ids", ids["bytes"], ID_BYTES, at_least=False),
            Check("messages without a reply", found.unanswered, 0, at_least=False),
        ),
        notes=(
            *NOTES,
            f"processes: idle, and after {messages:,} messages, each of someone new",
            _told(found),
        ),
    )


def _rows(kept: dict[str, Sample], found: Lived) -> Iterator[Row]:
    for name, sample in (*kept.items(), ("idle conversation", found.conversation)):
        yield Row(name, dict(sample))
    for name, sample in found.processes.items():
        yield Row(name if name == "ingress" else f"worker {name}", dict(sample))


def _told(found: Lived) -> str:
    parts = ", ".join(f"{name} {size:.0f} B" for name, size in found.families.items() if size >= 1)
    return f"of an idle conversation: {parts}"


if __name__ == "__main__":
    sys.exit(main())
