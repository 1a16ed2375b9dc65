"""`doctor` promete: diz se o que ainda não existe poderia ser criado, e nada cai nem fica onde olhou."""

import sys
from pathlib import Path

import pytest

from pyloto_stream.cli.check import Check
from pyloto_stream.cli.checks_documents import document_checks
from pyloto_stream.cli.checks_keys import keys_check
from pyloto_stream.cli.checks_meta import meta_checks
from pyloto_stream.cli.checks_objects import object_checks
from pyloto_stream.settings import load
from tests.support.plain_user import plain_user


async def asked(place: Path) -> list[Check]:
    """O que se diz de documentos e de objetos em `place`."""
    settings = load({
        "SQLITE_PATH": str(place),
        "OBJECT_FOLDER": str(place),
        "WINDOW_TEMPLATE": "retomada:pt_BR",
    })  # fmt: skip
    found = [*await document_checks(settings), *await object_checks(settings)]
    await keys_check(settings)
    await meta_checks(settings)
    assert not [check for check in found if str(place) in check.detail]
    return found


async def test_what_may_be_created_is_fine_and_nothing_is_left(tmp_path: Path) -> None:
    found = await asked(tmp_path / "new" / "newer" / "x")
    assert [check.standing for check in found] == ["ok", "ok"]
    assert [check.detail for check in found] == [
        "sqlite: the file will be created",
        "folder: it will be created",
    ]
    assert list(tmp_path.iterdir()) == []


async def test_below_a_file_nothing_can_be(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("a text")
    for place in (tmp_path / "text" / "x", tmp_path / "text" / "sub" / "x"):
        why = "what should be a folder above it is none"
        assert await asked(place) == [
            Check("documents", "failed", f"SQLITE_PATH: {why}"),
            Check("objects", "failed", f"OBJECT_FOLDER: {why}"),
        ]


async def test_a_folder_that_may_not_be_looked_into_is_told_and_is_no_crash(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    why = "nothing can be created there (Permission denied)"
    with plain_user():
        found = await asked(closed / "sub")
        taken = await object_checks(load({"OBJECT_FOLDER": str(closed)}))
    assert found == [
        Check("documents", "failed", f"SQLITE_PATH: {why}"),
        Check("objects", "failed", f"OBJECT_FOLDER: {why}"),
    ]
    assert [check.standing for check in taken] == ["failed"]


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for places where nobody may create anything")
async def test_a_place_that_takes_no_files_is_told_even_to_root() -> None:
    for place in ("/proc/x/y", "/proc/x"):
        assert [check.standing for check in await asked(Path(place))] == ["failed", "failed"]
    (taken,) = await object_checks(load({"OBJECT_FOLDER": "/proc"}))
    assert taken.detail == "OBJECT_FOLDER: is not a folder that can be written"
