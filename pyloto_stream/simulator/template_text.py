"""Que texto a pessoa lê num modelo? A definição da conta com os parâmetros do envio no lugar das variáveis.

Limite: o envio já foi conferido contra a definição; o que ainda assim faltar aparece como `{{variável}}`.
"""

from pyloto_stream.simulator.bubble_reading import media
from pyloto_stream.simulator.bubble_wire import File
from pyloto_stream.simulator.bubbles import MEDIA_KINDS, Bubble, Option
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.node import dig
from pyloto_stream.simulator.template_form import VARIABLE

Values = dict[str, str]


def dress(bubble: Bubble, payload: Json, definition: list[Json]) -> None:
    """Põe em `bubble` o que o modelo de componentes `definition` diz com os parâmetros de `payload`."""
    given = _given(payload)
    for component in definition:
        text = str(component.get("text", ""))
        match str(component.get("type", "")).upper():
            case "HEADER":
                bubble.header = _filled(text, given.get("header", []))
                _picture(bubble, given.get("header", []))
            case "BODY":
                bubble.text = _filled(text, given.get("body", []))
            case "FOOTER":
                bubble.footer = f"{text} · {bubble.footer}"
            case "BUTTONS":
                found = component.get("buttons")
                buttons = found if isinstance(found, list) else []
                bubble.options = tuple(_option(place, each, given) for place, each in enumerate(buttons))


def _given(payload: Json) -> dict[str, list[Json]]:
    given: dict[str, list[Json]] = {}
    components = dig(payload, "template", "components")
    for component in components if isinstance(components, list) else []:
        kind = str(dig(component, "type")).lower()
        parameters = dig(component, "parameters")
        key = f"button:{dig(component, 'index')}" if kind == "button" else kind
        given[key] = parameters if isinstance(parameters, list) else []
    return given


def _filled(text: str, parameters: list[Json]) -> str:
    values: Values = {}
    for place, parameter in enumerate(parameters, 1):
        kind = str(parameter.get("type", "text"))
        words = parameter.get("text") or dig(parameter, kind, "fallback_value")
        if words is not None:
            values[str(parameter.get("parameter_name") or place)] = str(words)
    return VARIABLE.sub(lambda spot: values.get(spot[1], spot[0]), text)


def _picture(bubble: Bubble, parameters: list[Json]) -> None:
    for kind in MEDIA_KINDS:
        found = dig(parameters[0] if parameters else None, kind)
        if isinstance(found, dict):
            file_id, link, name = (str(found.get(key) or "") for key in ("id", "link", "filename"))
            bubble.media = media(kind, File(file_id, link, filename=name))


def _option(place: int, button: object, given: dict[str, list[Json]]) -> Option:
    title = str(dig(button, "text") or "Copiar código")
    parameters = given.get(f"button:{place}", [])
    payload = str(dig(parameters[0], "payload") or "") if parameters else ""
    url = _filled(str(dig(button, "url") or ""), parameters)
    return Option(payload or title, title, url=url)
