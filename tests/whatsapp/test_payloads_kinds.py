"""O JSON exato de cada tipo, escrito à mão a partir das páginas da Meta."""

import json

import msgspec
import pytest

from pyloto_stream.whatsapp.messages import AddressMessage, FlowMessage, Message, TextMessage
from pyloto_stream.whatsapp.payloads import build, content_of
from pyloto_stream.whatsapp.validators import InvalidMessageError, Violation
from tests.support.outbound_kinds import LINK, MEDIA_ID, OUTBOUND

PHONE = "5541999990000"

ANA = {
    "name": {
        "formatted_name": "Ana Souza",
        "first_name": "Ana",
        "last_name": "Souza",
        "middle_name": "Maria",
        "suffix": "Neta",
        "prefix": "Dra.",
    },
    "phones": [{"phone": "+55 41 99999-0000", "type": "WORK", "wa_id": PHONE}],
    "emails": [{"email": "ana@example.com", "type": "WORK"}],
    "addresses": [
        {
            "street": "Rua Um, 10",
            "city": "Curitiba",
            "state": "PR",
            "zip": "80000-000",
            "country": "Brasil",
            "country_code": "br",
            "type": "HOME",
        }
    ],
    "urls": [{"url": "https://example.com/ana", "type": "WORK"}],
    "org": {"company": "Pyloto", "department": "Entregas", "title": "Gerente"},
    "birthday": "1990-02-28",
}
PLAIN: dict[str, tuple[str, object]] = {
    "text": ("text", {"body": "Olá! https://example.com", "preview_url": True}),
    "image": ("image", {"id": MEDIA_ID, "caption": "A foto"}),
    "video": ("video", {"link": LINK, "caption": "O vídeo"}),
    "audio": ("audio", {"id": MEDIA_ID}),
    "voice": ("audio", {"id": MEDIA_ID, "voice": True}),
    "document": ("document", {"id": MEDIA_ID, "caption": "A nota", "filename": "nota.pdf"}),
    "sticker": ("sticker", {"id": MEDIA_ID}),
    "location": (
        "location",
        {"latitude": -25.4284, "longitude": -49.2733, "name": "Pyloto", "address": "Rua Um, 10"},
    ),
    "contacts": ("contacts", [ANA, {"name": {"formatted_name": "Bia", "first_name": "Bia"}}]),
    "reaction": ("reaction", {"message_id": "wamid.IN", "emoji": "👍🏽"}),
    "reaction removed": ("reaction", {"message_id": "wamid.IN", "emoji": ""}),
}
FLOW = {
    "flow_message_version": "3",
    "flow_id": "1234567890",
    "flow_cta": "Cadastrar",
    "flow_token": "token-1",
}
INTERACTIVE: dict[str, dict[str, object]] = {
    "interactive button image": {"header": {"type": "image", "image": {"id": MEDIA_ID}}},
    "interactive button video": {"header": {"type": "video", "video": {"link": LINK}}},
    "interactive button document": {
        "header": {"type": "document", "document": {"id": MEDIA_ID, "filename": "nota.pdf"}}
    },
    "interactive flow": {
        "type": "flow",
        "body": {"text": "Preencha"},
        "action": {
            "name": "flow",
            "parameters": {
                **FLOW,
                "flow_action": "navigate",
                "mode": "published",
                "flow_action_payload": {"screen": "ENTRY", "data": {"name": "Ana"}},
            },
        },
    },
    "interactive flow exchange": {
        "type": "flow",
        "body": {"text": "Preencha"},
        "footer": {"text": "Pyloto"},
        "action": {
            "name": "flow",
            "parameters": {**FLOW, "flow_action": "data_exchange", "mode": "draft"},
        },
    },
    "interactive location_request_message": {
        "type": "location_request_message",
        "body": {"text": "Onde você está?"},
        "action": {"name": "send_location"},
    },
    "interactive address_message": {
        "type": "address_message",
        "body": {"text": "Onde entregamos?"},
        "action": {
            "name": "address_message",
            "parameters": {
                "country": "IN",
                "values": {"name": "Ana", "in_pin_code": "400063"},
                "validation_errors": {"in_pin_code": "Não atendemos aí."},
                "saved_addresses": [{"id": "home", "value": {"name": "Ana", "in_pin_code": "400063"}}],
            },
        },
    },
}


