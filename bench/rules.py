"""Quanto custa às regras entender uma mensagem? `python -m bench.rules`: o conjunto que vem, uma a uma.

De cada mensagem fica a melhor de algumas vezes, em tempo de processador: mede-se o código, não a máquina
ocupada. Limite: sem contexto de conversa; cada mensagem é a primeira.
"""

import sys
import time
from collections.abc import Sequence

from bench.harness.machine import facts
from bench.harness.options import parser
from bench.harness.report import publish
from bench.harness.results import Check, Column, Result, Row
from bench.harness.rounds import percentile
from bench.harness.servers import find_redis
from pyloto_stream.ai.dataset import SHIPPED, read_dataset
from pyloto_stream.ai.listening import hear_first

QUESTION = "What does it cost the rules to understand a message?"
TARGET_MS = 2.0
ROUNDS, QUICK_EVERY = 5, 50
"""Vezes que se ouve cada mensagem; e, em `--quick`, uma de quantas."""
POINTS = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "slowest": 1.0}
COLUMNS = (Column("ms", "CPU ms/message", 2, drawn=True), Column("times", "× p50", 2, ratio=True))


def measure(rounds: int, every: int = 1) -> list[float]:
    """Milissegundos por mensagem, em ordem crescente, de uma mensagem a cada `every`."""
    texts = [line.text for line in read_dataset(SHIPPED).lines[::every]]
    _once(texts[0])  # o primeiro uso carrega o que as regras sabem
    return sorted(min(_once(text) for _ in range(rounds)) for text in texts)


def _once(text: str) -> float:
    started = time.process_time()
    hear_first(text)
    return (time.process_time() - started) * 1000


def main(argv: Sequence[str] | None = None) -> int:
    """Mede e publica; ver `publish` para o código de saída."""
    options = parser("rules", QUESTION, ROUNDS).parse_args(argv)
    found = measure(options.rounds, QUICK_EVERY if options.quick else 1)
    points = {name: percentile(found, share) for name, share in POINTS.items()}
    result = Result(
        bench="rules",
        question=QUESTION,
        machine=facts(find_redis()),
        quick=options.quick,
        rounds=options.rounds,
        columns=COLUMNS,
        rows=tuple(Row(name, {"ms": ms, "times": ms / points["p50"]}) for name, ms in points.items()),
        checks=(Check("p99, ms", points["p99"], TARGET_MS, at_least=False),),
        notes=(f"{len(found):,} messages of the data set, each the best of {options.rounds}",),
    )
    return publish(result, options)


if __name__ == "__main__":
    sys.exit(main())
