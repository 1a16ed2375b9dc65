"""Como ver um resultado de relance, também num telefone? Um painel por medida desenhada, letra grande."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness.results import Column, Result, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OURS, OTHERS = "#0b7a75", "#a9b4c2"
WIDTH_IN, BAR_IN, PANEL_IN, LINES_IN = 7.0, 0.42, 1.1, 2.2
APART = 120
"""Quantas vezes o menor é o maior, para que só uma escala logarítmica mostre os dois.

Entre contendores nunca: aí compara-se o comprimento das barras.
"""


def draw(result: Result, path: Path) -> None:
    """Desenha as colunas `drawn` (se nenhuma, a primeira) em `path`, PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 — pesado, e só aqui
    from matplotlib.figure import Figure  # noqa: PLC0415

    columns = [column for column in result.columns if column.drawn] or list(result.columns[:1])
    bars = (PANEL_IN + BAR_IN * len(_measured(column, result.rows)) for column in columns)
    tall = [LINES_IN] * len(columns) if result.shape == "lines" else list(bars)
    figure = Figure(figsize=(WIDTH_IN, sum(tall) + 0.6), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(result.question, fontsize=12, fontweight="bold", wrap=True)
    panels = figure.subplots(len(columns), squeeze=False, height_ratios=tall)[:, 0]
    panel = _lines if result.shape == "lines" else _bars
    for axes, column in zip(panels, columns, strict=True):
        panel(axes, column, result.rows)
        axes.set_title(column.title, fontsize=12, loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=11)
    figure.savefig(path, metadata={"Software": ""})


def _measured(column: Column, rows: Sequence[Row]) -> list[tuple[str, float]]:
    found = ((row.name, row.values.get(column.key)) for row in rows)
    return [(name, value) for name, value in found if value is not None]


def _bars(axes: "Axes", column: Column, rows: Sequence[Row]) -> None:
    points = _measured(column, rows)
    names, values = [name for name, _ in points], [value for _, value in points]
    compared = any(row.name.startswith("ours") for row in rows)
    colours = [OURS if not compared or name.startswith("ours") else OTHERS for name in names]
    bars = axes.barh(names, values, color=colours)
    axes.bar_label(bars, [_shown(column, value) for value in values], padding=4, fontsize=11)
    axes.invert_yaxis()
    positive = [value for value in values if value > 0]
    if positive and not compared and max(positive) > APART * min(positive):
        axes.set_xscale("log")
        axes.set_xlim(min(positive) / 2, max(positive) * 8)
        axes.minorticks_off()
        axes.set_xlabel("logarithmic", fontsize=10)
    else:
        axes.margins(x=0.22)
        axes.set_xlim(left=0)


def _lines(axes: "Axes", column: Column, rows: Sequence[Row]) -> None:
    points = _measured(column, rows)
    values = [value for _, value in points]
    axes.plot([name for name, _ in points], values, marker="o", color=OURS, linewidth=2)
    for place, value in enumerate(values):
        axes.annotate(
            _shown(column, value),
            (place, value),
            (0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=11,
        )
    axes.margins(x=0.08)
    axes.set_ylim(0, max(values, default=1.0) * 1.35)


def _shown(column: Column, value: float) -> str:
    return f"{value:,.{column.digits}f}"
