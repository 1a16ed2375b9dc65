"""Os arquivos de assuntos e frases dizem coisas que se sustentam? Conferidos juntos, ao carregar.

Promete: o que faria uma conversa falhar (um campo que não existe, uma chave `{…}` que ninguém preenche, uma
opção que não cabe na Meta) impede o início, com o arquivo e o motivo. Não julga o que os textos afirmam.
"""

import string
from collections.abc import Iterator, Mapping, Sequence

from pyloto_stream.conversation.data_files import DataFileError
from pyloto_stream.conversation.flow_files import ENTRY, OUTSIDE, Field, Flow, FlowFile, Option

ROWS, BUTTONS = 10, 3
BUTTON_TITLE = 20
"""Limites da Meta para listas e botões (`whatsapp/limits.py` os tem todos)."""
PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "handoff": frozenset({"summary"}),
    "handoff_partial": frozenset({"summary"}),
    "continue_question": frozenset({"title"}),
    "form_offer": frozenset({"question"}),
    "finished_one": frozenset({"title", "summary"}),
    "queued": frozenset({"title"}),
    "corrected": frozenset({"label", "value"}),
    "commercial": frozenset({"title"}),
    "missing_one": frozenset({"labels"}),
    "missing_many": frozenset({"labels"}),
}
"""O que o código preenche em cada frase de `texts.toml`; as outras não levam nada."""


def check_placeholders(file: str, texts: Mapping[str, str]) -> None:
    """Confere as chaves `{…}` de cada frase.

    Raises:
        DataFileError: uma frase leva uma chave que ninguém preenche, falta-lhe uma, ou está malformada.
    """
    for name, text in texts.items():
        try:
            parsed = [part for part in string.Formatter().parse(text) if part[1] is not None]
        except ValueError as error:
            raise DataFileError(file, f"{name}: {error}") from error
        if any(spec or conversion for _, _, spec, conversion in parsed):
            raise DataFileError(file, f"{name}: a placeholder is only a name")
        found = {field for _, field, _, _ in parsed}
        if found != PLACEHOLDERS.get(name, frozenset()):
            wanted = ", ".join(sorted(PLACEHOLDERS.get(name, ()))) or "none"
            raise DataFileError(file, f"{name}: placeholders must be: {wanted}")


def check_options(file: str, extra: Sequence[Option], shown: Sequence[Option]) -> None:
    """Confere as linhas `extra`, que não são assuntos, entre todas as da lista (`shown`).

    Raises:
        DataFileError: uma não diz o que faz, ou duas são a mesma.
    """
    for option in extra:
        if option.intent or not option.action:
            raise DataFileError(file, f"options: {option.title}: takes an action, and no intent")
    for what in ([option.title for option in shown], [option.id for option in shown]):
        if twice := {name for name in what if what.count(name) > 1}:
            raise DataFileError(file, f"options: twice in the list: {', '.join(sorted(twice))}")


def check_flows(
    files: Mapping[str, FlowFile], fields: Mapping[str, Field], links: Mapping[str, str], extra_options: int
) -> None:
    """Confere os assuntos entre si e com os campos e ligações; `extra_options`: linhas que a lista já tem.

    Raises:
        DataFileError: algum se contradiz.
    """
    for name, field in fields.items():
        for problem in _field_problems(field):
            source = next((file for file, content in files.items() if name in content.field), "fields.toml")
            raise DataFileError(source, f"field.{name}: {problem}")
    seen: dict[str, str] = {}
    for name, file in files.items():
        for problem in (*_flow_problems(file.flow, fields), *_ending_problems(file.flow, fields, links)):
            raise DataFileError(name, problem)
        for what in (file.flow.intent, file.flow.option.title):
            if what in seen:
                raise DataFileError(name, f"{what} is already in {seen[what]}")
            seen[what] = name
    if not 0 < len(files) + extra_options <= ROWS:
        raise DataFileError("flows", f"{len(files)} subjects: a list takes {ROWS - extra_options}")


def _flow_problems(flow: Flow, fields: Mapping[str, Field]) -> Iterator[str]:
    if flow.intent in (ENTRY, OUTSIDE):
        yield f"flow.intent: {flow.intent} is not a subject"
    if flow.option.intent or flow.option.action:
        yield "flow.option: takes a title and a description only"
    if missing := {*flow.fields} - fields.keys():
        yield f"flow.fields: unknown: {', '.join(sorted(missing))}"
    if strange := {*flow.questions, *flow.inputs} - {*flow.fields}:
        yield f"flow.questions, flow.inputs: not asked: {', '.join(sorted(strange))}"
    if len({*flow.fields}) < len(flow.fields):
        yield "flow.fields: asked twice"
    for name, chosen in flow.inputs.items():
        if problem := _input_problem(fields[name], chosen) if name in fields else "":
            yield f"flow.inputs.{name}: {problem}"


def _ending_problems(flow: Flow, fields: Mapping[str, Field], links: Mapping[str, str]) -> Iterator[str]:
    collects = flow.ends == "HANDOFF_HUMAN"
    if collects and not any(fields[name].critical for name in flow.fields if name in fields):
        yield "flow.fields: at least one must be critical"
    if not collects and flow.fields:
        yield f"flow.fields: nothing is asked where it ends in {flow.ends}"
    if collects and not flow.routing:
        yield "flow.routing: missing"
    if flow.ends == "ROUTE_EXTERNAL":
        if flow.link not in links:
            yield f"flow.link: not in knowledge.toml: {flow.link!r}"
        for key, text in (("answer", flow.answer), ("reminder", flow.reminder)):
            if text.count("{link}") != 1 or text.count("{") != 1 or text.count("}") != 1:
                yield f"flow.{key}: must say {{link}} once"


def _field_problems(field: Field) -> Iterator[str]:
    """O que não se sustenta num campo."""
    if field.parser in ("choice", "choices") and not field.choices:
        yield f"choices: missing for parser {field.parser}"
    if problem := _input_problem(field, field.input):
        yield problem
    for key in ("value", "title"):
        if len({getattr(choice, key) for choice in field.choices}) < len(field.choices):
            yield f"choices: two with the same {key}"


def _input_problem(field: Field, chosen: str) -> str:
    most = {"buttons": BUTTONS, "list": ROWS}.get(chosen)
    if most is not None and not 0 < len(field.choices) <= most:
        return f"{chosen}: takes 1 to {most} choices"
    if chosen == "buttons" and any(len(choice.title) > BUTTON_TITLE for choice in field.choices):
        return f"buttons: a title has at most {BUTTON_TITLE} characters"
    if chosen == "list" and not field.button:
        return "list: button is missing"
    return "location: only for parser city" if chosen == "location" and field.parser != "city" else ""
