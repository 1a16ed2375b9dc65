"""Apagar só o que é velho nunca leva o que outro põe no lugar enquanto se olha, em cada repositório."""

import fcntl
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pyloto_stream.stores.object_folder import FolderObjects


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_what_replaces_an_old_file_while_it_is_deleted_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = await FolderObjects.open_folder(tmp_path)
    place = tmp_path / "media" / "x"
    await objects.put("media/x", pieces(b"old"), "")
    os.utime(place, (1, 1))
    real = Path.replace

    def replaced_first(self: Path, target: Path) -> Path:
        if self == place:
            fresh = tmp_path / "fresh"
            fresh.write_bytes(b"new")
            real(fresh, place)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replaced_first)
    assert await objects.delete("media/x", before_ms=10_000) is False
    assert place.read_bytes() == b"new"
    assert list((tmp_path / ".incoming").iterdir()) == []


async def test_a_file_that_somebody_still_holds_or_takes_away_is_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = await FolderObjects.open_folder(tmp_path)
    place = tmp_path / "media" / "x"
    await objects.put("media/x", pieces(b"old"), "")
    os.utime(place, (1, 1))
    with place.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert await objects.delete("media/x", before_ms=10_000) is False
    real = Path.replace

    def gone_first(self: Path, target: Path) -> Path:
        self.unlink()
        return real(self, target)

    monkeypatch.setattr(Path, "replace", gone_first)
    assert await objects.delete("media/x", before_ms=10_000) is False
    assert list((tmp_path / ".incoming").iterdir()) == []
