"""Como os objetos vão e vêm do Cloud Storage, com o cliente de verdade, o emulador e o que falta nele."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.stores.object_gcs import GcsObjects
from pyloto_stream.stores.object_gcs_transfer import BLOCK_BYTES
from tests.support.object_operations import LARGE, OPERATIONS, PATH, SMALL, failing, listed, of_size, read
from tests.support.storage_room import StorageRoom, account, gcs, storage, storage_emulator

__all__ = ["account", "gcs", "storage", "storage_emulator"]


async def test_what_fits_in_a_block_is_one_request_and_the_rest_one_per_block(
    gcs: GcsObjects, storage: StorageRoom
) -> None:
    await gcs.put(PATH, of_size(SMALL), "")
    assert storage.gate.seen == ["POST upload//o"]
    storage.gate.seen.clear()
    await gcs.put(PATH, of_size(LARGE), "")
    assert storage.gate.seen == ["POST upload//o", *["PUT upload//o"] * 4]
    await gcs.put(PATH, of_size(2 * BLOCK_BYTES), "")  # o último bloco é vazio
    assert await read(gcs) == 2 * BLOCK_BYTES


@pytest.mark.parametrize("spare", [1, 2, 3, 4])
async def test_i19_an_upload_that_the_service_drops_half_way_leaves_nothing(
    gcs: GcsObjects, storage: StorageRoom, spare: int
) -> None:
    storage.gate.spare = spare
    storage.gate.refusal = (503, "backendError", {})
    assert (await failing(gcs, OPERATIONS["put large"], storage)).code == "object_store_unavailable"
    storage.gate.heal()
    assert await gcs.head(PATH) is None
    assert await listed(gcs) == []
    assert await gcs.put(PATH, of_size(LARGE), "", create_only=True)


async def test_an_upload_whose_source_fails_is_given_up_at_the_service(
    gcs: GcsObjects, storage: StorageRoom
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * LARGE
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await gcs.put(PATH, broken(), "")
    assert storage.gate.aborted == 1
    assert await gcs.head(PATH) is None


async def test_to_create_what_exists_sends_no_more_than_one_block(
    gcs: GcsObjects, storage: StorageRoom
) -> None:
    await gcs.put(PATH, of_size(SMALL), "")
    storage.gate.seen.clear()
    assert await gcs.put(PATH, of_size(50 * LARGE), "", create_only=True) is False
    assert storage.gate.seen == ["POST upload//o"]
    assert await read(gcs) == SMALL


async def test_what_arrives_damaged_is_not_taken_for_the_object(
    gcs: GcsObjects, storage: StorageRoom
) -> None:
    await gcs.put(PATH, of_size(LARGE), "")
    for damage, text in (("flip", "an object arrived damaged"), ("cut", "an object arrived cut")):
        storage.gate.damage = damage
        error = await failing(gcs, read, storage)
        assert (error.code, str(error)) == ("object_store_unavailable", text)


async def test_a_service_that_keeps_less_than_it_was_sent_does_not_get_the_rest(
    gcs: GcsObjects, storage: StorageRoom
) -> None:
    storage.gate.damage = "cut"
    error = await failing(gcs, OPERATIONS["put large"], storage)
    assert error.code == "object_store_unavailable"
    assert storage.gate.aborted == 1
    assert await gcs.head(PATH) is None


async def test_a_large_object_passes_both_ways_in_little_memory(
    gcs: GcsObjects, storage: StorageRoom
) -> None:
    size = 48 * 1024 * 1024
    tracemalloc.start()
    try:
        await gcs.put(PATH, of_size(size), "")
        sent = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        assert await read(gcs) == size
        received = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert max(sent, received) < 12 * 1024 * 1024  # conta também o que o serviço do teste tem em mãos


async def test_what_is_not_ours_in_the_bucket_is_not_listed(gcs: GcsObjects, storage: StorageRoom) -> None:
    await gcs.put(PATH, of_size(SMALL), "")
    for name in ("media/", "media/a b", "media/.hidden"):
        gcs._bucket.blob(name)
        await asyncio.to_thread(gcs._bucket.blob(name).upload_from_string, b"x", retry=None)
    assert await listed(gcs) == [PATH]


async def test_nobody_on_the_way_may_keep_an_object(gcs: GcsObjects) -> None:
    await gcs.put(PATH, of_size(SMALL), "image/png")
    found = await asyncio.to_thread(gcs._bucket.get_blob, PATH)
    assert found.cache_control == "private, no-store"
    assert found.content_type == "image/png"


async def test_the_adapter_does_not_show_its_bucket(gcs: GcsObjects, storage: StorageRoom) -> None:
    assert storage.bucket not in repr(gcs)


async def test_without_a_key_there_are_no_links_and_it_is_said(
    storage: StorageRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    objects = await storage.open()
    assert await objects.put(PATH, of_size(SMALL), "")
    with pytest.raises(MisconfiguredError, match="cannot sign object links"):
        await objects.signed_url(PATH, 60)
    await objects.close()


async def test_without_credentials_a_bucket_is_not_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", f"{tmp_path}/nothing.json")
    with pytest.raises(MisconfiguredError, match="no Google credentials") as caught:
        await GcsObjects.open_bucket("bucket")
    assert "nothing.json" not in str(caught.value)
