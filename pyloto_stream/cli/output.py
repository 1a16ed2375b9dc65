"""Como um comando mostra dados? Uma tabela para pessoas, JSON para programas."""

import json
from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def printable(text: str) -> str:
    """O texto sem o que um terminal obedeceria: controles, inclusive os de 8 bits, e direção de escrita."""
    return "".join(c if c in "\n\t" or c.isprintable() else json.dumps(c)[1:-1] for c in text)


def print_json(document: object) -> None:
    """Escreve `document` (estruturas msgspec, listas, dicionários) na saída, indentado."""
    typer.echo(printable(msgspec.json.format(msgspec.json.encode(document), indent=2).decode()))


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Escreve uma tabela; fora de um terminal nenhuma célula é cortada."""
    from rich.console import Console  # noqa: PLC0415 — só quando há o que desenhar
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console = Console()
    console.print(table) if console.is_terminal else Console(width=10_000).print(table)
