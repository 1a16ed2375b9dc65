"""O Redis morre por cinco segundos sob carga: 503 nesse tempo, e nada aceito se perde."""

import asyncio
from pathlib import Path

import pytest

from pyloto_stream.streams.embedded import EmbeddedRedis
from tests.support.load import talk, verify
from tests.support.redis_process import RedisProcess
from tests.support.system import System

OUTAGE_S = 5.0
CONVERSATIONS, SEED = 60, 11


@pytest.mark.timeout(300)
async def test_redis_killed_for_five_seconds_costs_503s_and_nothing_else(
    redis_server: EmbeddedRedis, tmp_path: Path, log_folder: Path
) -> None:
    assert redis_server._binary is not None
    redis = RedisProcess(redis_server._binary, tmp_path / "redis")
    await redis.start()
    try:
        async with System(
            redis.url, tmp_path, log_folder, FLOOD_THRESHOLD="100", CLAIM_IDLE="2", SETTLE_WINDOW="10"
        ) as system:
            talking = asyncio.create_task(talk(system, CONVERSATIONS, SEED))
            await _some_replies(system)
            await redis.kill()
            await asyncio.wait([talking], timeout=OUTAGE_S)
            assert not talking.done(), "the load ended before the outage did"
            await redis.start()
            people = await talking
            await verify(system, redis.url, people)
            refused = [line for line in system.ingress.lines() if line.get("status") == 503]
            assert refused, "no webhook met the outage"
            assert len(system.workers) == 4
    finally:
        await redis.stop()


async def _some_replies(system: System) -> None:
    async with asyncio.timeout(30):
        while len(system.simulator.sent) < CONVERSATIONS:  # noqa: ASYNC110 — quem muda é outro processo
            await asyncio.sleep(0.01)
