"""De que maneiras uma sessão chega ao fim, e o que a pessoa lê em cada uma?

Toda função daqui devolve a resposta do turno e, menos `offer_options`, fecha a sessão.
"""

from collections.abc import Mapping

from pyloto_stream.conversation.draft import Draft
from pyloto_stream.conversation.flows import FLOWS, SUBJECTS, gave_facts
from pyloto_stream.conversation.handoff import session_summary
from pyloto_stream.conversation.intents import CHOOSE
from pyloto_stream.conversation.lifecycle import close_session
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.state import Session
from pyloto_stream.conversation.texts import KNOWLEDGE, TEXTS, join, options_reply
from pyloto_stream.conversation.understanding import Understanding

MAX_RETRIES = 2
"""Uma pergunta é repetida no máximo duas vezes; a terceira resposta inútil encerra a insistência."""
PLAIN: Mapping[str, str] = {"NO_USABLE_ANSWER": TEXTS.handoff_stuck, "DATA_REQUEST": TEXTS.data_request}
"""Entregas cujo texto não repete o que se anotou."""


def say(*parts: str) -> Reply:
    """Uma resposta de texto."""
    return Reply(kind="text", text=join(parts))


def has_lead(session: Session) -> bool:
    """Algum assunto comercial já foi concluído?"""
    return any(intent in FLOWS for intent in session.resolved)


def hand_over(draft: Draft, reason: str) -> Reply:
    """Entrega a uma pessoa, com o resumo do que se sabe; `reason` é uma chave de `[reasons]`."""
    summary = session_summary(draft.state, draft.session)
    if reason in PLAIN:
        template = PLAIN[reason]
    elif not summary:
        template = TEXTS.handoff_empty
    else:
        template = TEXTS.handoff if reason == "LEAD_COMPLETE" else TEXTS.handoff_partial
    close_session(draft, "HANDOFF_HUMAN", reason=reason)
    return say(template.format(summary=summary))


def leave(draft: Draft) -> Reply:
    """A pessoa quer sair: um lead concluído segue para a equipe, o resto só se despede."""
    if has_lead(draft.session):
        return hand_over(draft, "LEAD_COMPLETE")
    close_session(draft, "SELF_SERVE_INFO", reason="CANCELLED")
    return say(TEXTS.cancelled)


def end(draft: Draft, *, thanked: bool) -> Reply:
    """Nada mais a tratar: o desfecho é o do assunto mais forte que se concluiu.

    `thanked`: a pessoa agradeceu, e só a quem agradece se diz "por nada".
    """
    session = draft.session
    if has_lead(session):
        return hand_over(draft, "LEAD_COMPLETE")
    if elsewhere := routes(session):
        return route(draft, elsewhere[-1])
    close_session(draft, "SELF_SERVE_INFO", reason="ANSWERED")
    return say(TEXTS.goodbye if thanked else TEXTS.declined)


def limit_reached(draft: Draft) -> Reply:
    """Um quarto assunto: a equipe volta a falar, ou assume já se há um lead concluído."""
    if has_lead(draft.session):
        return hand_over(draft, "INTENT_LIMIT")
    close_session(draft, "SCHEDULED_FOLLOWUP", reason="INTENT_LIMIT")
    return say(TEXTS.followup_limit)


def unsupported(draft: Draft, heard: Understanding) -> Reply:
    """Fora do que tratamos: uma linha; a sessão só termina nisto se nada mais foi tratado nela."""
    session = draft.session
    if session.resolved or gave_facts(session.facts):
        session.asked = ""
    else:
        session.active = "UNSUPPORTED"
        close_session(draft, "UNSUPPORTED")
    return say(heard.reply or TEXTS.unsupported)


def offer_options(draft: Draft, heard: Understanding, *before: str) -> Reply | None:
    """Mostra os assuntos; depois de três ofertas sem resposta útil, desiste.

    Quem só manda áudios ou arquivos, ou já disse algo, vai para uma pessoa; quem já teve um assunto
    respondido só se despede; sem confiança em nada, é spam, e o robô se cala (contrato, seção 6).
    """
    session = draft.session
    again = session.asked == CHOOSE
    session.asks = session.asks + 1 if again and heard.gesture != "menu" else 0
    if session.asks > MAX_RETRIES:
        pending = [intent for intent in session.detected if intent not in session.resolved]
        if heard.notes or pending or gave_facts(session.facts):
            return hand_over(draft, "NO_USABLE_ANSWER")
        if session.resolved:
            return end(draft, thanked=False)
        close_session(draft, "DUPLICATE_OR_SPAM", reason="NO_USABLE_ANSWER")
        return None
    session.active, session.confidence, session.asked = "ENTRY_UNKNOWN", 0.0, CHOOSE
    if heard.gesture == "menu" or (heard.gesture == "greeting" and again):
        return options_reply(*before, TEXTS.options_menu)
    if session.turns == 1 or heard.gesture == "greeting":
        return options_reply(*before, TEXTS.welcome)
    if not heard.reply and not heard.notes:
        return options_reply(*before, TEXTS.options_again)
    told = (heard.reply,) if heard.reply and heard.reply not in before else ()
    return options_reply(*before, *told, TEXTS.options_ask)


def routes(session: Session) -> list[Intent]:
    """Os assuntos já respondidos que se tratam em outro canal."""
    return [intent for intent in session.resolved if SUBJECTS[intent].ends == "ROUTE_EXTERNAL"]


def route(draft: Draft, intent: Intent, *before: str) -> Reply:
    """Manda ao canal de `intent`; o descanso que se segue lembra dele."""
    draft.state.routed_intent = intent
    close_session(draft, "ROUTE_EXTERNAL")
    return say(*before, answer_text(intent))


def answer_text(intent: Intent) -> str:
    """Para onde vai quem quer `intent`, um assunto de outro canal."""
    subject = SUBJECTS[intent]
    return subject.answer.format(link=KNOWLEDGE.links[subject.link])


def reminder_text(intent: Intent) -> str:
    """Para onde ir, dito de novo no descanso; vazio se o assunto já não vai a outro canal."""
    subject = SUBJECTS.get(intent)
    return subject.reminder.format(link=KNOWLEDGE.links[subject.link]) if subject and subject.link else ""
