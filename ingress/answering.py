"""O que ouve quem pede pelo caminho curto? O mesmo que diria o aiohttp, medido e contado do mesmo modo.

Promete: a cada pedido, uma resposta e uma medida; e a linha, se foi recusado ou o log é de detalhe. Mede-se e
conta-se por grupo.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus

import msgspec
from aiohttp import web
from aiohttp.helpers import rfc822_formatted_time
from loguru import logger

from ingress.answers import refusal
from ingress.door import Outcome
from ingress.middleware import CLIENT_GONE, CORRELATION_HEADER, SERVER, tell
from ingress.opened import Proven
from ingress.outcome import Taken
from ingress.ports import IngressMetrics
from ingress.summary import Accepted
from pyloto_stream.observability.correlation import carry

Respond = Callable[[bytes | None], None]
"""Recebe a resposta inteira; `None` se o pedido foi interrompido."""


class Asked(msgspec.Struct, frozen=True, gc=False):
    """Um pedido; `started` em segundos de `perf_counter`."""

    proven: Proven
    started: float


class Answered(msgspec.Struct, frozen=True, gc=False):
    """Um pedido que terá uma linha: respondeu-se `seconds` depois de chegar."""

    correlation_id: str
    status: int
    seconds: float
    counts: Mapping[str, int]


class Answering:
    """Responde aos pedidos de `route`.

    `detail`: cada pedido aceito tem a sua linha em DEBUG; sem isso, nem se monta.
    """

    def __init__(self, route: str, metrics: IngressMetrics, accepted: Accepted, *, detail: bool) -> None:
        self._detail = detail
        self._route = route
        self._metrics = metrics
        self._accepted = accepted
        self._took_s: dict[int, list[float]] = defaultdict(list)
        """Quanto levou cada pedido ainda não contado, por código da resposta."""
        self._counts: list[Mapping[str, int]] = []
        """O que trouxe cada um dos que foram aceitos."""
        self._to_log: list[Answered] = []

    def answer(self, asked: Asked, respond: Respond, outcome: Outcome) -> None:
        """Responde a `asked` conforme o que foi feito dele, e lembra-o até `count`."""
        correlation_id = asked.proven.correlation_id
        status = 500
        counts: Mapping[str, int] = {}
        try:
            if isinstance(outcome, Taken):
                refused = outcome.refused
                answer = _taken(correlation_id) if refused is None else written(refused, correlation_id)
                status, counts = 200 if refused is None else refused.status, outcome.counts
            elif outcome is None:
                answer, status = None, CLIENT_GONE
            else:
                answer = _broken(outcome, correlation_id)
            respond(answer)
        except Exception:  # noqa: BLE001 - os outros do grupo também esperam
            status = 500
            carry(correlation_id)
            logger.exception("request failed outside of every handler")
            with suppress(Exception):
                respond(None)
        took_s = time.perf_counter() - asked.started
        self._took_s[status].append(took_s)
        if status == 200:
            self._counts.append(counts)
        if self._detail or status != 200:
            self._to_log.append(Answered(correlation_id, status, took_s, counts))

    def count(self) -> None:
        """Mede e conta quem foi respondido, e escreve as linhas; um defeito nisso já não é de quem pediu."""
        took_s, counts, to_log = self._took_s, self._counts, self._to_log
        self._took_s, self._counts, self._to_log = defaultdict(list), [], []
        try:
            for status, each in took_s.items():
                self._metrics.requests(self._route, status, each)
            if counts:
                self._accepted.count(counts, max(took_s[200]))
            for one in to_log:
                carry(one.correlation_id)
                tell("POST", self._route, one.status, one.seconds, one.counts)
        except Exception:  # noqa: BLE001 - a tarefa é de todos os do grupo, que já ouviram a resposta
            carry("")
            logger.exception("requests answered but not counted")


def _broken(error: Exception, correlation_id: str) -> bytes:
    """Anota um defeito, e diz o que ouve quem o trouxe."""
    carry(correlation_id)  # fronteira do processo, como em `middleware`
    logger.opt(exception=error).error("request handler failed")
    return written(refusal(500, "internal"), correlation_id)


def written(answer: web.Response, correlation_id: str) -> bytes:
    """Como o aiohttp a escreveria, na mesma ordem."""
    body = answer.body if isinstance(answer.body, bytes) else b""
    fields = {
        **answer.headers,
        "Content-Length": str(len(body)),
        "Date": rfc822_formatted_time(),
        "Server": SERVER,
        CORRELATION_HEADER: correlation_id,
    }
    lines = (f"{name}: {value}" for name, value in fields.items())
    status = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"
    return "\r\n".join((status, *lines, "", "")).encode() + body


def _taken(correlation_id: str) -> bytes:
    """O mesmo, de um 200."""
    return (
        f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: {rfc822_formatted_time()}\r\nServer: {SERVER}\r\n"
        f"{CORRELATION_HEADER}: {correlation_id}\r\n\r\n"
    ).encode()
