"""O que o processo monta em volta do modelo: preço, números, uma linha por queda, prazo da etapa."""

from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from loguru import logger

from consumers.model import ModelReport, allowed, open_model, prices
from consumers.pipeline import AI, SESSION, TIMEOUTS_S
from consumers.stages import _limit_s
from pyloto_stream.ai.decision import decode
from pyloto_stream.ai.prompts import PROMPTS
from pyloto_stream.conversation.flows import FLOWS
from pyloto_stream.conversation.texts import TOPICS
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.settings import Settings, load
from tests.support.model_answers import TOKENS_IN, TOKENS_OUT
from tests.support.model_server import model_server


@pytest.fixture
def lines() -> Iterator[list[str]]:
    kept: list[str] = []
    sink = logger.add(lambda message: kept.append(message.record["message"]), level="INFO")
    yield kept
    logger.remove(sink)


def settings(**environ: str) -> Settings:
    return load({"OPENAI_ENABLED": "true", "OPENAI_MODEL": "m", "OPENAI_API_KEY": "sk-x", **environ})


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_prices_are_per_million_tokens_and_free_when_nobody_says() -> None:
    assert prices("0.4:1.6") == (0.4, 1.6)
    assert prices("") == (0.0, 0.0)


def test_tokens_cost_and_calls_are_counted() -> None:
    metrics = Metrics()
    report = ModelReport(metrics.model, (1.0, 10.0))
    report.model_called("ok", 0.2)
    report.model_tokens(1_000_000, 500_000)
    report.model_fell_back("whole", "timeout")
    report.model_cached()
    report.reply_stopped("price")
    assert value(metrics, "pyloto_model_calls_total", result="ok") == 1
    assert value(metrics, "pyloto_model_call_seconds_sum") == 0.2
    assert value(metrics, "pyloto_model_tokens_total", direction="out") == 500_000
    assert value(metrics, "pyloto_model_cost_usd_total") == 6.0
    assert value(metrics, "pyloto_model_fallbacks_total", part="whole", reason="timeout") == 1
    assert value(metrics, "pyloto_model_cache_hits_total") == 1
    assert value(metrics, "pyloto_model_replies_stopped_total", reason="price") == 1


def test_an_outage_is_two_lines_and_its_length(lines: list[str]) -> None:
    metrics = Metrics()
    report = ModelReport(metrics.model, (0.0, 0.0))
    report.model_down("timeout")
    for _ in range(50):
        report.model_fell_back("whole", "paused")
    report.model_back(61.04)
    assert lines == ["model down, the rules answer", "model back"]
    assert value(metrics, "pyloto_model_outage_seconds_total") == 61.04


def test_the_stage_never_gives_up_before_the_model_budget() -> None:
    for budget in ("0.1", "5", "60"):
        for limit in ("0.5", "60", "600"):
            chosen = settings(OPENAI_TIMEOUT_SECONDS=budget, STAGE_TIMEOUT=limit)
            assert _limit_s(AI, chosen) > chosen.openai_timeout_seconds
    assert _limit_s(AI, load({})) == TIMEOUTS_S[AI]
    assert _limit_s(SESSION, settings(OPENAI_TIMEOUT_SECONDS="60")) == TIMEOUTS_S[SESSION]


def test_the_instructions_are_a_secret_and_what_may_be_said_is_not() -> None:
    assert allowed(PROMPTS.parts.GENERATE_RESPONSE[:200]) == "prompt_text"
    taught = [reply for shot in PROMPTS.shots if (reply := decode(shot.answer).reply)]
    assert len(taught) > 1
    public = [*taught, *TOPICS.values(), *(flow.intro for flow in FLOWS.values())]
    assert {text: reason for text in public if (reason := allowed(text))} == {}
    assert allowed("Entendi: a ideia é tirar os pedidos da marcenaria do caderno.") == ""


async def test_what_the_settings_say_is_what_is_asked_and_counted(lines: list[str]) -> None:
    metrics = Metrics()
    async with model_server() as server, AsyncExitStack() as resources:
        chosen = settings(
            OPENAI_BASE_URL=server.url,
            OPENAI_TOKEN_PRICES="1:2",
            OPENAI_MODEL="mine",
            OPENAI_TIMEOUT_SECONDS="60",
        )
        mind = await open_model(LiveSettings(chosen), metrics, resources)
        heard = await mind.hear_first("quero um aplicativo para a minha oficina, SEGREDO")
        assert heard.engine == "model"
        assert server.asked[0].model == "mine"
        server.then = "401"
        for number in range(4):
            await mind.hear_first(f"quero um aplicativo para a minha oficina {number} SEGREDO")
    assert value(metrics, "pyloto_model_cost_usd_total") == (TOKENS_IN + 2 * TOKENS_OUT) / 1_000_000
    assert value(metrics, "pyloto_model_calls_total", result="unauthorized") == 3
    assert lines == ["model down, the rules answer"]
