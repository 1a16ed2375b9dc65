"""O que vale para toda requisição? Id de correlação, uma linha de log, uma medida e um limite.

Promete: nenhuma linha, métrica ou resposta leva endereço, parâmetros, corpo ou mensagem de exceção.
"""

import time
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from loguru import logger

from ingress.answers import refusal
from ingress.ports import IngressMetrics
from ingress.rate_limit import RateLimit
from pyloto_stream.observability.correlation import correlated

CORRELATION_HEADER = "X-Correlation-ID"
CORRELATION_ID = web.RequestKey("correlation_id", str)
COUNTS = web.RequestKey("counts", dict[str, int])
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


def observed(metrics: IngressMetrics) -> Middleware:
    """Middleware externo: correlação, medida, linha de log. Um erro inesperado é um 500 sem detalhes."""

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
                seconds = time.perf_counter() - started
                metrics.request(route_of(request), status, seconds)
                _log(request, status, seconds)

    return observe


def rate_limited(per_minute: int, now: Callable[[], float] = time.monotonic) -> Middleware:
    """Middleware que responde 429 a quem passa de `per_minute`; as sondas não contam. `now` em segundos."""
    limit = RateLimit(per_minute, now)

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


def _log(request: web.Request, status: int, seconds: float) -> None:
    route = route_of(request)
    line = logger.bind(
        method=request.method if request.method in _METHODS else "OTHER",
        route=route,
        status=status,
        duration_ms=round(seconds * 1000, 2),
        **request.get(COUNTS, {}),
    )
    if route in PROBES:
        line.debug("request")
    elif status < 400:
        line.info("request")
    else:
        line.warning("request")
