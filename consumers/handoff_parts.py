"""De que é feita a etapa `handoff`? De um CRM a chamar, se há endereço; senão, só da fila."""

from contextlib import AsyncExitStack

from consumers.handoff import posting_stage, publishing_stage
from consumers.handoff_post import TIMEOUT_S, HandoffPost
from consumers.pipeline import HANDOFF, timeout_s
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.streams.model import Handler

OF_THE_STAGE = 0.8
"""Parte do prazo da etapa que um POST pode tomar: o dele, e não o dela, diz que o CRM não respondeu."""


def open_handoff_stage(live: LiveSettings, metrics: Metrics, resources: AsyncExitStack) -> Handler:
    """A etapa pronta; `resources` fecha o que ela abre."""
    settings = live.current()
    if not settings.handoff_webhook_url:
        return publishing_stage(metrics.handoff_delivered)
    limit_s = timeout_s(HANDOFF, settings.stage_timeout)
    post = HandoffPost(
        settings.handoff_webhook_url.reveal(),
        settings.handoff_webhook_secret.reveal().encode(),
        timeout_s=min(TIMEOUT_S, OF_THE_STAGE * limit_s),
        count=metrics.handoff_posted,
    )
    resources.push_async_callback(post.close)
    live.follow(lambda now: post.use(now.handoff_webhook_secret.reveal().encode()))
    return posting_stage(post, limit_s - post.timeout_s / OF_THE_STAGE)
