"""E se o corpo é o de sempre, uma mensagem de texto? Do que se decodificou faz-se logo a oferta.

Promete: ela é, byte a byte, a que o caminho geral (`read` e `offers_of`) faria no mesmo instante, com a mesma
conversa; um teste os compara. Com qualquer outra coisa no corpo, `None`: o geral o lê. Limite: aceita-se no
instante em que se lê, e não, como no geral, naquele em que o grupo se oferece.
"""

from collections.abc import Callable

import msgspec
from msgspec import UNSET

from ingress.intake import TURN
from ingress.opened import Proven, Ready
from ingress.people import Place
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.inbound import cancelled_by
from pyloto_stream.streams.model import Item
from pyloto_stream.whatsapp import webhook_structs as wire
from pyloto_stream.whatsapp.identity import Person, person_of, usable_id
from pyloto_stream.whatsapp.webhook_envelope import Webhook
from pyloto_stream.whatsapp.webhook_pieces import MESSAGES, OBJECT
from pyloto_stream.whatsapp.webhook_reasons import instant_ms
from pyloto_stream.whatsapp.webhook_reply_structs import Id

_encode = msgspec.json.Encoder().encode
_CANCELLED = cancelled_by("text")


def ready_of(
    webhook: Webhook, place_of: Callable[[Person], Place | None], at_ms: int, proven: Proven
) -> Ready | None:
    """O texto de `proven`, já decodificado, se só há isso e `place_of` diz onde fica quem o escreveu."""
    found = _only_text(webhook)
    if found is None:
        return None
    our_number, contact, message, text = found
    person = person_of(
        message.sender, contact.wa_id, message.from_user_id, contact.user_id,
        message.from_parent_user_id, contact.parent_user_id,
    )  # fmt: skip
    place = place_of(person)
    message_id, number, sent_ms = usable_id(message.id), usable_id(our_number), instant_ms(message.timestamp)
    if place is None or not (message_id and number) or sent_ms is None:
        return None
    event = MessageReceived(
        id=message_id,
        kind="text",
        phone_number_id=number,
        reply_to=person.address,
        sent_at_ms=sent_ms if 0 < sent_ms < at_ms else at_ms,
        accepted_at_ms=at_ms,
        text=text,
        profile_name=(contact.profile.name or "") if contact.profile else "",
        correlation_id=proven.correlation_id,
    )
    key = f"message\0{number}\0{message_id}"
    item = Item(TURN, place.key, _encode(event), key, _CANCELLED, names=place.names)
    return Ready(proven, person, number, place, item)


def _only_text(webhook: Webhook) -> tuple[Id, wire.Contact, wire.InboundMessage, str] | None:
    """O nosso número, o contato, a mensagem e o que ela diz, se só há isto."""
    entry = webhook.entry
    if webhook.object != OBJECT or entry is None or len(entry) != 1:
        return None
    changes = entry[0].changes
    if changes is None or len(changes) != 1 or changes[0].field != MESSAGES:
        return None
    value = changes[0].value
    if value is None or value.metadata is None or value.statuses or value.errors is not UNSET:
        return None
    messages, contacts = value.messages, value.contacts
    if messages is None or contacts is None or len(messages) != 1 or len(contacts) != 1:
        return None
    message = messages[0]
    text = message.text
    beside = message.context or message.system or message.referral or message.group_id
    if message.type != "text" or beside or text is None or text.body is None:
        return None
    return value.metadata.phone_number_id, contacts[0], message, text.body
