"""Trabalhadores mortos ao acaso (SIGKILL) durante a carga: o resultado é o mesmo que sem mortes."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.support.load import talk, verify
from tests.support.system import System

CONVERSATIONS, COPIES, KILLS, SEED = 100, 3, 20, 7


@pytest.mark.timeout(300)
async def test_killing_workers_at_random_loses_nothing_and_repeats_nothing(
    redis_url: str, tmp_path: Path, log_folder: Path
) -> None:
    async with System(
        redis_url,
        tmp_path,
        log_folder,
        copies=COPIES,
        FLOOD_THRESHOLD="100",
        CLAIM_IDLE="1",
        SETTLE_WINDOW="8",
    ) as system:
        talking = asyncio.create_task(talk(system, CONVERSATIONS, SEED))
        killed = await _kill_while(system, talking)
        people = await talking
        await verify(system, redis_url, people)
        assert killed >= KILLS // 2, "the load ended before enough workers died"


async def _kill_while(system: System, talking: "asyncio.Task[object]") -> int:
    """Mata um trabalhador ao acaso a cada pouco, enquanto há conversa e até `KILLS`."""
    rng, killed = random.Random(SEED), 0
    while not talking.done() and killed < KILLS:
        await asyncio.wait([talking], timeout=rng.uniform(0.1, 0.6))
        await system.replace(rng.choice(system.workers))
        killed += 1
    return killed
