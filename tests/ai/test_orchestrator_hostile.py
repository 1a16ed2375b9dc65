"""O orquestrador diante de um servidor hostil: nada dele chega a alguém, nem o faz esperar demais."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator

import pytest_asyncio

from pyloto_stream.ai.openai_chat import MOST_COUNTED
from pyloto_stream.ai.rules import understand
from tests.support.hearing import asking, said
from tests.support.model_bench import ASK, BUDGET_S, SHORT_S, Bench
from tests.support.model_hostile import HOSTILE
from tests.support.model_server import model_server


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    async with model_server() as server:
        bench = Bench(server)
        await bench.open()
        yield bench
        await bench.mind.close()


async def test_whatever_a_hostile_server_does_the_rules_answer_and_the_reason_is_counted(
    bench: Bench,
) -> None:
    alone = understand(asking(), [said(ASK)])
    for name, code in HOSTILE.items():
        bench.budget_s = SHORT_S if code == "timeout" else BUDGET_S
        bench.renew()
        bench.server.then = name
        began = time.monotonic()
        assert await bench.hear(ASK) == alone, name
        assert time.monotonic() - began < BUDGET_S / 4, name
        assert bench.told.fallbacks == Counter({("whole", code): 1}), name


async def test_what_a_server_says_it_spent_neither_breaks_a_turn_nor_spoils_the_sums(bench: Bench) -> None:
    for name, tokens in {"tokens_1e18": MOST_COUNTED, "tokens_null": 0}.items():
        bench.renew()
        bench.server.then = name
        assert (await bench.hear(ASK)).engine == "model", name
        assert bench.told.tokens == (tokens, tokens)


async def test_a_server_that_drips_holds_up_nobody_but_who_asked_it(bench: Bench) -> None:
    bench.server.script, bench.budget_s = ["drips"] * 8, 4.0
    bench.renew()
    held = [asyncio.create_task(bench.hear(f"{ASK} {n}")) for n in range(8)]
    while len(bench.server.bodies) < 8:  # noqa: ASYNC110 — estão todos à espera
        await asyncio.sleep(0.005)
    assert (await bench.hear(ASK)).engine == "model"
    assert not any(task.done() for task in held)
    began = time.monotonic()
    assert {heard.engine for heard in await asyncio.gather(*held)} == {"rules"}
    assert time.monotonic() - began < 2 * bench.budget_s
