from collections.abc import Callable

import pytest

from pyloto_stream.whatsapp import limits
from pyloto_stream.whatsapp.messages import (
    Button,
    ButtonsMessage,
    CtaUrlMessage,
    ListMessage,
    Message,
    Row,
    Section,
    TextMessage,
)
from pyloto_stream.whatsapp.validators import (
    Violation,
    WhatsAppMessageValidator,
)

VALIDATOR = WhatsAppMessageValidator()
BUTTON = (Button("a", "A"),)
SECTION = (Section((Row("r", "R"),)),)
URL = "https://example.com"


def rows(count: int, start: int = 0) -> tuple[Row, ...]:
    return tuple(Row(f"r{number}", "Linha") for number in range(start, start + count))


def url_of(size: int) -> str:
    return URL + "/" * (size - len(URL))


BOUNDED: list[tuple[str, int, Callable[[str], Message]]] = [
    ("body", limits.TEXT_BODY, TextMessage),
    ("body", limits.INTERACTIVE_BODY, lambda value: ButtonsMessage(value, BUTTON)),
    ("header", limits.HEADER_TEXT, lambda value: ButtonsMessage("c", BUTTON, header=value)),
    ("footer", limits.FOOTER_TEXT, lambda value: ButtonsMessage("c", BUTTON, footer=value)),
    ("buttons[0].id", limits.BUTTON_ID, lambda value: ButtonsMessage("c", (Button(value, "A"),))),
    ("buttons[0].title", limits.BUTTON_TITLE, lambda value: ButtonsMessage("c", (Button("a", value),))),
    ("body", limits.LIST_BODY, lambda value: ListMessage(value, "Abrir", SECTION)),
    ("header", limits.HEADER_TEXT, lambda value: ListMessage("c", "Abrir", SECTION, header=value)),
    ("footer", limits.FOOTER_TEXT, lambda value: ListMessage("c", "Abrir", SECTION, footer=value)),
    ("button", limits.LIST_BUTTON, lambda value: ListMessage("c", value, SECTION)),
    ("sections[0].title", limits.SECTION_TITLE, lambda v: ListMessage("c", "b", (Section(rows(1), v),))),
    ("sections[0].rows[0].id", limits.ROW_ID, lambda v: ListMessage("c", "b", (Section((Row(v, "R"),)),))),
    (
        "sections[0].rows[0].title",
        limits.ROW_TITLE,
        lambda v: ListMessage("c", "b", (Section((Row("r", v),)),)),
    ),
    (
        "sections[0].rows[0].description",
        limits.ROW_DESCRIPTION,
        lambda v: ListMessage("c", "b", (Section((Row("r", "R", v),)),)),
    ),
    ("body", limits.INTERACTIVE_BODY, lambda value: CtaUrlMessage(value, "Abrir", URL)),
    ("label", limits.CTA_LABEL, lambda value: CtaUrlMessage("c", value, URL)),
    ("header", limits.HEADER_TEXT, lambda value: CtaUrlMessage("c", "Abrir", URL, header=value)),
]
IDS = [f"{place}-{field}" for place, (field, *_) in enumerate(BOUNDED)]
MAY_BE_ABSENT = {"header", "footer", "sections[0].title", "sections[0].rows[0].description"}
REQUIRED = [row for row in BOUNDED if row[0] not in MAY_BE_ABSENT]
OPTIONAL = [row for row in BOUNDED if row[0] in MAY_BE_ABSENT]


@pytest.mark.parametrize("unit", ["x", "ã", "😀", "e\u0301", "👩‍👩‍👧"], ids=ascii)
@pytest.mark.parametrize(("field", "limit", "make"), BOUNDED, ids=IDS)
def test_lengths_are_counted_in_code_points(
    field: str, limit: int, make: Callable[[str], Message], unit: str
) -> None:
    full = (unit * limit)[:limit]
    assert VALIDATOR.validate(make(full[:-1])) == ()
    assert VALIDATOR.validate(make(full)) == ()
    over = (unit * limit)[: limit + 1] if len(unit) > 1 else unit * (limit + 1)
    assert VALIDATOR.validate(make(over)) == (Violation(field, "too_long", limit, limit + 1),)


@pytest.mark.parametrize("size", [limits.CTA_URL - 1, limits.CTA_URL])
def test_url_up_to_its_limit_is_taken(size: int) -> None:
    assert VALIDATOR.validate(CtaUrlMessage("c", "Abrir", url_of(size))) == ()


def test_url_over_its_limit_is_refused() -> None:
    message = CtaUrlMessage("c", "Abrir", url_of(limits.CTA_URL + 1))
    assert VALIDATOR.validate(message) == (Violation("url", "too_long", 2000, 2001),)


@pytest.mark.parametrize(("field", "limit", "make"), REQUIRED)
def test_what_is_required_may_not_be_empty(field: str, limit: int, make: Callable[[str], Message]) -> None:
    assert Violation(field, "empty", 1, 0) in VALIDATOR.validate(make(""))
    assert Violation(field, "empty", 1, 0) in VALIDATOR.validate(make(" \n"))


@pytest.mark.parametrize(("field", "limit", "make"), OPTIONAL)
def test_what_is_optional_may_be_absent_but_not_blank(
    field: str, limit: int, make: Callable[[str], Message]
) -> None:
    assert VALIDATOR.validate(make("")) == ()
    assert VALIDATOR.validate(make("  ")) == (Violation(field, "empty", 1, 0),)
