"""De quem é uma mensagem ou um status, e de quando? Valores com identidade e instante.

Promete: o que volta sem motivo está completo; com motivo, a parte vai também para quem guarda o ilegível.
Limite: não tem relógio. Instante ausente é 0, e quem chama decide o que isso quer dizer.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from pyloto_stream.whatsapp import webhook_structs as wire
from pyloto_stream.whatsapp.identity import classify, identity
from pyloto_stream.whatsapp.webhook_content import Content, content_of

Reason = Literal[
    "not_json", "not_an_object", "wrong_shape", "bad_utf8", "too_deep", "too_many", "empty",
    "unknown_object", "changed_fields", "unknown_field", "unhandled_field", "unhandled_group", "value_errors",
    "missing_id", "missing_number", "missing_sender", "missing_type", "missing_status", "missing_recipient",
    "unknown_type", "unknown_status", "bad_timestamp",
]  # fmt: skip
"""Por que algo assinado não foi lido por inteiro; estável: vai para métricas e para a fila de mortos."""

STATUSES = frozenset(("sent", "delivered", "read", "played", "failed"))
MAX_ID = 512
"""Tamanho máximo, em caracteres, de um id; o maior documentado tem 128."""
_LATEST_S = 32_503_680_000
"""Ano 3000: acima disso não são segundos."""
_CODE_DIGITS = 9
"""Os códigos de erro da Meta têm até sete."""


class Message(msgspec.Struct, frozen=True, gc=False):
    """Uma mensagem recebida.

    `identity` entra em `user_key`; `reply_to` é o identificador exato para responder (numa troca de número, o
    novo); `user_id`, o id de escopo de negócio visto junto, se há. Os três são dados pessoais.
    `sent_at_ms` em milissegundos Unix; 0 se desconhecido.
    """

    id: str
    phone_number_id: str
    identity: str
    reply_to: str
    user_id: str
    profile_name: str
    sent_at_ms: int
    content: Content


class Status(msgspec.Struct, frozen=True, gc=False):
    """O destino de uma mensagem nossa. `recipient` é a identidade, vazia se a Meta não a mostra.

    `id` é o wamid; `callback`, o que mandamos em `biz_opaque_callback_data`; `error_code` 0 se não há.
    """

    id: str
    status: str
    at_ms: int
    recipient: str
    callback: str
    error_code: int


class Origin(msgspec.Struct, frozen=True):
    """O que as mensagens de uma mudança têm em comum: o número nosso e os contatos."""

    phone_number_id: str
    by_id: dict[str, wire.Contact]
    only: wire.Contact | None


def origin_of(number: str | None, contacts: Sequence[wire.Contact], messages: int) -> Origin:
    """Origem de uma mudança; um contato só vale sem casar ids se a mensagem também é uma só."""
    by_id: dict[str, wire.Contact] = {}
    for contact in contacts:
        for key in (contact.wa_id, contact.user_id):
            if key:
                by_id[key] = contact
    alone = len(contacts) == 1 and messages == 1
    return Origin(number or "", by_id, contacts[0] if alone else None)


def message_of(raw: wire.InboundMessage, origin: Origin) -> tuple[Message | None, Reason | None]:
    """Mensagem normalizada e, se algo nela não foi entendido, o motivo. Sem mensagem há sempre motivo."""
    if not _usable(raw.id):
        return None, "missing_id" if not raw.id else "wrong_shape"
    if not _usable(origin.phone_number_id):
        return None, "missing_number"
    if not raw.type:
        return None, "missing_type"
    if raw.group_id:
        return None, "unhandled_group"
    contact = origin.by_id.get(raw.sender or "") or origin.by_id.get(raw.from_user_id or "") or origin.only
    phone, user_id = _ids(_sender_ids(raw, contact))
    sender = phone or user_id
    if not sender:
        return None, "missing_sender"
    content = content_of(raw)
    if content is None:
        return None, "wrong_shape"
    at_ms = _instant_ms(raw.timestamp)
    name = contact.profile.name if contact and contact.profile else None
    message = Message(
        id=raw.id or "",
        phone_number_id=origin.phone_number_id,
        identity=identity(sender),
        reply_to=_moved_to(raw.system) or sender,
        user_id=user_id,
        profile_name=name or "",
        sent_at_ms=at_ms or 0,
        content=content,
    )
    if content.kind == "unknown":
        return message, "unknown_type"
    return message, "bad_timestamp" if at_ms is None else None


def status_of(raw: wire.DeliveryStatus) -> tuple[Status | None, Reason | None]:
    """Status normalizado e, se algo nele não foi entendido, o motivo. Sem status há sempre motivo."""
    if not _usable(raw.id):
        return None, "missing_id" if not raw.id else "wrong_shape"
    if not _usable(raw.status):
        return None, "missing_status" if not raw.status else "wrong_shape"
    if raw.recipient_type == "group":
        return None, "unhandled_group"
    phone, user_id = _ids((raw.recipient_id, raw.recipient_user_id))
    recipient = phone or user_id
    callback = raw.biz_opaque_callback_data
    if not recipient and not callback:
        return None, "missing_recipient"
    at_ms = _instant_ms(raw.timestamp)
    status = Status(
        id=raw.id or "",
        status=raw.status or "",
        at_ms=at_ms or 0,
        recipient=identity(recipient) if recipient else "",
        callback=callback if callback and _usable(callback) else "",
        error_code=_error_code(raw.errors),
    )
    if raw.status not in STATUSES:
        return status, "unknown_status"
    return status, "bad_timestamp" if at_ms is None else None


def _usable(value: str | None) -> bool:
    """Um id que pode virar chave: presente, curto, ASCII sem controles."""
    return value is not None and 0 < len(value) <= MAX_ID and value.isascii() and value.isprintable()


def _sender_ids(raw: wire.InboundMessage, contact: wire.Contact | None) -> tuple[str | None, ...]:
    """Onde o remetente pode estar. Numa troca de número, só os ids antigos: são os da conversa que existe."""
    if raw.system is not None:
        return raw.sender, raw.system.customer, raw.system.previous_user_id, raw.from_user_id
    if contact is None:
        return raw.sender, raw.from_user_id
    return raw.sender, contact.wa_id, raw.from_user_id, contact.user_id


def _moved_to(system: wire.System | None) -> str:
    if system is None:
        return ""
    phone, user_id = _ids((system.wa_id, system.new_wa_id, system.user_id))
    return phone or user_id


def _ids(values: Sequence[str | None]) -> tuple[str, str]:
    """O primeiro telefone e o primeiro id de outra espécie entre `values`, pela forma; vazio se não há."""
    phone = other = ""
    for value in values:
        if value and _usable(value):
            if classify(value) == "phone":
                phone = phone or value
            else:
                other = other or value
    return phone, other


def _instant_ms(value: float | str | None) -> int | None:
    """Segundos Unix (texto ou número) em milissegundos; 0 se ausente, `None` se não são segundos."""
    if value is None or value == "":
        return 0
    if isinstance(value, str):
        if len(value) > len(str(_LATEST_S)) or not (value.isascii() and value.isdigit()):
            return None
        value = int(value)
    return int(value) * 1000 if 0 <= value <= _LATEST_S else None


def _error_code(errors: Sequence[wire.StatusError] | None) -> int:
    code = errors[0].code if errors else None
    if isinstance(code, str):
        code = int(code) if len(code) <= _CODE_DIGITS and code.isascii() and code.isdigit() else 0
    return code if code is not None and 0 <= code < 10**_CODE_DIGITS else 0
