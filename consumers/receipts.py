"""Como mostrar "lida" e "digitando" sem atrasar a resposta? Pedindo antes, e esperando só um instante.

Vale na primeira tentativa de um turno do robô. Limite: um recibo que tarda mais do que `PATIENCE_S` segue por
conta própria, e "digitando" pode aparecer depois da resposta; a Meta o apaga sozinha em 25 s.
"""

import asyncio
from typing import Protocol

from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.streams.model import Turn

PATIENCE_S = 0.3


class Reader(Protocol):
    """Quem avisa a Meta de que uma mensagem foi lida."""

    async def mark_read(self, phone_number_id: str, message_id: str, *, typing: bool) -> bool:
        """Marca como lida e, se pedido, mostra "digitando"; nunca levanta."""


class Receipts:
    """Recibos de um processo; guarda os que ainda estão a caminho."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._going: set[asyncio.Task[bool]] = set()

    async def show(self, turn: Turn, state: ConversationState) -> None:
        """Pede o recibo da última mensagem do turno e espera por ele no máximo `PATIENCE_S`.

        Só na primeira vez que o turno aqui chega: o que já esperou pela vez, ou por um disjuntor, não o pede.
        """
        first = turn.failures == turn.snoozes == 0
        if not first or turn.mode not in ("", "BOT") or not state.last_inbound_id:
            return
        loop = asyncio.get_running_loop()
        over: asyncio.Future[None] = loop.create_future()

        def done(task: asyncio.Task[bool] | None = None) -> None:
            if task is not None:
                self._going.discard(task)
            if not over.done():
                over.set_result(None)

        call = self._reader.mark_read(state.phone_number_id, state.last_inbound_id, typing=True)
        task = loop.create_task(call)
        self._going.add(task)
        task.add_done_callback(done)
        alarm = loop.call_later(PATIENCE_S, done)
        try:
            await over  # como `asyncio.wait`, que custa o dobro
        finally:
            alarm.cancel()
