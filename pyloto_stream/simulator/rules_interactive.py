"""A Meta aceitaria esta mensagem interativa? Botões, listas, links, formulários e pedidos de dados.

Fontes: páginas "Interactive reply buttons", "Interactive lists", "Interactive CTA URL", "Sending a Flow",
"Location request messages" e "Address messages" (2026). Onde elas discordam (corpo de lista: 1024 ou 4096;
rótulo de formulário: 20 ou 30) vale o menor.
"""

from collections.abc import Callable

from pyloto_stream.simulator.node import Node
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.rules_media import MediaRef, media

_RICH = ("text", "image", "video", "document")
_HEADERS: dict[str, tuple[str, ...]] = {
    "button": _RICH,
    "cta_url": _RICH,
    "flow": _RICH,
    "list": ("text",),
    "location_request_message": (),
    "address_message": (),
}


def interactive(node: Node, refs: list[MediaRef]) -> None:
    """Confere o objeto `interactive`."""
    kind = node.one_of("type", *_HEADERS)
    node.node("body", "text").text("text", 1024)
    if node.has("header"):
        _header(node, _HEADERS[kind], refs)
    if node.has("footer"):
        if kind == "location_request_message":
            raise RefusedCallError(100, f'Unexpected key "footer" on param "{node.path}".')
        node.node("footer", "text").text("text", 60)
    _ACTIONS[kind](node)


def _header(node: Node, kinds: tuple[str, ...], refs: list[MediaRef]) -> None:
    if not kinds:
        raise RefusedCallError(100, f'Unexpected key "header" on param "{node.path}".')
    header = node.node("header", "type", *_RICH)
    kind = header.one_of("type", *kinds)
    for other in _RICH:
        if other != kind and header.has(other):
            raise header.wrong(other, f"does not belong to type {kind}")
    if kind == "text":
        header.text("text", 60)
    else:
        media(header, kind, refs, caption=False)


def _buttons(node: Node) -> None:
    action = node.node("action", "buttons")
    replies = []
    for button in action.nodes("buttons", 3, "type", "reply"):
        button.one_of("type", "reply")
        reply = button.node("reply", "id", "title")
        replies.append((reply.text("id", 256), reply.text("title", 20)))
        if replies[-1][0] != replies[-1][0].strip():
            raise reply.wrong("id", "must not start or end with spaces")
    _unique(action, "buttons", "id", [reply[0] for reply in replies])
    _unique(action, "buttons", "title", [reply[1] for reply in replies])


def _list(node: Node) -> None:
    action = node.node("action", "button", "sections")
    action.text("button", 20)
    sections = action.nodes("sections", 10, "title", "rows")
    ids = []
    for section in sections:
        section.optional("title", 24) if len(sections) == 1 else section.text("title", 24)
        for row in section.nodes("rows", 10, "id", "title", "description"):
            ids.append(row.text("id", 200))
            row.text("title", 24)
            row.optional("description", 72)
    if len(ids) > 10:
        raise action.wrong("sections", "must have at most 10 rows in total")
    _unique(action, "sections", "row id", ids)


def _link(node: Node) -> None:
    parameters = _named(node, "cta_url", "display_text", "url")
    parameters.text("display_text", 20)
    if not parameters.text("url", 2000).startswith(("https://", "http://")):
        raise parameters.wrong("url", "must start with http:// or https://")


def _flow(node: Node) -> None:
    parameters = _named(
        node, "flow", "flow_message_version", "flow_id", "flow_name", "flow_cta", "mode", "flow_token",
        "flow_action", "flow_action_payload",
    )  # fmt: skip
    parameters.one_of("flow_message_version", "3")
    if parameters.has("flow_id") == parameters.has("flow_name"):
        raise parameters.wrong("", "must have exactly one of flow_id and flow_name")
    parameters.text("flow_id" if parameters.has("flow_id") else "flow_name", 256)
    if any(ord(letter) >= 0x1F000 for letter in parameters.text("flow_cta", 20)):
        raise parameters.wrong("flow_cta", "must have no emoji")
    parameters.optional("flow_token", 4096)
    if parameters.has("mode"):
        parameters.one_of("mode", "published", "draft")
    actions = ("navigate", "data_exchange")
    action = parameters.one_of("flow_action", *actions) if parameters.has("flow_action") else "navigate"
    if not parameters.has("flow_action_payload"):
        return
    if action == "data_exchange":
        raise parameters.wrong("flow_action_payload", "does not belong to data_exchange")
    payload = parameters.node("flow_action_payload", "screen", "data")
    payload.text("screen", 256)
    data = payload.fields.get("data")
    if data is not None and (not isinstance(data, dict) or not data):
        raise payload.wrong("data", "must be an object that is not empty")


def _location(node: Node) -> None:
    node.node("action", "name").one_of("name", "send_location")


def _address(node: Node) -> None:
    parameters = _named(node, "address_message", "country", "values", "validation_errors", "saved_addresses")
    parameters.one_of("country", "IN")


def _named(node: Node, name: str, *keys: str) -> Node:
    action = node.node("action", "name", "parameters")
    action.one_of("name", name)
    return action.node("parameters", *keys)


def _unique(action: Node, key: str, what: str, values: list[str]) -> None:
    if len(set(values)) != len(values):
        raise action.wrong(key, f"has a duplicated {what}")


_ACTIONS: dict[str, Callable[[Node], None]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "flow": _flow,
    "location_request_message": _location,
    "address_message": _address,
}
