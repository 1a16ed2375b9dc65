"""Trabalhadores congelados (SIGSTOP) por mais que `CLAIM_IDLE`: outros assumem, quem acorda não repete."""

import asyncio
import random
import signal
from pathlib import Path

import pytest

from tests.support.load import talk_until, verify
from tests.support.system import System

CONVERSATIONS, WAVE, FREEZES, SEED = 60, 30, 6, 5
FROZEN_S = 2.0


@pytest.mark.timeout(300)
async def test_a_frozen_worker_that_wakes_up_repeats_nothing(
    redis_url: str, tmp_path: Path, log_folder: Path
) -> None:
    async with System(
        redis_url,
        tmp_path,
        log_folder,
        copies=2,
        FLOOD_THRESHOLD="100",
        CLAIM_IDLE="0.5",
        SETTLE_WINDOW="10",
    ) as system:
        enough = asyncio.Event()
        talking = asyncio.create_task(talk_until(system, enough, SEED, least=CONVERSATIONS, wave=WAVE))
        rng = random.Random(SEED)
        for _ in range(FREEZES):
            worker = rng.choice(system.workers)
            worker.signal(signal.SIGSTOP)
            await asyncio.wait([talking], timeout=FROZEN_S)
            worker.signal(signal.SIGCONT)
            assert not talking.done(), "there is always somebody talking while workers freeze"
        enough.set()
        people = await talking
        await verify(system, redis_url, people)
