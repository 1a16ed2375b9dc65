"""De que cada etapa precisa para trabalhar? Aqui ela recebe as partes reais, e só as que usa.

O que uma etapa abre é fechado pelo processo. As bibliotecas pesadas (Google) só se importam ao abrir.
"""

from contextlib import AsyncExitStack
from functools import partial
from typing import NamedTuple

from consumers.ai import Engine, Hear, ai_stage
from consumers.audit import audit_stage
from consumers.documents import SharedDocuments
from consumers.drafts import draft
from consumers.forms import FormDesk
from consumers.gate import Gate
from consumers.graph import open_graph
from consumers.handoff_parts import open_handoff_stage
from consumers.media_parts import open_media_stage
from consumers.numbers import Numbers
from consumers.outbound import outbound_stage
from consumers.pipeline import AI, AUDIT, HANDOFF, MEDIA, OUTBOUND, SESSION, TURN_LANE, failed_turn, timeout_s
from consumers.session import session_stage
from consumers.telemetry import count_records
from consumers.window import WindowTemplate
from pyloto_stream.ai.gestures import wants_person
from pyloto_stream.ai.rules import understand
from pyloto_stream.ai.scoring import get_ready
from pyloto_stream.ai.voice import BUDGET_S
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.settings import Settings
from pyloto_stream.stores.channels import ChannelStore
from pyloto_stream.stores.profiles import UserProfileStore
from pyloto_stream.stores.sealing import Sealer
from pyloto_stream.stores.templates import TemplateStore
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.ledger import SendLedger
from pyloto_stream.streams.model import Handler
from pyloto_stream.streams.pace import Pacer
from pyloto_stream.streams.stage import StageSpec
from pyloto_stream.whatsapp.flows.sender import FlowSender
from pyloto_stream.whatsapp.flows.tokens import FlowTokens
from pyloto_stream.whatsapp.templates import TemplateManager

SLACK_S = 20.0
"""Quanto a etapa `ai` pode levar além do prazo do modelo: ouvir os áudios, as regras, uma máquina ocupada."""


class Parts(NamedTuple):
    """O que um processo tem para montar etapas; `resources` fecha o que elas abrirem."""

    settings: Settings
    live: LiveSettings
    gateway: Gateway
    consumer: str
    metrics: Metrics
    resources: AsyncExitStack
    documents: SharedDocuments


def session_rules(settings: Settings) -> SessionRules:
    """Prazos e limites da conversa a partir da configuração."""
    return SessionRules(
        awaiting_user_timeout_s=int(settings.awaiting_user_timeout),
        session_idle_timeout_s=int(settings.session_idle_timeout),
        route_external_cooldown_s=int(settings.route_external_cooldown),
        flood_threshold=settings.flood_threshold,
        flood_window_s=int(settings.flood_window),
        flood_cooldown_s=int(settings.flood_cooldown),
        flood_cooldown_max_s=int(settings.flood_cooldown_max),
        handoff_release_after_s=int(settings.handoff_release_after),
    )


def flow_tokens(settings: Settings) -> FlowTokens:
    """Quem faz e confere os tokens dos formulários; a mesma chave da entrada."""
    return FlowTokens(settings.pepper_secret.reveal().encode(), settings.flow_token_ttl)


async def stage_spec(stage: str, parts: Parts) -> StageSpec:
    """A etapa `stage` pronta para o executor.

    Raises:
        KeyError: não existe essa etapa.
        MisconfiguredError: o que ela usa não pode ser aberto assim.
        UnavailableError: o banco de documentos não respondeu.
    """
    handler = await _BUILDERS[stage](parts)
    limit_s = _limit_s(stage, parts.settings)
    if stage in TURN_LANE.stages:
        return StageSpec(stage, handler, failed_turn, limit_s)
    return StageSpec(stage, handler, timeout_s=limit_s, patient=stage == AUDIT)


def _limit_s(stage: str, settings: Settings) -> float:
    """Prazo de uma decisão; a de quem pergunta a um modelo nunca vence antes do prazo dele."""
    limit_s = timeout_s(stage, settings.stage_timeout)
    if stage == AI and settings.openai_enabled:
        hearing_s = BUDGET_S if settings.openai_transcription_model else 0.0
        return max(limit_s, hearing_s + settings.openai_timeout_seconds + SLACK_S)
    return limit_s


async def _session(parts: Parts) -> Handler:
    return session_stage(SessionManager(session_rules(parts.settings), wants_person))


async def _ai(parts: Parts) -> Handler:
    settings, rules = parts.settings, session_rules(parts.settings)
    get_ready()
    engine: Engine = understand
    hear: Hear | None = None
    if settings.openai_enabled:
        from consumers.model import open_model  # noqa: PLC0415 — só quem tem um modelo o carrega
        from consumers.voice import open_voice  # noqa: PLC0415 — idem

        engine = (await open_model(parts.live, parts.metrics, parts.resources)).understand
        desk = open_voice(parts.live, parts.metrics, parts.resources)
        hear = desk.heard if desk else None
    return ai_stage(rules, engine, await _form_desk(parts), hear)


async def _form_desk(parts: Parts) -> FormDesk:
    settings, ids = parts.settings, parts.settings.flows()
    if not ids:
        return FormDesk(flow_tokens(settings), {})
    documents = await parts.documents.get()
    account, cache_s = settings.whatsapp_business_account_id, settings.template_cache_seconds
    return FormDesk(flow_tokens(settings), ids, ChannelStore(documents, account, cache_s))


async def _outbound(parts: Parts) -> Handler:
    settings = parts.settings
    graph = open_graph(parts.live, parts.metrics)
    parts.resources.push_async_callback(graph.close)
    documents = await parts.documents.get()
    account, cache_s = settings.whatsapp_business_account_id, settings.template_cache_seconds
    pacer = Pacer(parts.gateway, settings.paces(), settings.pair_interval, settings.pair_burst)
    several = bool(settings.tokens()) or len(settings.paces()) > 2
    channels = ChannelStore(documents, account, cache_s, several=several)
    gate = Gate(pacer, parts.metrics, channels)
    late = None
    if settings.window_template:
        manager = TemplateManager(graph, TemplateStore(documents), account, cache_s=cache_s)
        late = WindowTemplate(manager, settings.window_template, channels)
    ledger = SendLedger(parts.gateway, parts.consumer, settings.settle_window)
    compose = partial(draft, flows=FlowSender(settings.flows(), flow_tokens(settings)))
    numbers = Numbers() if several else None
    return outbound_stage(graph, ledger, gate, parts.metrics.sent, compose, late, numbers)


async def _audit(parts: Parts) -> Handler:
    documents = await parts.documents.get()
    channels = ChannelStore(documents, parts.settings.whatsapp_business_account_id)
    sealer = Sealer(parts.settings.data_keys())
    parts.live.follow(lambda settings: sealer.renew(settings.data_keys()))
    profiles = UserProfileStore(documents, sealer, parts.settings.pepper_secret.reveal().encode())
    trail = AuditTrail(documents, profiles=profiles)
    return audit_stage(trail, lambda records: count_records(parts.metrics, records), channels)


async def _media(parts: Parts) -> Handler:
    return await open_media_stage(parts.live, parts.metrics, parts.resources)


async def _handoff(parts: Parts) -> Handler:
    return open_handoff_stage(parts.live, parts.metrics, parts.resources)


_BUILDERS = {SESSION: _session, AI: _ai, OUTBOUND: _outbound, AUDIT: _audit, MEDIA: _media, HANDOFF: _handoff}
