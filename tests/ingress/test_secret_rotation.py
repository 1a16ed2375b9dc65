"""Uma rotação sem reinício: a entrada aceita o que vale agora, sob carga, e recusa o que deixou de valer."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING

import grpc  # type: ignore[import-untyped]
import pytest_asyncio
from aiohttp import ClientSession

from consumers.pipeline import LANES
from ingress.flows import FLOWS_PATH
from ingress.process import run_admin, run_ingress
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.whatsapp.signature import HEADER, sign
from tests.support import webhooks as meta
from tests.support.flows import Device, private_pem
from tests.support.ingress import Recorder
from tests.support.live import stored
from tests.support.secret_manager import secret_manager
from tests.support.streams import until
from tests.support.vault import VALUES, WEBHOOK, Vault

if TYPE_CHECKING:
    from ingress.server import Address, Listening

OLD, NEW = VALUES[WEBHOOK], "planted-webhook-secret-2"
SENDERS = 4


@pytest_asyncio.fixture
async def vault() -> AsyncIterator[Vault]:
    async with secret_manager() as server:
        yield Vault(server)


class Door:
    """Uma entrada de verdade; `post` responde com o status de uma entrega nova assinada com `secret`."""

    def __init__(self, http: ClientSession, public: str, private: str, metrics: Metrics) -> None:
        self.http, self.public, self.private, self.metrics = http, public, private, metrics
        self.taken = 0
        self._numbers = count()

    async def post(self, secret: str) -> int:
        body = meta.body(meta.text(f"wamid.{next(self._numbers)}"))
        headers = {"Content-Type": "application/json", HEADER: sign(secret.encode(), body)}
        async with self.http.post(
            f"{self.public}/webhooks/whatsapp", data=io.BytesIO(body), headers=headers
        ) as answer:
            self.taken += answer.status == 200
            return answer.status

    async def accepts(self, secret: str) -> bool:
        return await self.post(secret) == 200

    async def refuses(self, secret: str) -> bool:
        return await self.post(secret) == 403

    def readings(self, result: str) -> float:
        found = self.metrics.registry.get_sample_value("pyloto_secret_readings_total", {"result": result})
        return found or 0.0


@asynccontextmanager
async def door(redis_url: str, live: LiveSettings, http: ClientSession) -> AsyncIterator[Door]:
    stop, metrics = asyncio.Event(), Metrics()
    listening: asyncio.Future[Listening] = asyncio.get_running_loop().create_future()
    lanes = list(LANES.values())
    task = asyncio.create_task(
        run_ingress(live.current(), redis_url, lanes, metrics, stop, listening.set_result, live)
    )
    task.add_done_callback(
        lambda done: None if listening.done() else listening.set_exception(done.exception() or EOFError())
    )
    where = await listening
    public, private = (f"http://{each.host}:{each.port}" for each in (where.public, where.admin))
    try:
        yield Door(http, public, private, metrics)
    finally:
        stop.set()
        await task


PORTS = {"INGRESS_PORT": "0", "ADMIN_PORT": "0", "RATE_LIMIT_PER_MINUTE": "0"}


async def test_both_signatures_hold_while_both_are_enabled_and_the_old_one_ends_with_its_version(
    redis_url: str, http: ClientSession, vault: Vault
) -> None:
    async with door(redis_url, await vault.live(**PORTS), http) as opened:
        using, over = [OLD], asyncio.Event()
        answers: list[int] = []

        async def sender() -> None:
            while not over.is_set():
                answers.append(await opened.post(using[0]))

        senders = [asyncio.create_task(sender()) for _ in range(SENDERS)]
        assert await opened.refuses(NEW)
        vault.add(WEBHOOK, NEW)
        await until(lambda: opened.accepts(NEW))
        assert await opened.accepts(OLD)
        using[0] = NEW  # a Meta passa a assinar com o novo
        before = len(answers)
        await until(lambda: len(answers) > before + 4 * SENDERS)
        vault.disable(WEBHOOK, 1)
        await until(lambda: opened.refuses(OLD))
        before = len(answers)
        await until(lambda: len(answers) > before + 4 * SENDERS)
        over.set()
        await asyncio.gather(*senders)
    assert set(answers) == {200}
    assert opened.readings("changed") == 2
    assert (await stored(redis_url)).messages.total() == opened.taken


async def test_an_outage_of_the_vault_is_not_one_of_the_entrance(
    redis_url: str, http: ClientSession, vault: Vault
) -> None:
    async with door(redis_url, await vault.live(**PORTS), http) as opened:
        vault.server.refuse = grpc.StatusCode.UNAVAILABLE
        vault.add(WEBHOOK, NEW)
        await until(lambda: opened.readings("failed") >= 2)
        assert await opened.accepts(OLD)
        assert await opened.refuses(NEW)
        vault.server.refuse = None
        await until(lambda: opened.accepts(NEW))


async def test_the_operator_token_the_challenge_and_the_flow_keys_change_too(
    redis_url: str, http: ClientSession, vault: Vault
) -> None:
    async def looked(token: str) -> bool:
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": "203.0.113.7"}
        async with http.get(opened.private + "/metrics", headers=headers) as answer:
            return answer.status == 200

    async def challenged(token: str) -> bool:
        query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1"}
        async with http.get(f"{opened.public}/webhooks/whatsapp", params=query) as answer:
            return answer.status == 200

    async def pinged(name: str) -> bool:
        body = Device(private_pem(name)).body(version="3.0", action="ping")
        headers = {HEADER: sign(OLD.encode(), body)}
        async with http.post(opened.public + FLOWS_PATH, data=io.BytesIO(body), headers=headers) as answer:
            return answer.status == 200

    async def unpinged(name: str) -> bool:
        return not await pinged(name)

    async with door(redis_url, await vault.live(**PORTS), http) as opened:
        assert not await looked("planted-admin-token-1")
        assert not await pinged("old")
        vault.add("ADMIN_TOKEN", "planted-admin-token-1")
        vault.add("WHATSAPP_VERIFY_TOKEN", "planted-verify-token-2")
        vault.add("FLOW_PRIVATE_KEY", private_pem("old"))
        await until(lambda: looked("planted-admin-token-1"))
        await until(lambda: challenged("planted-verify-token-2"))
        assert not await challenged(VALUES["WHATSAPP_VERIFY_TOKEN"])
        assert await pinged("old")
        vault.add("FLOW_PRIVATE_KEY", private_pem("new"))
        await until(lambda: pinged("new"))
        assert await pinged("old")
        vault.disable("FLOW_PRIVATE_KEY", 1)
        await until(lambda: unpinged("old"))
        assert await pinged("new")


async def test_the_private_listener_of_a_worker_takes_the_token_that_holds(
    http: ClientSession, vault: Vault
) -> None:
    vault.add("ADMIN_TOKEN", "planted-admin-token-1")
    live, stop = await vault.live(**PORTS), asyncio.Event()
    listening: asyncio.Future[Address] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        run_admin(live.current(), Recorder(), Metrics(), stop, listening.set_result, live)
    )
    at = await listening

    async def status(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": "203.0.113.7"}
        async with http.get(f"http://{at.host}:{at.port}/metrics", headers=headers) as answer:
            return answer.status

    assert await status("planted-admin-token-1") == 200
    vault.add("ADMIN_TOKEN", "planted-admin-token-2")
    live.replace(await vault.settings(**PORTS))
    assert [await status(f"planted-admin-token-{n}") for n in (1, 2)] == [401, 200]
    stop.set()
    await task
