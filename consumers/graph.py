"""Como se fala com a Graph API? Um cliente com o token de cada número; medido, o de um trabalhador."""

from loguru import logger

from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.graph_http import Signals
from pyloto_stream.whatsapp.graph_usage import SLOW_DOWN_PERCENT, Usage


def open_graph(live: LiveSettings, metrics: Metrics | None = None) -> WhatsAppHttpClient:
    """O cliente da configuração; quem abre fecha. Sem `metrics`, nada se mede: é o de um comando.

    Cada chamada usa o token que vale quando ela começa.

    Raises:
        MisconfiguredError: endereço, versão ou token com forma impossível.
    """
    settings = live.current()
    client = WhatsAppHttpClient(
        settings.whatsapp_api_base_url,
        settings.whatsapp_api_version,
        settings.whatsapp_access_token.reveal(),
        tokens=settings.tokens(),
        observe=metrics.graph_call if metrics else None,
        signals=watch(metrics) if metrics else None,
    )
    live.follow(lambda now: client.use(now.whatsapp_access_token.reveal(), now.tokens()))
    return client


def watch(metrics: Metrics) -> Signals:
    """O que as respostas dizem de nós: o uso vira número, e uma linha a cada vez que passa de 80 %."""
    high = False

    def used(usage: Usage) -> None:
        nonlocal high
        metrics.graph_usage(usage.percent)
        if usage.percent >= SLOW_DOWN_PERCENT and not high:
            logger.bind(percent=usage.percent, wait_ms=usage.wait_ms).warning("graph usage is near its limit")
        high = usage.percent >= SLOW_DOWN_PERCENT

    def changed(asked: str, got: str) -> None:
        logger.bind(asked=asked, got=got).warning("graph answers with another version than asked")

    return Signals(usage=used, version=changed)
