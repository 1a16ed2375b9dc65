"""O que recebe a pessoa que continua a conversa? O contexto pronto (`ConversationHandoff`, `LeadProfile`)."""

from collections.abc import Mapping

import msgspec

from pyloto_stream.conversation.flows import (
    BUSINESS,
    FIELDS,
    FLOWS,
    PROFILED,
    UNKNOWN,
    known,
    speaks_for_business,
    summary_of,
)  # fmt: skip
from pyloto_stream.conversation.intents import primary
from pyloto_stream.conversation.person import LeadProfile
from pyloto_stream.conversation.qualification import qualify
from pyloto_stream.conversation.records import HandoffRecord, Intent, Outcome
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.texts import TEXTS

DEFAULT_ROUTING = "atendimento"
FOLLOWUP_PREFIX = "retorno/"
"""Encaminhamento de quem parou de responder: a equipe volta a falar, ninguém está esperando."""

HANDED_OVER = {*FIELDS, "location", "role"}


def session_summary(state: ConversationState, session: Session) -> str:
    """Resumo de todos os assuntos comerciais da sessão, um parágrafo por assunto com dados."""
    return "\n\n".join(filter(None, (subject_summary(state, intent) for intent in session.detected)))


def subject_summary(state: ConversationState, intent: Intent) -> str:
    """Resumo do que se sabe de um assunto comercial; vazio se nada."""
    flow = FLOWS.get(intent)
    lines = summary_of(flow, known(state)) if flow else ""
    return f"{flow.title}\n{lines}" if flow and lines else ""


def build_handoff(
    state: ConversationState, session: Session, *, outcome: Outcome, reason: str, now_ms: int
) -> HandoffRecord:
    """Monta a entrega de uma sessão que termina em `outcome` por `reason` (chave de `[reasons]`)."""
    intent, facts = primary(session), known(state)
    flow, verdict = FLOWS.get(intent), qualify(intent, facts)
    why = (TEXTS.reasons[reason],) if reason in TEXTS.reasons else ()
    routing = flow.routing if flow else DEFAULT_ROUTING
    done = intent in session.resolved
    waiting = next((queued.confidence for queued in session.queue if queued.intent == intent), None)
    requirements = {n: v for n, v in facts.items() if n in HANDED_OVER and v != UNKNOWN}
    open_intents = [i for i in session.detected if i not in session.resolved]
    return HandoffRecord(
        id=f"{session.id}:handoff",
        session_id=session.id,
        at_ms=now_ms,
        intent_primary=intent,
        intents_detected=tuple(session.detected),
        resolved_intents=tuple(session.resolved),
        open_intents=tuple(open_intents),
        summary=session_summary(state, session),
        requirements=requirements,
        deadline=requirements.get("deadline", ""),
        routing=FOLLOWUP_PREFIX + routing if outcome == "SCHEDULED_FOLLOWUP" else routing,
        confidence=1.0 if done else session.confidence if waiting is None else waiting,
        qualification_level=verdict.level,
        qualification_reasons=verdict.reasons + why,
        lead_score=verdict.score,
    )


def lead_profile(state: ConversationState, handoff: HandoffRecord, phone: str) -> LeadProfile:
    """Quem é a pessoa da entrega `handoff`; `phone`: dígitos E.164, vazio se ela não mostra telefone.

    A sessão já terminou: o que ela soube está no que se entrega, e o que vale além dela, no perfil.
    """
    given = {name: str(value) for name, value in handoff.requirements.items()}
    return msgspec.structs.replace(lead_of(state.profile, given), phone=phone)


def lead_of(profile: Mapping[str, str], given: Mapping[str, str]) -> LeadProfile:
    """Quem é a pessoa, pelo que vale além da sessão e pelo que se disse nela (`given`, por campo)."""
    said = {kept: given[name] for name, kept in PROFILED.items() if name in given}
    facts = {name: value for name, value in {**profile, **said}.items() if value != UNKNOWN}
    a_business = BUSINESS in facts or any(speaks_for_business(name, value) for name, value in given.items())
    return LeadProfile(
        name=facts.get("name", ""),
        city=facts.get("city", ""),
        is_business=a_business or "business_name" in facts,
        business_name=facts.get("business_name", ""),
        role=given.get("role", "") or facts.get("role", ""),
    )
