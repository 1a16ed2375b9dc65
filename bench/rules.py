"""`python -m bench.rules`: quanto custa às regras entender uma mensagem? O conjunto que vem, um a um."""

import sys
import time

from pyloto_stream.ai.dataset import SHIPPED, read_dataset
from pyloto_stream.ai.listening import hear_first

TARGET_MS = 2.0
REPEATS = 5
"""De cada mensagem fica a melhor, em tempo de processador: mede-se o código, não a máquina ocupada."""


def measure() -> list[float]:
    """Milissegundos por mensagem, em ordem crescente."""
    return sorted(min(_once(line.text) for _ in range(REPEATS)) for line in read_dataset(SHIPPED).lines)


def _once(text: str) -> float:
    started = time.process_time()
    hear_first(text)
    return (time.process_time() - started) * 1000


def main() -> int:
    """0 se o percentil 99 respeita o alvo; 1 se não."""
    found = measure()
    p50, p99 = found[len(found) // 2], found[int(len(found) * 0.99)]
    print(f"{len(found)} messages: p50 {p50:.2f} ms, p99 {p99:.2f} ms, max {found[-1]:.2f} ms")
    print(f"target: p99 below {TARGET_MS:.0f} ms")
    return 0 if p99 < TARGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
