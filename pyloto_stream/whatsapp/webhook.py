"""O que há num corpo que a Meta assinou? Tudo: o que se lê, e em bytes, com o motivo, o que não se lê.

Promete: nunca levanta; uma parte ruim não leva as vizinhas; a ordem de chegada fica; nada some calado.
O corpo limpo só com mensagens e status passa por uma só decodificação compilada; qualquer outra coisa o faz
ser lido por partes.
Limite: chaves repetidas num objeto valem pela última, como é costume em JSON; repetições de mensagens não são
filtradas aqui.
"""

from msgspec import UNSET

from pyloto_stream.whatsapp import webhook_envelope as envelope
from pyloto_stream.whatsapp.webhook_batch import Batch, Part
from pyloto_stream.whatsapp.webhook_origin import origin_of
from pyloto_stream.whatsapp.webhook_pieces import MESSAGES, OBJECT, read_pieces
from pyloto_stream.whatsapp.webhook_updates import message_of, status_of
from pyloto_stream.whatsapp.webhook_values import CALL

__all__ = ["MAX_PARTS", "Batch", "Part", "decoded", "read", "read_decoded"]

MAX_PARTS = 1000
"""Partes ilegíveis guardadas uma a uma; acima disso guarda-se o corpo inteiro, uma vez."""


def read(body: bytes) -> Batch:
    """Lê um corpo já verificado, de qualquer tamanho e com quaisquer bytes."""
    return read_decoded(decoded(body), body)


def decoded(body: bytes) -> envelope.Webhook | None:
    """O corpo numa só decodificação; `None` se pede a leitura por partes."""
    try:
        return envelope.webhook.decode(body)
    except (ValueError, RecursionError):
        return None


def read_decoded(webhook: envelope.Webhook | None, body: bytes) -> Batch:
    """Como `read`, de um corpo que `decoded` já decodificou, ou não pôde."""
    clean = None if webhook is None else _whole(webhook)
    if clean is not None:
        return clean
    batch = read_pieces(body)
    if len(batch.unreadable) > MAX_PARTS:
        batch.unreadable = [Part("too_many", body)]
    return batch


def _whole(webhook: envelope.Webhook) -> Batch | None:
    """`None` se qualquer coisa no corpo pede a leitura por partes."""
    if webhook.object != OBJECT or not webhook.entry:
        return None
    batch = Batch()
    for entry in webhook.entry:
        if not entry.changes:
            return None
        for change in entry.changes:
            value = change.value
            if change.field != MESSAGES or value is None or not _take(batch, value):
                return None
    return batch


def _take(batch: Batch, value: envelope.Value) -> bool:
    """Acrescenta o que há em `value`; falso se algo nele não foi inteiramente entendido."""
    messages, statuses = value.messages or (), value.statuses or ()
    if value.errors is not UNSET or not (messages or statuses):
        return False
    number = value.metadata.phone_number_id if value.metadata else None
    origin = origin_of(number, value.contacts or (), len(messages))
    for raw_message in messages:
        message, reason = message_of(raw_message, origin)
        if message is None or reason is not None or message.group:
            return False
        batch.messages.append(message)
    for raw_status in statuses:
        status, reason = status_of(raw_status)
        if status is None or reason is not None or status.group or raw_status.type == CALL:
            return False
        batch.statuses.append(status)
    return True
