"""O que um processo filho executa? O mesmo que o comando de produção, com os pontos de queda vigiados.

Conta em memória partilhada o que o executor relata: quem morre de SIGKILL também deixa as suas contas.
"""

import mmap
import os
import struct
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

from consumers.pipeline import LANES
from consumers.worker import run_worker
from ingress.process import run_ingress
from ingress.server import Listening
from pyloto_stream.cli import main as command
from pyloto_stream.cli.process import run
from pyloto_stream.observability.logging import configure_logging
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.settings import load
from pyloto_stream.streams.points import watch
from tests.faults.harness import scripts
from tests.faults.harness.orders import COUNTERS, Crash, Notice, Order

Tell = Callable[[Notice], None]
_PLACES = {name: 8 * place for place, name in enumerate(COUNTERS)}


def main(order: Order, tell: Tell) -> int:
    """Vive até o sinal; devolve o código de saída."""
    try:
        settings = load(order.environ)
        configure_logging(settings.log_level, "json", order.name)
        metrics = Counted(Path(order.counters))
        watch(Trap(order, tell))
        os.environ.update(order.environ)  # bibliotecas de fora leem o ambiente, como no comando de produção
        scripts.install(order.script)
        if order.command:
            return commanded(order)
        if order.stages:
            ready = Notice(order.number, "ready", pid=os.getpid())
            run(
                lambda stop: run_worker(
                    settings, order.redis_url, order.stages, metrics, stop, lambda _: tell(ready)
                ),
                stall_s=settings.loop_stall_timeout,
            )
        else:

            def listening(at: Listening) -> None:
                public = f"{at.public.host}:{at.public.port}"
                tell(Notice(order.number, "ready", pid=os.getpid(), public=public))

            lanes = list(LANES.values())
            run(lambda stop: run_ingress(settings, order.redis_url, lanes, metrics, stop, listening))
    except BaseException:  # noqa: BLE001 — a borda do processo: o motivo vai para o log dele
        traceback.print_exc()
        return 1
    return 0


def commanded(order: Order) -> int:
    """Um comando, como quem o escreve no terminal; devolve o código de saída."""
    os.environ["REDIS_URL"] = order.redis_url
    with Path(f"{order.log}.out").open("w", encoding="utf-8") as out, redirect_stdout(out):
        try:
            command(order.command)
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else 1
    return 0


class Trap:
    """Avisa e manda o sinal na passagem combinada por um ponto."""

    def __init__(self, order: Order, tell: Tell) -> None:
        self._number = order.number
        self._crashes = order.crashes
        self._tell = tell
        self._passed: Counter[Crash] = Counter()

    def __call__(self, point: str, stage: str) -> None:
        for crash in self._crashes:
            if crash.point == point and crash.stage == stage:
                self._passed[crash] += 1
                if self._passed[crash] == crash.nth:
                    self._tell(Notice(self._number, "reached", os.getpid(), point=point, stage=stage))
                    os.kill(os.getpid(), crash.signal)


class Counted(Metrics):
    """As métricas do processo, e uma cópia das que o observador quer em `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        path.write_bytes(bytes(8 * len(COUNTERS)))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 0)

    def _add(self, name: str, n: int = 1) -> None:
        place = _PLACES[name]
        (value,) = struct.unpack_from("<q", self._shared, place)
        struct.pack_into("<q", self._shared, place, value + n)

    def read(self, stage: str, n: int) -> None:
        super().read(stage, n)
        self._add("read", n)

    def committed(self, stage: str, n: int) -> None:
        super().committed(stage, n)
        self._add("committed", n)

    def fenced(self, stage: str, n: int) -> None:
        super().fenced(stage, n)
        self._add("fenced", n)

    def claimed(self, stage: str, n: int) -> None:
        super().claimed(stage, n)
        self._add("claimed", n)

    def lost(self, stage: str, n: int) -> None:
        super().lost(stage, n)
        self._add("lost", n)

    def retried(self, stage: str, code: str) -> None:
        super().retried(stage, code)
        self._add("retried")

    def snoozed(self, stage: str) -> None:
        super().snoozed(stage)
        self._add("snoozed")

    def buried(self, stage: str, code: str) -> None:
        super().buried(stage, code)
        self._add("buried")

    def sent(self, result: str) -> None:
        super().sent(result)
        if result in _PLACES:
            self._add(result)


def counts(path: Path) -> Counter[str]:
    """As contas de um filho, vivo ou morto."""
    raw = path.read_bytes() if path.exists() else b""
    if len(raw) < 8 * len(COUNTERS):
        return Counter()
    return Counter(dict(zip(COUNTERS, struct.unpack_from(f"<{len(COUNTERS)}q", raw), strict=True)))
