"""O orquestrador contra um servidor de verdade, com o SDK de verdade: o que falha, as regras respondem."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator

import pytest_asyncio

from pyloto_stream.ai.briefing import brief
from pyloto_stream.ai.decision import strict_schema
from pyloto_stream.ai.masking import Masking
from pyloto_stream.ai.openai_chat import open_chat
from pyloto_stream.ai.orchestrator import AIOrchestrator
from pyloto_stream.ai.prompts import PROMPTS
from pyloto_stream.ai.rules import understand
from tests.support.hearing import TAP, asking, said
from tests.support.model_answers import MODEL, TOKENS_IN, TOKENS_OUT
from tests.support.model_bench import ASK, BUDGET_S, KEY, SHORT_S, Bench
from tests.support.model_server import FAILURES, model_server


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    async with model_server() as server:
        bench = Bench(server)
        await bench.open()
        yield bench
        await bench.mind.close()


async def test_the_model_is_asked_once_and_its_version_is_recorded(bench: Bench) -> None:
    heard = await bench.hear(ASK)
    assert (heard.engine, heard.prompt) == ("model", PROMPTS.version)
    assert [score.intent for score in heard.intents] == ["CUSTOM_SOFTWARE"]
    assert len(bench.server.asked) == 1
    assert bench.told.tokens == (TOKENS_IN, TOKENS_OUT)
    assert bench.told.calls == Counter({"ok": 1})
    (asked,) = bench.server.asked
    assert asked.model == MODEL
    assert asked.response_format["json_schema"] == {
        "name": "decision", "strict": True, "schema": strict_schema(),
    }  # fmt: skip
    assert bench.server.keys == [f"Bearer {KEY}"]


async def test_whatever_fails_the_rules_answer_within_the_budget_and_the_reason_is_counted(
    bench: Bench,
) -> None:
    alone = understand(asking(), [said(ASK)])
    for name, code in FAILURES.items():
        bench.budget_s = SHORT_S if name == "slow" else BUDGET_S
        bench.renew()
        bench.server.then = name
        began, before = time.monotonic(), len(bench.server.bodies)
        heard = await bench.hear(ASK)
        assert time.monotonic() - began < max(bench.budget_s, BUDGET_S / 4), name
        assert heard == alone, name
        assert bench.told.fallbacks == Counter({("whole", code): 1}), name
        assert len(bench.server.bodies) - before == (2 if code == "off_schema" else 1), name


async def test_a_server_that_is_not_there_is_unavailable(bench: Bench) -> None:
    chat = await open_chat("http://127.0.0.1:9/v1", "", MODEL, strict_schema(), timeout_s=BUDGET_S)
    mind = AIOrchestrator(chat, bench.told, str, budget_s=BUDGET_S)
    assert (await mind.understand(asking(), [said(ASK)])).engine == "rules"
    assert bench.told.fallbacks == Counter({("whole", "unavailable"): 1})
    await mind.close()


async def test_a_slow_call_is_really_cancelled(bench: Bench) -> None:
    bench.server.then, bench.budget_s = "slow", SHORT_S
    bench.renew()
    await bench.hear(ASK)
    async with asyncio.timeout(10):
        await bench.server.gone.wait()


async def test_the_turn_may_be_cancelled_from_outside(bench: Bench) -> None:
    bench.server.then = "slow"
    task = asyncio.create_task(bench.hear(ASK))
    while not bench.server.bodies:  # noqa: ASYNC110 — o pedido chegou
        await asyncio.sleep(0.005)
    task.cancel()
    assert isinstance((await asyncio.gather(task, return_exceptions=True))[0], asyncio.CancelledError)


async def test_an_answer_off_the_schema_is_repaired_once(bench: Bench) -> None:
    bench.server.script = ["off_schema", "ok"]
    assert (await bench.hear(ASK)).engine == "model"
    first, second = bench.server.asked
    assert second.messages[: len(first.messages)] == first.messages
    assert [m.role for m in second.messages] == ["system", "user", "assistant", "user"]
    assert bench.told.fallbacks == Counter()
    assert bench.told.calls == Counter({"ok": 2})


async def test_the_repair_spends_the_same_budget(bench: Bench) -> None:
    bench.server.script, bench.budget_s = ["off_schema", "slow"], 2.0
    bench.renew()
    began = time.monotonic()
    assert (await bench.hear(ASK)).engine == "rules"
    assert 2.0 <= time.monotonic() - began < 2 * 2.0
    assert bench.told.fallbacks == Counter({("whole", "timeout"): 1})


async def test_nothing_typed_is_nothing_asked(bench: Bench) -> None:
    quiet = [
        "", "   ", "\u200b\u200e", "🙂", "!!! ...", "/automacao", "/saas por favor",
        f"{TAP}intent:CUSTOM_SOFTWARE",
    ]  # fmt: skip
    for text in quiet:
        heard = await bench.hear(text)
        assert heard.engine == "rules", text
        assert not heard.prompt
    assert (await bench.mind.understand(asking(), [])).engine == "rules"
    assert (await bench.mind.understand(asking("@intent"), [said("2")])).explicit is not None
    assert bench.server.bodies == []


async def test_what_the_guard_stops_is_not_said_and_the_understanding_stays(bench: Bench) -> None:
    bench.server.reply = "Isto é PROIBIDO."
    heard = await bench.hear(ASK)
    assert (heard.engine, heard.reply) == ("model", "")
    assert bench.told.stopped == Counter({"forbidden": 1})
    assert bench.told.fallbacks["reply", "forbidden"] == 1


async def test_what_a_model_says_when_it_is_not_sure_is_not_said(bench: Bench) -> None:
    bench.server.reply, bench.server.confidence = "Que bom que você quer entregar com a gente.", 0.69
    heard = await bench.hear(ASK)
    assert (heard.engine, heard.reply) == ("model", "")
    assert bench.told.fallbacks["reply", "unsure"] == 1
    bench.server.confidence = 0.7
    assert (await bench.hear(f"{ASK} 2")).reply == bench.server.reply


async def test_what_a_model_says_of_another_subject_than_the_tapped_one_is_not_said(bench: Bench) -> None:
    bench.server.reply = "Que bom que você quer entregar com a gente."
    heard = await bench.hear(f"{TAP}intent:CUSTOM_SOFTWARE", "quero ser entregador")
    assert (heard.engine, heard.explicit, heard.reply) == ("model", "CUSTOM_SOFTWARE", "")
    assert bench.told.fallbacks["reply", "elsewhere"] == 1


async def test_a_question_in_the_reply_is_left_to_whoever_decides(bench: Bench) -> None:
    bench.server.reply = "Entendi o que você precisa. Quantas pessoas vão usar o sistema?"
    assert (await bench.hear(ASK)).reply == "Entendi o que você precisa."


async def test_after_three_failures_nobody_waits_and_the_outage_is_told_once(bench: Bench) -> None:
    bench.server.then = "500"
    for _ in range(6):
        assert (await bench.hear(ASK)).engine == "rules"
    assert len(bench.server.bodies) == 3
    assert bench.told.fallbacks == Counter({("whole", "unavailable"): 3, ("whole", "paused"): 3})
    bench.skip_s = 10
    await bench.hear(ASK)
    assert len(bench.server.bodies) == 4
    bench.server.then, bench.skip_s = "ok", 30
    assert (await bench.hear(ASK)).engine == "model"
    assert [told[:6] for told in bench.told.outages] == ["down u", "back 3"]


async def test_bad_questions_do_not_close_the_door_to_the_others(bench: Bench) -> None:
    bench.server.script = ["refusal", "azure_filter", "400", "cut", "huge", "filtered"]
    while bench.server.script:
        assert (await bench.hear(ASK)).engine == "rules"
    assert (await bench.hear(ASK)).engine == "model"


async def test_the_same_question_of_two_people_is_asked_once(bench: Bench) -> None:
    question = "o que é a Pyloto?"
    first, second = await bench.hear(question), await bench.hear(question)
    assert first == second
    assert len(bench.server.bodies) == 1
    assert bench.told.cached == 1
    bench.skip_s = 7200
    await bench.hear(question)
    assert len(bench.server.bodies) == 2


async def test_what_is_somebodys_is_never_kept(bench: Bench) -> None:
    known = asking("", "ENTRY_UNKNOWN", name="Ana")
    for _ in range(2):
        await bench.hear("o que é a Pyloto? meu email é ana@exemplo.com.br")
        await bench.hear(f"{ASK}, somos 12 pessoas em Curitiba PR")
        await bench.mind.understand(known, [said("o que é a Pyloto?")])
    assert bench.told.cached == 0
    assert len(bench.server.bodies) == 6


async def test_one_sentence_can_be_heard_alone(bench: Bench) -> None:
    assert (await bench.mind.hear_first(ASK)).engine == "model"


async def test_what_is_sent_is_the_briefing_and_nothing_else(bench: Bench) -> None:
    await bench.hear(ASK)
    sent = [(m.role, m.content) for m in bench.server.asked[0].messages]
    assert sent == [(m.role, m.content) for m in brief(asking(), [ASK], Masking())]
