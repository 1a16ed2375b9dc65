"""Um simulador novo por teste, com webhook e cliente de verdade; no fim, o que ele emitiu foi legível."""

from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio

from tests.support.form_endpoint import Endpoint, endpoint
from tests.support.local_meta import Hands
from tests.support.simulation import CONFIG, World
from tests.support.simulation import world as open_world


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """A promessa que vale em todo teste: nenhuma parte ilegível no que o simulador mandou."""
    async with open_world() as opened:
        yield opened
        assert opened.webhook.seen.unreadable == []
        assert {post.status for post in opened.webhook.posts} <= {200, 503}


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Para pedidos que o nosso cliente nunca faria."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {CONFIG.access_token}"}) as session:
        yield session


@pytest_asyncio.fixture
async def hands(http: aiohttp.ClientSession) -> AsyncIterator[Hands]:
    """Um simulador sem webhook, com o relógio na mão."""
    opened = Hands(http)
    opened.url = await opened.simulator.start()
    yield opened
    await opened.simulator.stop()


@pytest_asyncio.fixture
async def behind() -> AsyncIterator[Endpoint]:
    """O endpoint do Flow de teste."""
    async with endpoint() as opened:
        yield opened
