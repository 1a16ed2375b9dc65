"""De que é feita a entrada? Duas aplicações: a que o mundo alcança e a que só os operadores alcançam."""

from collections.abc import Iterable
from time import monotonic

from aiohttp import web
from prometheus_client import CollectorRegistry

from ingress.admin import authorized, metrics_page
from ingress.answering import Answering
from ingress.config import Configured, IngressConfig
from ingress.door import Door
from ingress.express import Express
from ingress.health import health, readiness
from ingress.identities import Identities, NoAliases
from ingress.middleware import observed, rate_limited, stamp
from ingress.ports import Acceptance, Aliases, IngressMetrics
from ingress.rate_limit import RateLimit
from ingress.runner import EXPRESS
from ingress.summary import Accepted
from ingress.taking import Arrived, Taker
from ingress.webhook import MAX_BODY, WhatsAppWebhook
from pyloto_stream.clock import Clock, system_clock

WEBHOOK_PATH = "/webhooks/whatsapp"


def create_public_app(
    config: IngressConfig,
    acceptance: Acceptance,
    metrics: IngressMetrics,
    *,
    live: Configured | None = None,
    clock: Clock = system_clock,
    aliases: Aliases | None = None,
    arrived: Arrived = lambda _number, _n: None,
    routes: Iterable[web.AbstractRouteDef] = (),
) -> web.Application:
    """Aplicação pública: webhook, saúde e as `routes` de quem compõe (o endpoint de Flows).

    `live`: de onde vêm os segredos a cada uso; sem ele, são os de `config`.
    `aliases`: a tabela de apelidos; sem ela, cada pessoa é o seu id mais fraco. `arrived` conta o que entra
    por número.
    """
    accepted = Accepted()
    middlewares = [observed(metrics, accepted)]
    limit = RateLimit(config.rate_limit_per_minute, monotonic) if config.rate_limit_per_minute else None
    if limit is not None:
        middlewares.append(rate_limited(limit))
    # um byte de folga: o limite exato, que é nosso, passa; e quem mede a sobra é o webhook
    app = web.Application(middlewares=middlewares, client_max_size=MAX_BODY + 1)
    app.on_response_prepare.append(stamp)
    app.on_cleanup.append(accepted.close)
    identities = Identities(config.pepper, aliases or NoAliases())
    taker = Taker(acceptance, identities, metrics, clock, arrived)
    answering = Answering(WEBHOOK_PATH, metrics, accepted, detail=config.detail)
    door = Door(taker, crowd=config.crowd, after=answering.count)
    webhook = WhatsAppWebhook(live or (lambda: config), door)
    app[EXPRESS] = Express(WEBHOOK_PATH, webhook, door, answering, limit)
    app.router.add_get(WEBHOOK_PATH, webhook.challenge, allow_head=False)
    app.router.add_post(WEBHOOK_PATH, webhook.receive)
    app.router.add_get("/health", health)
    app.router.add_get("/ready", readiness(acceptance))
    app.router.add_routes(routes)
    return app


def create_admin_app(
    config: IngressConfig,
    registry: CollectorRegistry,
    metrics: IngressMetrics,
    *,
    live: Configured | None = None,
    routes: Iterable[web.AbstractRouteDef] = (),
) -> web.Application:
    """Aplicação privada: `/metrics` e as `routes` de quem compõe. `live`: ver a pública."""
    app = web.Application(middlewares=[observed(metrics), authorized(live or (lambda: config))])
    app.on_response_prepare.append(stamp)
    app.router.add_get("/metrics", metrics_page(registry))
    app.router.add_routes(routes)
    return app
