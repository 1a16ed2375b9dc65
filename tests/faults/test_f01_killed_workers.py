"""F1: SIGKILL em cada ponto do laço, em cada etapa: o resultado é o mesmo que sem mortes."""

import asyncio
import signal

import msgspec
import pytest

from consumers.pipeline import AI, HANDOFF, MEDIA, OUTBOUND, SESSION, STAGES
from pyloto_stream.simulator.faults import Fault
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.load import talk
from tests.faults.harness.orders import Crash
from tests.faults.harness.paces import PACE
from tests.faults.harness.run import Run

LOOP = ("after_read", "before_handle", "after_handle", "before_apply", "after_apply")
SENDING = ("before_begin_send", "after_begin_send", "after_send")
PLACES = [(point, stage) for stage in STAGES for point in LOOP] + [(point, OUTBOUND) for point in SENDING]
TAKING_OVER = [(point, stage) for stage in STAGES for point in ("after_claim", "before_release")]

ONCE = (MEDIA, HANDOFF)
"""Etapas a que cada pessoa dá trabalho uma vez só: uma foto, uma entrega."""


def people_for(stage: str) -> int:
    """Quantas pessoas conversam: bastantes para que de dois trabalhadores cada um tenha uma entrega."""
    return 8 if stage == HANDOFF else 6


@pytest.mark.timeout(1200)
async def test_i1_i3_i4_i5_a_worker_killed_at_any_point_of_any_stage_costs_nothing(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        point, stage = PLACES[run.number % len(PLACES)]
        await run.open(crm=stage == HANDOFF)
        nth = run.rng.randint(1, 1 if stage in ONCE else 4)
        post = run.post(STAGES, [Crash(point, stage, nth)])
        if run.rng.random() < 0.5:
            run.post()
        victim = await post.child.up()
        await talk(run, people_for(stage), photos=stage == MEDIA)
        assert await victim.over() == -signal.SIGKILL, f"nobody came to {point} of {stage}"

    await faults.run("F1", scenario, quick=len(PLACES), full=20 * len(PLACES))


@pytest.mark.timeout(600)
async def test_i1_i5_dying_while_taking_over_or_giving_back_costs_nothing(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        point, stage = TAKING_OVER[run.number % len(TAKING_OVER)]
        await run.open(crm=stage == HANDOFF, DRAIN_TIMEOUT="0")
        if point == "after_claim":  # alguém tem de morrer antes, com trabalho em mãos
            plans = [[Crash("after_read", stage)], [Crash(point, stage)]]
        else:
            plans = [
                [Crash(point, stage), Crash("before_handle", stage, 1 + (stage not in ONCE), signal.SIGTERM)]
            ]
        post = run.post([other for other in STAGES if stage != AI or other != SESSION], *plans)
        await post.child.up()
        if stage == AI:  # encadeada à de antes, no mesmo processo, não teria token que assumir
            await run.post([SESSION]).child.up()
        await talk(run, people_for(stage), photos=stage == MEDIA)
        await run.until(lambda: len(post.children) > len(plans), what=f"death at {point} of {stage}")
        assert all(child.code == -signal.SIGKILL for child in post.children[: len(plans)])

    await faults.run("F1-over", scenario, quick=len(TAKING_OVER), full=20 * len(TAKING_OVER))


@pytest.mark.timeout(600)
async def test_i4_a_sender_killed_while_meta_does_not_answer_sends_each_reply_once(faults: Campaign) -> None:
    """A Meta aceitou e conta logo, conta tarde, ou nunca viu: só o livro sabe que se tentou."""
    cases = [(True, 20), (True, 900), (False, 20)]

    async def scenario(run: Run) -> None:
        accepted, news_ms = cases[run.number % len(cases)]
        await run.open(pace=msgspec.structs.replace(PACE, sent_ms=news_ms), SETTLE_WINDOW="2.5")
        hung = run.meta.faults.add(Fault("hang", times=3, accepted=accepted))
        sender = await run.post().child.up()
        talking = asyncio.create_task(talk(run))
        await run.until(lambda: hung.hits == 3, what="calls in flight")
        sender.kill()
        await talking

    await faults.run("F1-sending", scenario, quick=len(cases), full=20 * len(cases))


@pytest.mark.timeout(600)
async def test_i20_a_worker_killed_between_the_post_and_the_commit_posts_again_and_publishes_once(
    faults: Campaign,
) -> None:
    """O CRM recebeu e respondeu; quem ia publicar morre, ou dorme até outro o ter feito."""

    async def scenario(run: Run) -> None:
        sign = (signal.SIGKILL, signal.SIGSTOP)[run.number % 2]
        await run.open(crm=True)
        crm = run.crm
        assert crm is not None
        await run.post([stage for stage in STAGES if stage != HANDOFF]).child.up()
        victim = await run.post([HANDOFF], [Crash("before_apply", HANDOFF, 1, sign)]).child.up()
        talking = asyncio.create_task(talk(run))
        if sign == signal.SIGSTOP:  # a entrega só: quem dorme com o arquivo nas mãos para todos
            await run.until(victim.stopped.is_set, what="freeze after a post")
            await run.post([HANDOFF]).child.up()
            await run.until(lambda: len(crm.ids) > len({*crm.ids}), what="a second post, by another")
            victim.signal(signal.SIGCONT)
        await talking
        await run.quiet()
        assert len(crm.ids) > len({*crm.ids}), "the hand-off in its hands came twice, with one id"

    await faults.run("F1-handoff", scenario, quick=2, full=40)
