"""O que vale para toda requisição? Id de correlação, uma linha de log, uma medida e um limite.

Promete: nenhuma linha, métrica ou resposta leva endereço, parâmetros, corpo ou mensagem de exceção.
"""

import time
from collections.abc import Mapping

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from loguru import logger

from ingress.answers import refusal
from ingress.ports import IngressMetrics
from ingress.rate_limit import RateLimit
from ingress.summary import Accepted
from pyloto_stream.observability.correlation import correlated

CORRELATION_HEADER = "X-Correlation-ID"
CORRELATION_ID = web.RequestKey("correlation_id", str)
COUNTS = web.RequestKey("counts", Mapping[str, int])
"""Contagens que o tratador quer na linha de log da requisição."""
PROBES = frozenset(("/health", "/ready"))
"""Sondas de quem hospeda: sem limite por endereço, e no log só em detalhe."""
UNMATCHED = "unmatched"
CLIENT_GONE = 499
"""Quem pediu desistiu, ou o processo está parando."""

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
SERVER = "pyloto-stream"


def route_of(request: web.Request) -> str:
    """Modelo da rota (`/webhooks/whatsapp`), ou `unmatched`; nunca o caminho pedido."""
    resource = request.match_info.route.resource
    return UNMATCHED if resource is None else resource.canonical


async def stamp(request: web.Request, response: web.StreamResponse) -> None:
    """Sinal `on_response_prepare`: toda resposta leva o id de correlação, nenhuma a versão do servidor.

    A de um pedido que nem HTTP era não passa por aqui: ver `protocol.py`.
    """
    response.headers[CORRELATION_HEADER] = request[CORRELATION_ID]
    response.headers["Server"] = SERVER


def observed(metrics: IngressMetrics, accepted: Accepted | None = None) -> Middleware:
    """Middleware externo: correlação, medida, linha de log. Um erro inesperado é um 500 sem detalhes.

    `accepted`: onde se somam os webhooks aceitos, cuja linha própria é só detalhe.
    """

    @web.middleware
    async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
        started, status = time.perf_counter(), CLIENT_GONE
        with correlated(request.headers.get(CORRELATION_HEADER, "")) as correlation_id:
            request[CORRELATION_ID] = correlation_id
            try:
                response = await _answer(request, handler)
                status = response.status
                return response
            finally:
                route, seconds = route_of(request), time.perf_counter() - started
                metrics.requests(route, status, (seconds,))
                counts = request.get(COUNTS, {})
                if accepted is not None and counts and status < 400:
                    accepted.count((counts,), seconds)
                tell(request.method, route, status, seconds, counts)

    return observe


def rate_limited(limit: RateLimit) -> Middleware:
    """Middleware que responde 429 a quem passa de `limit`; as sondas não contam."""

    @web.middleware
    async def limited(request: web.Request, handler: Handler) -> web.StreamResponse:
        if route_of(request) not in PROBES:
            wait_s = limit.take(request.remote or "")
            if wait_s > 0:
                return refusal(429, "rate_limited", retry_after_s=wait_s)
        return await handler(request)

    return limited


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as answer:
        refused = refusal(answer.status, answer.reason.lower().replace(" ", "_"))
        if "Allow" in answer.headers:
            refused.headers["Allow"] = answer.headers["Allow"]
        return refused
    except Exception:  # noqa: BLE001 - fronteira do processo: nada sai daqui sem resposta nem registro
        logger.exception("request handler failed")
        return refusal(500, "internal")


def tell(method: str, route: str, status: int, seconds: float, counts: Mapping[str, int]) -> None:
    """A linha de uma requisição: uma recusa é aviso; uma sonda ou um webhook aceito (`counts`), detalhe."""
    usual = logger.debug if counts or route in PROBES else logger.info
    write = usual if status < 400 else logger.warning
    write(
        "request",
        method=method if method in _METHODS else "OTHER",
        route=route,
        status=status,
        duration_ms=round(seconds * 1000, 2),
        **counts,
    )
