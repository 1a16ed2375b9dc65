"""O que `doctor` diz de cada balde: se existe, o que falta, e o que ele guarda do que se apaga."""

import sys
from pathlib import Path

import pytest

from pyloto_stream.cli.checks_objects import object_checks
from pyloto_stream.settings import Settings, load
from tests.support.emulator import free_port
from tests.support.storage_room import StorageRoom, account, storage, storage_emulator

__all__ = ["account", "storage", "storage_emulator"]


def of(storage: StorageRoom, **more: str) -> Settings:
    environ = {
        "OBJECT_STORE": "gcs", "GCS_BUCKET_MEDIA": storage.bucket, "GCS_BUCKET_EXPORT": storage.exports,
        "STORAGE_EMULATOR_HOST": storage.gate.url,
    }  # fmt: skip
    return load({**environ, **more})


async def told(settings: Settings) -> dict[str, tuple[str, str]]:
    return {check.name: (check.standing, check.detail) for check in await object_checks(settings)}


async def test_buckets_that_can_be_used_are_fine_and_nothing_is_written(storage: StorageRoom) -> None:
    await storage.gate.create(storage.exports)
    assert await told(of(storage)) == {
        "objects media": ("ok", "GCS_BUCKET_MEDIA: it can be used"),
        "objects export": ("ok", "GCS_BUCKET_EXPORT: it can be used"),
        "object links": ("ok", "they can be signed"),
    }
    assert all(request.startswith("GET ") for request in storage.gate.seen)


async def test_a_bucket_that_is_not_there_is_named_by_its_variable(storage: StorageRoom) -> None:
    found = await told(of(storage, GCS_BUCKET_EXPORT="nowhere"))
    assert found["objects media"][0] == "ok"
    assert found["objects export"] == ("failed", "GCS_BUCKET_EXPORT: there is no such bucket")


async def test_each_missing_permission_is_named(storage: StorageRoom) -> None:
    await storage.gate.create(storage.exports)
    storage.gate.denied = frozenset({"storage.objects.delete", "storage.objects.list", "storage.buckets.get"})
    found = await told(of(storage))
    assert found["objects media"] == (
        "failed", "GCS_BUCKET_MEDIA: lacks storage.objects.delete, storage.objects.list",
    )  # fmt: skip


async def test_a_bucket_that_keeps_what_is_erased_is_a_warning(storage: StorageRoom) -> None:
    await storage.gate.create(storage.exports, versioning={"enabled": True})
    storage.gate.buckets[storage.bucket] = {"softDeletePolicy": {"retentionDurationSeconds": "604800"}}
    found = await told(of(storage))
    assert found["objects media"] == (
        "warning", "GCS_BUCKET_MEDIA: soft delete keeps objects 7 days, so what is erased is not gone",
    )  # fmt: skip
    assert found["objects export"] == (
        "warning", "GCS_BUCKET_EXPORT: versioning keeps objects, so what is erased is not gone",
    )  # fmt: skip


async def test_policies_that_cannot_be_read_are_not_taken_for_good(storage: StorageRoom) -> None:
    await storage.gate.create(storage.exports)
    storage.gate.denied = frozenset({"storage.buckets.get"})
    standing, detail = (await told(of(storage)))["objects media"]
    assert standing == "ok"
    assert detail.endswith("its soft delete and versioning could not be read")


@pytest.mark.parametrize(
    ("refusal", "standing", "detail"),
    [
        ((403, "forbidden", {}), "failed", "the Google credentials are refused"),
        ((429, "rateLimitExceeded", {}), "warning", "it answers, but asks to wait"),
        ((503, "backendError", {}), "failed", "object_store_unavailable"),
    ],
)
async def test_a_service_that_refuses_or_is_down_is_told(
    storage: StorageRoom, refusal: tuple[int, str, dict[str, str]], standing: str, detail: str
) -> None:
    storage.gate.refusal = refusal
    assert (await told(of(storage)))["objects media"] == (standing, f"GCS_BUCKET_MEDIA: {detail}")


async def test_who_cannot_sign_is_told(storage: StorageRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    standing, detail = (await told(of(storage)))["object links"]
    assert (standing, detail) == ("failed", "OBJECT_STORE: these Google credentials cannot sign object links")


async def test_no_credentials_or_no_sdk_is_one_answer(
    storage: StorageRoom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    found = await told(of(storage, STORAGE_EMULATOR_HOST=""))
    assert found == {"objects": ("failed", "OBJECT_STORE: no Google credentials in the environment")}
    monkeypatch.setitem(sys.modules, "pyloto_stream.stores.object_gcs", None)
    assert (await told(of(storage)))["objects"] == ("failed", "OBJECT_STORE: gcs needs the extra `gcp`")


async def test_a_dead_service_is_told(storage: StorageRoom) -> None:
    dead = of(storage, STORAGE_EMULATOR_HOST=f"http://127.0.0.1:{free_port()}")
    found = await told(dead)
    assert found["objects media"] == ("failed", "GCS_BUCKET_MEDIA: object_store_unavailable")
    assert found["object links"][0] == "ok"
