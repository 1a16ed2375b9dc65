"""A entrada sobre o executor de verdade: o que o HTTP diz é o que o Redis tem."""

from collections.abc import AsyncIterator

import pytest_asyncio
from aiohttp import ClientSession
from redis.asyncio import Redis

from consumers.pipeline import LANES, STAGES
from ingress.app import create_public_app
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.whatsapp.signature import sign
from tests.support import look
from tests.support import webhooks as meta
from tests.support.ingress import CONFIG, SECRET, served
from tests.support.proxy import Proxy

PATH = "/webhooks/whatsapp"


@pytest_asyncio.fixture
async def proxy(redis_url: str) -> AsyncIterator[Proxy]:
    async with Proxy(redis_url) as proxy:
        yield proxy


@pytest_asyncio.fixture
async def live(proxy: Proxy) -> AsyncIterator[str]:
    gateway = Gateway(proxy.url, partitions=2)
    await gateway.open(STAGES)
    acceptor = Acceptor(gateway, list(LANES.values()), AcceptOptions(backlog_limit=40))
    async with served(create_public_app(CONFIG, acceptor, Metrics())) as url:
        yield url
    await gateway.close()


async def post(http: ClientSession, url: str, body: bytes) -> int:
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(SECRET, body)}
    async with http.post(url + PATH, data=body, headers=headers) as answer:
        return answer.status


async def count(redis: Redis, pattern: str) -> int:
    return sum([len(await look.entries(redis, key)) for key in await look.found(redis, pattern)])


async def test_what_was_answered_200_is_in_redis_once(live: str, http: ClientSession, redis: Redis) -> None:
    body = meta.body(meta.text("wamid.A"), None, statuses=[meta.status()])
    assert [await post(http, live, body) for _ in range(3)] == [200, 200, 200]
    assert await count(redis, "*:stream:session") == 1
    assert await count(redis, "*:stream:audit") == 1
    assert await count(redis, "*:dead:ingress") == 1


async def test_redis_out_of_reach_is_503_and_the_redelivery_enters(
    live: str, http: ClientSession, redis: Redis, proxy: Proxy
) -> None:
    body = meta.body(meta.text("wamid.A"))
    proxy.refuse = True
    proxy.drop()
    async with http.get(live + "/ready") as answer:
        assert answer.status == 503
    assert await post(http, live, body) == 503
    proxy.refuse = False
    assert await post(http, live, body) == 200
    assert await count(redis, "*:stream:session") == 1


async def test_full_backlog_is_503_and_duplicates_still_pass(live: str, http: ClientSession) -> None:
    people = [meta.text(f"wamid.{n}") | {"from": f"55419888{n:05d}"} for n in range(200)]
    first = meta.body(meta.text("wamid.FIRST"))
    assert await post(http, live, first) == 200
    assert await post(http, live, meta.body(*people)) == 503
    assert await post(http, live, first) == 200
