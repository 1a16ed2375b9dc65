from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.observability.redaction import MASK, redact, redact_value


class Color(Enum):
    PHONE = "5511912345678"


@pytest.mark.parametrize(
    "text",
    [
        "5511912345678",
        "+55 (11) 91234-5678",
        "(11) 91234-5678",
        "11 9 1234 5678",
        "55/11/91234/5678",
        "12345678",
        "wamid.HBgNNTUxMTkxMjM0NTY3OBUCABIYFDNB",
        "BR.1502576394655843",
        "BR.a1b2c3d4",
        "someone@example.com.br",
        "Bearer some-token",
        "EAAGm0PX4ZCpsBAKZBtopsecret",
    ],
)
def test_what_looks_personal_or_secret_is_masked(text: str) -> None:
    masked = redact(f"before [{text}] after")
    assert MASK in masked
    assert not any(part in masked for part in text.replace("(", " ").split() if len(part) > 3)


@pytest.mark.parametrize(
    "text",
    [
        "webhook accepted",
        "1234567",
        "127.0.0.1:8080",
        "stage 3 of 4, 250 entries in 0.125 s",
        "1763990000000-12",
        "c0123456789abcdef",
        "550e8400-e29b-41d4-a716-446655440000",
        "v1.3.0123456789abcdef01234567.0",
        "https://graph.facebook.com/v24.0",
    ],
)
def test_what_operators_need_stays(text: str) -> None:
    assert redact(text) == text


def test_credentials_in_addresses_are_masked_and_the_host_stays() -> None:
    assert redact("redis://user:pass@db.internal:6379/0") == f"redis://{MASK}@db.internal:6379/0"


@given(st.integers(10**7, 10**15), st.text("xyz .:=()", max_size=5), st.text("xyz .:=", max_size=5))
def test_no_long_number_survives_in_any_surroundings(number: int, before: str, after: str) -> None:
    assert str(number) not in redact(f"{before}{number}{after}")


@given(st.text())
def test_any_text_can_be_redacted_and_encoded(text: str) -> None:
    redact(text).encode()


def test_lone_surrogates_become_escapes() -> None:
    assert redact("a\ud800b") == "a\\ud800b"


def test_long_numbers_pass_only_with_a_unit_in_the_name() -> None:
    assert redact_value(5511912345678, "phone") == MASK
    assert redact_value(5511912345678.0, "phone") == MASK
    assert redact_value(1763990000000, "due_ms") == 1763990000000
    assert redact_value(2**80, "due_ms") == MASK
    assert redact_value(9_999_999, "entries") == 9_999_999


def test_collections_are_masked_inside_in_keys_and_values() -> None:
    value = {"5511912345678": ["+5511912345678", ("ok", True, None)], "due_ms": 1763990000000}
    assert redact_value(value) == {MASK: [MASK, ["ok", True, None]], "due_ms": 1763990000000}


def test_enumerations_are_masked_by_value() -> None:
    assert redact_value(Color.PHONE) == MASK


def test_of_an_unknown_object_only_the_type_is_shown() -> None:
    assert redact_value(ValueError("Maria da Silva")) == "<ValueError>"
    assert redact_value(b"Maria") == "<bytes>"
