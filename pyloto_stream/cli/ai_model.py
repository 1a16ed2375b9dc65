"""Quanto o modelo acerta? As mesmas frases, perguntadas a ele como a primeira mensagem de uma sessão.

Promete: o caminho de uma mensagem de verdade (`AIOrchestrator`), com o prazo e a conferência de verdade; onde
as regras responderam no lugar dele, elas contam, e `fallbacks` diz quantas vezes e por quê.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from consumers.model import open_model
from pyloto_stream.ai.evaluation import Heard, heard_in
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.settings import Settings

AT_ONCE = 4


class Asked(msgspec.Struct, frozen=True):
    """O que se entendeu de cada frase, na ordem; `fallbacks[motivo]` conta as que as regras responderam."""

    heard: list[Heard]
    fallbacks: dict[str, int]
    cost_usd: float


def told_by_model(settings: Settings, texts: Sequence[str]) -> list[Heard]:
    """Pergunta com uma barra; no fim, uma linha sobre o que as regras responderam por ele, e o custo.

    Raises:
        MisconfiguredError: a biblioteca do modelo não está instalada.
    """
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Asking", total=len(texts))
        asked = asyncio.run(ask_model(settings, texts, lambda: progress.advance(task)))
    why = ", ".join(f"{reason} {count}" for reason, count in sorted(asked.fallbacks.items())) or "none"
    typer.echo(f"answered by the rules instead: {why}; cost {asked.cost_usd:.4f} USD", err=True)
    return asked.heard


async def ask_model(settings: Settings, texts: Sequence[str], heard: Callable[[], None]) -> Asked:
    """Pergunta `texts` ao modelo da configuração; `heard` é chamada a cada resposta.

    Raises:
        MisconfiguredError: a biblioteca do modelo não está instalada.
    """
    metrics, room = Metrics(), asyncio.Semaphore(AT_ONCE)
    async with AsyncExitStack() as resources:
        mind = await open_model(LiveSettings(settings), metrics, resources)

        async def one(text: str) -> Heard:
            async with room:
                understood = await mind.hear_first(text)
            heard()
            return heard_in(understood)

        answers = await asyncio.gather(*(one(text) for text in texts))
    return Asked(list(answers), _fallbacks(metrics), _cost(metrics))


def _fallbacks(metrics: Metrics) -> dict[str, int]:
    return {
        sample.labels["reason"]: int(sample.value)
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "pyloto_model_fallbacks_total" and sample.labels["part"] == "whole"
    }


def _cost(metrics: Metrics) -> float:
    return metrics.registry.get_sample_value("pyloto_model_cost_usd_total") or 0.0
