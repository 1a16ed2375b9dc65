"""O que ouve quem não fala HTTP? Um 400 constante, sem ver de volta o que mandou nem saber quem atende.

Promete: um pedido malformado rende uma linha em detalhe (DEBUG), nunca o que ele dizia; um erro nosso, um 500
igualmente mudo e uma linha de erro. O aiohttp não tem gancho para isto: troca-se o protocolo que ele cria.
E é aqui que o pedido de sempre toma o caminho curto (`express.py`).
"""

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from ingress.answers import refusal
from ingress.express import Express
from ingress.framing import owed_after
from ingress.middleware import CORRELATION_HEADER, SERVER
from ingress.pieces import Sight, Whole
from pyloto_stream.observability.correlation import new_correlation_id


class _Protocol(RequestHandler):
    """Uma conexão cujos erros não ecoam nada."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,  # noqa: ARG002 - a exceção cita o pedido
        message: str | None = None,  # noqa: ARG002 - idem
    ) -> web.StreamResponse:
        """A resposta ao que não chegou a nenhum tratador, ou ao que escapou de todos."""
        if status < 500:
            self.logger.debug("malformed request refused")
        else:
            self.logger.error("request failed outside of every handler")
        if request.writer.output_size > 0:
            raise ConnectionError("part of an answer was sent already")
        answer = refusal(status, "bad_request" if status < 500 else "internal")
        answer.headers["Server"] = SERVER
        answer.headers[CORRELATION_HEADER] = new_correlation_id()
        answer.force_close()
        return answer


EXPRESS = web.AppKey("express", Express)
"""O caminho curto da aplicação, se ela tem um."""


PATIENCE_S = 1.0
"""Quanto o caminho curto espera o resto de um pedido; depois, os prazos são os do aiohttp e do webhook."""


class _Express(_Protocol):
    """Uma conexão que, enquanto só traz pedidos de sempre, um de cada vez, não passa pelo leitor do aiohttp.

    Um incomum vai ao caminho normal com tudo o que dele já veio; o seguinte só volta se é certo que aquele
    leitor está entre dois pedidos (`_owed`) e nada faz. Na dúvida, a conexão fica lá.
    """

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
        self._pieces = self._express.pieces(self._address)

    def data_received(self, data: bytes) -> None:
        """Bytes chegaram; os que vêm antes da resposta ao anterior esperam por ela."""
        if self._asked is not None:
            self._early += data
            if self.transport is not None:
                self.transport.pause_reading()
        elif self._owed == 0 and self._rests():
            self._look(data)
        else:
            self._hand(data)

    def _rests(self) -> bool:
        """O aiohttp não tem pedido em curso nem na fila (ou nunca teve um), e a conexão continua."""
        if self._close or self._force_close:
            return False
        waiter = self._waiter
        return not self._request_count or (waiter is not None and not waiter.done())

    def _hand(self, data: bytes) -> None:
        self._owed = owed_after(self._owed, data)
        super().data_received(data)

    def _look(self, data: bytes) -> None:
        seen = self._pieces.add(data)
        if seen is Sight.UNFINISHED:
            if self._patience is None:
                self._patience = self._loop.call_later(PATIENCE_S, self._give)
            return
        asked = self._express.admit(seen, self._address) if isinstance(seen, Whole) else None
        if asked is None:
            self._give()
            return
        self._forget()
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        self._asked = self._express.enter(asked, self._answered)

    def _give(self) -> None:
        """O que se guardava vai ao aiohttp, se havia algo."""
        if held := self._forget():
            self._hand(held)

    def _forget(self) -> bytes:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        return self._pieces.clear()

    def _answered(self, answer: bytes | None) -> None:
        self._asked = None
        if self.transport is None:
            return
        if answer is None:
            self.force_close()
        else:
            self.transport.write(answer)
            self._resume()

    def _resume(self) -> None:
        if self._early and self.transport is not None:
            early, self._early = self._early, b""
            self.transport.resume_reading()
            self.data_received(early)

    def _process_keepalive(self) -> None:
        if self._asked is not None:  # não está ociosa, e o aiohttp não o sabe
            self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        self._give()  # quem já mandou os cabeçalhos também não está
        super()._process_keepalive()

    def close(self) -> None:
        """A parada: o que se guardava tem o destino que teria no aiohttp."""
        self._give()
        super().close()

    def connection_lost(self, exc: BaseException | None) -> None:
        """O fim; um pedido pela metade conta como interrompido, e para isso o tratador tem de começar antes.

        São duas voltas do laço: numa o aiohttp toma o pedido, noutra o tratador espera o corpo.
        """
        if not self._pieces:
            super().connection_lost(exc)
            return
        self._give()
        self._loop.call_soon(self._loop.call_soon, super().connection_lost, exc)

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109 - a forma é do aiohttp
        """O pedido em curso termina, ou é interrompido, antes do resto."""
        if (asked := self._asked) is not None:
            await asyncio.wait([asked], timeout=timeout)
            asked.cancel()
        await super().shutdown(timeout)


class _Server(web.Server):
    """Cria uma conexão dessas por cliente."""

    express: Express | None = None

    def __call__(self) -> RequestHandler:
        if self.express is None:
            return _Protocol(self, loop=self._loop, **self._kwargs)
        return _Express(self.express, self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Executor de uma aplicação em que também os erros de protocolo são nossos."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        server = _Server(made.request_handler, request_factory=made.request_factory, **self._kwargs)
        server.express = self.app.get(EXPRESS)
        return server
