"""Links assinados por uma máquina do Google, que não tem chave: metadados e IAM num laço local."""

import json
import time
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from google.auth.compute_engine import _metadata

from pyloto_stream.cli.checks_objects import _links
from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.stores.object_gcs import GcsObjects
from tests.support.emulator import free_port
from tests.support.google_identity import EMAIL, Account, Machine
from tests.support.storage_links import refused
from tests.support.storage_room import account

__all__ = ["account"]

PATH = "exports/report"


@pytest_asyncio.fixture
async def machine(account: Account, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Machine]:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    async with Machine(account) as machine:
        monkeypatch.setenv("GCE_METADATA_IP", machine.host)
        monkeypatch.setattr(_metadata, "_GCE_METADATA_HOST", machine.host)
        yield machine


async def test_a_machine_without_a_key_signs_through_iam(machine: Machine, account: Account) -> None:
    objects = await GcsObjects.open_bucket("bucket", iam_url=f"http://{machine.host}")
    url = urlsplit(await objects.signed_url(PATH, 60, filename="a.txt"))
    assert (url.scheme, url.netloc, url.path) == ("https", "storage.googleapis.com", f"/bucket/{PATH}")
    keys, now_s = {EMAIL: account.public}, time.time()
    assert refused(url.path, url.query, url.netloc, keys, now_s) is None
    assert refused(url.path, url.query, url.netloc, keys, now_s + 61) == (400, "ExpiredToken")
    assert refused(url.path + "x", url.query, url.netloc, keys, now_s) == (403, "SignatureDoesNotMatch")
    await objects.close()


async def test_a_person_with_a_token_can_use_a_bucket_and_sign_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    person = {"type": "authorized_user", "client_id": "1", "client_secret": "x", "refresh_token": "y"}
    (tmp_path / "person.json").write_text(json.dumps(person))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "person.json"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # o Google avisa que uma pessoa não é um serviço
        objects = await GcsObjects.open_bucket("bucket")
    with pytest.raises(MisconfiguredError, match="cannot sign object links"):
        await objects.signed_url(PATH, 60)
    await objects.close()


async def test_iam_that_refuses_or_is_away_is_told_without_its_words(machine: Machine) -> None:
    objects = await GcsObjects.open_bucket("bucket", iam_url=f"http://{machine.host}")
    for status, code in ((403, "object_store_refused"), (503, "object_store_unavailable")):
        machine.refuse = status
        assert (await _links(objects)).standing == "failed"
        with pytest.raises(UnavailableError) as caught:
            await objects.signed_url(PATH, 60)
        assert caught.value.code == code
        assert EMAIL not in f"{caught.value!r} {caught.value.__context__!r}"
    await objects.close()
    away = await GcsObjects.open_bucket("bucket", iam_url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(UnavailableError) as caught:
        await away.signed_url(PATH, 60)
    assert caught.value.code == "object_store_unavailable"
    await away.close()
