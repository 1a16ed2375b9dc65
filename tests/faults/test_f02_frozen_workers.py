"""F2: SIGSTOP em cada ponto, por mais que o prazo de quem assume, e depois SIGCONT: quem acorda nada repete.

Limite escrito em I4: congelado entre a última conferência e o socket por mais que a janela de dúvida, quem
acorda envia depois de o outro ter reenviado. Aqui a pausa fica dentro da janela.

Um arquivo SQLite só tem um escritor: congelado no meio de uma gravação, ele faz os outros esperarem, e o que
é da auditoria só anda quando ele acorda. O resto não espera.
"""

import asyncio
import signal

import pytest

from consumers.pipeline import HANDOFF, MEDIA, OUTBOUND, STAGES
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.load import talk
from tests.faults.harness.orders import Crash
from tests.faults.harness.run import Run
from tests.faults.test_f01_killed_workers import LOOP, ONCE, SENDING, people_for

PLACES = [(point, stage) for stage in STAGES for point in LOOP] + [(point, OUTBOUND) for point in SENDING]
LEASE_S = 0.4
SPREAD = 7
"""Passo por `PLACES`, sem fator comum com o tamanho dela: a dose rápida também passa por todas as etapas."""


@pytest.mark.timeout(1200)
async def test_i3_i4_i5_a_worker_frozen_at_any_point_wakes_up_and_repeats_nothing(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        point, stage = PLACES[SPREAD * run.number % len(PLACES)]
        await run.open(crm=stage == HANDOFF, CLAIM_IDLE=str(LEASE_S), SETTLE_WINDOW="3")
        nth = run.rng.randint(1, 1 if stage in ONCE else 2)
        post = run.post(STAGES, [Crash(point, stage, nth, signal.SIGSTOP)])
        victim, other = await post.child.up(), await run.post().child.up()
        talking = asyncio.create_task(talk(run, people_for(stage), photos=stage == MEDIA))
        await run.until(victim.stopped.is_set, what=f"freeze at {point} of {stage}")
        await run.until(lambda: other.counts["claimed"], 10, "a takeover")
        victim.signal(signal.SIGCONT)
        await talking
        await run.quiet()
        assert victim.code is None, "who wakes up goes on working"

    row = await faults.run("F2", scenario, quick=len(PLACES) // 2, full=10 * len(PLACES))
    assert row.fenced > 0 or row.runs < 2, "nobody woke up with a plan that somebody else had applied"
