"""Como dizer à Meta para onde mandar os webhooks? `webhook subscribe` assina, lê de volta e confere."""

import asyncio
import re
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli.output import AsJson, print_json

if TYPE_CHECKING:
    from pyloto_stream.settings import Settings
    from pyloto_stream.whatsapp.subscription import Subscribed

app = typer.Typer(
    name="webhook",
    help="Where Meta sends webhooks.",
    epilog="Example: pyloto-stream webhook subscribe --callback-url https://example.com/webhooks/whatsapp",
    no_args_is_help=True,
)

_FIELD = re.compile(r"[a-z_]{3,64}", re.ASCII)


@app.callback()
def webhook() -> None:
    """Um grupo, mesmo com um comando só."""


@app.command(
    "subscribe",
    help="Subscribe the app to the webhook fields this system handles, and the business account to the app; "
    "then read both back. Meta verifies the address at once: ingress must be running there. Exits 1 if "
    "something is missing.",
    epilog="Example: pyloto-stream webhook subscribe --callback-url https://example.com/webhooks/whatsapp",
)
def subscribe(
    callback_url: Annotated[
        str, typer.Option("--callback-url", help="Public address of ingress, with https.")
    ],
    fields: Annotated[
        str, typer.Option("--fields", help="Fields, comma separated; by default all that are handled.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; say what is subscribed and what would be.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Assina e confere.

    Raises:
        MisconfiguredError: há valores errados ou faltando.
        PylotoError: a Meta recusou ou não respondeu.
    """
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415 — `--help` não carrega o cliente

    wanted = _wanted(fields)
    settings = settings_of("webhook", quiet=True)
    _check_url(callback_url, settings)
    found = asyncio.run(_subscribe(settings, callback_url, wanted, dry_run=dry_run))
    problems = found.problems(callback_url, wanted)
    if as_json:
        print_json({"ok": not problems, "changed": not dry_run, "problems": problems, "subscribed": found})
    else:
        _print(found, problems, dry_run=dry_run)
    if problems and not dry_run:
        raise typer.Exit(code=1)


async def _subscribe(
    settings: "Settings", callback_url: str, wanted: tuple[str, ...], *, dry_run: bool
) -> "Subscribed":
    from pyloto_stream.cli.meta import application, graph_of  # noqa: PLC0415 — ver acima
    from pyloto_stream.whatsapp import subscription  # noqa: PLC0415

    ours = application(settings)
    async with graph_of(settings) as graph:
        if not dry_run:
            verify_token = settings.whatsapp_verify_token.reveal()
            await subscription.subscribe(graph, ours, callback_url, verify_token, wanted)
        return await subscription.subscribed(graph, ours)


def _wanted(fields: str) -> tuple[str, ...]:
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415 — ver acima
    from pyloto_stream.whatsapp.subscription import FIELDS  # noqa: PLC0415

    names = tuple(dict.fromkeys(name.strip() for name in fields.split(",") if name.strip())) or FIELDS
    if not all(map(_FIELD.fullmatch, names)):
        raise MisconfiguredError("--fields: must be field names such as messages,account_update")
    return names


def _check_url(callback_url: str, settings: "Settings") -> None:
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415 — ver acima
    from pyloto_stream.settings_addresses import split  # noqa: PLC0415

    parts = split(callback_url)
    schemes = ("https", "http") if settings.environment == "development" else ("https",)
    if parts is None or parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc:
        raise MisconfiguredError("--callback-url: must be an https address without a password")


def _print(found: "Subscribed", problems: list[str], *, dry_run: bool) -> None:
    state = ("subscribed" if found.account else "not subscribed") + (
        ", address overridden" * bool(found.elsewhere)
    )
    typer.echo(f"app       {found.callback_url or 'nowhere'}{'' if found.active else ' (not active)'}")
    typer.echo(f"account   {state}")
    typer.echo(f"fields    {', '.join(found.fields) or 'none'}")
    for problem in problems:
        typer.echo(f"{'to do' if dry_run else 'missing'}     {problem}")
