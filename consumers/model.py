"""Como um processo abre o modelo? A conexão, quem conta o que houve com ele, e quem confere o que ele diz.

Limite: só quem tem `OPENAI_ENABLED` chega aqui; sem ele, a etapa `ai` é pura e nada disto se importa.
"""

from contextlib import AsyncExitStack

from loguru import logger

from pyloto_stream.ai.decision import strict_schema
from pyloto_stream.ai.guard import check
from pyloto_stream.ai.openai_chat import open_chat
from pyloto_stream.ai.orchestrator import AIOrchestrator, Guard
from pyloto_stream.ai.prompts import PROMPTS
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.observability.metrics_model import ModelMetrics


def allowed(reply: str) -> str:
    """Por que `reply` não pode sair; vazio se pode. As instruções do modelo são segredo."""
    parts = PROMPTS.parts
    return check(
        reply, secrets=(parts.CLASSIFY_INTENT_SYSTEM, parts.EXTRACT_ENTITIES, parts.GENERATE_RESPONSE)
    )


async def open_model(
    live: LiveSettings, metrics: Metrics, resources: AsyncExitStack, guard: Guard = allowed
) -> AIOrchestrator:
    """Abre o modelo da configuração; `resources` o fecha."""
    settings = live.current()
    chat = await open_chat(
        settings.openai_base_url,
        settings.openai_api_key.reveal(),
        settings.openai_model,
        strict_schema(),
        timeout_s=settings.openai_timeout_seconds,
    )
    resources.push_async_callback(chat.close)
    live.follow(lambda now: chat.use(now.openai_api_key.reveal()))
    report = ModelReport(metrics.model, prices(settings.openai_token_prices))
    return AIOrchestrator(
        chat, report, guard, budget_s=settings.openai_timeout_seconds, model=settings.openai_model
    )


def prices(setting: str) -> tuple[float, float]:
    """`OPENAI_TOKEN_PRICES` em USD por milhão de tokens de entrada e de saída; zero se não se disse."""
    paid, _, earned = setting.partition(":")
    return (float(paid), float(earned)) if setting else (0.0, 0.0)


class ModelReport:
    """O que houve com o modelo, para quem opera (`ModelTelemetry`): números, e uma linha por queda."""

    def __init__(self, metrics: ModelMetrics, token_prices: tuple[float, float]) -> None:
        self._metrics, self._prices = metrics, token_prices

    def model_called(self, result: str, seconds: float) -> None:
        """Uma chamada terminou em `result`."""
        self._metrics.called(result, seconds)

    def model_tokens(self, tokens_in: int, tokens_out: int) -> None:
        """O que uma chamada consumiu."""
        self._metrics.spent(tokens_in, tokens_out, self._prices)

    def model_fell_back(self, part: str, reason: str) -> None:
        """As regras falaram no lugar do modelo."""
        self._metrics.fell_back(part, reason)

    def model_cached(self) -> None:
        """Uma resposta guardada poupou uma chamada."""
        self._metrics.cached()

    def reply_stopped(self, reason: str) -> None:
        """A guarda barrou uma resposta proposta."""
        self._metrics.stopped(reason)

    def model_down(self, code: str) -> None:
        """Começou uma queda; o resto dela não escreve linha nenhuma."""
        logger.bind(code=code).warning("model down, the rules answer")

    def model_back(self, seconds: float) -> None:
        """A queda terminou."""
        self._metrics.was_down(seconds)
        logger.bind(seconds=round(seconds, 1)).warning("model back")
