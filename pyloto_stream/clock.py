"""De onde vem o tempo? De um só lugar, que os testes trocam."""

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Devolve o instante atual em milissegundos desde a época Unix (UTC)."""


def system_clock() -> int:
    """Relógio do sistema, em milissegundos desde a época Unix."""
    return time.time_ns() // 1_000_000
