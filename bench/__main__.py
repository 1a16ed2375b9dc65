"""`python -m bench`: a série de sempre, um banco após o outro, em dez minutos; `--quick`, todos num só.

Cada banco corre num processo seu e diz o que mediu. Sai com 1 se algum falhou ou, com `--assert`, se alguma
meta falhou; os outros correm na mesma. Na série as rodadas são mais curtas, ou menos, do que no comando de
cada um, o único que guarda. Em `--quick` nenhum número conta: os bancos correm dois a dois, e os gráficos
desenham-se no fim, todos.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.harness.chart import draw
from bench.harness.report import QUICK, SCRATCH
from bench.harness.results import read

STANDARD = {
    "chain": ("--rounds", "3", "--events", "10000"),
    "latency": ("--seconds", "0.5"),
    "ingress": ("--rounds", "1"),
    "outbound": ("--rounds", "3"),
    "end_to_end": (),
    "memory": ("--messages", "3000"),
    "scale": ("--events", "4000", "--most", "100000"),
}
"""Os bancos da série e o que se lhes pede numa execução completa."""
ALONE = ("profile", "rules", "audit")
"""Os que se pedem um a um: não comparam contendores. Em `--quick`, que prova que tudo corre, vão também."""
PASSED_ON = ("--quick", "--assert", "--json")
TOGETHER = 2
ROOT = Path(__file__).parents[1]


class Ran(NamedTuple):
    """Um banco que acabou: como, em quanto tempo, e o que disse, se não o disse logo."""

    name: str
    code: int
    seconds: float
    said: str = ""


def main(argv: Sequence[str] | None = None) -> int:
    """0 se todos os bancos terminaram bem."""
    every = (*STANDARD, *ALONE)
    made = argparse.ArgumentParser(
        prog="python -m bench", description="The standard set, one benchmark after another."
    )
    made.add_argument(
        "only", nargs="*", metavar="BENCH", help=f"of {', '.join(every)}; default: all but the last three"
    )
    for option in PASSED_ON:
        made.add_argument(
            option, action="append_const", dest="options", const=option, help=f"give {option} to each"
        )
    chosen = made.parse_args(argv)
    if unknown := set(chosen.only) - set(every):
        made.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    options, start = chosen.options or [], time.monotonic()
    quick = "--quick" in options
    names = chosen.only or (every if quick else tuple(STANDARD))
    ran = list(_together(names, options) if quick else _in_turn(names, options))
    if quick:
        _drawn(SCRATCH / QUICK)
    failed = [each.name for each in ran if each.code]
    said = f"failed: {', '.join(failed)}" if failed else "all went well"
    took = ", ".join(f"{each.name} {each.seconds:.0f}" for each in ran)
    print(f"\n{said}, in {time.monotonic() - start:.0f} s ({took})", file=sys.stderr)
    return int(bool(failed))


def _in_turn(names: Iterable[str], options: Sequence[str]) -> Iterable[Ran]:
    """Um de cada vez, com a máquina só para ele; o que diz vê-se logo."""
    for name in names:
        yield _run(name, (*options, *STANDARD.get(name, ())))


def _together(names: Iterable[str], options: Sequence[str]) -> Iterable[Ran]:
    """Alguns ao mesmo tempo; o que um diz mostra-se inteiro, quando é a vez dele."""
    with ThreadPoolExecutor(TOGETHER) as pool:
        for ran in pool.map(partial(_run, options=options, kept=True), names):
            print(ran.said, end="", flush=True)
            yield ran


def _drawn(folder: Path) -> None:
    for path in folder.glob("*.json"):
        draw(read(path), path.with_suffix(".png"))


def _run(name: str, options: Sequence[str], *, kept: bool = False) -> Ran:
    start = time.monotonic()
    done = subprocess.run(  # noqa: S603 — só bancos da lista
        [sys.executable, "-m", f"bench.{name}", *options],
        cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE if kept else None,
    )  # fmt: skip
    return Ran(name, done.returncode, time.monotonic() - start, done.stdout or "")


if __name__ == "__main__":
    sys.exit(main())
