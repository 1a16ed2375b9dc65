from typing import get_args

import msgspec
import pytest

from pyloto_stream.whatsapp.messages import (
    Button,
    ButtonsMessage,
    Message,
    MessageType,
    ReadReceipt,
    TemplateParameter,
    TextMessage,
)
from pyloto_stream.whatsapp.messages_interactive import InteractiveMessage
from pyloto_stream.whatsapp.payloads import content_of
from pyloto_stream.whatsapp.validators import WhatsAppMessageValidator
from tests.support.outbound_kinds import OUTBOUND

EVERY = [*OUTBOUND.values(), ReadReceipt("wamid.IN", typing=True)]


@pytest.mark.parametrize("message", EVERY, ids=lambda message: type(message).__name__)
def test_a_message_is_a_value(message: msgspec.Struct) -> None:
    copy = msgspec.json.decode(msgspec.json.encode(message), type=type(message))
    assert copy == message
    with pytest.raises(AttributeError):
        setattr(message, message.__struct_fields__[0], "other")


def test_there_is_a_sample_of_every_kind() -> None:
    assert {type(message) for message in OUTBOUND.values()} == set(get_args(Message))
    assert {content_of(message)[0] for message in OUTBOUND.values()} == set(get_args(MessageType))


@pytest.mark.parametrize("name", OUTBOUND)
def test_every_sample_is_one_that_meta_would_take(name: str) -> None:
    assert WhatsAppMessageValidator().validate(OUTBOUND[name]) == ()


def test_what_is_optional_is_absent_by_default() -> None:
    message = ButtonsMessage("Escolha", (Button("a", "A"),))
    assert (message.header, message.footer) == ("", "")
    assert TextMessage("Olá").preview_url is False
    assert ReadReceipt("wamid.IN").typing is False
    assert TemplateParameter("text", "Ana") == TemplateParameter(type="text", text="Ana", name="")


def test_interactive_messages_are_messages() -> None:
    assert set(get_args(InteractiveMessage)) < set(get_args(Message))
