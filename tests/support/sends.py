"""Uma etapa que envia pelo livro, para provar o que ele decide."""

import asyncio

from pyloto_stream.streams.entry import Entry
from pyloto_stream.streams.lease import decode
from pyloto_stream.streams.ledger import SendLedger
from pyloto_stream.streams.model import Plan, Settlement, Turn
from pyloto_stream.streams.scripts import Script
from tests.support.commits import commit
from tests.support.streams import LANES, ManualClock, Rig

WINDOW_S = 10.0
REPLY = "v1.0.abc.0"


def settlement(outcome: str = "sent", *, key: str = "s1", reply_id: str = REPLY) -> Settlement:
    """O status `outcome` da resposta `reply_id`, relatado para a conversa `outra` (que o livro corrige)."""
    return Settlement(reply_id, outcome, "wamid.status", "audit", "outra", b'"status"', key)


class Sender:
    """Um consumidor da etapa `one` que tem em mãos um turno e consulta o livro, sem laço de trabalho."""

    def __init__(self, rig: Rig, clock: ManualClock, name: str = "w1") -> None:
        self.rig = rig
        self.name = name
        self.ledger = SendLedger(rig.gateway, name, WINDOW_S)
        self._clock = clock

    async def take(self) -> Turn:
        """Lê o próximo turno."""
        entries: list[Entry] = []
        async with asyncio.timeout(5):
            while not entries:
                entries = await self.rig.gateway.read("one", self.name, [0], 1)
        return decode(entries[0], "one", self._clock())

    async def claim(self) -> Turn:
        """Assume o turno de quem o tem."""
        op = {"s": "one", "w": self.name, "idle": 0, "limit": 1}
        (row,) = await self.rig.gateway.submit(Script.CLAIM, 0, op)
        return decode(Entry.of(0, row), "one", self._clock())

    async def commit(self, turn: Turn, plan: Plan) -> int:
        """Aplica `plan`: 1 aplicado, 2 já era nosso, 0 descartado."""
        return await commit(self.rig.gateway, turn, plan, LANES, self.name)
