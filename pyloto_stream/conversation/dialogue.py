"""O que fazer com o que se entendeu? A política da conversa: uma resposta por turno, um desfecho por sessão.

Pura: estado e entendimento entram, um `Step` sai. Não lê texto nem sabe quem o entendeu (regras ou modelo).
"""

from collections.abc import Mapping

from pyloto_stream.conversation.collecting import UNANSWERING, ask_to_continue, collect, remember
from pyloto_stream.conversation.comments import NOTES, about, answered, comment, out_of_scope
from pyloto_stream.conversation.draft import Draft
from pyloto_stream.conversation.endings import (
    MAX_RETRIES,
    end,
    hand_over,
    has_lead,
    leave,
    limit_reached,
    offer_options,
    route,
    say,
    unsupported,
)  # fmt: skip
from pyloto_stream.conversation.flows import FLOWS, SUBJECTS, gave_facts
from pyloto_stream.conversation.handoff import subject_summary
from pyloto_stream.conversation.intents import (
    CONTINUE,
    TITLES,
    activate,
    admit,
    choose,
    chosen,
    in_progress,
    mentioned,
)  # fmt: skip
from pyloto_stream.conversation.lifecycle import arm, close_session, remember_summary
from pyloto_stream.conversation.notice import introduce
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.step import Step
from pyloto_stream.conversation.texts import COMMANDS, TEXTS
from pyloto_stream.conversation.understanding import Gesture, Understanding

WANTS_PERSON: Mapping[Gesture, str] = {"human": "ASKED_HUMAN", "erase": "DATA_REQUEST"}
"""Gestos que vão a uma pessoa em qualquer momento, com o motivo."""


def advance(
    state: ConversationState, heard: Understanding, *, turn_id: str, now_ms: int, rules: SessionRules,
    correlation_id: str = "",
) -> Step:  # fmt: skip
    """Decide o turno de uma conversa com sessão aberta.

    Raises:
        ValueError: não há sessão aberta em `state`.
    """
    draft = Draft(state, turn_id=turn_id, now_ms=now_ms, rules=rules, part=2)
    draft.correlation_id = correlation_id
    draft.session.turns += 1
    draft.session.prompt_version = heard.prompt or draft.session.prompt_version
    draft.reply = _respond(draft, heard)
    after = draft.state
    introduce(draft)
    if after.session is not None:
        arm(draft)
        after.last_outcome = "AWAITING_USER" if after.session.asked else None
    return draft.step()


def _respond(draft: Draft, heard: Understanding) -> Reply | None:
    session, before = draft.session, [NOTES[note] for note in heard.notes]
    if heard.gesture == "spam" and not gave_facts(session.facts):
        close_session(draft, "DUPLICATE_OR_SPAM", reason="SPAM_PATTERN")
        return None
    known_intents = set(session.detected)
    fits = admit(session, mentioned(heard), draft.now_ms)
    target = _target(session, heard) if fits else None
    if target is not None:
        _switch(draft, heard, target)
    learned, corrected = remember(draft, heard)
    before += corrected
    if heard.gesture in WANTS_PERSON:
        return hand_over(draft, WANTS_PERSON[heard.gesture])
    if heard.gesture == "cancel":
        return leave(draft)
    if not fits:
        return limit_reached(draft)
    if heard.command in COMMANDS and target is None:
        return _fixed(draft, COMMANDS[heard.command])
    before.append(COMMANDS.get(heard.command, ""))
    if heard.gesture == "menu":
        return offer_options(draft, heard, *before)
    new = [queued.intent for queued in session.queue if queued.intent not in known_intents]
    before += [TEXTS.queued.format(title=TITLES[intent]) for intent in new]
    if target is not None:
        return _begin(draft, heard, before)
    return _carry_on(draft, heard, before, learned=learned or bool(new))


