"""Um processo só começa com um Redis que serve; o recusado fica como estava, e o tolerado é lembrado."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from loguru import logger
from redis.asyncio import Redis

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.settings import load
from pyloto_stream.startup import opened_gateway
from pyloto_stream.streams.embedded import EmbeddedRedis
from tests.support.command import run
from tests.support.servers import redis_binary


@pytest_asyncio.fixture
async def forgetful(tmp_path: Path) -> AsyncIterator[EmbeddedRedis]:
    """Um servidor que apaga o que quiser quando a memória acaba."""
    server = EmbeddedRedis(tmp_path / "forgetful", binary=redis_binary("valkey"))
    async with Redis.from_url(await server.start()) as redis:
        await redis.config_set("maxmemory-policy", "volatile-lru")
    yield server
    await server.stop()


@asynccontextmanager
async def heard() -> AsyncIterator[list[dict[str, object]]]:
    lines: list[dict[str, object]] = []
    sink = logger.add(lambda message: lines.append(dict(message.record["extra"])), level="WARNING")
    yield lines
    logger.remove(sink)


async def test_a_refused_redis_is_named_and_left_as_it_was(forgetful: EmbeddedRedis) -> None:
    with pytest.raises(MisconfiguredError) as caught:
        async with opened_gateway(load({}), forgetful.url, ["one"]):
            pass
    (line,) = caught.value.problems
    assert line.startswith("REDIS_URL: maxmemory-policy volatile-lru")
    async with Redis.from_url(forgetful.url) as redis:
        assert await redis.dbsize() == 0


async def test_an_allowed_one_is_used_and_said_at_each_start(forgetful: EmbeddedRedis) -> None:
    settings = load({"ALLOW_UNSAFE_REDIS": "true"})
    for _ in range(2):
        async with heard() as lines, opened_gateway(settings, forgetful.url, ["one"]) as gateway:
            assert await gateway.ready()
        assert [line["about"] for line in lines] == ["memory"]


async def test_a_good_one_gives_no_line(redis_url: str) -> None:
    async with heard() as lines, opened_gateway(load({}), redis_url, ["one"]):
        pass
    assert lines == []


async def test_the_processes_do_not_start_and_doctor_says_the_same(
    forgetful: EmbeddedRedis, tmp_path: Path
) -> None:
    env = {"REDIS_URL": forgetful.url, "ADMIN_PORT": "0", "INGRESS_PORT": "0"}
    for words in (("ingress",), ("worker", "--stage", "ai")):
        done = await run(*words, env=env, folder=tmp_path)
        assert done.code == 2
        assert "REDIS_URL: maxmemory-policy volatile-lru may forget which messages were accepted" in done.err
    done = await run("doctor", env=env, folder=tmp_path)
    assert done.code == 1
    assert "use noeviction" in done.out


def test_a_settled_process_looks_for_cycles_seldom_and_never_again_in_what_it_started_with() -> None:
    code = (
        "import gc; from pyloto_stream.startup import COLLECT_EVERY, settle_memory; settle_memory(); "
        "print(gc.get_threshold() == COLLECT_EVERY, gc.isenabled(), gc.get_freeze_count() > 10_000)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True"] * 3
