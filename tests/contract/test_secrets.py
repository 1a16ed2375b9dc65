"""Todo cofre promete o mesmo: versões que só crescem, valores que não se mostram, falhas com nome."""

from collections.abc import AsyncIterator
from pathlib import Path

import grpc  # type: ignore[import-untyped]
import pytest
import pytest_asyncio

from pyloto_stream.errors import MisconfiguredError, PermanentError, UnavailableError
from pyloto_stream.stores.secret_file import SecretFile
from pyloto_stream.stores.secret_manager import SecretManager
from pyloto_stream.stores.secrets import MAX_BYTES, EnvironmentSecrets, Secrets, SecretVersion
from tests.support.graph import closed_port
from tests.support.secret_manager import PROJECT, SecretManagerServer, secret_manager

NAME = "whatsapp-token"
OLD, NEW = "EAA-velho-segredo", "EAA-novo-segredo"


@pytest_asyncio.fixture
async def server() -> AsyncIterator[SecretManagerServer]:
    async with secret_manager() as running:
        running.secrets[NAME] = []
        yield running


@pytest_asyncio.fixture
async def google(server: SecretManagerServer) -> AsyncIterator[SecretManager]:
    secrets = await SecretManager.open(PROJECT, emulator_host=server.host)
    yield secrets
    await secrets.close()


@pytest.fixture
def file(tmp_path: Path) -> SecretFile:
    return SecretFile(tmp_path / "secrets")


@pytest.fixture(params=["file", "google"])
def secrets(request: pytest.FixtureRequest) -> Secrets:
    found: Secrets = request.getfixturevalue(request.param)
    return found


async def test_a_new_version_is_the_latest_and_the_old_one_stays(secrets: Secrets) -> None:
    assert [await secrets.add_version(NAME, value) for value in (OLD, NEW)] == ["1", "2"]
    assert await secrets.get(NAME) == NEW
    assert await secrets.get(NAME, "1") == OLD
    assert await secrets.versions(NAME) == [
        SecretVersion("2", enabled=True),
        SecretVersion("1", enabled=True),
    ]


async def test_a_disabled_version_is_refused_and_stays_disabled(secrets: Secrets) -> None:
    for value in (OLD, NEW, OLD):
        await secrets.add_version(NAME, value)
    for _ in range(2):
        await secrets.disable(NAME, "1")
    assert [each.enabled for each in await secrets.versions(NAME)] == [True, True, False]
    with pytest.raises(PermanentError) as caught:
        await secrets.get(NAME, "1")
    assert caught.value.code == "secret_disabled"
    assert await secrets.get(NAME) == OLD


@pytest.mark.parametrize("version", ["latest", "7", "../1"])
async def test_what_is_not_there_is_told_by_a_code(version: str, secrets: Secrets) -> None:
    with pytest.raises(PermanentError) as caught:
        await secrets.get("unknown", version)
    assert caught.value.code == "secret_unknown"
    await secrets.add_version(NAME, OLD)
    if version != "latest":
        with pytest.raises(PermanentError) as caught:
            await secrets.get(NAME, version)
        assert caught.value.code == "secret_unknown"
        with pytest.raises(PermanentError) as caught:
            await secrets.disable(NAME, version)
        assert caught.value.code == "secret_unknown"


@pytest.mark.parametrize("value", ["", "EAA\nsegredo", "EAA\tsegredo", "\ud800", "x" * (MAX_BYTES + 1)])
async def test_a_value_that_no_store_keeps_is_refused_unseen(value: str, secrets: Secrets) -> None:
    await secrets.add_version(NAME, OLD)
    with pytest.raises(PermanentError) as caught:
        await secrets.add_version(NAME, value)
    assert caught.value.code == "unstorable_secret"
    assert "segredo" not in f"{caught.value!r}"
    assert await secrets.get(NAME) == OLD


async def test_the_largest_value_is_kept(secrets: Secrets) -> None:
    await secrets.add_version(NAME, "x" * MAX_BYTES)
    assert len(await secrets.get(NAME)) == MAX_BYTES


async def test_no_value_and_no_name_is_shown(secrets: Secrets) -> None:
    await secrets.add_version(NAME, NEW)
    assert NEW not in repr(secrets)
    assert NAME not in repr(secrets)


@pytest.mark.parametrize("name", ["", "../escape", "a/b", "a b"])
async def test_a_name_that_is_no_name_is_refused(name: str, secrets: Secrets) -> None:
    with pytest.raises(MisconfiguredError):
        await secrets.add_version(name, NEW)


async def test_the_environment_is_read_and_never_changed() -> None:
    secrets = EnvironmentSecrets({NAME: f" {OLD} "})
    assert await secrets.get(NAME) == OLD
    assert await secrets.versions(NAME) == [SecretVersion("latest", enabled=True)]
    for refused in (secrets.add_version(NAME, NEW), secrets.disable(NAME, "latest")):
        with pytest.raises(MisconfiguredError, match="keep it in a file or in Secret Manager") as caught:
            await refused
        assert NEW not in str(caught.value)
    for name, version in (("OTHER", "latest"), (NAME, "1")):
        with pytest.raises(PermanentError) as unknown:
            await secrets.get(name, version)
        assert unknown.value.code == "secret_unknown"
    assert OLD not in repr(secrets)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (grpc.StatusCode.PERMISSION_DENIED, "secrets_refused"),
        (grpc.StatusCode.UNAUTHENTICATED, "secrets_refused"),
        (grpc.StatusCode.UNAVAILABLE, "secrets_unavailable"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "secrets_unavailable"),
        (grpc.StatusCode.UNIMPLEMENTED, "secrets_unavailable"),
    ],
)
async def test_what_google_refuses_is_told_without_its_words(
    status: grpc.StatusCode, code: str, google: SecretManager, server: SecretManagerServer
) -> None:
    server.refuse = status
    for call in (
        google.get(NAME),
        google.add_version(NAME, NEW),
        google.versions(NAME),
        google.disable(NAME, "1"),
    ):
        with pytest.raises(UnavailableError) as caught:
            await call
        assert caught.value.code == code
        assert caught.value.__cause__ is None
        assert not any(word in str(caught.value) for word in (PROJECT, NAME, NEW))
    assert next(server.calls) == 4, "nothing is repeated inside"


async def test_a_damaged_value_is_not_taken(google: SecretManager, server: SecretManagerServer) -> None:
    await google.add_version(NAME, NEW)
    server.damage = True
    with pytest.raises(UnavailableError) as caught:
        await google.get(NAME)
    assert caught.value.code == "secrets_unavailable"


async def test_a_server_that_is_silent_or_gone_is_told_in_time(server: SecretManagerServer) -> None:
    server.silent = True
    for host in (server.host, f"127.0.0.1:{closed_port()}"):
        secrets = await SecretManager.open(PROJECT, emulator_host=host, timeout_s=0.2)
        with pytest.raises(UnavailableError) as caught:
            await secrets.get(NAME)
        assert caught.value.code == "secrets_unavailable"
        await secrets.close()


async def test_without_credentials_the_start_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(MisconfiguredError) as caught:
        await SecretManager.open(PROJECT)
    assert str(tmp_path) not in str(caught.value)


async def test_a_full_name_needs_no_project(server: SecretManagerServer) -> None:
    secrets = await SecretManager.open("", emulator_host=server.host)
    assert await secrets.add_version(f"projects/{PROJECT}/secrets/{NAME}", NEW) == "1"
    with pytest.raises(MisconfiguredError):
        await secrets.add_version(NAME, NEW)
    await secrets.close()
