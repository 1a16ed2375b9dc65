"""Quem acorda o que dorme? Todo processo de trabalho promove, de todas as partições, o que venceu.

Promete: cada temporizador dispara uma vez (a promoção é um script) e no máximo `tick_s` depois de vencer, com
qualquer número de processos, também depois de reinícios.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.telemetry import Silence, Telemetry

PER_CALL = 200
"""Promoções por script: limita o tempo em que ele ocupa o servidor."""


class TimerPump:
    """Laço de promoção; `tick_s` é o intervalo máximo entre duas olhadas."""

    def __init__(self, gateway: Gateway, telemetry: Telemetry | None = None, *, tick_s: float = 0.25) -> None:
        self._gateway = gateway
        self._telemetry = telemetry or Silence()
        self._tick_s = tick_s

    async def promote_due(self, partitions: Iterable[int] | None = None) -> int:
        """Promove tudo o que venceu até agora em `partitions` (todas); devolve 0 se nada havia.

        Raises:
            UnavailableError: um servidor não respondeu; as partições dos outros foram promovidas.
        """
        total, left = 0, list(range(self._gateway.partitions) if partitions is None else partitions)
        failed: list[BaseException] = []
        while left:
            asked = (self._gateway.submit(Script.PROMOTE, p, {"limit": PER_CALL}) for p in left)
            replies = await asyncio.gather(*asked, return_exceptions=True)
            failed += [reply for reply in replies if isinstance(reply, BaseException)]
            told = [reply if isinstance(reply, list) else (0, 0) for reply in replies]
            counts = [most for most, _ in told]
            if stuck := sum(left for _, left in told):
                self._telemetry.stuck(stuck)
            total += sum(counts)
            left = [p for p, promoted in zip(left, counts, strict=True) if promoted == PER_CALL]
        if failed:
            raise failed[0]
        return total

    async def run(self, stop: asyncio.Event) -> None:
        """Promove até `stop`, cada rota ao seu passo; Redis fora do ar só atrasa o que é dele."""
        await asyncio.gather(*(self._promote(route, stop) for route in self._gateway.routes))

    async def _promote(self, route: Sequence[int], stop: asyncio.Event) -> None:
        while not stop.is_set():
            with suppress(UnavailableError):  # a leitura relata a queda; aqui basta tentar no próximo tique
                await self.promote_due(route)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._tick_s)
