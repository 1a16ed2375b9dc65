"""O que cada intenção precisa saber, e qual é a próxima pergunta? Lê os fluxos de `flow_files.py`.

Promete nunca perguntar o que a sessão ou o perfil já sabem. Não interpreta texto: fatos chegam prontos.
"""

from collections.abc import Mapping

from pyloto_stream.conversation.flow_checks import check_flows
from pyloto_stream.conversation.flow_files import (
    FIELDS,
    FLOW_FILES,
    FLOWS,
    INTENTS,
    SUBJECTS,
    Field,
    FieldChoice,
    Flow,
    Parser,
)  # fmt: skip
from pyloto_stream.conversation.reply import Choice, Reply
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.texts import KNOWLEDGE, TEXTS, join

__all__ = [
    "BUSINESS", "FIELDS", "FLOWS", "INTENTS", "PROFILED", "ROLE", "SUBJECTS", "UNKNOWN", "Field",
    "FieldChoice", "Flow", "Parser", "forget_removed", "gave_facts", "known", "next_field", "question",
    "speaks_for_business", "summary_of",
]  # fmt: skip

UNKNOWN = "unknown"
"""Valor de um dado recusado: nunca volta a ser pedido e conta como ausente na qualificação."""

ROLE, BUSINESS = "role", "is_business"
"""O que o perfil guarda além de campos: o papel de quem fala, e se fala por uma empresa."""

PROFILED: Mapping[str, str] = {name: field.profile for name, field in FIELDS.items() if field.profile}
"""Os campos que valem além da sessão, e o nome de cada um no perfil."""

check_flows(FLOW_FILES, FIELDS, KNOWLEDGE.links, len(TEXTS.options))


def forget_removed(state: ConversationState) -> None:
    """Tira da sessão o que os dados de hoje já não têm: outra versão do produto a deixou aberta."""
    session = state.session
    if session is None:
        return
    session.queue = [queued for queued in session.queue if queued.intent in SUBJECTS]
    session.detected = [intent for intent in session.detected if intent in SUBJECTS]
    session.resolved = [intent for intent in session.resolved if intent in SUBJECTS]
    if session.active not in INTENTS:
        session.active, session.asked, session.asks = "ENTRY_UNKNOWN", "", 0
    if not session.asked.startswith("@") and session.asked not in FIELDS:
        session.asked, session.asks = "", 0


def known(state: ConversationState) -> dict[str, str]:
    """Tudo o que já foi dito, por campo: o perfil, a sessão por cima, e o que não se quis dizer."""
    facts = dict.fromkeys(state.refused, UNKNOWN)
    facts |= {name: state.profile[kept] for name, kept in PROFILED.items() if kept in state.profile}
    if ROLE in state.profile:
        facts[ROLE] = state.profile[ROLE]
    if state.session is not None:
        facts.update(state.session.facts)
    return facts


def speaks_for_business(name: str, value: str) -> bool:
    """Quem disse `value` no campo `name` fala por uma empresa?"""
    field = FIELDS.get(name)
    if field is None or value == UNKNOWN:
        return False
    return field.business or any(choice.business and choice.value == value for choice in field.choices)


def next_field(flow: Flow, facts: Mapping[str, str]) -> str:
    """O primeiro campo de `flow` ainda sem resposta; vazio se nada falta."""
    return next((name for name in flow.fields if name not in facts), "")


def gave_facts(facts: Mapping[str, str]) -> bool:
    """Há algum dado de fluxo entre `facts`? Sinais (urgência, papel) e recusas não contam."""
    return any(name in FIELDS and value != UNKNOWN for name, value in facts.items())


def summary_of(flow: Flow, facts: Mapping[str, str]) -> str:
    """Uma linha `Rótulo: valor` por dado conhecido do fluxo."""
    lines = [(FIELDS[n].label, facts[n]) for n in flow.fields if facts.get(n, UNKNOWN) != UNKNOWN]
    return "\n".join(f"{label}: {value}" for label, value in lines)


def question(flow: Flow, name: str, *before: str, again: bool = False) -> Reply:
    """A pergunta pelo campo `name`, precedida de `before`; `again` usa a forma mais explicada."""
    field = FIELDS[name]
    text = field.retry if again else flow.questions.get(name, field.question)
    rows = tuple(
        Choice(id=f"fact:{name}:{c.value}", title=c.title, description=c.description) for c in field.choices
    )
    match flow.input_of(name):
        case "typed":
            return Reply(kind="text", text=join((*before, text)))
        case "location" if again:  # o botão não serviu: digita-se
            return Reply(kind="text", text=join((*before, text)))
        case "location":
            return Reply(kind="location", text=join((*before, text)))
        case "buttons":
            return Reply(kind="buttons", text=join((*before, text)), choices=rows)
        case "list":
            return Reply(kind="list", text=join((*before, text)), choices=rows, button=field.button)
