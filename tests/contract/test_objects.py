"""O que todo repositório de objetos promete, seja qual for o adaptador."""

import asyncio
import gc
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from pyloto_stream.errors import PermanentError, UnavailableError
from pyloto_stream.stores import object_folder, object_gcs
from pyloto_stream.stores.object_gcs import GcsObjects
from pyloto_stream.stores.objects import ObjectEntry, ObjectMissingError, Objects

PATH = "media/ab/abcdef"
TYPE = "application/pdf"


class UpstreamError(Exception):
    """Quem dava os pedaços falhou."""


async def pieces(*values: bytes) -> AsyncIterator[bytes]:
    for value in values:
        yield value


async def broken(*values: bytes) -> AsyncIterator[bytes]:
    for value in values:
        yield value
    raise UpstreamError


async def read(objects: Objects, path: str = PATH) -> bytes:
    async with objects.open(path) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def listed(objects: Objects, prefix: str = "") -> list[ObjectEntry]:
    return sorted([entry async for entry in objects.list(prefix)], key=lambda entry: entry.path)


async def test_what_was_put_is_read_back(objects: Objects) -> None:
    assert await objects.put(PATH, pieces(b"one", b"", b"two"), TYPE) is True
    assert await read(objects) == b"onetwo"


async def test_head_tells_size_and_when(objects: Objects) -> None:
    before = time.time_ns() // 1_000_000 - 1000
    await objects.put(PATH, pieces(b"12345"), TYPE)
    found = await objects.head(PATH)
    assert found is not None
    assert found.size == 5
    assert before <= found.created_at_ms <= before + 60_000


async def test_an_empty_object_is_an_object(objects: Objects) -> None:
    assert await objects.put(PATH, pieces(), TYPE)
    found = await objects.head(PATH)
    assert found is not None
    assert found.size == 0
    assert await read(objects) == b""


async def test_a_large_object_comes_in_pieces_and_unchanged(objects: Objects) -> None:
    block = bytes(range(256)) * 512  # 128 KiB

    async def many() -> AsyncIterator[bytes]:
        for number in range(40):
            yield number.to_bytes(4) + block

    await objects.put(PATH, many(), TYPE)
    expected, seen, largest = hashlib.sha256(), hashlib.sha256(), 0
    async for chunk in many():
        expected.update(chunk)
    async with objects.open(PATH) as chunks:
        async for chunk in chunks:
            seen.update(chunk)
            largest = max(largest, len(chunk))
    assert seen.digest() == expected.digest()
    assert largest <= 1024 * 1024


async def test_put_replaces_and_create_only_keeps_the_first(objects: Objects) -> None:
    await objects.put(PATH, pieces(b"first"), TYPE)
    assert await objects.put(PATH, pieces(b"other"), TYPE, create_only=True) is False
    assert await read(objects) == b"first"
    assert await objects.put(PATH, pieces(b"second"), TYPE) is True
    assert await read(objects) == b"second"


async def test_i19_of_two_that_create_the_same_one_wins_whole(objects: Objects) -> None:
    gate = asyncio.Barrier(2)

    async def slowly(value: bytes) -> AsyncIterator[bytes]:
        yield value
        await gate.wait()  # os dois já viram que nada havia
        yield value

    created = await asyncio.gather(
        objects.put(PATH, slowly(b"aa"), TYPE, create_only=True),
        objects.put(PATH, slowly(b"bb"), TYPE, create_only=True),
    )
    assert sorted(created) == [False, True]
    assert await read(objects) == (b"aaaa" if created[0] else b"bbbb")


async def test_nothing_appears_before_the_last_piece(objects: Objects) -> None:
    async def watched() -> AsyncIterator[bytes]:
        yield b"x" * 3_000_000
        assert await objects.head(PATH) is None
        yield b"y"

    await objects.put(PATH, watched(), TYPE)
    assert await objects.head(PATH) is not None


@pytest.mark.parametrize("create_only", [False, True])
async def test_a_source_that_fails_leaves_nothing_and_its_error_comes_up(
    objects: Objects,
    create_only: bool,  # noqa: FBT001 — parâmetro do pytest
) -> None:
    with pytest.raises(UpstreamError):
        await objects.put(PATH, broken(b"x" * 3_000_000), TYPE, create_only=create_only)
    assert await objects.head(PATH) is None


async def test_a_refusal_of_the_source_is_not_taken_for_one_of_the_store(objects: Objects) -> None:
    async def refused() -> AsyncIterator[bytes]:
        yield b"x"
        raise ObjectMissingError

    with pytest.raises(ObjectMissingError):
        await objects.put(PATH, refused(), TYPE, create_only=True)
    assert await objects.head(PATH) is None


async def test_a_source_that_fails_keeps_what_was_there(objects: Objects) -> None:
    await objects.put(PATH, pieces(b"old"), TYPE)
    with pytest.raises(UpstreamError):
        await objects.put(PATH, broken(b"new"), TYPE)
    assert await read(objects) == b"old"


async def test_a_cancelled_put_leaves_nothing(objects: Objects) -> None:
    started = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"x" * 2_000_000
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(objects.put(PATH, endless(), TYPE))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await objects.head(PATH) is None


async def test_what_is_missing_is_told_as_such(objects: Objects) -> None:
    assert await objects.head(PATH) is None
    assert await objects.delete(PATH) is False
    with pytest.raises(ObjectMissingError) as caught:
        await read(objects)
    assert caught.value.code == "object_missing"
    assert PATH not in str(caught.value)


