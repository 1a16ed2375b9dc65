"""Peças que só os testes do executor usam."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.streams.embedded import EmbeddedRedis
from tests.support.forgetting_room import Room
from tests.support.proxy import Proxy
from tests.support.streams import ManualClock, Rig


@pytest_asyncio.fixture
async def own_server(binary: Path, tmp_path: Path) -> AsyncIterator[EmbeddedRedis]:
    """Um servidor só deste teste, que pode morrer: do mesmo tipo que o da sessão."""
    server = EmbeddedRedis(tmp_path / "own", binary=binary)
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def proxy(redis_url: str) -> AsyncIterator[Proxy]:
    """Um caminho até o Redis da sessão que falha quando o teste manda."""
    async with Proxy(redis_url) as proxy:
        yield proxy


@pytest.fixture
def binary(redis_server: EmbeddedRedis) -> Path:
    assert redis_server._binary is not None
    return redis_server._binary


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest_asyncio.fixture
async def room(redis_url: str, redis: Redis) -> AsyncIterator[Room]:
    del redis  # limpa
    clock = ManualClock()
    async with Rig(redis_url, clock=clock) as rig:
        yield Room(rig, clock, redis_url)
