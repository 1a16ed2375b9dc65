import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.errors import PermanentError
from pyloto_stream.whatsapp import limits
from pyloto_stream.whatsapp.messages import (
    Button,
    ButtonsMessage,
    CtaUrlMessage,
    ListMessage,
    Row,
    Section,
    TextMessage,
)
from pyloto_stream.whatsapp.validators import (
    InteractiveMessageValidator,
    InvalidMessageError,
    TextMessageValidator,
    Violation,
    WhatsAppMessageValidator,
)

VALIDATOR = WhatsAppMessageValidator()
BUTTON = (Button("a", "A"),)
SECTION = (Section((Row("r", "R"),)),)


def rows(count: int, start: int = 0) -> tuple[Row, ...]:
    return tuple(Row(f"r{number}", "Linha") for number in range(start, start + count))


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, (Violation("buttons", "too_few", 1, 0),)),
        (1, ()),
        (2, ()),
        (3, ()),
        (4, (Violation("buttons", "too_many", 3, 4),)),
    ],
)
def test_number_of_buttons(count: int, expected: tuple[Violation, ...]) -> None:
    buttons = tuple(Button(f"b{number}", f"B{number}") for number in range(count))
    assert VALIDATOR.validate(ButtonsMessage("c", buttons)) == expected


def test_button_ids_and_titles_do_not_repeat() -> None:
    message = ButtonsMessage("c", (Button("a", "A"), Button("a", "A"), Button("b", "A")))
    assert VALIDATOR.validate(message) == (
        Violation("buttons.id", "repeated", 0, 1),
        Violation("buttons.title", "repeated", 0, 2),
    )


@pytest.mark.parametrize("value", [" a", "a ", "a\n"])
def test_an_id_has_no_outer_spaces(value: str) -> None:
    message = ButtonsMessage("c", (Button(value, "A"),))
    assert VALIDATOR.validate(message) == (Violation("buttons[0].id", "outer_spaces", 0, 1),)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, (Violation("rows", "too_few", 1, 0),)),
        (1, ()),
        (9, ()),
        (10, ()),
        (11, (Violation("rows", "too_many", 10, 11),)),
    ],
)
def test_number_of_rows(count: int, expected: tuple[Violation, ...]) -> None:
    assert VALIDATOR.validate(ListMessage("c", "Abrir", (Section(rows(count)),))) == expected


def test_rows_are_counted_over_all_sections() -> None:
    sections = (Section(rows(6), "Um"), Section(rows(5, start=6), "Dois"))
    assert VALIDATOR.validate(ListMessage("c", "Abrir", sections)) == (Violation("rows", "too_many", 10, 11),)


@pytest.mark.parametrize("count", [9, 10])
def test_sections_up_to_the_limit_are_taken(count: int) -> None:
    sections = tuple(Section(rows(1, start=number), "S") for number in range(count))
    assert VALIDATOR.validate(ListMessage("c", "Abrir", sections)) == ()


def test_sections_over_the_limit_are_refused() -> None:
    sections = tuple(Section(rows(1, start=number), "S") for number in range(11))
    assert Violation("sections", "too_many", 10, 11) in VALIDATOR.validate(ListMessage("c", "b", sections))


def test_a_list_without_sections_is_refused() -> None:
    assert Violation("sections", "too_few", 1, 0) in VALIDATOR.validate(ListMessage("c", "Abrir", ()))


def test_several_sections_need_titles_and_rows() -> None:
    message = ListMessage("c", "Abrir", (Section(rows(1)), Section((), "Dois")))
    assert VALIDATOR.validate(message) == (
        Violation("sections[0].title", "empty", 1, 0),
        Violation("sections[1].rows", "too_few", 1, 0),
    )


def test_row_ids_do_not_repeat_across_sections() -> None:
    message = ListMessage("c", "Abrir", (Section(rows(2), "Um"), Section(rows(2, start=1), "Dois")))
    assert VALIDATOR.validate(message) == (Violation("rows.id", "repeated", 0, 1),)


@pytest.mark.parametrize(
    "url", ["example.com", "ftp://a.b", "javascript:alert(1)", "HTTPS://a.b", "https://a b"]
)
def test_a_url_button_opens_only_web_addresses(url: str) -> None:
    assert VALIDATOR.validate(CtaUrlMessage("c", "Abrir", url)) == (Violation("url", "not_http"),)


@pytest.mark.parametrize("url", ["http://a.b", "https://A.B", "https://a.b/é?c#d"])
def test_web_addresses_are_taken(url: str) -> None:
    assert VALIDATOR.validate(CtaUrlMessage("c", "Abrir", url)) == ()


def test_lone_surrogates_are_not_text() -> None:
    assert VALIDATOR.validate(TextMessage("a\ud83dz")) == (Violation("body", "not_unicode", 0, 1),)


def test_every_violation_is_told_at_once_in_the_order_of_the_fields() -> None:
    message = ButtonsMessage("x" * 1025, (Button("a", "t" * 21),), header="h" * 61, footer="f" * 61)
    fields = [violation.field for violation in VALIDATOR.validate(message)]
    assert fields == ["body", "header", "footer", "buttons[0].title"]


def test_the_single_door_asks_the_validator_of_the_kind() -> None:
    text, buttons = TextMessage(""), ButtonsMessage("", BUTTON)
    empty = (Violation("body", "empty", 1, 0),)
    assert VALIDATOR.validate(text) == TextMessageValidator().validate(text) == empty
    assert VALIDATOR.validate(buttons) == InteractiveMessageValidator().validate(buttons) == empty


def test_check_takes_a_good_message() -> None:
    VALIDATOR.check(TextMessage("Olá"))


def test_check_raises_one_permanent_error_that_tells_sizes_and_never_content() -> None:
    with pytest.raises(InvalidMessageError) as caught:
        VALIDATOR.check(ButtonsMessage("segredo" * 200, (Button("id-secreto ", "A"),)))
    error = caught.value
    assert isinstance(error, PermanentError)
    assert error.code == "invalid_message"
    assert str(error) == (
        "body too_long (limit 1024, actual 1400); buttons[0].id outer_spaces (limit 0, actual 1)"
    )
    assert "secret" not in repr(error)
    assert "segredo" not in repr(error)


@given(st.text(max_size=40))
def test_any_text_is_judged_without_failing(value: str) -> None:
    found = VALIDATOR.validate(ButtonsMessage("c", (Button("a", value),)))
    assert (found == ()) == (bool(value.strip()) and len(value) <= limits.BUTTON_TITLE)
