"""Peças reais para todos os testes: um Redis 7.0 e um Valkey por sessão, limpos a cada teste."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.streams.embedded import EmbeddedRedis
from tests.support.servers import redis_binary


@pytest_asyncio.fixture(scope="session", params=["redis", "valkey"])
async def redis_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[EmbeddedRedis]:
    server = EmbeddedRedis(tmp_path_factory.mktemp(request.param), binary=redis_binary(request.param))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def redis(redis_server: EmbeddedRedis) -> AsyncIterator[Redis]:
    """Cliente cru, para olhar por fora o que o executor fez; o banco começa vazio."""
    client = Redis.from_url(redis_server.url, decode_responses=True)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis, redis: Redis) -> str:
    """Endereço de um Redis real e vazio."""
    return redis_server.url
