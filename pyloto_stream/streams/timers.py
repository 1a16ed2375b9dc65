"""Quem acorda o que dorme? Todo processo de trabalho promove, de todas as partições, o que venceu.

Promete: cada temporizador dispara uma vez (a promoção é um script) e no máximo `tick_s` depois de vencer, com
qualquer número de processos, também depois de reinícios; no máximo `FLOOR_S`, se já se sabia dele.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.telemetry import Silence, Telemetry

FLOOR_S = 0.01
"""Intervalo mínimo entre duas olhadas, por mais que haja por vencer."""
PER_CALL = 200
"""Promoções por script: limita o tempo em que ele ocupa o servidor."""


class TimerPump:
    """Laço de promoção; `tick_s` é o intervalo máximo entre duas olhadas a uma partição."""

    def __init__(self, gateway: Gateway, telemetry: Telemetry | None = None, *, tick_s: float = 0.25) -> None:
        self._gateway = gateway
        self._telemetry = telemetry or Silence()
        self._tick_s = tick_s

    async def promote_due(self, partitions: Iterable[int] | None = None) -> int:
        """Promove tudo o que venceu até agora em `partitions` (todas); devolve 0 se nada havia.

        Raises:
            UnavailableError: um servidor não respondeu; as partições dos outros foram promovidas.
        """
        total, _ = await self._look(range(self._gateway.partitions) if partitions is None else partitions)
        return total

    async def run(self, stop: asyncio.Event) -> None:
        """Promove até `stop`, cada rota ao seu passo; Redis fora do ar só atrasa o que é dele."""
        await asyncio.gather(*(self._promote(route, stop) for route in self._gateway.routes))

    async def _promote(self, route: Sequence[int], stop: asyncio.Event) -> None:
        clock = asyncio.get_running_loop().time
        look_at = dict.fromkeys(route, 0.0)
        while not stop.is_set():
            due = [partition for partition, at in look_at.items() if at <= clock()]
            waits: dict[int, float] = {}
            with suppress(UnavailableError):  # a leitura relata a queda; aqui basta tentar no próximo tique
                _, waits = await self._look(due)
            look_at |= {p: clock() + min(waits.get(p, self._tick_s), self._tick_s) for p in due}
            pause_s = max(FLOOR_S, min(look_at.values()) - clock())
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause_s)

    async def _look(self, partitions: Iterable[int]) -> tuple[int, dict[int, float]]:
        """Quantos promoveu, e daqui a quantos segundos vence o próximo de cada partição que tem algum."""
        total, left, waits = 0, list(partitions), dict[int, float]()
        failed: list[BaseException] = []
        while left:
            asked = (self._gateway.submit(Script.PROMOTE, p, {"limit": PER_CALL}) for p in left)
            replies = await asyncio.gather(*asked, return_exceptions=True)
            failed += [reply for reply in replies if isinstance(reply, BaseException)]
            told = [reply if isinstance(reply, list) else (0, 0, -1) for reply in replies]
            waits |= {p: wait / 1000 for p, (_, _, wait) in zip(left, told, strict=True) if wait >= 0}
            if stuck := sum(kept for _, kept, _ in told):
                self._telemetry.stuck(stuck)
            total += sum(most for most, _, _ in told)
            left = [p for p, (most, _, _) in zip(left, told, strict=True) if most == PER_CALL]
        if failed:
            raise failed[0]
        return total, waits
