"""O que todo banco de documentos promete; a mesma bateria em cada adaptador."""

import asyncio

import pytest

from pyloto_stream.stores.ports import (
    MAX_WRITES,
    ConflictError,
    Create,
    Delete,
    Documents,
    Merge,
    Query,
    Set,
    Update,
    Write,
    scan,
)
from pyloto_stream.stores.values import Data
from pyloto_stream.stores.write_checks import check_writes

AT = "things/one"


async def data_of(documents: Documents, path: str = AT) -> Data | None:
    document = await documents.get(path)
    return document.data if document else None


async def version_of(documents: Documents, path: str = AT) -> str:
    document = await documents.get(path)
    assert document is not None
    return document.version


async def test_a_document_that_was_never_written_is_none(documents: Documents) -> None:
    assert await documents.get(AT) is None


async def test_a_written_document_is_read_back_with_its_path_and_id(documents: Documents) -> None:
    await documents.set("things/one/parts/two", {"a": 1})
    document = await documents.get("things/one/parts/two")
    assert document is not None
    assert (document.path, document.id, document.data) == ("things/one/parts/two", "two", {"a": 1})


async def test_create_says_whether_it_created_and_never_overwrites(documents: Documents) -> None:
    assert await documents.create(AT, {"a": 1})
    assert not await documents.create(AT, {"a": 2})
    assert await data_of(documents) == {"a": 1}


async def test_of_many_concurrent_creates_exactly_one_wins(documents: Documents) -> None:
    won = await asyncio.gather(*(documents.create(AT, {"n": n}) for n in range(5)))
    assert won.count(True) == 1
    assert await data_of(documents) == {"n": won.index(True)}


async def test_set_replaces_the_whole_document(documents: Documents) -> None:
    await documents.set(AT, {"a": 1, "b": {"c": 1}})
    await documents.set(AT, {"b": {"d": 2}})
    assert await data_of(documents) == {"b": {"d": 2}}


async def test_merge_creates_what_is_not_there(documents: Documents) -> None:
    await documents.merge(AT, {"a": {"b": 1}})
    assert await data_of(documents) == {"a": {"b": 1}}


async def test_merge_keeps_what_it_does_not_name_at_every_level(documents: Documents) -> None:
    await documents.set(AT, {"a": 1, "m": {"x": 1, "y": {"z": 1}}, "l": [1, 2]})
    await documents.merge(AT, {"b": 2, "m": {"x": 9, "y": {"w": 2}}, "l": [3]})
    assert await data_of(documents) == {"a": 1, "b": 2, "m": {"x": 9, "y": {"z": 1, "w": 2}}, "l": [3]}


async def test_merging_an_empty_map_empties_the_map(documents: Documents) -> None:
    await documents.set(AT, {"m": {"x": 1}, "n": 1})
    await documents.merge(AT, {"m": {}})
    assert await data_of(documents) == {"m": {}, "n": 1}


async def test_merge_takes_field_names_literally(documents: Documents) -> None:
    await documents.merge(AT, {"a.b": {"c`d": 1, "e f": 2}})
    await documents.merge(AT, {"a.b": {"g/h": 3}})
    assert await data_of(documents) == {"a.b": {"c`d": 1, "e f": 2, "g/h": 3}}


async def test_update_replaces_the_named_fields_only(documents: Documents) -> None:
    await documents.set(AT, {"a": 1, "m": {"x": 1}, "d.e": 1})
    await documents.write(Update(AT, {"m": {"y": 2}, "d.e": 2}))
    assert await data_of(documents) == {"a": 1, "m": {"y": 2}, "d.e": 2}


async def test_update_of_a_missing_document_is_a_conflict(documents: Documents) -> None:
    with pytest.raises(ConflictError) as caught:
        await documents.write(Update(AT, {"a": 1}))
    assert caught.value.code == "store_conflict"
    assert AT not in str(caught.value)
    assert await documents.get(AT) is None


async def test_update_with_the_version_just_written_succeeds(documents: Documents) -> None:
    (first,) = await documents.write(Create(AT, {"n": 1}))
    (second,) = await documents.write(Update(AT, {"n": 2}, first))
    await documents.write(Update(AT, {"n": 3}, second))
    assert await data_of(documents) == {"n": 3}


async def test_the_version_written_is_the_version_read(documents: Documents) -> None:
    written = [
        *await documents.write(Create(AT, {"n": 1})),
        *await documents.write(Merge(AT, {"n": 2})),
        *await documents.write(Set(AT, {"n": 3})),
    ]
    assert await version_of(documents) == written[-1]
    assert len(set(written)) == 3


@pytest.mark.parametrize("change", [Set(AT, {"n": 2}), Merge(AT, {"n": 2}), Update(AT, {"n": 2})])
async def test_a_version_is_stale_after_any_change(documents: Documents, change: Write) -> None:
    await documents.set(AT, {"n": 1})
    old = await version_of(documents)
    await documents.write(change)
    with pytest.raises(ConflictError):
        await documents.write(Update(AT, {"n": 3}, old))
    assert await data_of(documents) == {"n": 2}


