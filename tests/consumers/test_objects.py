"""De que configuração vem cada repositório de objetos."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from consumers.objects import open_export_objects, open_media_objects
from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.settings import load
from tests.support.storage_room import StorageRoom, account, storage, storage_emulator

__all__ = ["account", "storage", "storage_emulator"]


async def some(value: bytes) -> AsyncIterator[bytes]:
    yield value


async def test_media_and_exports_share_a_folder(tmp_path: Path) -> None:
    settings = load({"OBJECT_FOLDER": str(tmp_path / "objects")})
    media, exports = await open_media_objects(settings), await open_export_objects(settings)
    await exports.put("exports/x", some(b"1"), "")
    assert [entry.path async for entry in media.list("")] == ["exports/x"]


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("::1", "[::1]"),
     ("admin.internal", "admin.internal")],
)  # fmt: skip
async def test_links_of_the_folder_point_to_the_private_listener(
    tmp_path: Path, host: str, shown: str
) -> None:
    environ = {"ADMIN_HOST": host, "ADMIN_PORT": "9191", "ADMIN_TOKEN": "x", "OBJECT_FOLDER": str(tmp_path)}
    objects = await open_export_objects(load(environ))
    url = urlsplit(await objects.signed_url("exports/x", 60))
    assert (url.scheme, url.netloc, url.path) == ("http", f"{shown}:9191", "/api/objects/exports/x")


async def test_without_a_fixed_private_port_there_are_no_links_and_it_is_said(tmp_path: Path) -> None:
    objects = await open_export_objects(load({"ADMIN_PORT": "0", "OBJECT_FOLDER": str(tmp_path)}))
    with pytest.raises(MisconfiguredError, match="ADMIN_PORT"):
        await objects.signed_url("exports/x", 60)


async def test_media_and_exports_have_a_bucket_each(storage: StorageRoom) -> None:
    await storage.gate.create(storage.exports)
    environ = {
        "OBJECT_STORE": "gcs", "GCS_BUCKET_MEDIA": storage.bucket, "GCS_BUCKET_EXPORT": storage.exports,
        "STORAGE_EMULATOR_HOST": storage.gate.url,
    }  # fmt: skip
    media, exports = await open_media_objects(load(environ)), await open_export_objects(load(environ))
    await media.put("media/x", some(b"1"), "")
    assert await exports.head("media/x") is None
    assert await media.head("media/x") is not None
    await media.close()
    await exports.close()


def test_google_loads_only_where_a_bucket_is_used() -> None:
    code = "import sys, consumers.objects, ingress.objects; sys.exit('google.cloud.storage' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


async def test_without_the_extra_a_bucket_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyloto_stream.stores.object_gcs", None)
    environ = {"OBJECT_STORE": "gcs", "GCS_BUCKET_MEDIA": "media", "GCS_BUCKET_EXPORT": "export"}
    with pytest.raises(MisconfiguredError, match="extra `gcp`"):
        await open_media_objects(load(environ))
