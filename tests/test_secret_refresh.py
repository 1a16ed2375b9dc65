"""Reler os segredos promete: o que mudou vale, o que falhou fica como estava, e uma linha diz cada coisa."""

import asyncio
from collections.abc import AsyncIterator

import grpc  # type: ignore[import-untyped]
import pytest
import pytest_asyncio
from loguru import logger

from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.secret_refresh import SecretRefresh, keep_fresh
from pyloto_stream.settings import DEFAULTS
from pyloto_stream.stores.secret_manager import SecretManager
from pyloto_stream.stores.secret_reading import SecretReader
from pyloto_stream.whatsapp.flows.crypto import FlowCrypto
from pyloto_stream.whatsapp.flows.keys import new_key
from tests.support.secret_manager import PROJECT, secret_manager
from tests.support.streams import until
from tests.support.vault import PEPPER, TOKEN, VALUES, WEBHOOK, Vault


def _opened(pem: bytes, passphrase: str) -> FlowCrypto | None:
    return FlowCrypto(pem, passphrase.encode()) if pem else None


@pytest_asyncio.fixture
async def vault() -> AsyncIterator[Vault]:
    async with secret_manager() as server:
        yield Vault(server)


class Watch:
    """Uma releitura por vez, com o que se contou e o que se escreveu."""

    def __init__(self, vault: Vault, live: LiveSettings, reader: SecretReader) -> None:
        self.vault, self.live = vault, live
        self.counted: list[str] = []
        self.lines: list[str] = []
        self.refresh = SecretRefresh(live, reader, live.environ or {}, self.counted.append)

    def webhook(self) -> list[str]:
        return [secret.reveal() for secret in self.live.current().whatsapp_webhook_secret]


@pytest_asyncio.fixture
async def watch(vault: Vault) -> AsyncIterator[Watch]:
    opened = await SecretManager.open(PROJECT, emulator_host=vault.server.host, timeout_s=0.5)
    watch = Watch(vault, await vault.live(), SecretReader(opened, within_s=0.5))
    sink = logger.add(lambda message: watch.lines.append(str(message)), format="{level} {message} {extra}")
    yield watch
    logger.remove(sink)
    await opened.close()


async def test_a_new_version_holds_beside_the_old_one_until_that_is_disabled(watch: Watch) -> None:
    assert await watch.refresh.look() == "same"
    watch.vault.add(WEBHOOK, "planted-webhook-secret-2")
    watch.vault.add(TOKEN, "planted-access-token-2")
    assert await watch.refresh.look() == "changed"
    assert watch.webhook() == ["planted-webhook-secret-2", "planted-webhook-secret-1"]
    assert watch.live.current().whatsapp_access_token.reveal() == "planted-access-token-2"
    watch.vault.disable(WEBHOOK, 1)
    assert await watch.refresh.look() == "changed"
    assert watch.webhook() == ["planted-webhook-secret-2"]
    assert watch.counted == ["same", "changed", "changed"]
    assert [line.split(" {")[0] for line in watch.lines] == ["INFO secrets changed"] * 2
    assert "WHATSAPP_WEBHOOK_SECRET, WHATSAPP_ACCESS_TOKEN" in watch.lines[0]


async def test_a_token_that_is_disabled_gives_its_place_to_the_one_before(watch: Watch) -> None:
    watch.vault.add(TOKEN, "planted-access-token-2")
    await watch.refresh.look()
    watch.vault.disable(TOKEN, 2)
    await watch.refresh.look()
    assert watch.live.current().whatsapp_access_token.reveal() == VALUES[TOKEN]


@pytest.mark.parametrize(
    "status",
    [
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        None,
    ],
)
async def test_an_outage_keeps_the_last_values_and_is_two_lines_however_long(
    status: grpc.StatusCode | None, watch: Watch
) -> None:
    watch.vault.add(WEBHOOK, "planted-webhook-secret-2")
    watch.vault.server.refuse, watch.vault.server.silent = status, status is None
    for _ in range(3):
        assert await watch.refresh.look() == "failed"
    assert watch.webhook() == [VALUES[WEBHOOK]]
    watch.vault.server.refuse, watch.vault.server.silent = None, False
    assert await watch.refresh.look() == "changed"
    assert watch.webhook()[0] == "planted-webhook-secret-2"
    told = [line.split(" {")[0] for line in watch.lines]
    assert told == [
        "ERROR secrets not refreshed, the last values stay", "INFO secrets changed",
        "INFO secrets are refreshed again",
    ]  # fmt: skip
    assert TOKEN in watch.lines[0]


