"""Apagar só o que é velho nunca leva o que outro põe no lugar enquanto se olha, na pasta."""

import fcntl
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pyloto_stream.stores import object_disk
from pyloto_stream.stores.object_folder import FolderObjects


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.fixture
async def objects(tmp_path: Path) -> FolderObjects:
    """Uma pasta com um objeto velho, `media/x`."""
    objects = await FolderObjects.open_folder(tmp_path)
    await objects.put("media/x", pieces(b"old"), "")
    os.utime(tmp_path / "media" / "x", (1, 1))
    return objects


def republish(root: Path) -> None:
    """O que outro processo faz: abre a pasta, que se limpa, e põe outro no lugar."""
    object_disk.prepare(root / ".incoming")
    draft = object_disk.Draft(root / ".incoming")
    draft.write([b"new"])
    draft.publish(root / "media" / "x", False)  # noqa: FBT003 — é a forma da função
    draft.discard()
    object_disk.prepare(root / ".incoming")


async def test_what_comes_while_an_old_file_is_deleted_waits_and_stays(
    objects: FolderObjects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, real = threading.Thread(target=republish, args=(tmp_path,)), object_disk.remove

    def meanwhile(place: Path) -> bool:
        other.start()
        other.join(0.2)
        assert other.is_alive(), "who names waits for who deletes"
        return real(place)

    monkeypatch.setattr(object_disk, "remove", meanwhile)
    assert await objects.delete("media/x", before_ms=10_000)
    other.join(5)
    assert (tmp_path / "media" / "x").read_bytes() == b"new"
    assert list((tmp_path / ".incoming").iterdir()) == []


@pytest.mark.parametrize("gone", [False, True], ids=["replaced", "gone"])
async def test_what_is_replaced_or_taken_away_just_before_is_not_deleted(
    objects: FolderObjects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: bool  # noqa: FBT001 — tabela
) -> None:  # fmt: skip
    place, real = tmp_path / "media" / "x", fcntl.flock

    def before(file: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", real)
        if gone:
            place.unlink()
        else:
            republish(tmp_path)
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", before)
    assert await objects.delete("media/x", before_ms=10_000) is False
    assert not place.exists() if gone else place.read_bytes() == b"new"
    assert list((tmp_path / ".incoming").iterdir()) == []
