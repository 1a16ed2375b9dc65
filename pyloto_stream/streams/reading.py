"""De que partições se lê agora, e quanto de cada? De todas, aos poucos, até que todas tenham atraso.

Então, numa etapa pura, lê-se de poucas por vez, por rodízio: o mesmo lote em menos gravações, e maiores.
Promete: nenhuma partição espera mais que uma volta das outras; bloqueado, espera-se por todas.
"""

from collections.abc import Sequence
from functools import partial

from pyloto_stream.streams.duty import Duty
from pyloto_stream.streams.entry import Entry

FEW = 4
"""Em quantas fatias se divide a volta, se todas as partições têm atraso."""


class Reading:
    """As leituras de uma parte, uma de cada vez."""

    def __init__(self, duty: Duty) -> None:
        self._duty = duty
        self._turn = 0
        self._behind = False

    async def next(self, partitions: Sequence[int], free: int, *, wait: bool) -> list[Entry]:
        """Entradas novas de `partitions` para `free` vagas; se são menos, por fatias, sem esperar."""
        read = partial(self._duty.gateway.read, self._duty.stage, self._duty.consumer)
        total = len(partitions)
        self._turn = (self._turn + 1) % total
        order = (*partitions[self._turn :], *partitions[: self._turn])
        for start in range(0, total, free) if free < total else ():
            if entries := await read(order[start : start + free], 1, wait=False):
                return entries
        if self._behind:
            few = order[: max(1, min(total // FEW, free))]  # menos de uma de cada seria ler sem limite
            self._turn += len(few) - 1
            entries = await read(few, free // len(few), wait=False)
            self._behind = len(entries) == free // len(few) * len(few)
            if entries:
                return entries
        each = max(1, free // total)
        entries = await read(order, each, wait=wait)
        self._behind = self._duty.settler.inline and len(entries) == each * total
        return entries
