"""Como a Meta quer receber uma mensagem? O JSON de `POST /{telefone}/messages`, pronto para o cliente HTTP.

Promete: a mesma mensagem dá os mesmos bytes, seja qual for a ordem em que seus dados foram montados.
Limite: não confere os limites da mensagem (ver `validators.py`), só os do envelope; grupos não são
destinatários.
"""

import re
from collections.abc import Mapping

import msgspec

from pyloto_stream.whatsapp import limits
from pyloto_stream.whatsapp.messages import (
    ContactsMessage,
    LocationMessage,
    Message,
    MessageType,
    ReactionMessage,
    ReadReceipt,
    TemplateMessage,
    TextMessage,
)
from pyloto_stream.whatsapp.messages_media import (
    AudioMessage,
    DocumentMessage,
    ImageMessage,
    StickerMessage,
    VideoMessage,
)
from pyloto_stream.whatsapp.payloads_contacts import contacts
from pyloto_stream.whatsapp.payloads_interactive import interactive
from pyloto_stream.whatsapp.payloads_parts import media, present
from pyloto_stream.whatsapp.payloads_template import template
from pyloto_stream.whatsapp.validators_rules import InvalidMessageError, Violation

_PHONE = re.compile(r"\+?([0-9]+)", re.ASCII)


def build(message: Message, *, to: str, reply_id: str, context_id: str = "") -> bytes:
    """Escreve `message` para o destinatário `to`, como JSON em UTF-8.

    `to` é o identificador recebido: dígitos (com ou sem `+`) vão em `to` com `+`, pois sem ele a Meta pode
    pôr o país da empresa na frente; qualquer outro é id de escopo de negócio e vai em `recipient`.
    `reply_id` volta nos status (`biz_opaque_callback_data`). `context_id`, se há, cita uma mensagem recebida.

    Raises:
        InvalidMessageError: `to` ou `reply_id` vazio, `reply_id` longo demais, `context_id` numa reação, ou
            texto que não é Unicode.
    """
    if context_id and isinstance(message, ReactionMessage):
        raise InvalidMessageError(Violation("context_id", "not_allowed", 0, len(context_id)))
    kind, content = content_of(message)
    return envelope(kind, content, to=to, reply_id=reply_id, context_id=context_id)


def content_of(message: Message) -> tuple[MessageType, object]:
    """O `type` do envelope e o objeto que vai na chave desse nome."""
    match message:
        case TextMessage():
            return "text", {"body": message.body, "preview_url": message.preview_url}
        case ImageMessage():
            return "image", media(message.id, message.link, caption=message.caption)
        case VideoMessage():
            return "video", media(message.id, message.link, caption=message.caption)
        case AudioMessage():
            voice = {"voice": True} if message.voice else {}
            return "audio", {**media(message.id, message.link), **voice}
        case DocumentMessage():
            names = {"caption": message.caption, "filename": message.filename}
            return "document", media(message.id, message.link, **names)
        case StickerMessage():
            return "sticker", media(message.id, message.link)
        case LocationMessage() | ContactsMessage() | ReactionMessage() | TemplateMessage():
            return _without_file(message)
        case _:
            return "interactive", interactive(message)


def _without_file(
    message: LocationMessage | ContactsMessage | ReactionMessage | TemplateMessage,
) -> tuple[MessageType, object]:
    match message:
        case LocationMessage():
            point = {"latitude": message.latitude, "longitude": message.longitude}
            return "location", {**point, **present(name=message.name, address=message.address)}
        case ContactsMessage():
            return "contacts", contacts(message)
        case ReactionMessage():
            return "reaction", {"message_id": message.message_id, "emoji": message.emoji}
        case TemplateMessage():
            return "template", template(message)


def envelope(kind: str, content: object, *, to: str, reply_id: str, context_id: str = "") -> bytes:
    """Põe o objeto `content` do tipo `kind` (`text`, `interactive`, `template`…) no envelope da Meta.

    Raises:
        InvalidMessageError: como em `build`, menos o que é da reação.
    """
    if not to:
        raise InvalidMessageError(Violation("to", "empty", 1, 0))
    if not reply_id:
        raise InvalidMessageError(Violation("reply_id", "empty", 1, 0))
    if len(reply_id) > limits.OPAQUE_DATA:
        raise InvalidMessageError(Violation("reply_id", "too_long", limits.OPAQUE_DATA, len(reply_id)))
    phone = _PHONE.fullmatch(to)
    document: dict[str, object] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **({"to": f"+{phone[1]}"} if phone else {"recipient": to}),
        "type": kind,
        kind: content,
        "biz_opaque_callback_data": reply_id,
    }
    if context_id:
        document["context"] = {"message_id": context_id}
    return _encode(document)


def build_receipt(receipt: ReadReceipt) -> bytes:
    """Escreve o aviso de leitura (e "digitando") como JSON em UTF-8.

    Raises:
        InvalidMessageError: `message_id` vazio.
    """
    if not receipt.message_id:
        raise InvalidMessageError(Violation("message_id", "empty", 1, 0))
    document: dict[str, object] = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": receipt.message_id,
    }
    if receipt.typing:
        document["typing_indicator"] = {"type": "text"}
    return _encode(document)


def _encode(document: Mapping[str, object]) -> bytes:
    try:
        return msgspec.json.encode(document, order="deterministic")
    except UnicodeEncodeError as error:
        lone = error.end - error.start
    # Fora do `except`: o erro original guarda o texto inteiro e não deve acompanhar o nosso.
    raise InvalidMessageError(Violation("message", "not_unicode", 0, lone))
