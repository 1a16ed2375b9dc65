"""O que o executor recebe de um webhook lido? Eventos da conversa, registros de entrega e partes ilegíveis.

Promete: cada mensagem, status ou parte vira uma oferta, com a mesma chave de deduplicação a cada reenvio.
Limite: a chave da conversa vem do identificador recebido; juntar apelidos da pessoa é trabalho posterior.
"""

from hashlib import blake2b

import msgspec

from ingress.ports import Offer, UpdateKind
from pyloto_stream.conversation.events import Location, Media, MessageReceived
from pyloto_stream.conversation.inbound import cancelled_by
from pyloto_stream.conversation.records import StatusRecord
from pyloto_stream.streams.model import Item, Settlement, Unreadable
from pyloto_stream.whatsapp.identity import user_key
from pyloto_stream.whatsapp.webhook import Batch, Part
from pyloto_stream.whatsapp.webhook_updates import Message, Status

TURN, AUDIT = "turn", "audit"
OUR_REPLY = "v1."
"""Início dos ids que mandamos em `biz_opaque_callback_data`."""

_encode = msgspec.json.Encoder().encode


def offers_of(batch: Batch, pepper: bytes, accepted_at_ms: int, correlation_id: str) -> list[Offer]:
    """Ofertas na ordem de chegada: mensagens, status, partes ilegíveis. `accepted_at_ms` em ms Unix."""
    offers: list[Offer] = []
    for message in batch.messages:
        event = _encode(received(message, accepted_at_ms, correlation_id))
        key = f"message\0{message.phone_number_id}\0{message.id}"
        person, voided = user_key(pepper, message.identity), cancelled_by(message.content.kind)
        offers.append(Item(TURN, person, event, key, voided))
    offers.extend(_status(status, pepper, accepted_at_ms) for status in batch.statuses)
    offers.extend(_unreadable(part) for part in batch.unreadable)
    return offers


def kind_of(offer: Offer) -> UpdateKind:
    """Nome da oferta nas métricas."""
    if isinstance(offer, Unreadable):
        return "unreadable"
    return "message" if offer.lane == TURN else "status"


def received(message: Message, accepted_at_ms: int, correlation_id: str) -> MessageReceived:
    """Evento da conversa. Instante de envio desconhecido ou no futuro vale como o de aceitação."""
    content, sent_at_ms = message.content, message.sent_at_ms
    media, place = content.media, content.place
    return MessageReceived(
        id=message.id,
        kind=content.kind,
        phone_number_id=message.phone_number_id,
        reply_to=message.reply_to,
        sent_at_ms=min(sent_at_ms or accepted_at_ms, accepted_at_ms),
        accepted_at_ms=accepted_at_ms,
        text=content.text,
        choice=content.choice,
        profile_name=message.profile_name,
        context_id=content.context_id,
        media=Media(media.id, media.mime_type, media.sha256, media.filename) if media else None,
        location=Location(place.latitude, place.longitude, place.name, place.address) if place else None,
        correlation_id=correlation_id,
    )


def _status(status: Status, pepper: bytes, accepted_at_ms: int) -> Item | Settlement:
    key = f"status\0{status.id}\0{status.status}\0{status.recipient}\0{status.at_ms}"
    ours = status.callback.startswith(OUR_REPLY)
    record = StatusRecord(
        id=blake2b(key.encode(), digest_size=12).hexdigest(),
        message_id=status.id,
        status=status.status,
        at_ms=status.at_ms or accepted_at_ms,
        reply_id=status.callback if ours else "",
        error_code=status.error_code,
    )
    conversation = user_key(pepper, status.recipient or f"message:{status.id}")
    if not ours:
        return Item(AUDIT, conversation, _encode(record), key)
    # qualquer status diz que a Meta aceitou a mensagem; só `failed` diz que ela não chegará
    outcome = "failed" if status.status == "failed" else "sent"
    return Settlement(status.callback, outcome, status.id, AUDIT, conversation, _encode(record), key)


def _unreadable(part: Part) -> Unreadable:
    origin = blake2b(part.scope + b"\0" + part.body, digest_size=16).hexdigest()
    return Unreadable(part.reason, part.webhook(), f"unreadable\0{part.reason}\0{origin}")
