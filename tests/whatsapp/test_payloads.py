import json

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
from pyloto_stream.whatsapp.payloads import build, build_receipt, envelope
from pyloto_stream.whatsapp.validators import InvalidMessageError, Violation

PHONE = "5541999990000"
TEXT = TextMessage("Olá, ção 😀")


def test_text_is_the_envelope_that_meta_documents() -> None:
    assert json.loads(build(TEXT, to=PHONE, reply_id="v1.3.ab.0")) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": f"+{PHONE}",
        "type": "text",
        "text": {"body": "Olá, ção 😀", "preview_url": False},
        "biz_opaque_callback_data": "v1.3.ab.0",
    }


def test_preview_is_asked_only_when_wanted() -> None:
    body = json.loads(build(TextMessage("https://a.b", preview_url=True), to=PHONE, reply_id="r"))
    assert body["text"]["preview_url"] is True


def test_context_quotes_the_message_received() -> None:
    body = json.loads(build(TEXT, to=PHONE, reply_id="r", context_id="wamid.IN"))
    assert body["context"] == {"message_id": "wamid.IN"}


def test_same_input_gives_the_same_bytes() -> None:
    assert build(TEXT, to=PHONE, reply_id="r") == build(TEXT, to=PHONE, reply_id="r")


@pytest.mark.parametrize("to", [PHONE, f"+{PHONE}"])
def test_digits_are_a_phone_and_get_exactly_one_plus(to: str) -> None:
    body = json.loads(build(TEXT, to=to, reply_id="r"))
    assert body["to"] == f"+{PHONE}"
    assert "recipient" not in body


@pytest.mark.parametrize("to", ["BR.70412290518836604517", "BR.ENT.55120937746120839914", "１２３４５６"])
def test_anything_else_is_a_business_scoped_id(to: str) -> None:
    body = json.loads(build(TEXT, to=to, reply_id="r"))
    assert body["recipient"] == to
    assert "to" not in body


def test_buttons() -> None:
    message = ButtonsMessage("Escolha", (Button("s1:a", "Sim"), Button("s1:b", "Não")), "Título", "Rodapé")
    assert json.loads(build(message, to=PHONE, reply_id="r"))["interactive"] == {
        "type": "button",
        "header": {"type": "text", "text": "Título"},
        "body": {"text": "Escolha"},
        "footer": {"text": "Rodapé"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "s1:a", "title": "Sim"}},
                {"type": "reply", "reply": {"id": "s1:b", "title": "Não"}},
            ]
        },
    }


def test_list_leaves_out_what_is_empty() -> None:
    sections = (
        Section((Row("r1", "Um", "Primeiro"), Row("r2", "Dois")), "Seção"),
        Section((Row("r3", "Três"),)),
    )
    body = json.loads(build(ListMessage("Escolha", "Abrir", sections), to=PHONE, reply_id="r"))
    assert body["type"] == "interactive"
    assert body["interactive"] == {
        "type": "list",
        "body": {"text": "Escolha"},
        "action": {
            "button": "Abrir",
            "sections": [
                {
                    "title": "Seção",
                    "rows": [
                        {"id": "r1", "title": "Um", "description": "Primeiro"},
                        {"id": "r2", "title": "Dois"},
                    ],
                },
                {"rows": [{"id": "r3", "title": "Três"}]},
            ],
        },
    }


def test_url_button() -> None:
    message = CtaUrlMessage("Veja", "Abrir", "https://example.com/a")
    assert json.loads(build(message, to=PHONE, reply_id="r"))["interactive"] == {
        "type": "cta_url",
        "body": {"text": "Veja"},
        "action": {
            "name": "cta_url",
            "parameters": {"display_text": "Abrir", "url": "https://example.com/a"},
        },
    }


def test_envelope_takes_any_kind_of_content() -> None:
    body = json.loads(envelope("template", {"name": "lead"}, to=PHONE, reply_id="r"))
    assert (body["type"], body["template"]) == ("template", {"name": "lead"})


@pytest.mark.parametrize(("typing", "extra"), [(False, {}), (True, {"typing_indicator": {"type": "text"}})])
def test_receipt(*, typing: bool, extra: dict[str, object]) -> None:
    assert json.loads(build_receipt(ReadReceipt("wamid.IN", typing=typing))) == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.IN",
        **extra,
    }


@pytest.mark.parametrize("size", [1, 511, 512])
def test_opaque_data_up_to_its_limit_is_taken(size: int) -> None:
    body = json.loads(build(TEXT, to=PHONE, reply_id="r" * size))
    assert body["biz_opaque_callback_data"] == "r" * size


def test_opaque_data_over_its_limit_is_refused() -> None:
    with pytest.raises(InvalidMessageError) as caught:
        build(TEXT, to=PHONE, reply_id="r" * 513)
    assert caught.value.violations == (Violation("reply_id", "too_long", 512, 513),)


@pytest.mark.parametrize(("to", "reply_id", "field"), [("", "r", "to"), (PHONE, "", "reply_id")])
def test_an_empty_address_or_id_is_refused(to: str, reply_id: str, field: str) -> None:
    with pytest.raises(InvalidMessageError) as caught:
        build(TEXT, to=to, reply_id=reply_id)
    assert caught.value.violations == (Violation(field, "empty", 1, 0),)


def test_a_receipt_for_nothing_is_refused() -> None:
    with pytest.raises(InvalidMessageError):
        build_receipt(ReadReceipt(""))


def test_text_that_is_not_unicode_is_refused_without_carrying_it_along() -> None:
    with pytest.raises(InvalidMessageError) as caught:
        build(TextMessage("segredo \ud800"), to=PHONE, reply_id="r")
    assert caught.value.violations == (Violation("message", "not_unicode", 0, 1),)
    assert caught.value.__context__ is None
    assert "segredo" not in str(caught.value)
