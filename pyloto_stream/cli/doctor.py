"""Este processo conseguiria trabalhar agora? `doctor` pergunta a cada dependência e diz o que falta."""

import asyncio
import os

import typer

from pyloto_stream.cli.output import AsJson, print_json, print_table

app = typer.Typer()


@app.command(
    "doctor",
    help="Ask Redis and the stores whether they can be used, and say what is missing. "
    "Exits 1 if something does not work, 2 if the configuration is wrong.",
    epilog="Example: pyloto-stream doctor --json",
)
def doctor(as_json: AsJson = False) -> None:
    """Examina as dependências da configuração em vigor.

    Raises:
        MisconfiguredError: há valores errados ou faltando.
    """
    from pyloto_stream.cli.checks import examine  # noqa: PLC0415 — carrega o cliente do Redis
    from pyloto_stream.settings import load  # noqa: PLC0415

    found = asyncio.run(examine(load(os.environ)))
    works = all(check.standing != "failed" for check in found)
    if as_json:
        print_json({"ok": works, "checks": found})
    else:
        print_table(("check", "standing", "detail"), [(c.name, c.standing, c.detail) for c in found])
    if not works:
        raise typer.Exit(code=1)
