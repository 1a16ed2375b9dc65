"""A forma do envio de um modelo: que parâmetro cabe em que parte, e em que texto."""

import math
from typing import Any

import msgspec
import pytest

from pyloto_stream.whatsapp.messages import (
    Currency,
    FlowAction,
    ProductRef,
    TemplateCard,
    TemplateComponent,
    TemplateLocation,
    TemplateMedia,
    TemplateMessage,
    TemplateParameter,
)
from pyloto_stream.whatsapp.validators import TemplateMessageValidator, Violation, WhatsAppMessageValidator
from tests.support.outbound_limits import IMAGE, button, cards, template

VALIDATOR = TemplateMessageValidator()
TEXT = TemplateParameter("text", "Ana")
HEADER = TemplateComponent("header", parameters=(TEXT,))
BODY = TemplateComponent("body", parameters=(TEXT,))
FILE = TemplateMedia(id="1")
PLACE = TemplateLocation(0, 0, "n", "a")


def told(message: TemplateMessage) -> list[tuple[str, str]]:
    found = VALIDATOR.validate(message)
    assert WhatsAppMessageValidator().validate(message) == found
    return [(each.field.removeprefix("components"), each.rule) for each in found]


def part(kind: str, *parameters: TemplateParameter, **changes: object) -> TemplateMessage:
    fields = {"type": kind, "parameters": parameters, **changes}
    return template(TemplateComponent(**fields))  # type: ignore[arg-type]


def value(**fields: Any) -> TemplateParameter:  # noqa: ANN401 — campos do parâmetro, conferidos por ele
    return TemplateParameter(**fields)


@pytest.mark.parametrize("name", ["Lead", "lead-1", "lead 1", "é"])
def test_a_name_is_lower_case_letters_digits_and_underscores(name: str) -> None:
    found = VALIDATOR.validate(TemplateMessage(name, "pt_BR"))
    assert found == (Violation("name", "bad_format", 0, len(name)),)


