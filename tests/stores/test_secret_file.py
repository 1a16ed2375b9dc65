"""O arquivo de segredos é só do dono, inteiro a qualquer instante, e de um escritor por vez."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.stores.secret_file import SecretFile

NAME, VALUE = "whatsapp-token", "EAA-segredo"

WRITER = """
import asyncio, sys
from pathlib import Path
from pyloto_stream.stores.secret_file import SecretFile
async def main():
    for n in range(10):
        await SecretFile(Path(sys.argv[1])).add_version("whatsapp-token", f"{sys.argv[2]}-{n}")
asyncio.run(main())
"""


async def test_only_its_owner_reads_it_and_a_shell_can(tmp_path: Path) -> None:
    secrets = SecretFile(tmp_path / "secrets")
    await secrets.add_version(NAME, "old")
    await secrets.add_version(NAME, VALUE)
    path = tmp_path / "secrets" / NAME
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert path.read_text() == f"2\tenabled\t{VALUE}\n1\tenabled\told\n"
    shell = ["sh", "-c", f"head -n 1 '{path}' | cut -f 3"]
    told = await asyncio.to_thread(subprocess.run, shell, capture_output=True, text=True, check=True)
    assert told.stdout == f"{VALUE}\n"


async def test_a_file_that_others_can_read_is_refused_and_left(tmp_path: Path) -> None:
    secrets = SecretFile(tmp_path)
    await secrets.add_version(NAME, VALUE)
    (tmp_path / NAME).chmod(0o640)
    before = (tmp_path / NAME).read_bytes()
    for call in (secrets.get(NAME), secrets.add_version(NAME, "new")):
        with pytest.raises(MisconfiguredError, match="chmod 600"):
            await call
    assert (tmp_path / NAME).read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"EAA-segredo", b"1\ton\tEAA-segredo\n", b"x\tenabled\tEAA\n", b"\xff\n"]
)
async def test_a_file_of_another_form_is_refused_unseen_and_left(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.touch(0o600)
    path.write_bytes(content)
    for call in (SecretFile(tmp_path).get(NAME), SecretFile(tmp_path).add_version(NAME, "new")):
        with pytest.raises(MisconfiguredError) as caught:
            await call
        assert "segredo" not in str(caught.value)
    assert path.read_bytes() == content


async def test_what_is_no_file_is_told_without_its_path_and_nothing_is_left_behind(tmp_path: Path) -> None:
    secrets = SecretFile(tmp_path)
    await secrets.add_version(NAME, VALUE)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").touch()
    with pytest.raises(UnavailableError) as caught:  # uma pasta no lugar do arquivo
        await secrets.add_version("folder", "new")
    assert caught.value.code == "secrets_unavailable"
    assert str(tmp_path) not in str(caught.value)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", NAME]


async def test_what_a_killed_writer_left_is_swept_by_the_next_and_nothing_else_is(tmp_path: Path) -> None:
    left, others = tmp_path / f".{NAME}.{'0a' * 8}", (f".{NAME}.bak", f".other.{'0a' * 8}")
    for name in (left.name, *others):
        (tmp_path / name).write_text(f"1\tenabled\t{VALUE}\n")
    await SecretFile(tmp_path).add_version(NAME, VALUE)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([NAME, *others])


async def test_writers_in_two_processes_lose_nothing(tmp_path: Path) -> None:
    writers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, str(tmp_path), name, env=dict(os.environ)
        )
        for name in ("a", "b")
    ]
    assert [await writer.wait() for writer in writers] == [0, 0]
    secrets = SecretFile(tmp_path)
    versions = [version.id for version in await secrets.versions(NAME)]
    assert versions == [str(number) for number in range(20, 0, -1)]
    values = {await secrets.get(NAME, version) for version in versions}
    assert values == {f"{name}-{number}" for name in ("a", "b") for number in range(10)}
