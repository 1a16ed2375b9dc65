import msgspec
import pytest

from pyloto_stream.whatsapp.messages import (
    Button,
    ButtonsMessage,
    CtaUrlMessage,
    ListMessage,
    ReadReceipt,
    Row,
    Section,
    TextMessage,
)

EXAMPLES = [
    TextMessage("Olá", preview_url=True),
    ButtonsMessage("Escolha", (Button("a", "A"),), header="H", footer="F"),
    ListMessage("Escolha", "Abrir", (Section((Row("r", "R", "D"),), "S"),)),
    CtaUrlMessage("Veja", "Abrir", "https://example.com"),
    ReadReceipt("wamid.IN", typing=True),
]


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_a_message_is_a_value(message: msgspec.Struct) -> None:
    copy = msgspec.json.decode(msgspec.json.encode(message), type=type(message))
    assert copy == message
    assert hash(copy) == hash(message)
    with pytest.raises(AttributeError):
        setattr(message, message.__struct_fields__[0], "other")


def test_what_is_optional_is_absent_by_default() -> None:
    message = ButtonsMessage("Escolha", (Button("a", "A"),))
    assert (message.header, message.footer) == ("", "")
    assert TextMessage("Olá").preview_url is False
    assert ReadReceipt("wamid.IN").typing is False
