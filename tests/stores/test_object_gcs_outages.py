"""O que o Cloud Storage responde de ruim, pelo cliente de verdade, contra o emulador e o que falta nele."""

import asyncio
import time

import pytest

from pyloto_stream.errors import OverloadedError
from pyloto_stream.stores.object_gcs import GcsObjects
from tests.support.emulator import free_port
from tests.support.object_operations import OPERATIONS, PATH, SMALL, failing, of_size, read
from tests.support.storage_room import StorageRoom, account, gcs, storage, storage_emulator

__all__ = ["account", "gcs", "storage", "storage_emulator"]


@pytest.mark.parametrize(
    ("status", "reason", "code"),
    [
        (403, "forbidden", "object_store_refused"),
        (401, "authError", "object_store_refused"),
        (400, "invalid", "object_store_refused"),
        (403, "rateLimitExceeded", "object_store_busy"),
        (403, "quotaExceeded", "object_store_busy"),
        (429, "rateLimitExceeded", "object_store_busy"),
        (408, "timeout", "object_store_unavailable"),
        (410, "uploadExpired", "object_store_unavailable"),
        (500, "backendError", "object_store_unavailable"),
        (503, "backendError", "object_store_unavailable"),
    ],
)
async def test_each_refusal_has_its_code_at_once_and_is_not_repeated(
    gcs: GcsObjects, storage: StorageRoom, status: int, reason: str, code: str
) -> None:
    storage.gate.refusal = (status, reason, {"Retry-After": "7"})
    for name, operation in OPERATIONS.items():
        before = storage.gate.arrived
        error = await failing(gcs, operation, storage)
        assert error.code == code, name
        assert storage.gate.arrived == before + 1, name
        assert isinstance(error, OverloadedError) == (code == "object_store_busy")
        assert error.retry_after_ms == (7000 if code == "object_store_busy" else 0)


async def test_a_closed_port_shows_at_once(storage: StorageRoom) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    objects = await GcsObjects.open_bucket(storage.bucket, emulator_host=dead)
    began = time.monotonic()
    for operation in OPERATIONS.values():
        assert (await failing(objects, operation, storage)).code == "object_store_unavailable"
    assert time.monotonic() - began < 5
    await objects.close()


async def test_a_silent_service_shows_within_the_time_limit_and_the_loop_never_waits(
    storage: StorageRoom,
) -> None:
    objects = await storage.open(timeout_s=0.2)
    storage.gate.thawed.clear()
    beats, going = 0, True

    async def beat() -> None:
        nonlocal beats
        while going:
            beats += 1
            await asyncio.sleep(0.001)

    heart = asyncio.create_task(beat())
    began = time.monotonic()
    for operation in OPERATIONS.values():
        assert (await failing(objects, operation, storage)).code == "object_store_unavailable"
    took_s, going = time.monotonic() - began, False
    await heart
    assert took_s < 10
    assert beats > took_s * 100
    storage.gate.thawed.set()
    await objects.close()


async def test_a_cancelled_call_ends_at_once_though_the_service_is_silent(
    gcs: GcsObjects, storage: StorageRoom
) -> None:
    storage.gate.thawed.clear()
    for operation in OPERATIONS.values():
        storage.gate.knocked.clear()
        task = asyncio.ensure_future(operation(gcs))
        await storage.gate.knocked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 1)


async def test_a_bucket_that_does_not_exist_is_told_apart_from_an_object_that_does_not(
    gcs: GcsObjects, storage: StorageRoom
) -> None:
    assert await gcs.head(PATH) is None
    nowhere = await storage.open("no-such-bucket")
    for name, operation in OPERATIONS.items():
        error = await failing(nowhere, operation, storage)
        assert error.code == "object_bucket_missing", name
    await nowhere.close()


async def test_whether_the_bucket_exists_is_asked_once(gcs: GcsObjects, storage: StorageRoom) -> None:
    for _ in range(3):
        assert await gcs.head(PATH) is None
    assert storage.gate.seen.count("GET /o") == 1


async def test_a_missing_permission_is_a_refusal_of_that_operation_alone(
    gcs: GcsObjects, storage: StorageRoom
) -> None:
    await gcs.put(PATH, of_size(SMALL), "")
    storage.gate.denied = frozenset({"storage.objects.delete"})
    assert (await failing(gcs, OPERATIONS["delete"], storage)).code == "object_store_refused"
    assert await read(gcs) == SMALL