async def test_one_name_in_trouble_keeps_its_value_and_the_others_change(watch: Watch) -> None:
    watch.vault.disable(WEBHOOK, 1)
    watch.vault.remove("DATA_ENCRYPTION_KEY")
    watch.vault.add(TOKEN, "planted-access-token-2")
    assert await watch.refresh.look() == "failed"
    now = watch.live.current()
    assert watch.webhook() == [VALUES[WEBHOOK]]
    assert now.data_key() == b"planted-key-of-thirty-two-bytes!"
    assert now.whatsapp_access_token.reveal() == "planted-access-token-2"
    (problems,) = [line for line in watch.lines if line.startswith("ERROR")]
    assert "WHATSAPP_WEBHOOK_SECRET has no enabled version" in problems
    assert "DATA_ENCRYPTION_KEY does not exist" in problems


async def test_a_value_that_the_rules_or_a_follower_refuse_holds_back_nothing_else(watch: Watch) -> None:
    watch.live.of(lambda now: FlowCrypto(now.flow_key_pem()) if now.flow_private_key else None)
    told: list[str] = []
    watch.live.follow(lambda now: told.append(now.whatsapp_access_token.reveal()))
    watch.vault.add(TOKEN, "planted token")
    assert await watch.refresh.look() == "failed"
    assert watch.live.current().whatsapp_access_token.reveal() == told[-1] == VALUES[TOKEN]
    watch.vault.disable(TOKEN, 2)
    watch.vault.add(TOKEN, "planted-access-token-3")
    watch.vault.add("FLOW_PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----")
    for _ in range(2):
        assert await watch.refresh.look() == "failed"
        assert watch.live.current().whatsapp_access_token.reveal() == told[-1] == "planted-access-token-3"
        assert not watch.live.current().flow_private_key
    watch.vault.disable("FLOW_PRIVATE_KEY", 1)
    watch.vault.add("FLOW_PRIVATE_KEY", new_key())
    assert await watch.refresh.look() == "changed"
    assert watch.live.current().flow_private_key


async def test_a_key_and_its_new_passphrase_come_into_force_together(watch: Watch) -> None:
    watch.live.of(lambda now: _opened(now.flow_key_pem(), now.flow_private_key_passphrase.reveal()))
    for passphrase in ("planted-phrase-1", "planted-phrase-2"):
        for name in ("FLOW_PRIVATE_KEY", "FLOW_PRIVATE_KEY_PASSPHRASE"):
            if passphrase.endswith("2"):
                watch.vault.disable(name, 1)
        watch.vault.add("FLOW_PRIVATE_KEY", new_key(passphrase.encode()))
        watch.vault.add("FLOW_PRIVATE_KEY_PASSPHRASE", passphrase)
        assert await watch.refresh.look() == "changed"
        assert watch.live.current().flow_private_key_passphrase.reveal() == passphrase


async def test_the_pepper_and_the_addresses_are_not_even_asked_for_again(watch: Watch) -> None:
    before = watch.live.current()
    for name, value in ((PEPPER, "planted-other-pepper-0123456789-01"), ("REDIS_URL", "redis://planted:1/0")):
        watch.vault.add(name, value)
    assert await watch.refresh.look() == "same"
    assert watch.live.current() == before


async def test_nothing_is_written_that_was_read(watch: Watch) -> None:
    watch.vault.add(WEBHOOK, "planted webhook")
    watch.vault.add(TOKEN, "planted-access-token-2")
    await watch.refresh.look()
    watch.vault.disable(WEBHOOK, 2)
    await watch.refresh.look()
    assert len(watch.lines) == 3
    assert not any("planted" in line or PROJECT in line for line in watch.lines)
    assert "planted" not in repr(watch.live) + repr(watch.refresh.__dict__)


async def test_the_job_reads_by_itself_until_it_is_stopped_and_is_nothing_without_a_vault(
    vault: Vault,
) -> None:
    live, stop, counted = await vault.live(), asyncio.Event(), list[str]()
    job = asyncio.create_task(keep_fresh(live, stop, counted.append))
    vault.add(TOKEN, "planted-access-token-2")
    await until(lambda: "changed" in counted)
    stop.set()
    await asyncio.wait_for(job, 10)
    assert live.current().whatsapp_access_token.reveal() == "planted-access-token-2"
    await asyncio.wait_for(keep_fresh(LiveSettings(DEFAULTS), asyncio.Event()), 10)
