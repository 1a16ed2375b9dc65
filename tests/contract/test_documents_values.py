"""Que valores e ids todo banco devolve iguais, e quais recusa antes de gravar."""

import asyncio
import itertools
import math

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import Create, Documents, Merge, Set, Update, Write
from pyloto_stream.stores.values import MAX_DOCUMENT_BYTES, Data

_numbers = itertools.count()
_real = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_text = st.text(st.characters(exclude_categories=["Cs"]))
_names = _text.filter(lambda name: name and not (name.startswith("__") and name.endswith("__")))
_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
) | _text
_values = st.recursive(
    _scalars,
    lambda inner: st.dictionaries(_names, inner, max_size=3) | st.lists(_scalars, max_size=3),
    max_leaves=8,
)  # fmt: skip


def deep(levels: int) -> Data:
    data: Data = {"leaf": 1}
    for _ in range(levels - 1):
        data = {"d": data}
    return data


def same(one: object, other: object) -> bool:
    """Igualdade que distingue 1 de 1.0 e de True, e 0.0 de -0.0."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    return type(one) is type(other) and one == other


@_real
@given(data=st.dictionaries(_names, _values, max_size=4))
@example(data={"a": 1.0, "b": 1, "c": True, "d": "1", "e": None, "f": -0.0, "g": 1e300, "h": 5e-324})
@example(
    data={"text": "a\x00b\x7f\u2028\ufeff😀", "l": [1, 1.0, None, {"m": []}], "empty": {}, "": " "[1:]}
    | {"x": 1}
)
async def test_what_is_written_is_read_back_the_same(documents: Documents, data: Data) -> None:
    data.pop("", None)
    at = f"values/{next(_numbers)}"
    await documents.set(at, data)
    document = await documents.get(at)
    assert document is not None
    assert same(document.data, data)


@_real
@given(names=st.lists(st.text(min_size=1), min_size=1, max_size=3, unique=True))
@example(names=["a/b", "a%2Fb", "a", "b"])
@example(names=[".", "..", "...", "%2E"])
@example(names=["__id__", "__", "%5F_id__", "____"])
@example(names=["\ud800", "\udc00", "�", "\ud83d\ude00", "😀"])
@example(names=["x" * 5000, "x" * 5001, "~" + "x" * 43, "/" * 3000])
@example(names=["wamid.HBgNNTU0MTk5OTk5OTk5ORUCABIYIDNB/+==", "é", "e\u0301", " ", "\x00"])
async def test_any_id_names_its_own_document(documents: Documents, names: list[str]) -> None:
    parent = str(next(_numbers))
    places = [path("ids", parent, "of", name) for name in names]
    await documents.write(*(Create(at, {"n": n}) for n, at in enumerate(places)))
    for n, at in enumerate(places):
        document = await documents.get(at)
        assert document is not None
        assert document.data == {"n": n}


@pytest.mark.parametrize(
    "data",
    [
        {"a": 2**63 - 1, "b": -(2**63)},
        deep(20),
        {"t": "á" * 400_000},
        {"t": "x" * (MAX_DOCUMENT_BYTES - 3)},
        {"__a": 1, "a__": 2, "é" * 750: 3},
    ],
    ids=["int64", "20 levels", "800 kB", "largest", "names"],
)
async def test_what_is_just_within_the_limits_is_taken(documents: Documents, data: Data) -> None:
    await documents.set("values/large", data)
    document = await documents.get("values/large")
    assert document is not None
    assert document.data == data


@pytest.mark.parametrize(
    "data",
    [
        {"a": 2**63},
        {"a": [math.nan]},
        {"a": -math.inf},
        {"a": [[1]]},
        {"a": {"b": "\ud800"}},
        {"\ud800": 1},
        {"": 1},
        {"a": {"__b__": 1}},
        {"é" * 751: 1},
        deep(21),
        {"t": "x" * MAX_DOCUMENT_BYTES},
    ],
    ids=[
        "int",
        "nan",
        "inf",
        "nested",
        "text",
        "name text",
        "no name",
        "reserved",
        "long name",
        "deep",
        "large",
    ],
)
async def test_what_no_store_could_return_is_refused_before_anything_is_written(
    documents: Documents, data: Data
) -> None:
    with pytest.raises(PermanentError) as caught:
        await documents.write(Create("values/first", {}), Set("values/bad", data))
    assert caught.value.code == "unstorable_document"
    assert await documents.get("values/first") is None


@pytest.mark.parametrize(
    "change", [Merge("values/a", {"b": "x" * 600_000}), Update("values/a", {"b": "x" * 600_000})]
)
async def test_a_document_that_would_grow_over_the_limit_stays_as_it_was(
    documents: Documents, change: Write
) -> None:
    before: Data = {"a": "x" * 600_000}
    await documents.set("values/a", before)
    with pytest.raises(PermanentError) as caught:
        await documents.write(Create("values/first", {}), change)
    assert caught.value.code == "unstorable_document"
    document = await documents.get("values/a")
    assert document is not None
    assert (document.data, await documents.get("values/first")) == (before, None)


async def test_one_document_that_grows_too_much_does_not_disturb_its_neighbours(documents: Documents) -> None:
    await documents.set("values/a", {"a": "x" * 600_000})
    results = await asyncio.gather(
        documents.create("values/b", {}),
        documents.merge("values/a", {"b": "x" * 600_000}),
        documents.create("values/c", {}),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [bool, PermanentError, bool]
