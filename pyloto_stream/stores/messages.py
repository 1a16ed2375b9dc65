"""Como uma mensagem e os seus status de entrega viram um documento, em qualquer ordem de chegada?

Cada status é um campo próprio de `delivery` (nome → instante), que só se acrescenta: ordem e repetição não
mudam o resultado, e o status em vigor é o mais avançado. Um status que chega antes da mensagem fica à espera
dela, num documento sem `timestamp`, que as listas não mostram. O texto de uma mensagem que a pessoa apagou é
apagado, e não volta nem se ela chegar depois. Puro.
"""

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from pyloto_stream.conversation.records import MessageRecord, StatusRecord, stored_text
from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import TTL_FIELD, Create, Document, Merge
from pyloto_stream.stores.times import DAY_MS, iso

if TYPE_CHECKING:
    from pyloto_stream.stores.values import Data

RETENTION_DAYS = 365
"""Dias desde a mensagem ou desde um status dela: vale o que foi gravado por último."""

DELIVERY_ORDER = ("accepted", "sent", "failed", "delivered", "read", "played")
"""Do menos ao mais avançado. `failed` encerra `accepted` e `sent`; só uma prova de entrega vale mais."""

REVOKE = "revoke"
_STATUS = re.compile(r"[a-z][a-z0-9_]{0,31}")
_CONTROL = {code: None for code in range(32) if chr(code) not in "\n\t"} | {127: None}


class StoredMessage(msgspec.Struct, frozen=True):
    """Uma mensagem como está gravada. `delivery`: instante de cada status recebido.

    `media`: SHA-256 do arquivo guardado (ver `media.py`); vazio se não há, ou ainda não.
    """

    id: str
    direction: Literal["in", "out"]
    actor: Literal["USER", "PYLOTO", "HUMAN"]
    timestamp: str
    type: str
    text: str = ""
    intent: str = ""
    outcome: str = ""
    media_id: str = ""
    media: str = ""
    reply_id: str = ""
    delivery: dict[str, str] = {}
    error_code: int = 0
    context_id: str = ""
    revoked_at: str = ""
    category: str = ""
    pricing: str = ""

    @property
    def status(self) -> str:
        """O status de entrega em vigor; vazio se nenhum é conhecido."""
        return next((name for name in reversed(DELIVERY_ORDER) if name in self.delivery), "")


def message_path(user_key: str, message_id: str) -> str:
    """Onde fica uma mensagem."""
    return path("conversations", user_key, "messages", message_id)


def message_write(user_key: str, record: MessageRecord) -> Create | Merge:
    """Vinda da Meta: `Create`, a primeira vale, e o que foi apagado antes de ela chegar continua apagado.

    Enviada por nós: completa o que os status já deixaram.
    """
    data: Data = {
        "id": record.id,
        "direction": record.direction,
        "actor": record.actor,
        "timestamp": iso(record.at_ms),
        "type": record.type,
        TTL_FIELD: iso(record.at_ms + RETENTION_DAYS * DAY_MS),
    }
    optional = {
        "text": clean(record.text),
        "intent": record.intent,
        "outcome": record.outcome,
        "media_id": record.media_id,
        "reply_id": record.reply_id,
        "context_id": record.context_id,
    }
    data |= {name: value for name, value in optional.items() if value}
    place = message_path(user_key, record.id)
    if record.direction == "out":
        data["delivery"] = {"accepted": iso(record.at_ms)}
    return Merge(place, data) if record.actor == "PYLOTO" else Create(place, data)


def status_write(user_key: str, record: StatusRecord) -> Merge:
    """Acrescenta um status; cria o documento se a mensagem ainda não chegou."""
    name = record.status if _STATUS.fullmatch(record.status) else "other"
    data: Data = {
        "delivery": {name: iso(record.at_ms)},
        TTL_FIELD: iso(record.at_ms + RETENTION_DAYS * DAY_MS),
    }
    if record.error_code:
        data["error_code"] = record.error_code
    if record.category or record.pricing:
        data |= {"category": record.category, "pricing": record.pricing}
    return Merge(message_path(user_key, record.message_id), data)


def revoke_writes(user_key: str, record: MessageRecord) -> tuple[Merge, ...]:
    """Se `record` apaga uma mensagem, a gravação que tira dela o texto e o arquivo; senão, nenhuma."""
    if record.type != REVOKE or not record.context_id:
        return ()
    data: Data = {
        "text": "",
        "media_id": "",
        "media": "",
        "revoked_at": iso(record.at_ms),
        TTL_FIELD: iso(record.at_ms + RETENTION_DAYS * DAY_MS),
    }
    return (Merge(message_path(user_key, record.context_id), data),)


def to_message(document: Document) -> StoredMessage | None:
    """A mensagem gravada; `None` se dela só há status.

    Raises:
        PermanentError: code `undecodable_document`.
    """
    if "timestamp" not in document.data:
        return None
    try:
        message = msgspec.convert(document.data, StoredMessage)
    except msgspec.ValidationError as error:
        raise PermanentError("stored message does not decode", code="undecodable_document") from error
    if not message.revoked_at:
        return message
    return msgspec.structs.replace(message, text="", media_id="", media="")


def clean(text: str) -> str:
    """Texto para o histórico: sem caracteres de controle, Unicode válido, cortado com marca."""
    if text.isprintable():  # nem controle, nem substituto solto: o comum
        return stored_text(text)
    valid = text.encode("utf-8", "replace").decode()
    return stored_text(valid.translate(_CONTROL))
