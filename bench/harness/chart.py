"""Como ver um resultado de relance, também num telefone? Um painel por medida desenhada, letra grande."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness.results import Column, Result, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OURS, OTHERS = "#0b7a75", "#a9b4c2"
WIDTH_IN, BAR_IN, PANEL_IN = 7.0, 0.42, 1.1


def draw(result: Result, path: Path) -> None:
    """Desenha as colunas `drawn` (se nenhuma, a primeira) em `path`, PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 — pesado, e só aqui
    from matplotlib.figure import Figure  # noqa: PLC0415

    columns = [column for column in result.columns if column.drawn] or list(result.columns[:1])
    tall = 3.0 if result.shape == "lines" else PANEL_IN + BAR_IN * len(result.rows)
    figure = Figure(figsize=(WIDTH_IN, tall * len(columns) + 0.6), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(result.question, fontsize=12, fontweight="bold", wrap=True)
    panels = figure.subplots(len(columns), squeeze=False)[:, 0]
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
    colours = [OURS if name.startswith("ours") else OTHERS for name in names]
    bars = axes.barh(names, values, color=colours)
    axes.bar_label(bars, [f"{value:,.{column.digits}f}" for value in values], padding=4, fontsize=11)
    axes.invert_yaxis()
    axes.margins(x=0.18)
    axes.set_xlim(left=0)


def _lines(axes: "Axes", column: Column, rows: Sequence[Row]) -> None:
    points = _measured(column, rows)
    axes.plot(
        [name for name, _ in points], [value for _, value in points], marker="o", color=OURS, linewidth=2
    )
    axes.set_ylim(bottom=0)
