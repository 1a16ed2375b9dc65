"""Quando começa a medida, e quando acaba? Depois das que só aquecem, e na última das que contam."""

import asyncio
import time
from typing import NamedTuple

from bench.harness.rounds import Sample
from bench.harness.services import cpu_s


class Size(NamedTuple):
    """Quantas mensagens por janela: as que só aquecem, e as que contam."""

    warm: int
    timed: int

    @property
    def total(self) -> int:
        """Todas."""
        return self.warm + self.timed


class Timed:
    """Uma janela de `size`; `over` quando a última foi feita. `redis_pid`: de quem mais se mede a CPU.

    Limite: quem faz muitas de uma vez tem de fazer menos do que as que contam.
    """

    def __init__(self, size: Size, redis_pid: int | None = None) -> None:
        self._size = size
        self._redis_pid = redis_pid
        self._done = 0
        self._marks: list[tuple[float, float, float]] = []
        self.over = asyncio.Event()
        self.did(0)

    def did(self, n: int = 1) -> None:
        """Mais `n` foram feitas."""
        self._done += n
        if not self._marks and self._done >= self._size.warm:
            # muitas de uma vez passam do aquecimento: contam as que faltam
            self._size = self._size._replace(timed=self._size.total - self._done)
            self._mark()
        if len(self._marks) == 1 and self._done >= self._size.total:
            self._mark()
            self.over.set()

    def told(self) -> Sample:
        """Mensagens por segundo, e µs de CPU por mensagem, deste processo e do Redis."""
        wall, cpu, redis = (after - before for before, after in zip(*self._marks, strict=True))
        count = self._size.timed
        told = {"per_s": count / wall, "cpu_us": cpu / count * 1e6}
        return told if self._redis_pid is None else told | {"redis_us": redis / count * 1e6}

    def _mark(self) -> None:
        redis = 0.0 if self._redis_pid is None else cpu_s(self._redis_pid)
        self._marks.append((time.perf_counter(), time.process_time(), redis))
