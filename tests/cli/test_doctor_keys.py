"""`doctor` diz se as chaves abrem os perfis que há, e nunca o que dizem."""

import base64
from pathlib import Path

import pytest

from pyloto_stream.cli.check import Check
from pyloto_stream.cli.checks_keys import keys_check
from pyloto_stream.settings import load
from pyloto_stream.stores.ports import Update
from pyloto_stream.stores.profiles import profile_path
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.profiles import NEW, OLD, PLANTED, known, profiles
from tests.support.records import USER


async def asked(place: Path, **keys: bytes) -> Check:
    raw = ",".join(f"{name[1:]}:{base64.b64encode(key).decode()}" for name, key in keys.items())
    check = await keys_check(load({"SQLITE_PATH": str(place), "DATA_ENCRYPTION_KEY": raw}))
    assert not [word for word in PLANTED if word in check.detail]
    return check


async def test_before_there_is_a_store_there_is_nothing_to_open(tmp_path: Path) -> None:
    check = await asked(tmp_path / "documents.db", k3=OLD)
    assert check == Check("keys", "ok", "profiles are sealed with key 3; there is none yet")
    assert not (tmp_path / "documents.db").exists()


@pytest.mark.parametrize(("keys", "standing", "detail"), [
    ({"k1": OLD}, "ok", "sealed with key 1; 1 looked at, all open"),
    ({"k1": OLD, "k2": NEW}, "ok", "sealed with key 2; 1 looked at, all open"),
    ({"k2": NEW}, "failed", "some need a version that DATA_ENCRYPTION_KEY does not have"),
    ({"k1": NEW}, "failed", "another key under their version"),
])  # fmt: skip
async def test_a_key_that_is_missing_is_told_from_one_that_is_another(
    tmp_path: Path, keys: dict[str, bytes], standing: str, detail: str
) -> None:
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    await profiles(documents).put(USER, known())
    await documents.close()
    check = await asked(tmp_path / "documents.db", **keys)
    assert check.standing == standing
    assert detail in check.detail


async def test_a_damaged_profile_is_a_warning_and_a_damaged_store_a_failure(tmp_path: Path) -> None:
    place = tmp_path / "documents.db"
    documents = await SqliteDocuments.open(place)
    await profiles(documents).put(USER, known())
    await documents.write(Update(profile_path(USER), {"facts": 7}))
    await documents.close()
    assert (await asked(place, k1=OLD)).standing == "warning"
    place.write_bytes(b"no database at all" * 100)
    check = await asked(place, k1=OLD)
    assert check.standing == "failed"
    assert check.detail.startswith("profiles cannot be read: SQLITE_PATH: the file is damaged")
