"""O que só o Firestore tem: política de vencimento, SDK pesado, quedas da rede."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.stores.firestore import FirestoreDocuments
from pyloto_stream.stores.ports import Query
from tests.support.emulator import free_port


async def test_an_expiry_is_stored_as_a_timestamp_that_a_ttl_policy_can_see(
    firestore: FirestoreDocuments,
) -> None:
    await firestore.set("c/a", {"expires_at": "2027-01-02T03:04:05.678Z"})
    snapshot = await firestore._client.document("c/a").get()
    stored = (snapshot.to_dict() or {})["expires_at"]
    assert stored == datetime(2027, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


def test_importing_the_adapter_does_not_load_the_sdk() -> None:
    code = (
        "import sys, pyloto_stream.stores.firestore, consumers.audit;"
        "sys.exit(any(name.startswith(('google', 'grpc')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-W", "error", "-c", code], check=False).returncode == 0


async def test_a_store_that_does_not_answer_is_an_outage_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{free_port()}")
    documents = await FirestoreDocuments.open("demo")
    async with asyncio.timeout(3):
        for asking in (
            lambda: documents.get("secrets/phone"),
            lambda: documents.query(Query("secrets")),
            lambda: documents.create("secrets/phone", {}),
        ):
            with pytest.raises(UnavailableError) as caught:
                await asking()
            assert caught.value.code == "store_unavailable"
            assert "phone" not in str(caught.value)
            assert caught.value.__suppress_context__
    await documents.close()


async def test_a_refusal_is_told_from_an_outage(firestore: FirestoreDocuments) -> None:
    with pytest.raises(UnavailableError) as caught:
        await firestore.query(Query("c", limit=-1))
    assert caught.value.code == "store_refused"


async def test_starting_without_credentials_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent/credentials.json")
    with pytest.raises(MisconfiguredError, match="DOCUMENT_STORE: no Google credentials"):
        await FirestoreDocuments.open("demo")


async def test_starting_without_the_sdk_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.cloud.firestore", None)
    with pytest.raises(MisconfiguredError, match="extra `gcp`"):
        await FirestoreDocuments.open("demo")
