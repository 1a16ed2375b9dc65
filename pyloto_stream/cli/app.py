"""De que comandos é feito o `pyloto-stream`? Dos módulos listados aqui; um módulo novo é uma linha.

Cada módulo tem um `app` do Typer (com nome, se é um grupo) e importa o que é pesado dentro de cada comando.
"""

from typing import Annotated

import typer

from pyloto_stream.cli import (
    ai,
    audit,
    config,
    conversation,
    dev,
    dlq,
    doctor,
    flows,
    handoffs,
    privacy,
    retention,
    services,
    streams,
    templates,
    timers,
    token,
    webhook,
)

MODULES = (
    dev,
    services,
    streams,
    timers,
    dlq,
    conversation,
    handoffs,
    audit,
    privacy,
    retention,
    templates,
    webhook,
    token,
    flows,
    ai,
    config,
    doctor,
)

app = typer.Typer(
    name="pyloto-stream",
    help="Pyloto's WhatsApp front desk as a stream-processing consumer over Redis Streams.",
    epilog="Example: pyloto-stream demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # o traceback do Rich mostra variáveis locais
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in MODULES:
    app.add_typer(module.app)


def _print_version(asked: bool) -> None:
    if asked:
        from pyloto_stream import __version__  # noqa: PLC0415 — lê os metadados do pacote

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Opções comuns."""
