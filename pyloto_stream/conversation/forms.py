"""Que formulários oferecemos, e o que um campo preenchido vale? Formulários são dados (`data/forms/*.json`).

Promete: o que a pessoa preencheu nunca é adivinhado: uma opção existe ou não existe, e um texto entra como
foi escrito, sem controles e com limite. O mesmo exame serve às telas e à conversa. Limite: o arquivo JSON é o
que se publica na Meta (Flow JSON 7.3); aqui só se lê dele que campo está em que tela.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from pyloto_stream.conversation.data_files import DataFileError, read_data
from pyloto_stream.conversation.flow_files import PACKAGE
from pyloto_stream.conversation.flows import FIELDS, FLOWS, Field, question
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.texts import TEXTS, join

FORM = "@form"
"""Chave com que um formulário já conferido diz qual é, em `MessageReceived.form`; não é nome de campo."""
INTENT_OF: Mapping[str, Intent] = {flow.form: intent for intent, flow in FLOWS.items() if flow.form}
MAX_SHORT, MAX_PHRASE, MAX_LONG = 60, 80, 300
"""Caracteres de um nome, de um prazo ou valor, e de um texto aberto (os mesmos limites do que se digita)."""
MAX_MARKED = 32
"""Opções marcadas que se olham: nenhum campo tem tantas, e uma lista sem fim ocuparia a entrada."""


class Screen(msgspec.Struct, frozen=True):
    """Uma tela e os campos que ela pede, na ordem."""

    id: str
    fields: tuple[str, ...]


class Form(msgspec.Struct, frozen=True):
    """Um formulário: `definition` é o Flow JSON que se publica; `screens`, na ordem em que se percorrem."""

    name: str
    intent: Intent
    definition: bytes
    screens: tuple[Screen, ...]


class _Component(msgspec.Struct, frozen=True):
    name: str = ""
    children: tuple["_Component", ...] = ()


class _Screen(msgspec.Struct, frozen=True):
    id: str
    layout: _Component


class _FlowJson(msgspec.Struct, frozen=True):
    screens: tuple[_Screen, ...]


def _load(name: str) -> Form:
    file = f"forms/{name}.json"
    definition = read_data(PACKAGE, file)
    try:
        screens = msgspec.json.decode(definition, type=_FlowJson).screens
    except msgspec.MsgspecError as error:
        raise DataFileError(file, error) from error
    pages = tuple(Screen(screen.id, tuple(_inputs(screen.layout))) for screen in screens)
    return Form(name, INTENT_OF[name], definition, pages)


def _inputs(component: _Component) -> Iterator[str]:
    if component.name in FIELDS:
        yield component.name
    for child in component.children:
        yield from _inputs(child)


FORMS: Mapping[str, Form] = {name: _load(name) for name in INTENT_OF}
FORM_OF: Mapping[Intent, Form] = {form.intent: form for form in FORMS.values()}


def offer(
    intent: Intent, name: str, facts: Mapping[str, str], available: frozenset[str], *before: str
) -> Reply | None:
    """O formulário da intenção, com a primeira pergunta (`name`) para quem prefere responder na conversa.

    `None` se não há um disponível, ou se algo já se sabe: o formulário o perguntaria de novo. O que só se
    disse por alto ("quero cadastrar minha loja") não conta.
    """
    form = FORM_OF.get(intent)
    told = {field: facts[field] for field in FLOWS[intent].fields if field in facts}
    if form is None or form.name not in available or not all(map(_vague, told, told.values())):
        return None
    asked = question(FLOWS[intent], name).text
    text = join((*before, TEXTS.form_offer.format(question=asked)))
    plain = join((*before, asked))
    return Reply(kind="flow", text=text, button=TEXTS.form_button, form=form.name, plain=plain)


def _vague(name: str, value: str) -> bool:
    """O valor é a opção que inclui as outras, num campo que também aceita outras palavras?"""
    field = FIELDS[name]
    general = any(choice.alone and choice.value == value for choice in field.choices)
    return general and field.parser == "choice_or_text"


def filled(name: str, raw: object) -> str:
    """O valor do campo `name`, pronto para ser um fato; vazio se não veio ou não serve."""
    field = FIELDS[name]
    if field.parser == "choices":
        return _several(field, raw)
    text = _clean(raw)
    if any(choice.value == text for choice in field.choices):
        return text
    if field.choices and field.parser != "choice_or_text":
        return ""
    return text if _fits(field, text) else ""


def _fits(field: Field, text: str) -> bool:
    letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdigit, text))
    match field.parser:
        case "name" | "city":
            return letters >= 2 and not digits and "@" not in text and len(text) <= MAX_SHORT
        case "company" | "choice_or_text":
            return letters + digits >= 2 and len(text) <= MAX_SHORT
        case "quantity":
            return digits > 0 and len(text) <= MAX_SHORT
        case "deadline" | "budget":
            return letters + digits >= 1 and len(text) <= MAX_PHRASE
        case "text":
            return letters >= 3 and len(text) <= MAX_LONG
        case _:
            return False


def _several(field: Field, raw: object) -> str:
    """As opções marcadas, na ordem do campo; a que inclui tudo só vale sozinha. Uma estranha as invalida."""
    marked = _marked(raw)
    if len(marked) > MAX_MARKED:
        return ""
    chosen = [choice for choice in field.choices if choice.value in marked]
    if not _known(marked, [choice.value for choice in chosen]):
        return ""
    specific = [choice for choice in chosen if not choice.alone]
    return ", ".join(choice.value for choice in specific or chosen)


def _marked(raw: object) -> Sequence[object]:
    """As opções de uma lista, de uma lista em JSON (assim a traz o webhook) ou de um texto com vírgulas."""
    if isinstance(raw, list) or not raw:
        return raw if isinstance(raw, list) else []
    text = _clean(raw)
    try:
        return msgspec.json.decode(text, type=list[str]) if text.startswith("[") else text.split(", ")
    except msgspec.MsgspecError:
        return [text]


def _known(marked: Sequence[object], values: Sequence[str]) -> bool:
    return all(value in values for value in marked)


def _clean(raw: object) -> str:
    """Numa linha só, sem caracteres que não se mostram; números inteiros valem como texto."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw) if abs(raw) < 10**15 else ""
    text = " ".join(raw.split()) if isinstance(raw, str) and len(raw) <= 4 * MAX_LONG else ""
    return "".join(char for char in text if char.isprintable())
