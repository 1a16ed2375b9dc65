from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.values import JSON, Data, check, merged

names = st.text(min_size=1, max_size=4).filter(
    lambda name: not (name.startswith("__") and name.endswith("__"))
)
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | st.text(max_size=4)
maps = st.recursive(
    st.dictionaries(names, scalars, max_size=3),
    lambda inner: st.dictionaries(names, scalars | inner | st.lists(scalars | inner, max_size=3), max_size=3),
    max_leaves=5,
)


def weight(value: JSON) -> int:
    """A conta da documentação do Firestore, escrita de novo."""
    match value:
        case dict():
            return sum(len(name.encode()) + 1 + weight(item) for name, item in value.items())
        case list():
            return sum(map(weight, value))
        case str():
            return len(value.encode()) + 1
        case None | bool():
            return 1
    return 8


@given(data=maps)
def test_a_document_weighs_what_firestore_counts(data: Data) -> None:
    assert check(data) == weight(data)


@pytest.mark.parametrize(
    "value",
    [2**63, -(2**63) - 1, float("nan"), float("inf"), "\ud800", [[1]], [{"a": [[1]]}], {"": 1}, {"__x__": 1}],
)
def test_what_a_store_would_change_is_refused_wherever_it_stands(value: JSON) -> None:
    places: list[Data] = [{"a": value}, {"a": {"b": value}}, {"a": [{"b": value}]}]
    for data in places:
        with pytest.raises(PermanentError) as caught:
            check(data)
        assert caught.value.code == "unstorable_document"


@pytest.mark.parametrize("wrap", [lambda value: {"a": value}, lambda value: {"a": [value]}])
def test_a_document_has_at_most_twenty_levels(wrap: Callable[[JSON], Data]) -> None:
    data: Data = {"a": 1}
    levels = 1
    while levels + (step := 1 if isinstance(wrap(1)["a"], int) else 2) <= 20:
        data, levels = wrap(data), levels + step
    check(data)
    with pytest.raises(PermanentError, match="too deep"):
        check(wrap(data))


def test_merging_alters_neither_side() -> None:
    old: Data = {"m": {"a": 1}}
    new: Data = {"m": {"b": {"c": 1}}}
    assert merged(old, new) == {"m": {"a": 1, "b": {"c": 1}}}
    assert (old, new) == ({"m": {"a": 1}}, {"m": {"b": {"c": 1}}})


def test_a_map_replaces_a_value_and_a_value_replaces_a_map() -> None:
    assert merged({"a": 1, "b": {"x": 1}}, {"a": {"y": 1}, "b": None}) == {"a": {"y": 1}, "b": None}
