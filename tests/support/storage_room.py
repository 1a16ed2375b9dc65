"""Um Cloud Storage inteiro para um teste: emulador, o que ele não cobra, uma conta que assina, um balde."""

import itertools
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio

from pyloto_stream.stores.object_gcs import GcsObjects
from tests.support.google_identity import EMAIL, Account
from tests.support.storage import StorageGate
from tests.support.storage_emulator import StorageEmulator

_buckets = itertools.count()


class StorageRoom(NamedTuple):
    """O serviço do teste, a conta, e o nome de um balde vazio."""

    gate: StorageGate
    account: Account
    bucket: str

    @property
    def exports(self) -> str:
        """O nome de outro balde, que ainda não existe."""
        return f"{self.bucket}-exports"

    async def open(self, bucket: str = "", *, timeout_s: float = 10.0) -> GcsObjects:
        return await GcsObjects.open_bucket(
            bucket or self.bucket, emulator_host=self.gate.url, timeout_s=timeout_s
        )


@pytest_asyncio.fixture(scope="session")
async def storage_emulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StorageEmulator]:
    emulator = StorageEmulator(tmp_path_factory.mktemp("storage"))
    try:
        await emulator.start()
        yield emulator
    finally:
        await emulator.stop()


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Account:
    return Account(tmp_path_factory.mktemp("account"))


@pytest_asyncio.fixture
async def storage(
    storage_emulator: StorageEmulator, account: Account, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[StorageRoom]:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account.file))
    async with StorageGate(storage_emulator.url) as gate:
        gate.keys[EMAIL] = account.public
        bucket = f"bucket-{next(_buckets)}"
        await gate.create(bucket)
        yield StorageRoom(gate, account, bucket)


@pytest_asyncio.fixture
async def gcs(storage: StorageRoom) -> AsyncIterator[GcsObjects]:
    objects = await storage.open()
    yield objects
    storage.gate.thawed.set()
    await objects.close()
