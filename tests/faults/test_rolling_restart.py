"""Trabalhadores trocados um a um (SIGTERM) durante a carga: quem sai devolve o que tem, e ninguém o espera.

O prazo para assumir o abandonado é maior que o teste: o que não for devolvido na saída fica parado e aparece.
"""

import asyncio
from pathlib import Path

import pytest

from consumers.pipeline import OUTBOUND
from pyloto_stream.simulator.faults import Fault
from tests.support.load import talk_until, verify
from tests.support.system import System

WAVE, ROUNDS, IN_FLIGHT, SEED = 30, 2, 6, 17


@pytest.mark.timeout(300)
async def test_replacing_every_worker_under_load_loses_nothing_repeats_nothing_and_never_waits(
    redis_url: str, tmp_path: Path, log_folder: Path
) -> None:
    async with System(
        redis_url,
        tmp_path,
        log_folder,
        FLOOD_THRESHOLD="100",
        CLAIM_IDLE="300",
        SETTLE_WINDOW="4",
        DRAIN_TIMEOUT="0.5",
    ) as system:
        enough = asyncio.Event()
        talking = asyncio.create_task(talk_until(system, enough, SEED, least=WAVE, wave=WAVE))
        for number in range(ROUNDS * len(system.workers)):
            worker = system.workers[number % len(system.workers)]
            if OUTBOUND in worker.arguments:  # sai com chamadas por responder: tem de as devolver
                hung = system.simulator.faults.add(Fault("hang", times=IN_FLIGHT, accepted=True))
                async with asyncio.timeout(30):
                    while hung.hits < IN_FLIGHT:  # noqa: ASYNC110 — quem muda é outro processo
                        await asyncio.sleep(0.01)
            await system.retire(worker)
            assert not talking.done(), "there is always somebody talking while workers are replaced"
        enough.set()
        await verify(system, redis_url, await talking)
