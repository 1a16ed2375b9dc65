"""O que está configurado? `config check` responde sem mostrar segredos."""

import os
from importlib import import_module

import typer

from pyloto_stream.cli.output import AsJson, print_json, print_table

DATA_MODULES = (
    "pyloto_stream.ai.families",
    "pyloto_stream.ai.guard",
    "pyloto_stream.ai.lexicon",
    "pyloto_stream.ai.municipalities",
    "pyloto_stream.ai.prompts",
    "pyloto_stream.ai.voice",
    "pyloto_stream.conversation.forms",
)
"""Os módulos que leem arquivos que `PRODUCT_DATA` pode trocar; os outros dados vêm com eles."""

app = typer.Typer(
    name="config",
    help="What this process is configured with.",
    epilog="Example: pyloto-stream config check",
    no_args_is_help=True,
)


@app.command(
    "check",
    help="Check every variable and print the values in force, secrets masked. Exits 2 if one is wrong.",
    epilog="Example: ENVIRONMENT=production pyloto-stream config check --json",
)
def check(as_json: AsJson = False) -> None:
    """Confere a configuração e os arquivos de dados do produto, e mostra o que vale.

    Raises:
        MisconfiguredError: há valores errados ou faltando.
    """
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415 — ver `app.py`
    from pyloto_stream.secret_settings import load_settings  # noqa: PLC0415
    from pyloto_stream.settings import describe  # noqa: PLC0415

    try:
        settings = load_settings(os.environ)
        for name in DATA_MODULES:  # conferir os dados é carregá-los
            import_module(name)
    except MisconfiguredError as error:
        if as_json:
            print_json({"ok": False, "problems": error.problems})
        raise
    rows = describe(settings)
    if as_json:
        variables = [{"name": name, "value": value, "source": source} for name, value, source in rows]
        print_json({"ok": True, "variables": variables})
    else:
        print_table(("variable", "value", "source"), rows)
