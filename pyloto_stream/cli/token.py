"""Como o token da Graph se renova sozinho? `token refresh`, num agendador."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli.output import AsJson, print_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pyloto_stream.cli.token_refresh import Refreshed, Where
    from pyloto_stream.settings import Settings

app = typer.Typer(
    name="token",
    help="The access token of the Graph API.",
    epilog="Example: pyloto-stream token refresh --file secrets/whatsapp-token --if-expires-within 20",
    no_args_is_help=True,
)

DAY_S = 86_400


@app.callback()
def token() -> None:
    """Um grupo, mesmo com um comando só."""


@app.command(
    "refresh",
    help="Exchange the token for a new one, prove that the new one works, and only then store it as a new "
    "version of the secret; the old one stays in force. Never prints a token. For a schedule: exits 0 if "
    "refreshed or not due yet, 1 if refused, 2 if misconfigured.",
    epilog="Example: pyloto-stream token refresh --secret whatsapp-token --if-expires-within 20",
)
def refresh(
    secret: Annotated[
        str,
        typer.Option(
            "--secret",
            help="Secret Manager: a name, or projects/PROJECT/secrets/NAME; by default where it comes from.",
        ),
    ] = "",
    file: Annotated[
        Path | None, typer.Option("--file", help="A file only you can read; made if it is not there.")
    ] = None,
    within: Annotated[
        int | None, typer.Option("--if-expires-within", min=0, help="Only if fewer days than this are left.")
    ] = None,
    number: Annotated[
        str, typer.Option("--number", help="phone_number_id; by default WHATSAPP_PHONE_NUMBER_ID.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Renova o token.

    Raises:
        MisconfiguredError: há valores errados ou faltando.
        PylotoError: a Meta ou o cofre recusou ou não respondeu.
    """
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415 — `--help` não carrega o cliente
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415
    from pyloto_stream.secret_settings import secret_name  # noqa: PLC0415

    settings = settings_of("token", quiet=True)
    if not secret and file is None and "WHATSAPP_ACCESS_TOKEN" in settings.stored:
        secret = secret_name("WHATSAPP_ACCESS_TOKEN")
    if bool(secret) == (file is not None):
        raise MisconfiguredError("say where the token is kept: either --secret or --file")
    within_s = -1 if within is None else within * DAY_S
    done = asyncio.run(_refresh(settings, secret, file, number, within_s))
    if as_json:
        print_json(done)
    else:
        typer.echo(_told(done))


async def _refresh(
    settings: "Settings", secret: str, file: Path | None, number: str, within_s: int
) -> "Refreshed":
    from pyloto_stream.cli.meta import app_secret, application, graph_of  # noqa: PLC0415 — ver acima
    from pyloto_stream.cli.token_refresh import refresh as renew  # noqa: PLC0415

    ours, target = application(settings), number or settings.whatsapp_phone_number_id
    async with graph_of(settings) as graph, _place(settings, secret, file) as where:
        known = graph.token_of(target)
        return await renew(graph, ours, app_secret(settings), target, where, known, within_s)


@asynccontextmanager
async def _place(settings: "Settings", secret: str, file: Path | None) -> "AsyncIterator[Where]":
    from pyloto_stream.cli.token_refresh import Where  # noqa: PLC0415 — ver acima
    from pyloto_stream.stores.secret_file import SecretFile  # noqa: PLC0415
    from pyloto_stream.stores.secret_manager import SecretManager  # noqa: PLC0415

    if file is not None:
        yield Where(SecretFile(file.parent), file.name, create=True)
        return
    secrets = await SecretManager.open(
        settings.firestore_project_id, emulator_host=settings.secret_manager_emulator_host
    )
    try:
        yield Where(secrets, secret, create=False)
    finally:
        await secrets.close()


def _told(done: "Refreshed") -> str:
    until = f"expires {done.expires_at}" if done.expires_at else "does not expire"
    if done.refreshed:
        return f"refreshed: version {done.version}, {until}"
    return f"{done.reason}: {until}"
