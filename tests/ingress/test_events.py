"""Tudo o que se leu de uma mensagem está no evento, campo por campo; também o que quase nenhuma tem."""

from typing import Any

import msgspec
import pytest

from ingress.events import talked
from pyloto_stream.conversation.events import ContactCard, Location, Media, MessageReceived, Referral
from pyloto_stream.whatsapp import webhook_content as content
from pyloto_stream.whatsapp.identity import Person
from pyloto_stream.whatsapp.webhook_updates import Message
from pyloto_stream.whatsapp.webhook_updates import Referral as RawReferral
from tests.support.ingress import NOW_MS

PLAIN = Message("wamid.1", "100", Person("5511900000001"), "Ana", 1000, content.Content("text", "oi"))
SAID: dict[str, tuple[Any, str, Any]] = {
    "kind": ("image", "kind", "image"),
    "text": ("tchau", "text", "tchau"),
    "choice": ("b1", "choice", "b1"),
    "context_id": ("wamid.0", "context_id", "wamid.0"),
    "media": (content.Media("m1", "image/png"), "media", Media("m1", "image/png")),
    "place": (content.Place(-25.4, -49.2, "Aqui"), "location", Location(-25.4, -49.2, "Aqui")),
    "form": ({"a": "b"}, "form", {"a": "b"}),
    "cards": ((content.Card("Bia", "+55", own=True),), "contacts", (ContactCard("Bia", "+55", own=True),)),
    "items": (3, "order_items", 3),
    "detail": ("poll", "detail", "poll"),
    "product": ("sku", "product", "sku"),
    "forwarded": (True, "forwarded", True),
}
"""Campo de `Content`, um valor só dele, e o campo e o valor do evento."""


def event_of(message: Message) -> MessageReceived:
    return talked(message, NOW_MS, "c1")


@pytest.mark.parametrize("field", content.Content.__struct_fields__)
def test_each_field_of_what_was_said_is_in_the_event_also_alone(field: str) -> None:
    value, name, expected = SAID[field]
    said = msgspec.structs.replace(PLAIN.content, **{field: value})
    event = event_of(msgspec.structs.replace(PLAIN, content=said))
    assert event == msgspec.structs.replace(event_of(PLAIN), **{name: expected})
    assert event != event_of(PLAIN)


def test_where_a_person_came_from_is_in_the_event_also_alone() -> None:
    event = event_of(msgspec.structs.replace(PLAIN, referral=RawReferral("ad", "a1", "Moto", "c9")))
    assert event == msgspec.structs.replace(event_of(PLAIN), referral=Referral("ad", "a1", "Moto", "c9"))
