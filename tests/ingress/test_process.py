"""O processo inteiro, como a instalação o roda: configuração, Redis, dois endereços, parada."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientConnectorError, ClientSession

from consumers.pipeline import LANES
from ingress.process import ingress_config, run_admin, run_ingress
from ingress.server import Address, Listening
from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.settings import Settings, load
from pyloto_stream.whatsapp.signature import sign
from tests.support import webhooks as meta
from tests.support.ingress import Recorder
from tests.support.live import stored
from tests.support.proxy import Proxy

ENVIRONMENT = {
    "INGRESS_PORT": "0",
    "ADMIN_PORT": "0",
    "STREAM_PARTITIONS": "3",
    "WHATSAPP_WEBHOOK_SECRET": "new-webhook-secret,old-webhook-secret",
}


def settings(**changes: str) -> Settings:
    return load(ENVIRONMENT | changes)


@asynccontextmanager
async def running(redis_url: str, configured: Settings) -> AsyncIterator[tuple[str, str]]:
    """Endereços público e privado de um processo que para quando o bloco acaba."""
    stop = asyncio.Event()
    listening: asyncio.Future[Listening] = asyncio.get_running_loop().create_future()
    lanes = list(LANES.values())
    task = asyncio.create_task(
        run_ingress(configured, redis_url, lanes, Metrics(), stop, listening.set_result)
    )
    task.add_done_callback(
        lambda done: None if listening.done() else listening.set_exception(done.exception() or EOFError())
    )
    where = await listening
    try:
        yield url_of(where.public), url_of(where.admin)
    finally:
        stop.set()
        await task


def url_of(address: Address) -> str:
    return f"http://{address.host}:{address.port}"


async def post(http: ClientSession, url: str, body: bytes, secret: str) -> int:
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(secret.encode(), body)}
    async with http.post(f"{url}/webhooks/whatsapp", data=io.BytesIO(body), headers=headers) as answer:
        return answer.status


async def status(http: ClientSession, url: str) -> int:
    async with http.get(url) as answer:
        return answer.status


async def test_it_takes_what_either_secret_signed_counts_it_and_stops(
    redis_url: str, http: ClientSession
) -> None:
    async with running(redis_url, settings()) as (public, private):
        for number, secret in enumerate(("new-webhook-secret", "old-webhook-secret")):
            assert await post(http, public, meta.body(meta.text(f"wamid.{number}")), secret) == 200
        assert await post(http, public, meta.body(meta.text("wamid.X")), "other-secret") == 403
        async with http.get(private + "/metrics") as answer:
            page = await answer.text()
    assert 'pyloto_updates_total{kind="message",result="new"} 2.0' in page
    assert (await stored(redis_url)).messages == {"wamid.0": 1, "wamid.1": 1}
    with pytest.raises(ClientConnectorError):
        await http.get(public + "/health")


async def test_probes_answer_on_both_listeners_and_tell_when_redis_is_away(
    redis_url: str, http: ClientSession
) -> None:
    async with Proxy(redis_url) as proxy, running(proxy.url, settings()) as urls:
        assert [await status(http, f"{url}/ready") for url in urls] == [200, 200]
        upstream, proxy.upstream = proxy.upstream, proxy.upstream + ".away"
        await proxy.sever()
        assert [await status(http, f"{url}/ready") for url in urls] == [503, 503]
        assert [await status(http, f"{url}/health") for url in urls] == [200, 200]
        proxy.upstream = upstream
        assert [await status(http, f"{url}/ready") for url in urls] == [200, 200]


async def test_backlog_limit_of_the_settings_is_the_one_that_holds(
    redis_url: str, http: ClientSession
) -> None:
    people = [meta.text(f"wamid.{n}") | {"from": f"55419888{n:05d}"} for n in range(40)]
    async with running(redis_url, settings(BACKLOG_LIMIT="3")) as (public, _):
        assert await post(http, public, meta.body(*people), "new-webhook-secret") == 503
    assert (await stored(redis_url)).messages.total() == 3


async def test_other_number_of_partitions_refuses_to_start(redis_url: str) -> None:
    async with running(redis_url, settings()):
        pass
    with pytest.raises(MisconfiguredError) as caught:
        async with running(redis_url, settings(STREAM_PARTITIONS="4")):
            raise AssertionError("started")
    assert caught.value.problems == ("STREAM_PARTITIONS: this deployment was created with 3 partitions",)


async def test_redis_that_does_not_answer_at_the_start_is_an_outage() -> None:
    with pytest.raises(UnavailableError):
        async with running("unix:///nowhere.sock", settings()):
            raise AssertionError("started")


async def test_private_listener_alone_serves_the_other_processes(http: ClientSession) -> None:
    runtime, stop = Recorder(), asyncio.Event()
    listening: asyncio.Future[Address] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(run_admin(settings(), runtime, Metrics(), stop, listening.set_result))
    url = url_of(await listening)
    paths = ("/health", "/ready", "/metrics", "/webhooks/whatsapp")
    assert [await status(http, url + path) for path in paths] == [200, 200, 200, 404]
    runtime.accepting = False
    assert await status(http, url + "/ready") == 503
    stop.set()
    await task


def test_what_ingress_uses_comes_from_the_settings() -> None:
    config = ingress_config(settings(RATE_LIMIT_PER_MINUTE="7", ZERO_TRUST_MODE="false"))
    assert config.webhook_secrets == (b"new-webhook-secret", b"old-webhook-secret")
    assert (config.rate_limit_per_minute, config.require_signature) == (7, False)
    assert ingress_config(settings()).require_signature
    assert ingress_config(settings(LOG_LEVEL="DEBUG")).detail
    assert not ingress_config(settings()).detail
