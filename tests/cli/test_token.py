"""`token refresh` nunca fica sem token: o novo só entra depois de provado, e o velho continua valendo."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio

from pyloto_stream.stores.secret_file import SecretFile
from tests.support.command import run
from tests.support.secret_manager import PROJECT, secret_manager
from tests.support.setup import environ
from tests.support.simulation import APP_SECRET, TOKEN, World, world

NAME = "whatsapp-token"


@pytest_asyncio.fixture
async def meta() -> AsyncIterator[World]:
    async with world() as opened:
        yield opened


async def stored(folder: Path, version: str = "latest") -> str:
    return await SecretFile(folder).get(NAME, version)


async def test_a_file_gets_the_new_token_and_keeps_the_one_before(meta: World, tmp_path: Path) -> None:
    tokens = meta.simulator.tokens
    for version in ("1", "2"):
        done = await run("token", "refresh", "--file", NAME, "--json", env=environ(meta), folder=tmp_path)
        assert done.code == 0, done.err
        told = json.loads(done.out)
        assert (told["refreshed"], told["version"]) == (True, version)
        left = datetime.fromisoformat(told["expires_at"]) - datetime.now(UTC)
        assert timedelta(days=59) < left <= timedelta(days=60)
        new = await stored(tmp_path)
        assert tokens.valid(new)
        assert new not in done.out + done.err
    assert tokens.valid(TOKEN), "the old one stays in force"
    assert tokens.valid(await stored(tmp_path, "1"))


async def test_secret_manager_gets_the_new_token(meta: World) -> None:
    async with secret_manager() as server:
        server.secrets[NAME] = []
        env = environ(meta, SECRET_MANAGER_EMULATOR_HOST=server.host, FIRESTORE_PROJECT_ID=PROJECT)
        done = await run("token", "refresh", "--secret", NAME, env=env)
        assert done.code == 0, done.err
        assert done.out.startswith("refreshed: version 1, expires 20")
        ((value, enabled),) = server.secrets[NAME]
        assert enabled
        assert meta.simulator.tokens.valid(value.decode())
        missing = await run("token", "refresh", "--secret", "other", env=env)
        assert (missing.code, missing.err) == (
            2,
            "--secret: there is no such secret; create it first, empty\n",
        )


async def test_a_token_that_lives_long_enough_is_left(meta: World, tmp_path: Path) -> None:
    words = ("token", "refresh", "--file", NAME, "--if-expires-within", "20")
    done = await run(*words, env=environ(meta), folder=tmp_path)
    assert (done.code, done.out) == (0, "not due yet: does not expire\n")
    assert not (tmp_path / NAME).exists()


async def test_a_new_token_that_does_not_work_is_never_stored(meta: World, tmp_path: Path) -> None:
    await SecretFile(tmp_path).add_version(NAME, TOKEN)
    words = ("token", "refresh", "--file", NAME, "--number", "999999999999999")
    done = await run(*words, env=environ(meta), folder=tmp_path)
    assert done.code == 1
    assert done.err.startswith("graph_100")
    assert await stored(tmp_path) == TOKEN
    assert len(await SecretFile(tmp_path).versions(NAME)) == 1


async def test_a_token_that_is_no_longer_valid_is_told(meta: World, tmp_path: Path) -> None:
    await SecretFile(tmp_path).add_version(NAME, "EAA-vencido")
    done = await run("token", "refresh", "--file", NAME, env=environ(meta), folder=tmp_path)
    assert done.code == 1
    assert done.err.startswith("token_expired")
    assert "EAA-vencido" not in done.err


async def test_a_wrong_app_secret_is_refused_and_nothing_is_stored(meta: World, tmp_path: Path) -> None:
    env = environ(meta, WHATSAPP_WEBHOOK_SECRET="segredo-errado")
    done = await run("token", "refresh", "--file", NAME, env=env, folder=tmp_path)
    assert done.code == 1
    assert done.err.startswith("graph_")
    assert not (tmp_path / NAME).exists()
    for secret in ("segredo-errado", APP_SECRET, TOKEN):
        assert secret not in done.out + done.err


WRONG: tuple[tuple[tuple[str, ...], dict[str, str], str], ...] = (
    (("--secret", "a", "--file", "b"), {}, "say where the token is kept: either --secret or --file"),
    (("--file", NAME), {"WHATSAPP_APP_ID": ""}, "WHATSAPP_APP_ID: required here"),
    (("--file", "a b"), {}, "secret file: the name must be"),
)


async def test_wrong_usage_is_exit_2(meta: World, tmp_path: Path) -> None:
    found = await asyncio.gather(
        *(
            run("token", "refresh", *words, env=environ(meta, **env), folder=tmp_path)
            for words, env, _ in WRONG
        )
    )
    for done, (_words, _env, problem) in zip(found, WRONG, strict=True):
        assert done.code == 2
        assert problem in done.err
