"""Cada limite da Meta, no último valor que passa e no primeiro que não; o juiz contra os validadores."""

from collections.abc import Callable

import msgspec
import pytest

from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.rules import Read, Send, judge
from pyloto_stream.whatsapp.messages import (
    Button,
    ButtonsMessage,
    CtaUrlMessage,
    ListMessage,
    Message,
    ReadReceipt,
    Row,
    Section,
    TextMessage,
)
from pyloto_stream.whatsapp.payloads import build, build_receipt
from pyloto_stream.whatsapp.validators import WhatsAppMessageValidator

Json = dict[str, object]
Maker = Callable[[int], Message]


def buttons(count: int) -> tuple[Button, ...]:
    return tuple(Button(f"b{n}", f"Opção {n}") for n in range(count))


def rows(count: int, first: int = 0) -> tuple[Row, ...]:
    return tuple(Row(f"r{n}", f"Linha {n}") for n in range(first, first + count))


def choice(**changes: str) -> Message:
    row = Row(changes.pop("id", "r"), changes.pop("title", "Linha"), changes.pop("description", ""))
    return ListMessage("Corpo", changes.pop("button", "Ver"), (Section((row,), changes.pop("section", "")),))


LIMITS: list[tuple[str, int, Maker]] = [
    ("text body", 4096, lambda n: TextMessage("é" * n)),
    ("buttons body", 1024, lambda n: ButtonsMessage("x" * n, buttons(1))),
    ("list body", 1024, lambda n: ListMessage("x" * n, "Ver", (Section(rows(1)),))),
    ("link body", 1024, lambda n: CtaUrlMessage("x" * n, "Abrir", "https://example.com")),
    ("header", 60, lambda n: ButtonsMessage("Corpo", buttons(1), header="x" * n)),
    ("footer", 60, lambda n: ButtonsMessage("Corpo", buttons(1), footer="x" * n)),
    ("buttons", 3, lambda n: ButtonsMessage("Corpo", buttons(n))),
    ("button title", 20, lambda n: ButtonsMessage("Corpo", (Button("b", "x" * n),))),
    ("button id", 256, lambda n: ButtonsMessage("Corpo", (Button("x" * n, "Sim"),))),
    ("list button", 20, lambda n: choice(button="x" * n)),
    (
        "sections",
        10,
        lambda n: ListMessage("C", "Ver", tuple(Section(rows(1, i), f"S{i}") for i in range(n))),
    ),
    ("rows of a section", 10, lambda n: ListMessage("C", "Ver", (Section(rows(n)),))),
    (
        "rows in all",
        10,
        lambda n: ListMessage("C", "Ver", (Section(rows(5), "A"), Section(rows(n - 5, 5), "B"))),
    ),
    ("section title", 24, lambda n: choice(section="x" * n)),
    ("row id", 200, lambda n: choice(id="x" * n)),
    ("row title", 24, lambda n: choice(title="x" * n)),
    ("row description", 72, lambda n: choice(description="x" * n)),
    ("link label", 20, lambda n: CtaUrlMessage("Corpo", "x" * n, "https://example.com")),
    ("link", 2000, lambda n: CtaUrlMessage("Corpo", "Abrir", "https://e.com/".ljust(n, "x"))),
]


def told(message: Message) -> Send | Read:
    return judge(msgspec.json.decode(build(message, to="5511900000001", reply_id="v1")))


@pytest.mark.parametrize(("most", "make"), [case[1:] for case in LIMITS], ids=[case[0] for case in LIMITS])
class TestEveryLimit:
    def test_the_last_value_that_fits_is_accepted(self, most: int, make: Maker) -> None:
        assert isinstance(told(make(most)), Send)
        assert WhatsAppMessageValidator().validate(make(most)) == ()

    def test_one_more_is_refused_naming_the_field_and_never_the_value(self, most: int, make: Maker) -> None:
        with pytest.raises(RefusedCallError) as caught:
            told(make(most + 1))
        assert caught.value.code in {100, 131009}
        assert "xxxx" not in caught.value.details
        assert "Param " in caught.value.details
        assert WhatsAppMessageValidator().validate(make(most + 1)) != ()


@pytest.mark.parametrize(
    "message",
    [
        TextMessage(""),
        TextMessage("  \n"),
        ButtonsMessage("", buttons(1)),
        ButtonsMessage("Corpo", ()),
        ButtonsMessage("Corpo", (Button("", "Sim"),)),
        ButtonsMessage("Corpo", (Button("a", ""),)),
        ButtonsMessage("Corpo", (Button(" a", "Sim"),)),
        ButtonsMessage("Corpo", (Button("a", "Sim"), Button("a", "Não"))),
        ButtonsMessage("Corpo", (Button("a", "Sim"), Button("b", "Sim"))),
        ListMessage("Corpo", "", (Section(rows(1)),)),
        ListMessage("Corpo", "Ver", ()),
        ListMessage("Corpo", "Ver", (Section(()),)),
        ListMessage("Corpo", "Ver", (Section(rows(1)), Section(rows(1, 1), "B"))),
        ListMessage("Corpo", "Ver", (Section((Row("a", "A"), Row("a", "B"))),)),
        CtaUrlMessage("Corpo", "", "https://example.com"),
        CtaUrlMessage("Corpo", "Abrir", "javascript:alert(1)"),
    ],
    ids=repr,
)
def test_what_our_validators_refuse_the_judge_refuses_too(message: Message) -> None:
    assert WhatsAppMessageValidator().validate(message) != ()
    with pytest.raises(RefusedCallError):
        told(message)


