"""F20: o que não se lê, levanta, trava, ignora o prazo, prende o laço, mata o processo, esgota a memória.

Vai para a fila de mortos com a causa certa; a pessoa lê a linha neutra uma vez e segue; as outras nem notam.
"""

import pytest

from consumers.pipeline import AI
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.simulator.people import Person
from pyloto_stream.streams import keys
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.load import FIRST, chat, people, talk
from tests.faults.harness.run import Run

CAUSES = {
    "raises": "bug_RuntimeError",
    "memory": "bug_MemoryError",
    "hangs": "stage_timeout",
    "stubborn": "stage_timeout",
    "kills": "worker_died",
    "blocks": "worker_died",
}
PURE = ("raises", "memory", "kills", "blocks")
CASES = [(kind, "poison") for kind in CAUSES] + [(kind, "pure_poison") for kind in PURE]
INNOCENTS = 999


async def _poisoned(run: Run, kind: str, script: str) -> Person:
    """Abre o sistema, e alguém envenena o primeiro turno e depois diz outra coisa."""
    await run.open(MAX_ATTEMPTS="2", STAGE_TIMEOUT="1", LOOP_STALL_TIMEOUT="2")
    await run.post(script=script).child.up()
    run.dead[CAUSES[kind]] += 1
    (victim,) = people(run, 1)
    assert await victim.say(f"veneno {kind}").accepted()
    return victim


async def _goes_on(run: Run, victim: Person) -> None:
    await victim.reply(0, 40)
    texts = [victim.bubble(reply.wamid).text for reply in victim.replies]
    assert texts == [TEXTS.failed], texts
    await chat(victim, run.rng, [FIRST])
    await victim.reply(1, 40)
    assert TEXTS.failed not in victim.bubble(victim.replies[-1].wamid).text


@pytest.mark.timeout(900)
async def test_i6_i7_poison_is_buried_with_its_cause_and_hurts_nobody_else(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        victim = await _poisoned(run, *CASES[run.number % len(CASES)])
        await talk(run)
        await _goes_on(run, victim)

    await faults.run("F20", scenario, quick=len(CASES), full=15 * len(CASES))


@pytest.mark.timeout(300)
async def test_i6_a_stream_entry_that_is_no_token_is_buried_at_once(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        await run.open()
        base = keys.prefix(run.rng.randrange(2), 2)
        await run.redis.xadd(keys.stream(base, AI), {"not": "a token"})
        run.dead["undecodable_token"] += 1
        run.post()
        await talk(run)

    await faults.run("F20-undecodable", scenario, quick=1, full=20)


@pytest.mark.timeout(300)
async def test_i6_i7_a_killer_among_a_thousand_takes_no_innocent_along(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        victim = await _poisoned(run, "kills", "pure_poison")
        await talk(run, INNOCENTS if faults.full else 99, said=[FIRST])
        await _goes_on(run, victim)

    await faults.run("F20-crowd", scenario, quick=1, full=2, at_once=1)
