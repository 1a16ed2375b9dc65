"""Onde um teste pode interromper o laço? Em pontos com nome; em produção não há ninguém olhando.

Promete: sem `watch`, `reached` não faz nada. Um teste põe ali o que mata, congela ou conta.
"""

from collections.abc import Callable

_watcher: Callable[[str, str], None] | None = None

POINTS = (
    "before_answer",
    "after_read",
    "after_claim",
    "before_handle",
    "after_handle",
    "before_apply",
    "after_apply",
    "before_begin_send",
    "after_begin_send",
    "after_send",
    "before_release",
)
"""Na ordem em que uma entrada passa por eles."""


def reached(point: str, stage: str) -> None:
    """O laço da etapa `stage` chegou ao ponto `point`."""
    if _watcher is not None:
        _watcher(point, stage)


def watched() -> bool:
    """Há alguém olhando? Quem passaria por um ponto muitas vezes pergunta antes."""
    return _watcher is not None


def watch(watcher: Callable[[str, str], None] | None) -> None:
    """Chama `watcher(ponto, etapa)` a cada passagem; `None` volta ao silêncio."""
    global _watcher  # noqa: PLW0603 — um só por processo, e só em testes
    _watcher = watcher
