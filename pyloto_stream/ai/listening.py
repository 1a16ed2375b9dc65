"""O que as regras entendem de uma frase solta, fora de qualquer conversa? Serve para medir e para aprender.

Promete o mesmo caminho de uma mensagem de verdade: `rules.understand` com uma sessão recém-aberta.
"""

from collections.abc import Mapping

from pyloto_stream.ai.dataset import YES_NO, Answer, Labelled
from pyloto_stream.ai.evaluation import heard_in
from pyloto_stream.ai.rules import understand
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.flows import FIELDS, FLOWS, UNKNOWN
from pyloto_stream.conversation.intents import CONTINUE
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.understanding import Understanding


def first_message(text: str) -> tuple[ConversationState, tuple[MessageReceived, ...]]:
    """Uma sessão que acaba de abrir com `text`."""
    return _state("ENTRY_UNKNOWN"), (_message(text),)


def hear_first(text: str) -> Understanding:
    """O que se entende de `text` numa sessão que ele abre."""
    return understand(*first_message(text))


def intent_of(text: str) -> Intent:
    """A intenção que a conversa tornaria ativa com `text`; `ENTRY_UNKNOWN` se em nenhuma se confia."""
    return heard_in(hear_first(text)).intent


def facts_in_subject(line: Labelled) -> Mapping[str, str]:
    """Os dados de `line` quando já se sabe do que a pessoa fala."""
    heard = understand(_state(line.intent), (_message(line.text),))
    return {**heard.facts, **heard.corrections}


def answer_to(answer: Answer) -> str:
    """O que se guarda do campo perguntado; `yes` ou `no` se a pergunta foi se seguimos.

    Um orçamento que a pessoa não quer ou não sabe dizer guarda-se como desconhecido.
    """
    if answer.field == YES_NO:
        gesture = understand(_state("INSTITUTIONAL", CONTINUE), (_message(answer.text),)).gesture
        return gesture if gesture in ("yes", "no") else ""
    active = next(flow.intent for flow in FLOWS.values() if answer.field in flow.fields)
    heard = understand(_state(active, answer.field), (_message(answer.text),))
    refused = heard.gesture == "refuse" and FIELDS[answer.field].parser == "budget"
    return {**heard.facts, **heard.corrections}.get(answer.field, UNKNOWN if refused else "")


def _state(active: Intent, asked: str = "") -> ConversationState:
    session = Session(id="s", opened_at_ms=0, active=active, asked=asked, turns=1)
    if active != "ENTRY_UNKNOWN":
        session.detected = [active]
    return ConversationState(session=session)


def _message(text: str) -> MessageReceived:
    return MessageReceived(
        id="m", kind="text", phone_number_id="1", reply_to="p", sent_at_ms=1, accepted_at_ms=1, text=text
    )
