"""Uma conexão em que o pedido de sempre não passa pelo leitor do aiohttp (ver `express.py`), um de cada vez.

Um incomum vai ao caminho normal com tudo o que dele já veio; o seguinte só volta se é certo que aquele
leitor está entre dois pedidos (`_owed`) e nada faz. Na dúvida, a conexão fica lá. Promete: nada passa à
frente do que veio antes, nem aqui, nem entre os dois caminhos.
"""

import asyncio
from typing import Any

from ingress.express import Express
from ingress.framing import owed_after
from ingress.pieces import Sight, Whole
from ingress.protocol import QuietConnection

PATIENCE_S = 1.0
"""Quanto se espera aqui o resto de um pedido; depois, os prazos são os do aiohttp e do webhook."""


class ShortConnection(QuietConnection):
    """Uma conexão com o caminho curto `express`."""

    __slots__ = ("_address", "_asked", "_early", "_express", "_owed", "_patience", "_pieces")

    def __init__(self, express: Express, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - os do aiohttp
        super().__init__(*args, **kwargs)
        self._express = express
        self._asked: asyncio.Task[None] | None = None
        self._early = b""
        self._owed: int | None = 0
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Quem pede é o mesmo até o fim da conexão."""
        super().connection_made(transport)
        peer = self.peername
        self._address = str(peer[0]) if isinstance(peer, tuple) else ""
        self._pieces = self._express.pieces()

    def data_received(self, data: bytes) -> None:
        """Bytes chegaram; os que vêm antes da resposta ao anterior esperam por ela."""
        if self._asked is not None or self._early:
            self._early += data
            if self.transport is not None:
                self.transport.pause_reading()
        elif self._pieces.held or (self._owed == 0 and self._idle()):
            self._gather(data)
        else:
            self._to_aiohttp(data)

    def _idle(self) -> bool:
        """O aiohttp não tem pedido em curso nem na fila (ou nunca teve um), e o outro lado segue e lê."""
        if self._close or self._force_close or self.writing_paused:
            return False
        waiter = self._waiter
        return not self._request_count or (waiter is not None and not waiter.done())

    def _to_aiohttp(self, data: bytes) -> None:
        self._owed = owed_after(self._owed, data)
        super().data_received(data)

    def _gather(self, data: bytes) -> None:
        seen = self._pieces.add(data)
        if isinstance(seen, Whole):
            if self._patience is not None:  # quase nunca
                self._end_patience()
            asked = self._express.admit(seen, self._address)
            if asked is None:
                self._to_aiohttp(seen.data)
            else:
                self._asked = self._express.enter(asked, self._answered)
        elif seen is Sight.UNFINISHED and (self._patience or self._express.welcomes(self._address)):
            self._patience = self._patience or self._loop.call_later(PATIENCE_S, self._release)
        else:
            self._release()

    def _release(self) -> None:
        """O que se guardava vai ao aiohttp, se havia algo."""
        self._end_patience()
        if held := self._pieces.clear():
            self._to_aiohttp(held)

    def _end_patience(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _answered(self, answer: bytes | None) -> None:
        self._asked = None
        if self.transport is None:
            return
        if answer is None:
            self.force_close()
            return
        self.transport.write(answer)
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        if self._early:  # noutra volta: aqui corre a tarefa de quem acaba de ouvir a resposta
            self._loop.call_soon(self._resume)

    def _resume(self) -> None:
        early, self._early = self._early, b""
        if self.transport is not None:
            self.transport.resume_reading()
            self.data_received(early)

    def _process_keepalive(self) -> None:
        now = self._loop.time()
        if self._asked is not None or self._early:  # não está ociosa, e o aiohttp não o sabe
            self._next_keepalive_close_time = now + self._keepalive_timeout
        elif now >= self._next_keepalive_close_time:
            self._release()  # quem já mandou os cabeçalhos também não está
        super()._process_keepalive()

    def close(self) -> None:
        """A parada: o que se guardava tem o destino que teria no aiohttp."""
        self._release()
        super().close()

    def connection_lost(self, exc: BaseException | None) -> None:
        """O fim; um pedido pela metade conta como interrompido, e para isso o tratador tem de começar antes.

        São duas voltas do laço: numa o aiohttp toma o pedido, noutra o tratador espera o corpo.
        """
        if not self._pieces.held:
            super().connection_lost(exc)
            return
        self._release()
        self._loop.call_soon(self._loop.call_soon, super().connection_lost, exc)

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109 - a forma é do aiohttp
        """O pedido em curso termina, ou é interrompido, antes do resto."""
        if (asked := self._asked) is not None:
            await asyncio.wait([asked], timeout=timeout)
            asked.cancel()
        await super().shutdown(timeout)