@pytest.mark.parametrize(
    ("language", "good"), [("pt_BR", True), ("fil", True), ("pt-BR", False), ("x" * 9, False)]
)
def test_a_language_is_a_code(language: str, *, good: bool) -> None:
    assert (VALIDATOR.validate(TemplateMessage("lead", language)) == ()) is good


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb", [("line_break", 0, 1)]),
        ("a\r\n\tb", [("line_break", 0, 3)]),
        ("a\u2028b", [("line_break", 0, 1)]),
        ("a    b", [("wide_spaces", 3, 4)]),
        ("a     b\n", [("line_break", 0, 1), ("wide_spaces", 3, 5)]),
        ("", [("empty", 1, 0)]),
    ],
)
def test_a_value_is_one_line_of_text(text: str, expected: list[tuple[str, int, int]]) -> None:
    found = VALIDATOR.validate(part("body", TemplateParameter("text", text)))
    assert [(each.rule, each.limit, each.actual) for each in found] == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (part("header"), [("[0].parameters", "too_few")]),
        (part("header", TEXT, TEXT), [("[0].parameters", "too_many")]),
        (part("header", value(type="payload", text="a")), [("[0].parameters[0].type", "not_allowed")]),
        (part("header", value(type="image")), [("[0].parameters[0].media", "empty")]),
        (
            part("header", value(type="image", media=TemplateMedia())),
            [("[0].parameters[0].media.id", "one_source")],
        ),
        (
            part("header", value(type="image", media=TemplateMedia(id="1", filename="a.png"))),
            [("[0].parameters[0].media.filename", "not_allowed")],
        ),
        (
            part("header", value(type="image", media=FILE, name="a")),
            [("[0].parameters[0].name", "not_allowed")],
        ),
        (
            part("header", value(type="text", text="a", media=FILE, expires_at_ms=1)),
            [("[0].parameters[0].media", "not_allowed"), ("[0].parameters[0].expires_at_ms", "not_allowed")],
        ),
        (
            part("header", value(type="location", location=TemplateLocation(math.nan, 181, "", " "))),
            [
                ("[0].parameters[0].location.latitude", "out_of_range"),
                ("[0].parameters[0].location.longitude", "out_of_range"),
                ("[0].parameters[0].location.name", "empty"),
                ("[0].parameters[0].location.address", "empty"),
            ],
        ),
        (
            part("header", value(type="product", product=ProductRef("", " c"))),
            [
                ("[0].parameters[0].product.retailer_id", "empty"),
                ("[0].parameters[0].product.catalog_id", "outer_spaces"),
            ],
        ),
        (part("body"), [("[0].parameters", "too_few")]),
        (part("body", value(type="image", media=FILE)), [("[0].parameters[0].type", "not_allowed")]),
        (
            part("body", value(type="text", text="a", name="First")),
            [("[0].parameters[0].name", "bad_format")],
        ),
        (part("body", value(type="text", text="a", name="a"), TEXT), [("[0].parameters", "mixed")]),
        (part("body", *[value(type="text", text="a", name="a")] * 2), [("[0].parameters.name", "repeated")]),
        (
            part("body", value(type="currency", currency=Currency("R$ 1", "reais", 1000))),
            [("[0].parameters[0].currency.code", "bad_format")],
        ),
        (part("body", value(type="currency")), [("[0].parameters[0].currency", "empty")]),
        (part("body", value(type="date_time", text="")), [("[0].parameters[0].text", "empty")]),
        (
            part("body", TEXT, sub_type="url", index=0),
            [("[0].sub_type", "not_allowed"), ("[0].index", "not_allowed")],
        ),
        (part("limited_time_offer"), [("[0].parameters", "too_few")]),
        (
            part("limited_time_offer", value(type="limited_time_offer")),
            [("[0].parameters[0].expires_at_ms", "empty")],
        ),
        (
            part("limited_time_offer", value(type="limited_time_offer", expires_at_ms=-1)),
            [("[0].parameters[0].expires_at_ms", "out_of_range")],
        ),
        (template(HEADER, BODY, BODY), [(".type", "repeated")]),
        (part("button", TEXT), [("[0].sub_type", "empty")]),
        (part("button", TEXT, sub_type="url"), [("[0].index", "empty")]),
        (part("button", TEXT, sub_type="quick_reply", index=0), [("[0].parameters[0].type", "not_allowed")]),
        (template(button("url", 0, "a"), button("quick_reply", 0, "b")), [(".index", "repeated")]),
        (
            part(
                "button", value(type="action", flow=FlowAction("", {"a": object()})), sub_type="flow", index=0
            ),
            [("[0].parameters[0].flow.token", "empty"), ("[0].parameters[0].flow.data", "not_json")],
        ),
        (part("body", TEXT, cards=(TemplateCard((IMAGE,)),)), [("[0].cards", "not_allowed")]),
        (part("carousel", TEXT, cards=(TemplateCard((IMAGE,)),) * 2), [("[0].parameters", "not_allowed")]),
        (
            part("carousel", cards=(TemplateCard(()),) * 2),
            [("[0].cards[0].components", "too_few")] * 1 + [("[0].cards[1].components", "too_few")],
        ),
        (
            part("carousel", cards=(TemplateCard((HEADER,)), TemplateCard((cards(2).components[0],)))),  # type: ignore[union-attr]
            [
                ("[0].cards[0].components[0].parameters[0].type", "not_allowed"),
                ("[0].cards[1].components[0].type", "not_allowed"),
            ],
        ),
    ],
)
def test_each_part_takes_only_what_is_its_own(
    message: TemplateMessage, expected: list[tuple[str, str]]
) -> None:
    assert told(message) == expected


def test_a_place_in_a_header_may_be_any_on_earth() -> None:
    assert told(part("header", value(type="location", location=PLACE))) == []
    corner = msgspec.structs.replace(PLACE, latitude=-90, longitude=180)
    assert told(part("header", value(type="location", location=corner))) == []


def test_every_violation_is_told_at_once_and_never_the_content() -> None:
    message = TemplateMessage(
        "Segredo", "segredo", (TemplateComponent("body", parameters=(value(type="text", text="segredo\n"),)),)
    )
    found = VALIDATOR.validate(message)
    assert [each.field for each in found] == ["name", "language", "components[0].parameters[0].text"]
    assert "egredo" not in "".join(map(str, found))
