"""Como começa e como termina uma sessão? Em uma função cada; toda sessão tem exatamente um desfecho."""

import hashlib
from typing import Literal

from pyloto_stream.conversation.draft import Draft
from pyloto_stream.conversation.handoff import build_handoff, session_summary
from pyloto_stream.conversation.records import Outcome, SessionRecord
from pyloto_stream.conversation.state import Session
from pyloto_stream.conversation.step import SilenceTimer, TimerChange

KEPT_SUMMARIES, KEPT_HANDOFFS = 3, 5
DELIVERED: tuple[Outcome, ...] = ("HANDOFF_HUMAN", "SCHEDULED_FOLLOWUP")
"""Desfechos em que alguém da equipe precisa agir e recebe um `HandoffRecord`."""

FinalOutcome = Literal[
    "HANDOFF_HUMAN", "SELF_SERVE_INFO", "ROUTE_EXTERNAL", "SCHEDULED_FOLLOWUP",
    "DUPLICATE_OR_SPAM", "UNSUPPORTED", "FAILED_INTERNAL",
]  # fmt: skip
"""`AWAITING_USER` é pausa: nenhuma sessão termina nele, e o verificador de tipos o garante."""


def session_id(turn_id: str) -> str:
    """Identificador opaco e determinístico da sessão que o turno `turn_id` abre."""
    return "s" + hashlib.blake2b(turn_id.encode(), digest_size=12).hexdigest()


def open_session(draft: Draft) -> Session:
    """Abre uma sessão; um turno só abre outra se um operador encerrou a primeira no meio dele."""
    draft.opened += 1
    name = draft.turn_id if draft.opened == 1 else f"{draft.turn_id}.{draft.opened}"
    session = Session(id=session_id(name), opened_at_ms=draft.now_ms)
    draft.state.session = session
    draft.state.last_outcome = None
    draft.audit(f"{session.id}:opened", "SESSION_OPENED")
    return session


def remember_summary(draft: Draft, summary: str) -> None:
    """Guarda um resumo congelado; só os últimos ficam, e não o que o novo já contém."""
    if summary:
        kept = [older for older in draft.state.summaries if older not in summary]
        draft.state.summaries = [*kept, summary][-KEPT_SUMMARIES:]


def disarm(draft: Draft) -> None:
    """Desarma o temporizador da sessão, se há um armado."""
    session = draft.session
    if session.timer_due_ms:
        draft.timer(TimerChange(_timer_name(session), 0, session.id))
        session.timer_due_ms = 0


def arm(draft: Draft) -> None:
    """Arma o temporizador da sessão: espera por resposta se há pergunta aberta, senão inatividade."""
    session, rules = draft.session, draft.rules
    seconds = rules.awaiting_user_timeout_s if session.asked else rules.session_idle_timeout_s
    session.timer_due_ms = draft.now_ms + seconds * 1000
    draft.timer(TimerChange(_timer_name(session), session.timer_due_ms, session.id))


def arm_release(draft: Draft, due_ms: int) -> None:
    """Arma a devolução da conversa ao bot."""
    draft.timer(TimerChange("handoff_release", due_ms))


def disarm_release(draft: Draft) -> None:
    """Desarma a devolução da conversa ao bot."""
    draft.timer(TimerChange("handoff_release", 0))


def give_to_human(draft: Draft) -> None:
    """A conversa passa a uma pessoa, até o prazo de devolução; uma pausa continua pausa."""
    if draft.mode == "BOT":
        draft.mode = draft.new_mode = "HUMAN"
    draft.state.attended_at_ms = draft.now_ms
    arm_release(draft, draft.now_ms + draft.rules.handoff_release_after_s * 1000)


def close_session(draft: Draft, outcome: FinalOutcome, *, reason: str = "") -> None:
    """Encerra a sessão aberta com `outcome`: o único lugar em que isto acontece.

    `reason` diz por quê (código em maiúsculas). No modo `HUMAN` uma pessoa já tem a conversa: não há entrega.
    """
    state, session = draft.state, draft.session
    disarm(draft)
    summary = session_summary(state, session)
    draft.records.append(
        SessionRecord(
            id=session.id,
            opened_at_ms=session.opened_at_ms,
            closed_at_ms=draft.now_ms,
            outcome=outcome,
            intents=tuple(session.detected) or (session.active,),
            facts=dict(session.facts),
            summary=summary,
            prompt_version=session.prompt_version,
        )
    )
    data: dict[str, str | int | float] = {"turns": session.turns, "intents": len(session.detected)}
    if reason:
        data["why"] = reason
    if outcome == "HANDOFF_HUMAN":  # uma pausa é de quem a pôs: só ele a tira
        data["mode"] = "HUMAN" if draft.mode == "BOT" else draft.mode
    draft.audit(f"{session.id}:closed", "SESSION_CLOSED", reason=outcome, data=data)
    if outcome in DELIVERED and draft.mode != "HUMAN":
        handoff = build_handoff(state, session, outcome=outcome, reason=reason, now_ms=draft.now_ms)
        draft.records.append(handoff)
        if state.handoff_id:
            state.older_handoffs = [*state.older_handoffs, state.handoff_id][-KEPT_HANDOFFS:]
        state.handoff_id = handoff.id
    remember_summary(draft, summary)
    if outcome == "HANDOFF_HUMAN":
        give_to_human(draft)
    if outcome == "ROUTE_EXTERNAL":
        state.cooldown_until_ms = draft.now_ms + draft.rules.route_external_cooldown_s * 1000
        state.cooldown_reminded = False
    draft.closed = session
    state.session, state.last_outcome, state.closed_at_ms = None, outcome, draft.now_ms


def _timer_name(session: Session) -> SilenceTimer:
    return "awaiting_user" if session.asked else "session_idle"