def sent(message: Message, **envelope: str) -> dict[str, object]:
    body = json.loads(build(message, to=PHONE, reply_id="r", **envelope))
    assert isinstance(body, dict)
    return body


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_kind(name: str) -> None:
    kind, content = PLAIN[name]
    assert sent(OUTBOUND[name]) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": f"+{PHONE}",
        "type": kind,
        kind: content,
        "biz_opaque_callback_data": "r",
    }


@pytest.mark.parametrize("name", INTERACTIVE)
def test_an_interactive_kind(name: str) -> None:
    body = sent(OUTBOUND[name])
    assert body["type"] == "interactive"
    content = body["interactive"]
    assert isinstance(content, dict)
    whole = "type" in INTERACTIVE[name]
    assert (content if whole else {"header": content["header"]}) == INTERACTIVE[name]


@pytest.mark.parametrize("name", OUTBOUND)
def test_every_kind_is_an_object_or_a_list_under_its_own_name(name: str) -> None:
    body = sent(OUTBOUND[name])
    assert set(body) == {
        "messaging_product", "recipient_type", "to", "type", body["type"], "biz_opaque_callback_data",
    }  # fmt: skip
    assert content_of(OUTBOUND[name]) == (body["type"], body[str(body["type"])])


@pytest.mark.parametrize("name", [name for name in OUTBOUND if not name.startswith("reaction")])
def test_every_kind_but_a_reaction_may_quote_a_message(name: str) -> None:
    assert sent(OUTBOUND[name], context_id="wamid.IN")["context"] == {"message_id": "wamid.IN"}


def test_a_reaction_that_quotes_is_refused() -> None:
    with pytest.raises(InvalidMessageError) as caught:
        sent(OUTBOUND["reaction"], context_id="wamid.IN")
    assert caught.value.violations == (Violation("context_id", "not_allowed", 0, 8),)


def test_a_screen_without_data_has_none() -> None:
    message = FlowMessage("c", "1", "Abrir", "t", screen="ENTRY")
    kind, content = content_of(message)
    assert kind == "interactive"
    parameters = msgspec.json.decode(msgspec.json.encode(content))["action"]["parameters"]
    assert parameters["flow_action_payload"] == {"screen": "ENTRY"}


def test_an_address_is_asked_with_nothing_known() -> None:
    asked = sent(AddressMessage("Onde?"))["interactive"]
    assert isinstance(asked, dict)
    assert asked["action"] == {"name": "address_message", "parameters": {"country": "IN"}}


def test_the_order_of_the_data_does_not_change_the_bytes() -> None:
    def opened(data: dict[str, object]) -> bytes:
        return build(FlowMessage("c", "1", "A", "t", screen="S", data=data), to=PHONE, reply_id="r")

    assert opened({"a": 1, "b": {"c": 2, "d": 3}}) == opened({"b": {"d": 3, "c": 2}, "a": 1})


@pytest.mark.parametrize("name", OUTBOUND)
def test_the_bytes_are_utf8_and_decode_back(name: str) -> None:
    body = build(OUTBOUND[name], to=PHONE, reply_id="r")
    assert json.loads(body.decode()) == sent(OUTBOUND[name])
    assert body == build(OUTBOUND[name], to=PHONE, reply_id="r")


def test_a_text_is_not_escaped() -> None:
    assert "ção 😀".encode() in build(TextMessage("ção 😀"), to=PHONE, reply_id="r")
