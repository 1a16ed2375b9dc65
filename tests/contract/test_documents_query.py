"""O que toda consulta promete: filtro, ordem com desempate, páginas sem buraco nem repetição."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import Create, Documents, Position, Query, Set, position, scan

_numbers = itertools.count()
_plain = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


async def ids(documents: Documents, query: Query) -> list[str]:
    return [document.id for document in await documents.query(query)]


async def test_a_collection_that_does_not_exist_is_empty(documents: Documents) -> None:
    assert await documents.query(Query("nothing")) == []


async def test_without_an_order_field_the_order_is_the_id(documents: Documents) -> None:
    await documents.write(*(Create(f"c/{name}", {}) for name in ("b", "B", "a%2F", "a", "10", "9")))
    assert await ids(documents, Query("c")) == ["10", "9", "B", "a", "a%2F", "b"]
    with pytest.raises(ValueError, match="order field"):
        Query("c", descending=True)


async def test_ties_are_broken_by_id_in_the_same_direction(documents: Documents) -> None:
    await documents.write(*(Create(f"c/d{n}", {"at": str(n // 2)}) for n in range(5)))
    assert await ids(documents, Query("c", order_by="at")) == ["d0", "d1", "d2", "d3", "d4"]
    assert await ids(documents, Query("c", order_by="at", descending=True)) == ["d4", "d3", "d2", "d1", "d0"]


async def test_text_is_ordered_by_code_point(documents: Documents) -> None:
    texts = ["", "a", "b", "é", "～", "😀", "Z"]
    await documents.write(*(Create(f"c/{n}", {"t": text}) for n, text in enumerate(texts)))
    found = await documents.query(Query("c", order_by="t"))
    assert [document.data["t"] for document in found] == sorted(texts)


async def test_integers_are_ordered_as_numbers(documents: Documents) -> None:
    await documents.write(*(Create(f"c/d{n}", {"n": n}) for n in (10, 9, -1, 100)))
    assert await ids(documents, Query("c", order_by="n")) == ["d-1", "d9", "d10", "d100"]


async def test_a_document_without_the_order_field_does_not_appear(documents: Documents) -> None:
    await documents.write(Create("c/with", {"at": "1"}), Create("c/without", {"other": "1"}))
    assert await ids(documents, Query("c", order_by="at")) == ["with"]


async def test_every_filter_must_match_exactly(documents: Documents) -> None:
    await documents.write(
        Create("c/a", {"status": "OPEN", "user": "x", "at": "1"}),
        Create("c/b", {"status": "OPEN", "user": "y", "at": "2"}),
        Create("c/d", {"status": "open", "user": "x", "at": "3"}),
        Create("c/e", {"user": "x", "at": "4"}),
        Create("c/f", {"status": ["OPEN"], "user": "x", "at": "5"}),
    )
    where = (("status", "OPEN"), ("user", "x"))
    assert await ids(documents, Query("c", where)) == ["a"]
    assert await ids(documents, Query("c", where[:1], "at", descending=True)) == ["b", "a"]


async def test_neither_neighbours_nor_children_leak_into_a_collection(documents: Documents) -> None:
    await documents.write(
        Create("c/a", {}), Create("c/a/c/child", {}), Create("c2/b", {}), Create("c/a%2Fc/c/other", {})
    )
    assert await ids(documents, Query("c")) == ["a"]
    assert await ids(documents, Query("c/a/c")) == ["child"]


@pytest.mark.parametrize(("order_by", "descending"), [("", False), ("at", False), ("at", True)])
async def test_pages_continue_where_the_last_one_ended(
    documents: Documents,
    order_by: str,
    descending: bool,  # noqa: FBT001 — parâmetro do pytest
) -> None:
    await documents.write(*(Create(f"c/d{n}", {"at": str(n // 3)}) for n in range(8)))
    query = Query("c", order_by=order_by, descending=descending, limit=3)
    found = [document.id async for document in scan(documents, query)]
    assert found == [f"d{n}" for n in (range(7, -1, -1) if descending else range(8))]


async def test_a_position_may_name_a_document_that_is_gone(documents: Documents) -> None:
    await documents.write(Create("c/a", {"at": "1"}), Create("c/c", {"at": "1"}))
    assert await ids(documents, Query("c", order_by="at", after=Position("1", "b"))) == ["c"]


async def test_a_page_sees_what_was_just_written(documents: Documents) -> None:
    await documents.write(Create("c/a", {"at": "1"}))
    await documents.write(Set("c/a", {"at": "2"}), Create("c/b", {"at": "1"}))
    found = await documents.query(Query("c", order_by="at"))
    assert [position(document, "at") for document in found] == [Position("1", "b"), Position("2", "a")]


async def test_a_field_that_is_neither_text_nor_integer_has_no_position(documents: Documents) -> None:
    await documents.write(Create("c/a", {"at": [1]}))
    (document,) = await documents.query(Query("c"))
    with pytest.raises(TypeError, match="order field"):
        position(document, "at")


@pytest.mark.parametrize("name", ["a b", "a'); --", "__name__", "a.b", "A"])
def test_a_field_name_must_be_a_plain_identifier(name: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        Query("c", order_by=name)
    with pytest.raises(ValueError, match="identifier"):
        Query("c", ((name, "x"),))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(_plain, max_size=30), max_size=12))
async def test_any_texts_page_through_completely(documents: Documents, texts: list[str]) -> None:
    collection = path("c", str(next(_numbers)), "d")
    expected = sorted((text, f"i{n:02}") for n, text in enumerate(texts))
    await documents.write(*(Create(f"{collection}/{name}", {"t": text}) for text, name in expected))
    found = [(d.data["t"], d.id) async for d in scan(documents, Query(collection, order_by="t", limit=2))]
    assert found == expected


async def test_a_count_is_of_one_collection_whatever_its_documents_hold(documents: Documents) -> None:
    assert await documents.count("c") == 0
    await documents.write(*(Create(f"c/d{n}", {"n": n}) for n in range(3)), Create("c/empty", {}))
    await documents.write(Create("c/d1/inner/x", {}), Create("other/x", {}))
    assert await documents.count("c") == 4
    assert await documents.count("c/d1/inner") == 1
