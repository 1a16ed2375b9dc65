"""Como se pede uma medida? Com as mesmas opções em todos os bancos."""

import argparse
from collections.abc import Sequence


class _Rounds(argparse.ArgumentParser):
    """Preenche `rounds` conforme `--quick`, se ninguém o disse, e recusa o que não faz sentido junto."""

    usual: int
    quick: int

    def parse_known_args(  # type: ignore[override] # só se lê a linha de comando
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Como o de sempre, com `rounds` decidido."""
        options, rest = super().parse_known_args(args, namespace)
        if options.quick and options.save:
            self.error("--save keeps what a full run measured, not a --quick one")
        if options.rounds is None:
            options.rounds = self.quick if options.quick else self.usual
        if options.rounds < 1:
            self.error("--rounds must be at least 1")
        return options, rest


def parser(bench: str, question: str, rounds: int, quick_rounds: int = 1) -> argparse.ArgumentParser:
    """As opções comuns; cada banco soma as suas. `rounds` sai decidido: o dito, ou o de `--quick` ou não."""
    made = _Rounds(prog=f"python -m bench.{bench}", description=question)
    made.usual, made.quick = rounds, quick_rounds
    made.add_argument("--quick", action="store_true", help="a smoke test of seconds: no figure of it counts")
    made.add_argument("--rounds", type=int, help=f"interleaved rounds (default {rounds})")
    made.add_argument("--save", action="store_true", help="keep the result and its chart in bench/results")
    made.add_argument(
        "--assert",
        dest="asserts",
        action="store_true",
        help="exit with 1 if a target is missed (not with --quick)",
    )
    made.add_argument("--json", action="store_true", help="print the result as JSON instead of a table")
    return made