async def test_a_deleted_object_is_gone_and_may_be_created_again(objects: Objects) -> None:
    await objects.put(PATH, pieces(b"1"), TYPE)
    assert await objects.delete(PATH) is True
    assert await objects.head(PATH) is None
    assert await objects.put(PATH, pieces(b"2"), TYPE, create_only=True) is True


async def test_only_what_is_old_enough_is_deleted_when_so_asked(objects: Objects) -> None:
    assert await objects.delete(PATH, before_ms=2**42) is False
    await objects.put(PATH, pieces(b"1"), TYPE)
    found = await objects.head(PATH)
    assert found is not None
    assert await objects.delete(PATH, before_ms=found.created_at_ms) is False
    assert await read(objects) == b"1"
    assert await objects.delete(PATH, before_ms=found.created_at_ms + 1) is True
    assert await objects.head(PATH) is None
    assert await listed(objects) == []


async def test_what_is_written_anew_while_it_is_looked_at_is_not_deleted(
    gcs: GcsObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gcs.put(PATH, pieces(b"old"), TYPE)
    look = gcs._found

    async def then_replaced(path: str) -> object:
        found = await look(path)
        await gcs.put(PATH, pieces(b"new"), TYPE)
        return found

    monkeypatch.setattr(gcs, "_found", then_replaced)
    assert await gcs.delete(PATH, before_ms=2**42) is False
    monkeypatch.undo()
    assert await read(gcs) == b"new"


BAD = ["", "/", "/a", "a/", "a//b", "../a", "a/../b", ".", "a/.", ".hidden", "a\\b", "a b", "ação", "a\0",
       "a" * 129, "a/b/c/d/e/f/g", "media/5541999990000@x"]  # fmt: skip


@pytest.mark.parametrize("path", BAD)
async def test_a_path_that_could_escape_is_refused_without_being_shown(objects: Objects, path: str) -> None:
    for attempt in (
        objects.put(path, pieces(b"x"), TYPE),
        objects.head(path),
        objects.delete(path),
        read(objects, path),
    ):
        with pytest.raises(PermanentError) as caught:
            await attempt
        assert caught.value.code == "invalid_object_path"
        assert str(caught.value) == "object path has an impossible form"


async def test_different_paths_do_not_touch(objects: Objects) -> None:
    await objects.put("media/ab/one", pieces(b"1"), TYPE)
    await objects.put("media/ab/two", pieces(b"2"), TYPE)
    await objects.delete("media/ab/one")
    assert await read(objects, "media/ab/two") == b"2"


async def test_a_list_has_each_object_once_with_what_head_tells(objects: Objects) -> None:
    assert await listed(objects) == []
    for number in range(3):
        await objects.put(f"media/a{number}/x", pieces(b"x" * number), TYPE)
    await objects.put("exports/x.txt", pieces(b"12345"), TYPE)
    everything = await listed(objects)
    assert [entry.path for entry in everything] == ["exports/x.txt", "media/a0/x", "media/a1/x", "media/a2/x"]
    for entry in everything:
        found = await objects.head(entry.path)
        assert found is not None
        assert (entry.size, entry.created_at_ms) == (found.size, found.created_at_ms)


async def test_a_list_holds_what_is_under_the_prefix_and_nothing_else(objects: Objects) -> None:
    for path in ("a/b/one", "a/b/c/two", "a/bc/three", "ab/four"):
        await objects.put(path, pieces(b"1"), TYPE)
    assert [entry.path for entry in await listed(objects, "a/b/")] == ["a/b/c/two", "a/b/one"]
    assert [entry.path for entry in await listed(objects, "nothing/")] == []


async def test_a_long_list_comes_whole_and_what_has_come_may_be_deleted(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (object_folder, object_gcs):
        monkeypatch.setattr(module, "LIST_ITEMS", 8)
    paths = {f"media/{number % 7}/{number}" for number in range(41)}
    for path in paths:
        await objects.put(path, pieces(b"1"), TYPE)
    seen = set()
    async for entry in objects.list("media/"):
        seen.add(entry.path)
        assert await objects.delete(entry.path)
    assert seen == paths
    assert await listed(objects) == []


async def test_a_list_may_be_left_half_way(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (object_folder, object_gcs):
        monkeypatch.setattr(module, "LIST_ITEMS", 2)
    for number in range(5):
        await objects.put(f"media/{number}", pieces(b"1"), TYPE)
    async for _ in objects.list("media/"):
        break
    gc.collect()  # o que a lista tinha aberto, se ficou, vira um aviso, que aqui é um erro
    assert len(await listed(objects)) == 5


@pytest.mark.parametrize("prefix", ["media", "/", "../", "a//", ".hidden/", "a/../b/", "a b/"])
async def test_a_prefix_that_could_escape_is_refused_without_being_shown(
    objects: Objects, prefix: str
) -> None:
    with pytest.raises(PermanentError) as caught:
        await listed(objects, prefix)
    assert caught.value.code == "invalid_object_path"
    assert str(caught.value) == "object path has an impossible form"


async def test_what_is_read_is_one_object_though_it_is_replaced_meanwhile(objects: Objects) -> None:
    old, new = b"o" * 3_000_000, b"n" * 3_000_000
    await objects.put(PATH, pieces(old), TYPE)
    read, whole = b"", False
    with suppress(UnavailableError):  # o que se lia já não existe: dizer isso também é honesto
        async with objects.open(PATH) as chunks:
            async for chunk in chunks:
                if not read:
                    await objects.put(PATH, pieces(new), TYPE)
                read += chunk
        whole = True
    assert set(read) == {ord("o")}
    assert not whole or read == old
