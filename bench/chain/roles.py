"""Como medir contendores diferentes pela mesma régua? Cada um enche, trabalha e envia; o resto é daqui.

Papéis de um processo: `fill N` deixa N eventos à espera na primeira etapa; `drain N` leva-os às três e mede;
`serve N PRONTO` faz o mesmo com o que chega, e cria o arquivo PRONTO quando já lê; `feed PRONTO
RITMO:SEGUNDOS…` espera por ele e envia, cada evento no instante em que devia. Só usa a biblioteca padrão:
corre também onde os outros estão.
"""

import asyncio
import json
import resource
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

SIZE = 892
"""Bytes de um evento: com os campos de uma entrada, cerca de 1 kB."""
WARM_UP = (100.0, 0.3)
REST_S = 0.2
_MARK = b'"due":"'
_DIGITS = 20

Measured = dict[str, object]
Send = Callable[[int, bytes], Awaitable[object]]
"""Envia o evento de número dado; números não se repetem num processo."""


class Contender(Protocol):
    """O que se mede: três etapas que passam um evento adiante."""

    async def fill(self, bodies: Sequence[bytes]) -> None:
        """Deixa `bodies` à espera na primeira etapa."""

    def working(self, tally: "Tally") -> AbstractAsyncContextManager[None]:
        """As três etapas, a ler: diz a `tally` quando começam, e a última o que acabou."""

    def sending(self) -> AbstractAsyncContextManager[Send]:
        """A entrada, do lado de quem envia."""


def body(due: float) -> bytes:
    """Um evento (JSON) que leva o instante em que devia entrar, ou o seu número."""
    start = f'{{{_MARK.decode()}{due:0{_DIGITS}.6f}","fill":"'
    return f'{start}{"x" * (SIZE - len(start) - 2)}"}}'.encode()


def due_of(event: bytes) -> str:
    """O que `body` pôs em `event`, tal como está escrito."""
    start = event.index(_MARK) + len(_MARK)
    return event[start : start + _DIGITS].decode()


class Tally:
    """Quando cada evento acabou; `done` quando acabaram `count` diferentes."""

    def __init__(self, count: int) -> None:
        self.at: dict[str, float] = {}
        self.done = asyncio.Event()
        self._count = count
        self._start = self._cpu = 0.0

    def begin(self) -> None:
        """Tudo está ligado, e vai ler-se o primeiro evento: o que se gastou até aqui não conta."""
        self._start, self._cpu = time.monotonic(), cpu_s()

    def spent(self) -> Measured:
        """Eventos por segundo e µs de processador por evento, desde `begin`."""
        took, cpu = time.monotonic() - self._start, cpu_s() - self._cpu
        return {"per_s": self._count / took, "cpu_us": cpu / self._count * 1e6}

    def arrived(self, events: Iterable[str]) -> None:
        """Anota `events`, que acabaram agora."""
        now = time.monotonic()
        for event in events:
            self.at[event] = now
        if len(self.at) >= self._count:
            self.done.set()


async def play(contender: Contender, role: Sequence[str]) -> Measured:
    """Faz o papel `role` e devolve o que mediu."""
    match role:
        case ["fill", count]:
            numbers = range(int(count))
            for start in numbers[::500]:
                await contender.fill([body(number) for number in numbers[start : start + 500]])
            return {}
        case ["drain", count]:
            return await _drain(contender, int(count))
        case ["serve", count, ready]:
            return await _serve(contender, int(count), Path(ready))
        case ["feed", ready, *phases]:
            while not Path(ready).exists():  # noqa: ASYNC110, ASYNC240 — quem o cria é outro processo
                await asyncio.sleep(0.01)
            pairs = [tuple(map(float, phase.split(":"))) for phase in phases]
            return await _feed(contender, [WARM_UP, *((rate, seconds) for rate, seconds in pairs)])
    raise SystemExit(f"unknown role: {role}")


async def _drain(contender: Contender, count: int) -> Measured:
    tally = Tally(count)
    async with contender.working(tally):
        await tally.done.wait()
        return tally.spent()


async def _serve(contender: Contender, count: int, ready: Path) -> Measured:
    tally = Tally(count)
    async with contender.working(tally):
        ready.touch()  # noqa: ASYNC240 — um arquivo vazio, uma vez
        await tally.done.wait()
        spent = tally.spent()
    return {**spent, "waits": [(float(due), at - float(due)) for due, at in tally.at.items()]}


async def _feed(contender: Contender, phases: Sequence[tuple[float, float]]) -> Measured:
    """Laço aberto: quem envia não espera por quem recebe. As fases ditas não contam a de aquecimento."""
    sys.setswitchinterval(0.0005)  # o relógio é outra linha: não espera 5 ms pelo interpretador
    loop, tasks = asyncio.get_running_loop(), set[asyncio.Future[object]]()
    spans: list[tuple[float, float]] = []
    async with contender.sending() as send:

        def fire(number: int, due: float) -> None:
            tasks.add(asyncio.ensure_future(send(number, body(due))))

        def run() -> None:
            for number, due in enumerate(dues(phases, spans)):
                time.sleep(max(0.0, due - time.monotonic()))
                loop.call_soon_threadsafe(fire, number, due)

        clock = threading.Thread(target=run, daemon=True)
        clock.start()
        await loop.run_in_executor(None, clock.join)
        await asyncio.gather(*tasks)
    return {"spans": spans[1:]}


def dues(phases: Sequence[tuple[float, float]], spans: list[tuple[float, float]]) -> Iterator[float]:
    """Os instantes em que cada evento deve entrar; em `spans`, onde cada fase começa e acaba."""
    start = time.monotonic() + REST_S
    for rate, seconds in phases:
        spans.append((start, start + seconds))
        yield from (start + number / rate for number in range(sent(rate, seconds)))
        start += seconds + REST_S


def sent(rate: float, seconds: float) -> int:
    """Quantos eventos uma fase envia."""
    return int(rate * seconds)


def cpu_s() -> float:
    """Segundos de processador deste processo, com os filhos que já terminaram."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(spent.ru_utime + spent.ru_stime for spent in used)


async def dismiss(tasks: Iterable["asyncio.Task[None]"]) -> None:
    """Cancela `tasks` e espera por elas; insiste: um cliente pode engolir um cancelamento."""
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=0.2)


def main(run: Callable[[Coroutine[None, None, Measured]], Measured], contender: Contender) -> None:
    """A linha de comando de um contendor: endereço e papel; o que mediu sai em JSON na última linha."""
    print(json.dumps(run(play(contender, sys.argv[2:]))))
