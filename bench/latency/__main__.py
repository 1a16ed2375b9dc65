"""Quanto espera uma mensagem, de quando devia entrar até sair da terceira etapa, a um ritmo fixo?

Laço aberto: quem envia, num processo seu, não espera por quem recebe, e a espera conta desde o instante em
que a mensagem devia entrar, que vai dentro dela. Os ritmos correm um após o outro, com o mesmo processo.
Limite: o p99 segue o ruído da máquina; por isso muitas rodadas, e a razão dentro de cada uma.
"""

import asyncio
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from bench.chain.programs import BATCH, HAND, OURS, REFERENCE, SINGLE, Program, present
from bench.chain.roles import WARM_UP, sent
from bench.harness.machine import facts
from bench.harness.options import parser
from bench.harness.report import publish
from bench.harness.results import Check, Column, Result, Row
from bench.harness.rounds import Sample, interleaved, medians, percentile, ratio_of
from bench.harness.servers import find_redis, redis_server

QUESTION = "How long does a message take through three stages, at a fixed rate?"
SLOW, FAST = 100, 500
SECONDS, QUICK_SECONDS = 2.0, 0.5
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
DRAWN = {f"p50_{FAST}", f"p99_{FAST}"}
COLUMNS = (
    *(
        Column(f"{name}_{rate}", f"{name} ms, {rate}/s", 1, drawn=f"{name}_{rate}" in DRAWN)
        for rate in (SLOW, FAST)
        for name in SHARES
    ),
    Column("cpu_us", "worker CPU µs", 0),
    Column("p50_times", f"p50 × hand, {FAST}/s", 2, ratio=True),
    Column("p99_times", f"p99 × hand, {FAST}/s", 2, ratio=True),
)
P50_TARGET, P99_TARGET = 0.7, 1.0


async def once(program: Program, rates: Sequence[int], seconds: float) -> Sample:
    """Uma rodada de um contendor, num Redis novo; esperas em ms."""
    phases = [(float(rate), seconds) for rate in rates]
    total = sum(sent(*phase) for phase in (WARM_UP, *phases))
    with tempfile.TemporaryDirectory(prefix="pyloto-bench-") as folder:
        ready = str(Path(folder) / "ready")
        async with redis_server() as redis, asyncio.TaskGroup() as group:
            serving = group.create_task(program.play(redis.url, "serve", str(total), ready))
            fed = await program.play(redis.url, "feed", ready, *(f"{rate}:{seconds}" for rate in rates))
            told = await serving
    spans = zip(rates, fed["spans"], strict=True)
    found = {"cpu_us": float(told["cpu_us"])}
    for rate, span in spans:
        found |= summary(rate, span, told["waits"])
    return found


def summary(rate: int, span: Sequence[float], waits: Iterable[Sequence[float]]) -> Sample:
    """Percentis, em ms, do que devia entrar em `span` (início e fim)."""
    start, end = span
    found = sorted(wait * 1000 for due, wait in waits if start - 1e-6 <= due < end - 1e-6)
    return {f"{name}_{rate}": percentile(found, share) for name, share in SHARES.items()}


async def measure(options: Namespace) -> Result:
    """Mede todos os que estão instalados; com `--quick`, os nossos e o laço, a 100 por segundo."""
    programs, absent = present(REFERENCE if options.quick else (*REFERENCE, BATCH, SINGLE))
    rates = {p.name: (SLOW,) if options.quick or p is SINGLE else (SLOW, FAST) for p in programs}
    runs = {
        program.name: partial(once, program, rates[program.name], options.seconds) for program in programs
    }
    samples = await interleaved(runs, options.rounds, warm_up=False)
    notes = [f"{options.seconds:g} s at each rate; from the due time, sent by a process of its own"]
    if SINGLE in programs:
        notes.append(f"{SINGLE.name} is measured at {SLOW}/s only: {FAST}/s is more than it can take")
    return Result(
        "latency", QUESTION, facts(find_redis()), options.quick, options.rounds, COLUMNS,
        tuple(row(samples, name) for name in samples), checks(samples), (*notes, *absent),
    )  # fmt: skip


def row(samples: Mapping[str, Sequence[Sample]], name: str) -> Row:
    """Medianas de um contendor, e quantas vezes o laço escrito à mão no ritmo alto."""
    values: dict[str, float | None] = dict(medians(samples[name]))
    for key in ("p50", "p99"):
        if f"{key}_{FAST}" in values:
            values[f"{key}_times"] = ratio_of(samples, name, HAND.name, f"{key}_{FAST}").median
    return Row(name, values)


def checks(samples: Mapping[str, Sequence[Sample]]) -> tuple[Check, ...]:
    """As metas no ritmo alto, e que nenhum concorrente seja melhor no ritmo mais alto em que foi medido."""
    found = [
        Check(
            f"{key.replace('_', ' at ')}/s, × {HAND.name}",
            against(samples, HAND.name, key),
            target,
            at_least=False,
        )
        for key, target in ((f"p50_{FAST}", P50_TARGET), (f"p99_{FAST}", P99_TARGET))
        if key in samples[OURS.name][0]
    ]
    return (
        *found,
        *(
            Check(f"no worse than {peer.name}", worst(samples, peer.name), 1.0, at_least=False)
            for peer in (BATCH, SINGLE)
            if peer.name in samples
        ),
    )


def against(samples: Mapping[str, Sequence[Sample]], peer: str, key: str) -> float:
    """Quantas vezes a espera de `peer` é a nossa."""
    return ratio_of(samples, OURS.name, peer, key).median


def worst(samples: Mapping[str, Sequence[Sample]], peer: str) -> float:
    """A maior razão para `peer`, entre o p50 e o p99 do ritmo mais alto em que foi medido."""
    rate = FAST if f"p50_{FAST}" in samples[peer][0] else SLOW
    return max(against(samples, peer, f"{key}_{rate}") for key in ("p50", "p99"))


def main(argv: Sequence[str] | None = None) -> int:
    """Mede, mostra e grava; ver `bench.harness.options`."""
    made = parser("latency", QUESTION, rounds=9)
    made.add_argument("--seconds", type=float, help=f"how long each rate lasts (default {SECONDS:g})")
    options = made.parse_args(argv)
    options.seconds = options.seconds or (QUICK_SECONDS if options.quick else SECONDS)
    return publish(asyncio.run(measure(options)), options)


if __name__ == "__main__":
    sys.exit(main())