def _carry_on(draft: Draft, heard: Understanding, before: list[str], *, learned: bool) -> Reply | None:
    session = draft.session
    if session.asked == CONTINUE:
        return _continue(draft, heard, before, learned=learned)
    if not in_progress(session):
        return _loose(draft, heard, before)
    before.append(comment(heard, learned=learned))
    return collect(draft, heard, before, learned=learned)


def _target(session: Session, heard: Understanding) -> Intent | None:
    """A intenção que passa a ser ativa. O que espera na fila só começa com um sim, ou se dele se fala."""
    return choose(session, chosen(heard), among={score.intent for score in mentioned(heard)})


def _switch(draft: Draft, heard: Understanding, intent: Intent) -> None:
    """Torna `intent` ativa; o resumo do assunto que se deixa pronto fica congelado."""
    if draft.session.active in draft.session.resolved:
        remember_summary(draft, subject_summary(draft.state, draft.session.active))
    activate(draft.session, intent, draft.now_ms, replaces=heard.explicit == intent)
    confidence = round(draft.session.confidence, 2)
    data: dict[str, str | int | float] = {"confidence": confidence, "engine": heard.engine}
    data |= {"prompt": heard.prompt} if heard.prompt else {}
    draft.audit(f"{draft.turn_id}:intent", "INTENT_SET", reason=intent, data=data)


def _begin(draft: Draft, heard: Understanding, before: list[str]) -> Reply | None:
    """Começa a tratar a intenção que acaba de tornar-se ativa."""
    session = draft.session
    if session.active in FLOWS:
        before.append(heard.reply or FLOWS[session.active].intro)
        return collect(draft, heard, before, learned=False, fresh=True)
    if session.active not in session.resolved:
        session.resolved.append(session.active)
    text = about(session.active, heard)
    if session.queue:
        return ask_to_continue(draft, *before, text)
    if SUBJECTS[session.active].ends == "ROUTE_EXTERNAL" and not has_lead(session):
        return route(draft, session.active, *before)
    if heard.kind == "list":
        return offer_options(draft, heard, *before, text)
    return say(*before, text)


def _continue(draft: Draft, heard: Understanding, before: list[str], *, learned: bool) -> Reply | None:
    """Resposta a "quer continuar com o próximo assunto?"."""
    session = draft.session
    if heard.gesture == "yes" and (target := choose(session, None)) is not None:
        _switch(draft, heard, target)
        return _begin(draft, heard, before)
    if heard.gesture in ("no", "thanks", "refuse"):
        return end(draft, thanked=heard.gesture == "thanks")
    if heard.aside or heard.topic:
        return ask_to_continue(draft, *before, answered(heard))
    if not learned and UNANSWERING.isdisjoint(heard.notes):
        session.asks += 1
    if session.asks > MAX_RETRIES:
        return end(draft, thanked=False)
    return ask_to_continue(draft, *before)


def _loose(draft: Draft, heard: Understanding, before: list[str]) -> Reply | None:
    """Nenhum fluxo em andamento e nenhuma intenção clara."""
    session = draft.session
    if heard.gesture in ("thanks", "no"):
        return end(draft, thanked=heard.gesture == "thanks")
    if out_of_scope(heard):
        return unsupported(draft, heard)
    informed = any(SUBJECTS[intent].ends == "SELF_SERVE_INFO" for intent in session.resolved)
    if heard.topic and informed and heard.kind != "list":
        session.asked = ""
        return say(*before, answered(heard))
    if heard.topic:
        before.append(answered(heard))
    return offer_options(draft, heard, *before)


def _fixed(draft: Draft, text: str) -> Reply | None:
    """Comando fixo: responde o texto da configuração e, se havia pergunta em aberto, segue com ela."""
    session = draft.session
    if session.asked == CONTINUE:
        return ask_to_continue(draft, text)
    if in_progress(session) and session.asked:
        return collect(draft, Understanding(), [text], learned=True)
    session.asked = ""
    return say(text)
