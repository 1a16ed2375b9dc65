"""Que conta um banco a quem o executou? O quadro, as metas, e o que mudou desde o resultado guardado.

Grava o JSON e o gráfico em `.bench/`; com `--save`, também entre os resultados do projeto. De uma execução
`--quick` ficam só os números, à parte, em `.bench/quick/`: não tomam o lugar do que uma completa mediu.
"""

import argparse
import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.harness.chart import draw
from bench.harness.results import RESULTS, Check, Column, Result, committed, write

PLAIN_WIDTH = 140
"""Colunas de texto quando ninguém vê: um registro de CI, um arquivo."""
SCRATCH, QUICK = Path(__file__).parents[2] / ".bench", "quick"


def publish(
    result: Result, options: argparse.Namespace, *, scratch: Path = SCRATCH, results: Path = RESULTS
) -> int:
    """Mostra e grava `result`; 1 se `--assert`, sem `--quick`, e alguma meta falhou; senão 0."""
    before = committed(result.bench, results)
    if options.json:
        sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
    else:
        show(result, before, Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH))
    usual = scratch / QUICK if result.quick else scratch
    for folder in (usual, results) if options.save else (usual,):
        path = write(result, folder)
        if not result.quick:
            draw(result, path.with_suffix(".png"))
    missed = [check for check in result.checks if not check.ok]
    return int(bool(options.asserts and not result.quick and missed))


def show(result: Result, before: Result | None, console: Console) -> None:
    """Imprime o quadro; as razões, que valem de uma máquina para outra, ao lado das guardadas."""
    at = result.machine
    console.print(f"\n[bold]{result.bench}[/] {result.question}", highlight=False)
    console.print(
        f"{at.cpu}, {at.cores} cores, {at.os}, Python {at.python}, {at.redis}", highlight=False, style="dim"
    )
    console.print(_table(result, before))
    for check in result.checks:
        console.print(_verdict(check, quick=result.quick), highlight=False)
    for note in result.notes:
        console.print(f"· {note}", highlight=False, style="dim", markup=False)
    if result.quick:
        console.print("a quick run: no figure of it counts, and peers are left out", style="dim")
    elif before is None:
        console.print("first result: nothing is kept yet to compare with", style="dim")


def _table(result: Result, before: Result | None) -> Table:
    table = Table(title_justify="left")
    table.add_column("", no_wrap=True)
    for column in result.columns:
        table.add_column(column.title, justify="right", overflow="fold")
        if column.ratio and before:
            table.add_column("kept", justify="right", style="dim")
    kept = {row.name: row.values for row in before.rows} if before else {}
    for row in result.rows:
        cells = [row.name]
        for column in result.columns:
            cells.append(_cell(column, row.values))
            if column.ratio and before:
                cells.append(_cell(column, kept.get(row.name, {})))
        table.add_row(*cells)
    return table


def _cell(column: Column, values: dict[str, float | None]) -> str:
    value = values.get(column.key)
    return "–" if value is None else f"{value:,.{column.digits}f}"


def _verdict(check: Check, *, quick: bool) -> str:
    target = f"{'≥' if check.at_least else '≤'} {check.target:,g}"
    if quick:
        return f"[dim]· {check.what}: {check.value:,.2f} (target {target}; not judged in a quick run)[/]"
    mark = "[green]✓[/]" if check.ok else "[red]✗[/]"
    return f"{mark} {check.what}: {check.value:,.2f} (target {target})"
