"""O que ouve quem não fala HTTP? Um 400 constante, sem ver de volta o que mandou nem saber quem atende.

Promete: um pedido malformado rende uma linha em detalhe (DEBUG), nunca o que ele dizia; um erro nosso, um 500
igualmente mudo e uma linha de erro. O aiohttp não tem gancho para isto: troca-se o protocolo que ele cria
(ver `runner.py`).
"""

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from ingress.answers import refusal
from ingress.middleware import CORRELATION_HEADER, SERVER
from pyloto_stream.observability.correlation import new_correlation_id


class QuietConnection(RequestHandler):
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
