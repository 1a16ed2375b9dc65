"""A Meta aceitaria esta chamada? O juiz independente: lê o JSON recebido e confere cada limite.

Tem a sua própria tabela, de propósito: um engano nos validadores do produto aparece aqui, e vice-versa.
Fontes: páginas "Send messages", "Interactive reply buttons", "Interactive lists", "Interactive CTA URL" e
"Typing indicators". Onde elas discordam (corpo de lista: 1024 ou 4096) vale o menor. Limite: só `text`,
`interactive` (`button`, `list`, `cta_url`), `template` (forma mínima) e recibos de leitura; aperto de vazão
só como defeito programado.
"""

import re

import msgspec

from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.node import Node
from pyloto_stream.simulator.refusal import RefusedCallError

_ENVELOPE = (
    "messaging_product", "recipient_type", "to", "recipient", "type", "context", "biz_opaque_callback_data",
    "text", "interactive", "template",
)  # fmt: skip
_RECEIPT = ("messaging_product", "status", "message_id", "typing_indicator")
_PHONE = re.compile(r"\+?[0-9]{6,15}", re.ASCII)
_SCOPED_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)


class Send(msgspec.Struct, frozen=True):
    """Um envio em ordem. `to` são dígitos, `recipient` um id de escopo; um dos dois, e `to` vence."""

    to: str
    recipient: str
    type: str
    reply_id: str
    payload: Json


class Read(msgspec.Struct, frozen=True):
    """Um recibo de leitura em ordem."""

    message_id: str
    typing: bool


def judge(document: object) -> Send | Read:
    """Confere uma chamada a `/messages`.

    Raises:
        RefusedCallError: 100, 131008, 131009 ou 131051, com o campo em `details`.
    """
    if isinstance(document, dict) and "status" in document:
        return _receipt(Node(document, "", _RECEIPT, missing=100))
    envelope = Node(document, "", _ENVELOPE, missing=100, invalid=100)
    envelope.one_of("messaging_product", "whatsapp")
    if envelope.has("recipient_type"):
        envelope.one_of("recipient_type", "individual")
    to, recipient = envelope.optional("to", 64), envelope.optional("recipient", 140)
    if not to and not recipient:
        raise RefusedCallError(100, "The parameter to is required.")
    if to and not _PHONE.fullmatch(to):
        raise RefusedCallError(131009, "Param to must be a phone number.")
    if recipient and not to and not _SCOPED_ID.fullmatch(recipient):
        raise RefusedCallError(131009, "Param recipient must be a business-scoped user id.")
    reply_id = envelope.optional("biz_opaque_callback_data", 512)
    if envelope.has("context"):
        envelope.node("context", "message_id").text("message_id", 256)
    kind = envelope.text("type", 32) if envelope.has("type") else "text"
    for other in ("text", "interactive", "template"):
        if other != kind and envelope.has(other):
            raise envelope.wrong(other, f"does not belong to type {kind}")
    _content(kind, envelope)
    payload = dict(envelope.fields)
    return Send(to.removeprefix("+"), "" if to else recipient, kind, reply_id, payload)


def _content(kind: str, envelope: Node) -> None:
    root = Node(envelope.fields, "", _ENVELOPE)
    match kind:
        case "text":
            text = root.node("text", "body", "preview_url", invalid=100)
            text.text("body", 4096)
            if not isinstance(text.fields.get("preview_url", False), bool):
                raise text.wrong("preview_url", "must be a boolean")
        case "template":
            template = root.node("template", "name", "language", "components")
            template.text("name", 512)
            template.node("language", "code", "policy").text("code", 16)
        case "interactive":
            _interactive(root.node("interactive", "type", "header", "body", "footer", "action"))
        case _:
            raise RefusedCallError(131051, "The simulator accepts text, interactive and template.")


def _interactive(interactive: Node) -> None:
    kind = interactive.one_of("type", "button", "list", "cta_url")
    interactive.node("body", "text").text("text", 1024)
    if interactive.has("header"):
        header = interactive.node("header", "type", "text")
        header.one_of("type", "text")
        header.text("text", 60)
    if interactive.has("footer"):
        interactive.node("footer", "text").text("text", 60)
    match kind:
        case "button":
            _buttons(interactive.node("action", "buttons"))
        case "list":
            _list(interactive.node("action", "button", "sections"))
        case "cta_url":
            action = interactive.node("action", "name", "parameters")
            action.one_of("name", "cta_url")
            parameters = action.node("parameters", "display_text", "url")
            parameters.text("display_text", 20)
            if not parameters.text("url", 2000).startswith(("https://", "http://")):
                raise parameters.wrong("url", "must start with http:// or https://")


def _buttons(action: Node) -> None:
    replies = []
    for button in action.nodes("buttons", 3, "type", "reply"):
        button.one_of("type", "reply")
        reply = button.node("reply", "id", "title")
        replies.append((reply.text("id", 256), reply.text("title", 20)))
        if replies[-1][0] != replies[-1][0].strip():
            raise reply.wrong("id", "must not start or end with spaces")
    _unique(action, "buttons", "id", [reply[0] for reply in replies])
    _unique(action, "buttons", "title", [reply[1] for reply in replies])


def _list(action: Node) -> None:
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


def _unique(action: Node, key: str, what: str, values: list[str]) -> None:
    if len(set(values)) != len(values):
        raise action.wrong(key, f"has a duplicated {what}")


def _receipt(receipt: Node) -> Read:
    receipt.one_of("messaging_product", "whatsapp")
    receipt.one_of("status", "read")
    message_id = receipt.text("message_id", 256)
    typing = receipt.has("typing_indicator")
    if typing:
        receipt.node("typing_indicator", "type").one_of("type", "text")
    return Read(message_id, typing)
