"""Os comandos e os processos com os segredos num Secret Manager: dizem o que falta, e nada mostram."""

import asyncio
import base64
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from pyloto_stream.cli.checks_secrets import secret_checks
from pyloto_stream.secret_settings import Place, secret_name
from pyloto_stream.whatsapp.signature import sign
from tests.cli.test_services import environ, line_of
from tests.support import webhooks as meta
from tests.support.command import run, start
from tests.support.graph import closed_port
from tests.support.secret_manager import PROJECT, StatusCode, secret_manager
from tests.support.setup import environ as meta_environ
from tests.support.simulation import APP_SECRET, TOKEN, world
from tests.support.vault import PEPPER, VALUES, WEBHOOK, Vault
from tests.support.vault import TOKEN as TOKEN_VARIABLE

PLANTED = [*VALUES.values(), "planted", base64.b64encode(b"planted").decode().rstrip("=")]


@pytest_asyncio.fixture
async def vault() -> AsyncIterator[Vault]:
    async with secret_manager() as server:
        yield Vault(server)


def shown(text: str) -> list[str]:
    return [value for value in PLANTED if value in text]


async def told(vault: Vault, **more: str) -> dict[str, tuple[str, str]]:
    checks, _ = await secret_checks(vault.environ(**more), Place(PROJECT, vault.server.host))
    assert not shown(repr(checks))
    return {check.name: (check.standing, check.detail) for check in checks}


async def test_config_check_says_where_each_value_comes_from_and_shows_none(vault: Vault) -> None:
    done = await run("config", "check", "--json", env=vault.environ(ADMIN_TOKEN="planted-given-token"))
    assert done.code == 0, done.err
    sources = {row["name"]: (row["value"], row["source"]) for row in json.loads(done.out)["variables"]}
    assert sources[PEPPER] == ("***", "secret manager")
    assert sources["ADMIN_TOKEN"] == ("***", "environment")
    assert sources["OPENAI_API_KEY"] == ("", "default")
    assert not shown(done.out + done.err)


async def test_a_process_does_not_start_without_what_it_needs_and_says_all_of_it(vault: Vault) -> None:
    vault.remove(PEPPER)
    vault.disable(WEBHOOK, 1)
    vault.add("ADMIN_TOKEN", "planted token")
    done = await run("ingress", env=vault.environ(REDIS_URL="redis://127.0.0.1:1/0"))
    assert done.code == 2
    assert done.err.splitlines() == [
        "WHATSAPP_WEBHOOK_SECRET: pyloto-whatsapp-webhook-secret has no enabled version",
        "PEPPER_SECRET: pyloto-pepper-secret does not exist in Secret Manager",
        "ADMIN_TOKEN: must not contain spaces or line breaks",
    ]


async def test_a_vault_that_is_away_at_the_start_is_exit_1_with_one_line() -> None:
    gone = {
        "SECRETS_BACKEND": "gcp", "FIRESTORE_PROJECT_ID": PROJECT, "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_MANAGER_EMULATOR_HOST": f"127.0.0.1:{closed_port()}",
    }  # fmt: skip
    done = await run("worker", "--stage", "audit", env=gone)
    assert done.code == 1
    (line,) = done.err.splitlines()
    assert line.startswith("secrets_unavailable: Secret Manager did not answer for WHATSAPP_VERIFY_TOKEN, ")


async def test_processes_work_with_what_they_read_and_write_none_of_it(
    vault: Vault, redis_url: str, tmp_path: Path
) -> None:
    env = vault.environ(**environ(redis_url, tmp_path), LOG_LEVEL="DEBUG")
    ingress = await start("ingress", env=env)
    public = (await line_of(ingress, "ingress listening"))["public"]
    worker = await start("worker", "--stage", "all", env=env)
    await line_of(worker, "worker running")
    body = meta.body(meta.text("wamid.A"))
    headers = {
        "Content-Type": "application/json",
        "X-Hub-Signature-256": sign(VALUES[WEBHOOK].encode(), body),
    }
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"http://{public}/webhooks/whatsapp", data=body, headers=headers) as answer,
    ):
        assert answer.status == 200
    ends = []
    for process in (ingress, worker):
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), 30)
        ends.append(process.returncode)
        assert not shown((out + err).decode())
    assert ends == [0, 0]


async def test_doctor_names_what_is_read_and_what_is_not_kept(vault: Vault) -> None:
    vault.add(WEBHOOK, "planted-webhook-secret-2")
    found = await told(vault, ADMIN_TOKEN="given")
    assert found["secrets"][0] == "ok"
    assert "pyloto-whatsapp-webhook-secret (2), " in found["secrets"][1]
    assert "pyloto-openai-api-key" in found["secrets not kept"][1]
    assert "pyloto-admin-token" not in str(found)


async def test_doctor_tells_missing_disabled_denied_and_unreachable_apart(vault: Vault) -> None:
    vault.remove(PEPPER)
    vault.disable(WEBHOOK, 1)
    vault.add("OPENAI_API_KEY", b"\xff")
    found = await told(vault)
    assert {name: each for name, each in found.items() if each[0] == "failed"} == {
        "secret PEPPER_SECRET": ("failed", "pyloto-pepper-secret does not exist"),
        "secret WHATSAPP_WEBHOOK_SECRET": ("failed", "pyloto-whatsapp-webhook-secret has no enabled version"),
        "secret OPENAI_API_KEY": ("failed", "pyloto-openai-api-key is not text"),
    }
    for status, why in (
        (StatusCode.PERMISSION_DENIED, "may not be read by this identity"),
        (StatusCode.UNAVAILABLE, "could not be read: no answer"),
    ):
        vault.server.refuse = status
        assert (await told(vault))["secret ADMIN_TOKEN"] == ("failed", f"pyloto-admin-token {why}")


async def test_doctor_says_what_to_install(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.cloud.secretmanager_v1", None)
    assert await told(vault) == {"secrets": ("failed", "Secret Manager: needs the extra `gcp`")}


async def test_the_command_stops_at_the_secrets_if_they_do_not_serve_and_goes_on_if_they_do(
    vault: Vault, tmp_path: Path
) -> None:
    done = await run("doctor", "--json", env=vault.environ(), folder=tmp_path)
    assert done.code == 0, done.out
    assert [check["name"] for check in json.loads(done.out)["checks"]][:3] == [
        "secrets", "secrets not kept", "redis",
    ]  # fmt: skip
    vault.remove(PEPPER)
    refused = await run("doctor", "--json", env=vault.environ(), folder=tmp_path)
    assert refused.code == 1
    names = [check["name"] for check in json.loads(refused.out)["checks"]]
    assert names == ["secret PEPPER_SECRET", "secrets", "secrets not kept"]
    assert not shown(done.out + done.err + refused.out + refused.err)


async def test_token_refresh_writes_where_the_processes_read(vault: Vault) -> None:
    name = secret_name(TOKEN_VARIABLE)
    vault.server.secrets[name] = [(TOKEN.encode(), True)]
    vault.server.secrets[secret_name(WEBHOOK)] = [(APP_SECRET.encode(), True)]
    async with world() as opened:
        given = {key: value for key, value in meta_environ(opened).items() if key not in {*VALUES}}
        done = await run("token", "refresh", env={**given, **vault.environ()})
        assert done.code == 0, done.err
        assert done.out.startswith("refreshed: version 2, ")
        new = vault.server.secrets[name][1][0].decode()
        assert opened.simulator.tokens.valid(new)
    assert (await vault.settings()).whatsapp_access_token.reveal() == new