async def test_a_version_does_not_survive_delete_and_recreate(documents: Documents) -> None:
    await documents.set(AT, {"n": 1})
    old = await version_of(documents)
    await documents.write(Delete(AT))
    await documents.set(AT, {"n": 1})
    with pytest.raises(ConflictError):
        await documents.write(Update(AT, {"n": 2}, old))


@pytest.mark.parametrize("version", ["0011223344556677", "2026-01-02T03:04:05.678901Z", "nonsense"])
async def test_a_version_of_another_store_is_a_conflict(documents: Documents, version: str) -> None:
    await documents.set(AT, {"n": 1})
    with pytest.raises(ConflictError):
        await documents.write(Update(AT, {"n": 2}, version))


async def test_of_two_updates_from_one_version_exactly_one_wins(documents: Documents) -> None:
    (version,) = await documents.write(Create(AT, {"n": 0}))
    updates = (documents.write(Update(AT, {"n": n}, version)) for n in (1, 2))
    results = await asyncio.gather(*updates, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["ConflictError", "list"]


async def test_delete_removes_and_repeating_it_does_nothing(documents: Documents) -> None:
    await documents.set(AT, {"a": 1})
    assert await documents.write(Delete(AT)) == [""]
    assert await documents.write(Delete(AT)) == [""]
    assert await documents.get(AT) is None


async def test_a_batch_answers_with_the_version_of_each_document(documents: Documents) -> None:
    versions = await documents.write(
        Create(AT, {"a": 1}), Delete("things/three"), Merge("things/two", {"b": 2})
    )
    assert versions == [await version_of(documents), "", await version_of(documents, "things/two")]


async def test_a_document_appears_once_in_a_batch(documents: Documents) -> None:
    with pytest.raises(ValueError, match="twice"):
        await documents.write(Create(AT, {"a": 1}), Merge(AT, {"b": 2}))
    assert await documents.get(AT) is None


@pytest.mark.parametrize("bad", [Create("things/old", {"a": 2}), Update("things/none", {"a": 2})])
async def test_a_batch_with_one_conflict_leaves_nothing_behind(documents: Documents, bad: Write) -> None:
    await documents.set("things/old", {"a": 1})
    with pytest.raises(ConflictError):
        await documents.write(
            Create("things/new", {}), Merge("things/other", {"b": 1}), bad, Set("things/last", {})
        )
    assert await data_of(documents, "things/old") == {"a": 1}
    for name in ("new", "other", "none", "last"):
        assert await documents.get(f"things/{name}") is None


async def test_one_refused_batch_does_not_disturb_its_neighbours(documents: Documents) -> None:
    await documents.set(AT, {})
    results = await asyncio.gather(
        *(documents.create(f"things/n{n}", {"n": n}) for n in range(3)),
        documents.create(AT, {}),
        *(documents.create(f"things/m{n}", {"n": n}) for n in range(3)),
    )
    assert results == [True, True, True, False, True, True, True]


async def test_the_largest_batch_is_taken_and_a_larger_one_refused(documents: Documents) -> None:
    writes = [Create(f"many/{n}", {"n": n}) for n in range(MAX_WRITES + 1)]
    with pytest.raises(ValueError, match="too many"):
        await documents.write(*writes)
    assert await documents.get("many/0") is None
    assert len(await documents.write(*writes[:-1])) == MAX_WRITES


async def test_a_batch_heavier_than_a_request_of_the_service_is_refused(documents: Documents) -> None:
    writes = [Create(f"heavy/{n}", {"text": "x" * 999_000}) for n in range(11)]
    with pytest.raises(ValueError, match="too heavy"):
        await documents.write(*writes)
    assert await documents.get("heavy/0") is None
    check_writes(writes[:-1])


async def test_an_update_must_name_a_field(documents: Documents) -> None:
    with pytest.raises(ValueError, match="without fields"):
        await documents.write(Update(AT, {}))


async def test_an_expiry_is_read_back_as_the_text_that_was_written(documents: Documents) -> None:
    await documents.set(AT, {"expires_at": "2027-01-02T03:04:05.678Z"})
    await documents.merge("things/two", {"expires_at": "0001-01-01T00:00:00.000Z"})
    assert await data_of(documents) == {"expires_at": "2027-01-02T03:04:05.678Z"}
    assert await data_of(documents, "things/two") == {"expires_at": "0001-01-01T00:00:00.000Z"}


async def test_a_delete_that_names_a_version_deletes_that_version_only(documents: Documents) -> None:
    with pytest.raises(ConflictError):
        await documents.write(Delete(AT, "2026-01-01T00:00:00Z"))
    (first,) = await documents.write(Set(AT, {"a": 1}))
    (second,) = await documents.write(Merge(AT, {"a": 2}))
    with pytest.raises(ConflictError):
        await documents.write(Delete(AT, first), Set("things/two", {}))
    assert (await data_of(documents), await documents.get("things/two")) == ({"a": 2}, None)
    await documents.write(Delete(AT, second))
    assert await documents.get(AT) is None


async def test_the_expiry_orders_a_query_and_continues_it(documents: Documents) -> None:
    for number in (2, 0, 1):
        await documents.set(f"things/{number}", {"expires_at": f"2027-01-02T03:04:05.00{number}Z"})
    query = Query("things", order_by="expires_at", limit=1)
    assert [document.id async for document in scan(documents, query)] == ["0", "1", "2"]
