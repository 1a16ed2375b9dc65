"""Os comandos de verdade, um processo por parte, mortos ao acaso (SIGKILL) durante a carga: nada muda.

As mortes em cada ponto, às centenas, são de F1 (`test_f01_killed_workers.py`).
"""

import asyncio
import random
from pathlib import Path

import pytest

from tests.support.load import talk_until, verify
from tests.support.system import System

CONVERSATIONS, WAVE, COPIES, KILLS, SEED = 60, 30, 2, 8, 7


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
        enough = asyncio.Event()
        talking = asyncio.create_task(talk_until(system, enough, SEED, least=CONVERSATIONS, wave=WAVE))
        rng = random.Random(SEED)
        for _ in range(KILLS):
            await asyncio.wait([talking], timeout=rng.uniform(0.1, 0.6))
            assert not talking.done(), "there is always somebody talking while workers die"
            await system.replace(rng.choice(system.workers))
        enough.set()
        people = await talking
        assert len(people) >= CONVERSATIONS
        await verify(system, redis_url, people)
