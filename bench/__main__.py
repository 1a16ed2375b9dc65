"""`python -m bench`: a série de sempre, um banco após o outro, em menos de dez minutos; `--quick`, em um.

Cada banco corre num processo seu e diz o que mediu. Sai com 1 se algum falhou ou, com `--assert`, se alguma
meta falhou; os outros correm na mesma. Há menos rodadas do que no comando de cada um, o único que guarda.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

STANDARD = {
    "chain": ("--rounds", "3", "--events", "10000"),
    "latency": ("--rounds", "3"),
    "ingress": (),
    "outbound": (),
    "end_to_end": (),
    "memory": (),
    "scale": (),
}
"""Os bancos da série e o que se lhes pede numa execução completa."""
PASSED_ON = ("--quick", "--assert", "--json")
ROOT = Path(__file__).parents[1]


def main(argv: Sequence[str] | None = None) -> int:
    """0 se todos os bancos terminaram bem."""
    made = argparse.ArgumentParser(
        prog="python -m bench", description="The standard set, one benchmark after another."
    )
    made.add_argument("only", nargs="*", metavar="BENCH", help=f"of {', '.join(STANDARD)}; default: all")
    for option in PASSED_ON:
        made.add_argument(
            option, action="append_const", dest="options", const=option, help=f"give {option} to each"
        )
    chosen = made.parse_args(argv)
    if unknown := set(chosen.only) - set(STANDARD):
        made.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    options, failed, took = chosen.options or [], [], dict[str, float]()
    for name in chosen.only or STANDARD:
        start = time.monotonic()
        more = () if "--quick" in options else STANDARD[name]
        command = [sys.executable, "-m", f"bench.{name}", *options, *more]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:  # noqa: S603 — só bancos da lista
            failed.append(name)
        took[name] = time.monotonic() - start
    said = f"failed: {', '.join(failed)}" if failed else "all went well"
    each = ", ".join(f"{name} {seconds:.0f}" for name, seconds in took.items())
    print(f"\n{said}, in {sum(took.values()):.0f} s ({each})", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
