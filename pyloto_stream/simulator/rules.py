"""A Meta aceitaria esta chamada? O juiz independente: lê o JSON recebido e confere cada limite.

Tem a sua própria tabela, de propósito: um engano nos validadores do produto aparece aqui, e vice-versa.
Fontes: páginas "Send messages" e "Typing indicators" (2026); cada tipo tem as suas em `rules_*.py`. Limite: o
que depende da conta (arquivos, modelos, formulários) é de `stock.py`.
"""

import re

import msgspec

from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.node import Node
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.rules_cards import contacts, location, reaction, template
from pyloto_stream.simulator.rules_interactive import interactive
from pyloto_stream.simulator.rules_media import MEDIA_KINDS, MediaRef, media

_KINDS = ("text", *MEDIA_KINDS, "location", "contacts", "reaction", "interactive", "template")
_ENVELOPE = (
    "messaging_product", "recipient_type", "to", "recipient", "type", "context", "biz_opaque_callback_data",
    "recipient_identity_key_hash", *_KINDS,
)  # fmt: skip
_RECEIPT = ("messaging_product", "status", "message_id", "typing_indicator")
_PHONE = re.compile(r"\+?[0-9]{6,15}", re.ASCII)
_SCOPED_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)


class Send(msgspec.Struct, frozen=True):
    """Um envio em ordem. `to` são dígitos, `recipient` um id de escopo; um dos dois, e `to` vence.

    `media` são os arquivos da conta que ele usa.
    """

    to: str
    recipient: str
    type: str
    reply_id: str
    payload: Json
    media: tuple[MediaRef, ...] = ()


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
    for other in _KINDS:
        if other != kind and envelope.has(other):
            raise envelope.wrong(other, f"does not belong to type {kind}")
    refs: list[MediaRef] = []
    _content(kind, envelope, refs)
    payload = dict(envelope.fields)
    return Send(to.removeprefix("+"), "" if to else recipient, kind, reply_id, payload, tuple(refs))


def _content(kind: str, envelope: Node, refs: list[MediaRef]) -> None:
    root = Node(envelope.fields, "", _ENVELOPE)
    match kind:
        case "text":
            text = root.node("text", "body", "preview_url", invalid=100)
            text.text("body", 4096)
            text.flag("preview_url")
        case "image" | "video" | "audio" | "document" | "sticker":
            media(root, kind, refs)
        case "location":
            location(root.node("location", "latitude", "longitude", "name", "address"))
        case "contacts":
            contacts(root)
        case "reaction":
            if envelope.has("context"):
                raise envelope.wrong("context", "does not belong to type reaction")
            reaction(root.node("reaction", "message_id", "emoji"))
        case "template":
            template(root.node("template", "name", "language", "components", "namespace"), refs)
        case "interactive":
            interactive(root.node("interactive", "type", "header", "body", "footer", "action"), refs)
        case _:
            raise RefusedCallError(131051, "Message type is not supported.")


def _receipt(receipt: Node) -> Read:
    receipt.one_of("messaging_product", "whatsapp")
    receipt.one_of("status", "read")
    message_id = receipt.text("message_id", 256)
    typing = receipt.has("typing_indicator")
    if typing:
        receipt.node("typing_indicator", "type").one_of("type", "text")
    return Read(message_id, typing)
