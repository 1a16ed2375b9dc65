"""O que cada intenção precisa saber, e qual é a próxima pergunta? Fluxos são dados (`data/flows.toml`).

Promete nunca perguntar o que a sessão ou o perfil já sabem. Não interpreta texto: fatos chegam prontos.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from pyloto_stream.conversation.data_files import load_toml
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.reply import Choice, Reply
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.texts import PACKAGE, join

UNKNOWN = "unknown"
"""Valor de um dado recusado: nunca volta a ser pedido e conta como ausente na qualificação."""

Parser = Literal[
    "name", "city", "choice", "choices", "choice_or_text", "company", "quantity", "text", "deadline", "budget"
]


class FieldChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Uma opção de resposta; `words` são as frases que a reconhecem em texto digitado.

    `alone`: inclui as outras, e só vale se nenhuma outra foi dita (parser `choices`).
    """

    value: str
    title: str
    description: str = ""
    words: tuple[str, ...] = ()
    alone: bool = False


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um dado a coletar (as chaves são explicadas no topo de `data/flows.toml`)."""

    label: str
    question: str
    retry: str
    parser: Parser
    input: Literal["typed", "buttons", "list"] = "typed"
    button: str = ""
    critical: bool = True
    profile: str = ""
    volunteer: bool = False
    hints: tuple[str, ...] = ()
    choices: tuple[FieldChoice, ...] = ()


class Flow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """O que uma intenção comercial coleta, nesta ordem, e para quem vai."""

    intent: Intent
    title: str
    routing: str
    intro: str
    fields: tuple[str, ...]
    questions: dict[str, str] = {}
    decides_alone: bool = False


class _FlowFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fields: dict[str, Field]
    flows: tuple[Flow, ...]


_FILE = load_toml(PACKAGE, "flows.toml", _FlowFile)
FIELDS: Mapping[str, Field] = _FILE.fields
FLOWS: Mapping[str, Flow] = {flow.intent: flow for flow in _FILE.flows}


def known(state: ConversationState) -> dict[str, str]:
    """Tudo o que já foi dito, por nome de campo: perfil primeiro, sessão por cima."""
    facts = {n: state.profile[f.profile] for n, f in FIELDS.items() if f.profile in state.profile}
    if state.session is not None:
        facts.update(state.session.facts)
    return facts


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
    if field.input == "typed":
        return Reply(kind="text", text=join((*before, text)))
    return Reply(kind=field.input, text=join((*before, text)), choices=rows, button=field.button)
