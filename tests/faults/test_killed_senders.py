"""Quem envia morre (SIGKILL) com a resposta da Meta por chegar: cada resposta sai uma vez, e nenhuma some.

É a janela que uma morte ao acaso quase nunca acerta: a Meta já aceitou, ou nunca viu, e só o livro sabe que
se tentou. Com a notícia atrasada, quem assume tem de esperar por ela.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from consumers.pipeline import OUTBOUND
from pyloto_stream.simulator.faults import Fault
from tests.support.load import talk, verify
from tests.support.system import PATIENT, System

CONVERSATIONS, IN_FLIGHT, SEED = 20, 10, 13


@pytest.mark.parametrize(
    ("accepted", "news_ms"),
    [(True, 20), (True, 2500), (False, 20)],
    ids=["accepted", "accepted-and-told-late", "never-seen"],
)
@pytest.mark.timeout(300)
async def test_a_sender_killed_while_meta_does_not_answer_sends_each_reply_once(
    redis_url: str, tmp_path: Path, log_folder: Path, *, accepted: bool, news_ms: int
) -> None:
    async with System(
        redis_url,
        tmp_path,
        log_folder,
        pace=msgspec.structs.replace(PATIENT, sent_ms=news_ms),
        FLOOD_THRESHOLD="100",
        CLAIM_IDLE="1",
        SETTLE_WINDOW="6",
    ) as system:
        hung = system.simulator.faults.add(Fault("hang", times=IN_FLIGHT, accepted=accepted))
        talking = asyncio.create_task(talk(system, CONVERSATIONS, SEED))
        await _until(lambda: hung.hits == IN_FLIGHT, talking)
        (sender,) = [worker for worker in system.workers if OUTBOUND in worker.arguments]
        await system.replace(sender)
        people = await talking
        await verify(system, redis_url, people)


async def _until(happened: Callable[[], bool], talking: asyncio.Task[object]) -> None:
    async with asyncio.timeout(30):
        while not happened():
            assert not talking.done(), "the load ended before the calls hung"
            await asyncio.sleep(0.01)
