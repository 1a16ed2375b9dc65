"""Quem pode olhar por dentro? Quem está nesta máquina, ou quem traz o token do operador.

Promete: fora as sondas e os links assinados (`objects.py`), o que não veio comprovadamente de laço local só
passa com `Authorization: Bearer`.
Nome de host estranho (um site que aponta para 127.0.0.1) e cabeçalhos de intermediários contam como fora.
Limite: um intermediário nesta máquina que não se anuncia passa por local; que ele mande `X-Forwarded-For`.
"""

import hmac
from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from ingress.answers import refusal
from ingress.config import Configured
from ingress.middleware import PROBES, route_of

SIGNED_ROUTE = "/api/objects/{path}"
"""Modelo da rota cuja autorização é a própria assinatura do link."""

_OPEN = PROBES | {SIGNED_ROUTE}
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def authorized(config: Configured) -> Middleware:
    """Middleware que exige o token fora do laço local; 401 sem ele, ou se nenhum foi configurado.

    As sondas ficam de fora: quem hospeda as chama pelo endereço do processo, e elas só dizem sim ou não. Os
    links assinados também: quem os recebe não tem o token.
    """

    @web.middleware
    async def authorize(request: web.Request, handler: Handler) -> web.StreamResponse:
        if route_of(request) in _OPEN or _on_loopback(request) or _bears(request, config().admin_token):
            return await handler(request)
        answer = refusal(401, "token_required")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    return authorize


def metrics_page(registry: CollectorRegistry) -> Handler:
    """Tratador de `GET /metrics`, no formato de texto do Prometheus."""

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return metrics


def _bears(request: web.Request, admin_token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode("utf-8", "surrogatepass"), admin_token.encode())
    return scheme.lower() == "bearer" and bool(admin_token) and same


def _on_loopback(request: web.Request) -> bool:
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        host = request.url.host
    except ValueError:
        return False
    return _loopback(request.remote) and (host == "localhost" or _loopback(host))


def _loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
