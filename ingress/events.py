"""Como o que se leu de um webhook vira evento ou registro do produto? Tradução, sem decisão nenhuma.

Um instante desconhecido, ou no futuro, vale como o da aceitação.
"""

from hashlib import blake2b

from pyloto_stream.conversation.events import (
    CallReceived,
    ContactCard,
    HumanReplied,
    Location,
    Media,
    MessageReceived,
    PreferenceChanged,
    Referral,
    ReplyFailed,
)
from pyloto_stream.conversation.records import ActionRecord, ChannelRecord, StatusRecord
from pyloto_stream.whatsapp import webhook_content as content
from pyloto_stream.whatsapp.webhook_notices import Notice
from pyloto_stream.whatsapp.webhook_others import Call, Echo, Preference
from pyloto_stream.whatsapp.webhook_updates import Message, Status


def talked(message: Message, at_ms: int, correlation_id: str) -> MessageReceived:
    """Uma mensagem."""
    said, ad = message.content, message.referral
    return MessageReceived(
        id=message.id,
        kind=said.kind,
        phone_number_id=message.phone_number_id,
        reply_to=message.reply_to,
        sent_at_ms=_when(message.sent_at_ms, at_ms),
        accepted_at_ms=at_ms,
        text=said.text,
        choice=said.choice,
        profile_name=message.profile_name,
        context_id=said.context_id,
        media=_media(said.media) if said.media else None,
        location=_place(said.place) if said.place else None,
        correlation_id=correlation_id,
        form=said.form,
        contacts=tuple(map(_card, said.cards)) if said.cards else (),
        referral=Referral(ad.source, ad.source_id, ad.headline, ad.click_id) if ad else None,
        order_items=said.items,
        forwarded=said.forwarded,
        standby=message.standby,
        detail=said.detail,
        product=said.product,
    )


def replied(echo: Echo, at_ms: int, correlation_id: str) -> HumanReplied:
    """Uma resposta dada por fora."""
    return HumanReplied(
        id=echo.id,
        kind=echo.content.kind,
        at_ms=_when(echo.at_ms, at_ms),
        via=echo.via,
        text=echo.content.text,
        context_id=echo.content.context_id,
        correlation_id=correlation_id,
        standby=echo.standby,
    )


def called(call: Call, key: str, at_ms: int, correlation_id: str) -> CallReceived | ActionRecord:
    """Uma ligação da pessoa; de uma ligação nossa, só o registro do que houve com ela."""
    moment = f"{call.event}_{call.status}".lower() if call.status else call.event
    when = _when(call.at_ms, at_ms)
    if call.inbound:
        address = call.person.address
        return CallReceived(call.id, call.phone_number_id, address, when, moment, correlation_id)
    return ActionRecord(
        id=digest(key), action="CALL_MADE", at_ms=when, actor="HUMAN", reason=moment.upper(),
        correlation_id=correlation_id,
    )  # fmt: skip


def changed(preference: Preference, at_ms: int) -> PreferenceChanged:
    """Uma preferência."""
    return PreferenceChanged(preference.marketing, _when(preference.at_ms, at_ms))


def channel(notice: Notice, key: str, at_ms: int) -> ChannelRecord:
    """Um aviso da Meta."""
    return ChannelRecord(
        id=digest(key),
        field=notice.field,
        event=notice.event,
        subject=notice.subject,
        at_ms=_when(notice.at_ms, at_ms),
        account_id=notice.account_id,
        data=notice.data,
    )


def status_record(status: Status, key: str, reply_id: str, at_ms: int) -> StatusRecord:
    """O status de uma mensagem nossa."""
    return StatusRecord(
        id=digest(key),
        message_id=status.id,
        status=status.status,
        at_ms=status.at_ms or at_ms,
        reply_id=reply_id,
        error_code=status.error_code,
        category=status.category,
        pricing=status.pricing,
    )


def failed_reply(status: Status, at_ms: int) -> ReplyFailed:
    """O que a conversa fica sabendo de um status `failed`."""
    return ReplyFailed(status.callback, status.error_code, _when(status.at_ms, at_ms))


def digest(key: str) -> str:
    """Id de um registro: o mesmo para a mesma chave, sem revelá-la."""
    return blake2b(key.encode(), digest_size=12).hexdigest()


def _when(told_ms: int, at_ms: int) -> int:
    return told_ms if 0 < told_ms < at_ms else at_ms


def _media(media: content.Media) -> Media:
    return Media(
        media.id, media.mime_type, media.sha256, media.filename, media.url, media.voice, media.animated
    )


def _card(card: content.Card) -> ContactCard:
    return ContactCard(card.name, card.phone, card.own)


def _place(place: content.Place) -> Location:
    return Location(place.latitude, place.longitude, place.name, place.address)
