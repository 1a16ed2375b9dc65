"""Este processo conseguiria trabalhar agora? `doctor` pergunta a cada dependência e diz o que falta."""

import asyncio
import os
from typing import TYPE_CHECKING

import typer

from pyloto_stream.cli.output import AsJson, print_json, print_table

if TYPE_CHECKING:
    from pyloto_stream.cli.check import Check

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
    found = _found()
    works = all(check.standing != "failed" for check in found)
    if as_json:
        print_json({"ok": works, "checks": found})
    else:
        print_table(("check", "standing", "detail"), [(c.name, c.standing, c.detail) for c in found])
    if not works:
        raise typer.Exit(code=1)


def _found() -> "list[Check]":
    """Primeiro os segredos: sem eles não há com que perguntar ao resto."""
    from pyloto_stream.cli.checks import examine  # noqa: PLC0415 — carrega o cliente do Redis
    from pyloto_stream.cli.checks_secrets import secret_checks  # noqa: PLC0415
    from pyloto_stream.secret_settings import load_settings, place_of, settled  # noqa: PLC0415

    place = place_of(os.environ)
    if place is None:
        return asyncio.run(examine(load_settings(os.environ)))
    checks, read = asyncio.run(secret_checks(os.environ, place))
    if any(check.standing == "failed" for check in checks):
        return checks
    return [*checks, *asyncio.run(examine(settled(os.environ, read)))]