def envelope(**changes: object) -> Json:
    return {"messaging_product": "whatsapp", "to": "5511900000001", "text": {"body": "Oi"}} | changes


def interactive(**changes: object) -> Json:
    reply = {"type": "reply", "reply": {"id": "a", "title": "A"}}
    inner: Json = {"type": "button", "body": {"text": "?"}, "action": {"buttons": [reply]}}
    return envelope(type="interactive", interactive=inner | changes, text=None)


@pytest.mark.parametrize(
    "document",
    [
        envelope(biz_opaque_callback_data="x" * 512),
        envelope(context={"message_id": "wamid.A"}, recipient_type="individual"),
        envelope(to=None, recipient="BR.ENT.abc"),
        envelope(recipient="qualquer coisa, pois to vence"),
        interactive(header={"type": "text", "text": "Título"}, footer={"text": "Rodapé"}),
    ],
    ids=repr,
)
def test_the_whole_envelope_is_understood(document: Json) -> None:
    assert isinstance(judge(document), Send)


@pytest.mark.parametrize(
    ("code", "field", "document"),
    [
        (100, "root", envelope(sound={"id": "1"})),
        (100, "audio", envelope(audio={"id": "1"})),
        (100, "messaging_product", envelope(messaging_product="sms")),
        (100, "messaging_product", envelope(messaging_product=None)),
        (100, "recipient_type", envelope(recipient_type="group")),
        (100, "to", envelope(to=None)),
        (100, "to", envelope(to=5511900000001)),
        (131009, "to", envelope(to="+55 11 90000-0001")),
        (131009, "to", envelope(to="12345")),
        (131009, "recipient", envelope(to=None, recipient="5511900000001")),
        (100, "biz_opaque_callback_data", envelope(biz_opaque_callback_data="x" * 513)),
        (131009, "context", envelope(context="wamid.A")),
        (100, "context", envelope(context={"message_id": "wamid.A", "from": "x"})),
        (100, "interactive", envelope(type="text", interactive={"type": "button"})),
        (131008, "text", envelope(text=None)),
        (100, "text", envelope(text="Oi")),
        (100, "text", envelope(text={"body": "Oi", "html": True})),
        (100, "text.preview_url", envelope(text={"body": "Oi", "preview_url": "yes"})),
        (131051, "", envelope(type="poll", text=None)),
        (131008, "template", envelope(type="template", text=None)),
        (131008, "template.language", envelope(type="template", text=None, template={"name": "a"})),
        (131009, "interactive.type", interactive(type="carousel")),
        (131008, "interactive.body", interactive(body=None)),
        (100, "interactive.body", interactive(body={"text": "?", "extra": 1})),
        (131009, "interactive.header.type", interactive(header={"type": "gif", "text": "x"})),
        (131009, "interactive.header", interactive(header={"type": "image", "text": "x"})),
        (131008, "interactive.header.text", interactive(header={"type": "text"})),
        (131009, "interactive.footer.text", interactive(footer={"text": ""})),
        (131008, "interactive.action", interactive(action=None)),
        (131009, "interactive.action.buttons", interactive(action={"buttons": {}})),
        (131009, "interactive.action.buttons[0]", interactive(action={"buttons": ["Sim"]})),
        (131009, "interactive.action.buttons[0].type", interactive(action={"buttons": [{"type": "url"}]})),
    ],
    ids=repr,
)
def test_each_refusal_names_its_field(code: int, field: str, document: Json) -> None:
    with pytest.raises(RefusedCallError) as caught:
        judge(document)
    assert caught.value.code == code
    assert field in caught.value.details


@pytest.mark.parametrize("document", [None, 1, "x", [], [{}], {}], ids=repr)
def test_what_is_not_a_call_is_refused(document: object) -> None:
    with pytest.raises(RefusedCallError) as caught:
        judge(document)
    assert caught.value.code == 100


class TestReceipts:
    @pytest.mark.parametrize("typing", [True, False])
    def test_ours_is_understood(self, typing: bool) -> None:  # noqa: FBT001 — parâmetro do pytest
        body = build_receipt(ReadReceipt("wamid.A", typing=typing))
        assert judge(msgspec.json.decode(body)) == Read("wamid.A", typing)

    @pytest.mark.parametrize(
        "changes",
        [
            {"status": "delivered"},
            {"message_id": None},
            {"message_id": "x" * 257},
            {"messaging_product": None},
            {"typing_indicator": True},
            {"typing_indicator": {}},
            {"typing_indicator": {"type": "audio"}},
            {"to": "5511900000001"},
        ],
        ids=repr,
    )
    def test_a_malformed_one_is_refused(self, changes: Json) -> None:
        receipt: Json = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.A"}
        with pytest.raises(RefusedCallError):
            judge(receipt | changes)
