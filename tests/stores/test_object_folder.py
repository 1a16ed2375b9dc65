import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from stat import S_ISREG

import pytest

from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.object_folder import FolderObjects
from tests.support.plain_user import plain_user

PATH = "media/ab/abcdef"

WRITER = """
import asyncio, sys
from pathlib import Path
from pyloto_stream.stores.object_folder import FolderObjects

async def endless():
    yield b"x" * 2_000_000
    print("writing", flush=True)
    await asyncio.Event().wait()

async def main():
    objects = await FolderObjects.open_folder(Path(sys.argv[1]))
    await objects.put("media/ab/abcdef", endless(), "")

asyncio.run(main())
"""

FULL = """
import asyncio, resource, sys
from pathlib import Path
from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.object_folder import FolderObjects

async def pieces():
    for _ in range(8):
        yield b"x" * 500_000

async def main():
    objects = await FolderObjects.open_folder(Path(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))
    try:
        await objects.put("media/ab/abcdef", pieces(), "")
    except UnavailableError as error:
        print(error.code, await objects.head("media/ab/abcdef"))

asyncio.run(main())
"""


def files(root: Path) -> list[Path]:
    return [found for found in root.rglob("*") if found.is_file()]


async def one(value: bytes) -> AsyncIterator[bytes]:
    yield value


async def test_everything_is_for_the_owner_only(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "objects"
    objects = await FolderObjects.open_folder(root)
    await objects.put(PATH, one(b"x"), "")
    await objects.put("media/ab/second", one(b"x"), "", create_only=True)
    modes = {
        found.stat().st_mode & 0o777 for found in (root.parent, root, *root.rglob("*")) if found.is_dir()
    }
    assert modes == {0o700}
    assert {found.stat().st_mode & 0o777 for found in files(root)} == {0o600}
    assert len(files(root)) == 2


async def test_a_failed_write_leaves_no_file(tmp_path: Path) -> None:
    objects = await FolderObjects.open_folder(tmp_path)

    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 2_000_000
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await objects.put(PATH, broken(), "")
    assert files(tmp_path) == []


async def test_i19_what_a_killed_writer_left_is_swept_at_the_next_opening_and_a_live_one_is_not(
    tmp_path: Path,
) -> None:
    async def start() -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, str(tmp_path), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"writing\n"
        return process

    killed, alive = await start(), await start()
    killed.kill()
    await killed.communicate()
    assert len(files(tmp_path)) == 2
    objects = await FolderObjects.open_folder(tmp_path)
    assert len(files(tmp_path)) == 1
    assert await objects.head(PATH) is None
    alive.kill()
    await alive.communicate()
    await FolderObjects.open_folder(tmp_path)
    assert files(tmp_path) == []


def test_a_full_disk_is_told_as_such_and_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "object_store_full None\n"
    assert done.stderr == ""
    assert files(tmp_path) == []


async def test_a_folder_that_cannot_be_used_is_unavailable_and_its_path_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UnavailableError) as caught:
        await FolderObjects.open_folder(tmp_path / "file")
    assert caught.value.code == "object_store_unavailable"
    assert str(tmp_path) not in f"{caught.value!r}"
    assert caught.value.__context__ is None


async def test_a_folder_without_permission_is_a_refusal_that_names_its_variable(tmp_path: Path) -> None:
    objects = await FolderObjects.open_folder(tmp_path / "objects")
    await objects.put(PATH, one(b"1"), "")
    (tmp_path / "objects").chmod(0)
    with plain_user():
        for work in (FolderObjects.open_folder(tmp_path / "objects"), objects.delete(PATH)):
            with pytest.raises(UnavailableError) as caught:
                await work
            assert caught.value.code == "object_store_refused"
            assert str(caught.value) == "OBJECT_FOLDER: cannot be used (Permission denied)"


async def test_the_loop_never_waits_for_the_disk(tmp_path: Path) -> None:
    objects = await FolderObjects.open_folder(tmp_path)
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    heart = asyncio.create_task(beat())
    await objects.put(PATH, one(b"x" * 50_000_000), "")
    heart.cancel()
    assert beats > 100


async def test_i19_a_name_is_given_only_to_what_is_on_the_disk_and_then_is_on_the_disk_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = await FolderObjects.open_folder(tmp_path)
    synced: list[tuple[int, bool]] = []
    real = os.fsync

    def watched(number: int) -> None:
        real(number)
        size = os.fstat(number).st_size if S_ISREG(os.fstat(number).st_mode) else -1
        synced.append((size, (tmp_path / PATH).exists()))

    monkeypatch.setattr(os, "fsync", watched)
    await objects.put(PATH, one(b"x" * 1000), "")
    assert synced.index((1000, False)) < synced.index((-1, True))
