import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.stores.times import iso, milliseconds

moments = st.integers(-62_135_596_800_000, 253_402_300_799_999)


def test_an_instant_is_written_in_utc_with_milliseconds() -> None:
    assert iso(1_700_000_000_007) == "2023-11-14T22:13:20.007Z"
    assert iso(-62_135_596_800_000) == "0001-01-01T00:00:00.000Z"


@given(at_ms=moments)
def test_an_instant_is_read_back(at_ms: int) -> None:
    assert milliseconds(iso(at_ms)) == at_ms


@given(one=moments, other=moments)
def test_text_order_is_time_order(one: int, other: int) -> None:
    assert (iso(one) < iso(other)) == (one < other)


@pytest.mark.parametrize("text", ["2023-11-14T22:13:20.007", "yesterday", ""])
def test_an_instant_needs_a_time_zone(text: str) -> None:
    with pytest.raises(ValueError, match=r"time zone|isoformat"):
        milliseconds(text)
