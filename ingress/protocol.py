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
from ingress.middleware import CORRELATION_HEADER, SERVER
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


class _Express(_Protocol):
    """Uma conexão que, enquanto só traz pedidos de sempre, um de cada vez, não passa pelo leitor do aiohttp.

    O primeiro incomum a leva ao caminho normal, e lá ela fica: só o leitor sabe onde o seguinte começa.
    """

    __slots__ = ("_asked", "_express", "_held", "_usual")

    def __init__(self, express: Express, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - os do aiohttp
        super().__init__(*args, **kwargs)
        self._express = express
        self._asked: asyncio.Task[None] | None = None
        self._held = b""
        self._usual = True

    def data_received(self, data: bytes) -> None:
        """Bytes chegaram; os que vêm antes da resposta ao anterior esperam por ela."""
        if self._asked is not None:
            self._held += data
            if self.transport is not None:
                self.transport.pause_reading()
        elif not (self._usual and self._took(data)):
            self._usual = False
            super().data_received(data)

    def _took(self, data: bytes) -> bool:
        if self._close or self._force_close:
            return False
        peer = self.peername
        asked = self._express.read(data, str(peer[0]) if isinstance(peer, tuple) else "")
        if asked is None:
            return False
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        self._asked = self._express.enter(asked, self._answered)
        return True

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
        if self._held and self.transport is not None:
            held, self._held = self._held, b""
            self.transport.resume_reading()
            self.data_received(held)

    def _process_keepalive(self) -> None:
        if self._asked is not None:  # não está ociosa, e o aiohttp não o sabe
            self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        super()._process_keepalive()

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
