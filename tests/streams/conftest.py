"""Peças que só os testes do executor usam."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from pyloto_stream.streams.embedded import EmbeddedRedis
from tests.support.proxy import Proxy


@pytest_asyncio.fixture
async def own_server(redis_server: EmbeddedRedis, tmp_path: Path) -> AsyncIterator[EmbeddedRedis]:
    """Um servidor só deste teste, que pode morrer: do mesmo tipo que o da sessão."""
    server = EmbeddedRedis(tmp_path / "own", binary=redis_server._binary)
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def proxy(redis_url: str) -> AsyncIterator[Proxy]:
    """Um caminho até o Redis da sessão que falha quando o teste manda."""
    async with Proxy(redis_url) as proxy:
        yield proxy
