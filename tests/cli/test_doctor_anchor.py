"""`doctor` avisa quando há com que assinar âncoras e a mais nova já é velha; só pergunta."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pyloto_stream.cli.check import Check
from pyloto_stream.cli.checks_anchor import anchor_checks
from pyloto_stream.settings import Settings, load
from pyloto_stream.stores.anchor_read import anchor_path, seal_path
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.times import milliseconds
from tests.support.emulator import free_port
from tests.support.storage_room import StorageRoom, account, storage, storage_emulator

__all__ = ["account", "storage", "storage_emulator"]

KEY = base64.b64encode(bytes(32)).decode()
DAILY = "run `pyloto-stream audit anchor` daily"


def now() -> int:
    return milliseconds("2026-11-29T15:00:00.000Z")


async def chunk() -> AsyncIterator[bytes]:
    yield b"{}"


async def signed(objects: Objects, *days: str) -> None:
    for day in days:
        await objects.put(seal_path(day), chunk(), "")


def of_folder(folder: Path, key: str = KEY) -> Settings:
    return load({"AUDIT_ANCHOR_KEY": key, "OBJECT_FOLDER": str(folder)})


async def test_without_a_key_nothing_is_said(tmp_path: Path) -> None:
    assert await anchor_checks(of_folder(tmp_path, key=""), now) == []


async def test_with_a_key_and_no_signed_anchor_it_warns_and_makes_no_folder(tmp_path: Path) -> None:
    place = tmp_path / "objects"
    none = Check("anchors", "warning", f"AUDIT_ANCHOR_KEY is set and there is no signed anchor: {DAILY}")
    assert await anchor_checks(of_folder(place), now) == [none]
    assert not place.exists()
    objects = await FolderObjects.open_folder(place)
    await objects.put(anchor_path("2026-11-29"), chunk(), "")
    assert await anchor_checks(of_folder(place), now) == [none]


@pytest.mark.parametrize(
    ("day", "standing"), [("2026-11-29", "ok"), ("2026-11-27", "ok"), ("2026-11-26", "warning")]
)
async def test_the_newest_is_told_and_one_over_two_days_old_is_a_warning(
    tmp_path: Path, day: str, standing: str
) -> None:
    await signed(await FolderObjects.open_folder(tmp_path), "2026-11-01", day, "2025-12-31")
    (check,) = await anchor_checks(of_folder(tmp_path), now)
    told = f"the newest signed one is of {day}"
    assert (check.standing, check.detail) == (standing, told if standing == "ok" else f"{told}: {DAILY}")


async def test_a_bucket_is_asked_and_one_that_does_not_answer_is_told(storage: StorageRoom) -> None:
    environ = {
        "AUDIT_ANCHOR_KEY": KEY, "OBJECT_STORE": "gcs", "GCS_BUCKET_MEDIA": storage.bucket,
        "GCS_BUCKET_EXPORT": storage.bucket, "STORAGE_EMULATOR_HOST": storage.gate.url,
    }  # fmt: skip
    objects = await storage.open()
    await signed(objects, "2026-11-28")
    await objects.close()
    told = Check("anchors", "ok", "the newest signed one is of 2026-11-28")
    assert await anchor_checks(load(environ), now) == [told]
    environ["STORAGE_EMULATOR_HOST"] = f"http://127.0.0.1:{free_port()}"
    why = "the object store does not say: object_store_unavailable"
    assert await anchor_checks(load(environ), now) == [Check("anchors", "warning", why)]
