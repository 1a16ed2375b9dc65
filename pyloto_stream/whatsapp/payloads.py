"""Como a Meta quer receber uma mensagem? O JSON de `POST /{telefone}/messages`, pronto para o cliente HTTP.

Promete: a mesma entrada dá os mesmos bytes. Limite: não confere os limites da mensagem (ver `validators.py`),
só os do envelope; grupos não são destinatários.
"""

import re
from collections.abc import Mapping

import msgspec

from pyloto_stream.whatsapp import limits
from pyloto_stream.whatsapp.messages import (
    ButtonsMessage,
    CtaUrlMessage,
    InteractiveMessage,
    ListMessage,
    Message,
    ReadReceipt,
    Section,
    TextMessage,
)
from pyloto_stream.whatsapp.validators import InvalidMessageError, Violation

_PHONE = re.compile(r"\+?([0-9]+)", re.ASCII)


def build(message: Message, *, to: str, reply_id: str, context_id: str = "") -> bytes:
    """Escreve `message` para o destinatário `to`, como JSON em UTF-8.

    `to` é o identificador recebido: dígitos (com ou sem `+`) vão em `to` com `+`, pois sem ele a Meta pode
    pôr o país da empresa na frente; qualquer outro é id de escopo de negócio e vai em `recipient`.
    `reply_id` volta nos status (`biz_opaque_callback_data`). `context_id`, se há, cita uma mensagem recebida.

    Raises:
        InvalidMessageError: `to` ou `reply_id` vazio, `reply_id` longo demais, ou texto que não é Unicode.
    """
    if isinstance(message, TextMessage):
        text = {"body": message.body, "preview_url": message.preview_url}
        return envelope("text", text, to=to, reply_id=reply_id, context_id=context_id)
    return envelope("interactive", _interactive(message), to=to, reply_id=reply_id, context_id=context_id)


def envelope(
    kind: str, content: Mapping[str, object], *, to: str, reply_id: str, context_id: str = ""
) -> bytes:
    """Põe o objeto `content` do tipo `kind` (`text`, `interactive`, `template`…) no envelope da Meta.

    Raises:
        InvalidMessageError: como em `build`.
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
        return msgspec.json.encode(document)
    except UnicodeEncodeError as error:
        lone = error.end - error.start
    # Fora do `except`: o erro original guarda o texto inteiro e não deve acompanhar o nosso.
    raise InvalidMessageError(Violation("message", "not_unicode", 0, lone))


def _interactive(message: InteractiveMessage) -> dict[str, object]:
    content: dict[str, object] = {}
    match message:
        case ButtonsMessage():
            replies = [{"id": button.id, "title": button.title} for button in message.buttons]
            content["type"] = "button"
            content["action"] = {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}
        case ListMessage():
            content["type"] = "list"
            content["action"] = {
                "button": message.button,
                "sections": [_section(section) for section in message.sections],
            }
        case CtaUrlMessage():
            content["type"] = "cta_url"
            content["action"] = {
                "name": "cta_url",
                "parameters": {"display_text": message.label, "url": message.url},
            }
    content["body"] = {"text": message.body}
    if message.header:
        content["header"] = {"type": "text", "text": message.header}
    if message.footer:
        content["footer"] = {"text": message.footer}
    return content


def _section(section: Section) -> dict[str, object]:
    rows = []
    for row in section.rows:
        fields = {"id": row.id, "title": row.title}
        if row.description:
            fields["description"] = row.description
        rows.append(fields)
    return {"title": section.title, "rows": rows} if section.title else {"rows": rows}
