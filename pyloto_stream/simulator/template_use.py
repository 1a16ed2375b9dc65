"""A Meta enviaria este modelo com estes parâmetros? O envio contra a definição guardada.

Códigos da tabela de erros (2026): 132001 não existe, 132015 pausado, 132016 desativado, 132000 contagem,
132012 formato, 132005 longo demais, 132018 texto de parâmetro que a Meta recusa. Promete: os detalhes dizem
o componente e nunca o valor.
"""

import re

from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.node import dig
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.template_form import VARIABLE, variables
from pyloto_stream.simulator.templates import Template, Templates

_UGLY = re.compile(r"[\n\t\r]| {5,}")
_MEDIA = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document", "GIF": "gif", "LOCATION": "location"}
Parts = dict[str, list[Json]]
"""Componente (`header`, `body`, `button:0`) → os seus parâmetros."""


def check_template(templates: Templates, content: object) -> Template:
    """Confere `template` de um envio já em forma.

    Raises:
        RefusedCallError: com o código da Meta.
    """
    name, code = dig(content, "name"), dig(content, "language", "code")
    template = templates.find(str(name), str(code))
    if template is None or template.status in ("PENDING", "REJECTED", "DELETED", "IN_APPEAL"):
        raise RefusedCallError(132001, "The template does not exist in this language, or is not approved.")
    if template.status == "PAUSED":
        raise RefusedCallError(132015, "The template is paused because of its quality.")
    if template.status != "APPROVED":
        raise RefusedCallError(132016, "The template is disabled.")
    given = _given(dig(content, "components"))
    for component in template.components:
        match str(component.get("type", "")).upper():
            case "HEADER":
                _header(template, component, given.pop("header", []))
            case "BODY":
                _text(template, "body", component, given.pop("body", []), 1024)
            case "BUTTONS":
                _buttons(component, given)
    if given:
        raise RefusedCallError(132000, f"Component {min(given)} has no parameters in the definition.")
    return template


def _given(components: object) -> Parts:
    given: Parts = {}
    for component in components if isinstance(components, list) else []:
        kind = str(dig(component, "type")).lower()
        key = f"button:{dig(component, 'index')}" if kind == "button" else kind
        if key in given:
            raise RefusedCallError(132012, f"Component {kind} comes twice.")
        parameters = dig(component, "parameters")
        given[key] = list(parameters) if isinstance(parameters, list) else []
        if kind == "button":
            given[key] = [{**each, "sub_type": dig(component, "sub_type")} for each in given[key]]
    return given


def _header(template: Template, component: Json, parameters: list[Json]) -> None:
    style = str(component.get("format", "TEXT")).upper()
    if style == "TEXT":
        _text(template, "header", component, parameters, 60)
        return
    if len(parameters) != 1:
        raise RefusedCallError(132012, f"Component header must have one parameter of format {style}.")
    if str(parameters[0].get("type", "")).lower() != _MEDIA.get(style, ""):
        raise RefusedCallError(132012, f"Component header must have format {style}.")


def _text(template: Template, where: str, component: Json, parameters: list[Json], most: int) -> None:
    wanted, source = variables(component.get("text")), str(component.get("text", ""))
    if len(parameters) != len(wanted):
        raise RefusedCallError(
            132000, f"Component {where} expects {len(wanted)} parameters and got {len(parameters)}."
        )
    values: dict[str, str] = {}
    for place, parameter in enumerate(parameters):
        name = str(parameter.get("parameter_name", ""))
        if bool(name) != (template.parameter_format == "NAMED"):
            raise RefusedCallError(132012, f"Component {where} parameter {place} is of another format.")
        values[name or wanted[place]] = _value(parameter, f"{where} parameter {place}")
    if set(values) != set(wanted):
        raise RefusedCallError(132012, f"Component {where} has a parameter that the definition lacks.")
    if len(VARIABLE.sub(lambda spot: values[spot[1]], source)) > most:
        raise RefusedCallError(132005, f"Component {where} is longer than {most} after substitution.")


def _value(parameter: Json, where: str) -> str:
    kind = str(parameter.get("type", ""))
    if kind in ("currency", "date_time"):
        return str(dig(parameter, kind, "fallback_value") or "")
    if kind != "text":
        raise RefusedCallError(132012, f"Component {where} must be a text.")
    text = parameter.get("text")
    if not isinstance(text, str) or not text.strip():
        raise RefusedCallError(132018, f"Component {where} has an empty text.")
    if _UGLY.search(text):
        raise RefusedCallError(132018, f"Component {where} has new lines, tabs or more than 4 spaces.")
    return text


def _buttons(component: Json, given: Parts) -> None:
    found = component.get("buttons")
    for index, button in enumerate(found if isinstance(found, list) else []):
        parameters = given.pop(f"button:{index}", None)
        kind = str(dig(button, "type")).lower()
        needed = (kind == "url" and variables(dig(button, "url"))) or kind == "copy_code"
        if parameters is None:
            if needed:
                raise RefusedCallError(132000, f"Component button {index} needs a parameter.")
            continue
        if kind == "url" and not needed:
            raise RefusedCallError(132000, f"Component button {index} takes no parameters.")
        if len(parameters) != 1:
            raise RefusedCallError(132000, f"Component button {index} takes one parameter.")
        if str(parameters[0].get("sub_type")).lower() != kind:
            raise RefusedCallError(132012, f"Component button {index} is of another sub_type.")
        if kind == "url":
            _value(parameters[0], f"button {index}")
