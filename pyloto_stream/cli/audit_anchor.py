"""Como se guarda hoje a prova do que a trilha era? `audit anchor`: a ponta de cada cadeia, assinada."""

import asyncio
import base64
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli import FAILED
from pyloto_stream.cli.output import AsJson, print_json
from pyloto_stream.errors import MisconfiguredError

if TYPE_CHECKING:
    from pyloto_stream.settings import Settings
    from pyloto_stream.stores.anchors import Made

app = typer.Typer()


@app.command(
    "anchor",
    help="Write the end of every chain as it is now, signed, to anchors/DAY.jsonl of the object store. What "
    "is there is never replaced: a second run on the same day changes nothing.",
    epilog="Example: pyloto-stream audit anchor",
)
def anchor(
    *,
    day: Annotated[
        str, typer.Option("--day", metavar="YYYY-MM-DD", help="Name of the anchor. Default: today, in UTC.")
    ] = "",
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Print a new pair of keys and do nothing else.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Faz a âncora do dia.

    Raises:
        MisconfiguredError: opções ou valores errados, ou falta `AUDIT_ANCHOR_KEY`.
        UnavailableError: o banco de documentos ou o repositório de objetos não respondeu.
        AnchorError: a âncora deste dia ficou sem assinatura e não confere.
    """
    if new_key:
        _print_pair(as_json=as_json)
        return
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415 — `--help` não carrega o sistema

    today = datetime.now(UTC).date()
    name = the_day(day, "--day") if day else today.isoformat()
    if name > today.isoformat():
        raise MisconfiguredError("--day: is in the future")
    settings = settings_of("audit", quiet=True)
    if not settings.audit_anchor_key:
        raise MisconfiguredError(
            "AUDIT_ANCHOR_KEY: required to sign; `pyloto-stream audit anchor --new-key` makes one"
        )
    made = asyncio.run(_make(settings, name))
    if as_json:
        print_json(made if made is not None else {"day": name, "existing": True})
    elif made is None:
        typer.echo(f"the anchor of {name} is there already, and stays as it is")
    else:
        typer.echo(f"anchor of {name}: {made.chains:,} chain ends, SHA-256 {made.sha256}")
        for key in made.headless:
            typer.echo(f"not in it: {key} has no readable end of chain; run audit verify", err=True)
    if made is not None and made.headless:
        raise typer.Exit(FAILED)


def the_day(text: str, option: str) -> str:
    """`text`, que é um dia.

    Raises:
        MisconfiguredError: não é.
    """
    try:
        day = date.fromisoformat(text).isoformat()
    except ValueError:
        day = ""
    if day != text:
        raise MisconfiguredError(f"{option}: must be a day, as 2026-11-28")
    return day


def public_key_of(settings: "Settings", text: str) -> bytes:
    """A chave pública dada, ou a da semente da configuração.

    Raises:
        MisconfiguredError: não há nenhuma, ou a dada não serve.
    """
    from pyloto_stream.stores.anchor_seal import KEY_BYTES, public_key  # noqa: PLC0415 — ver acima

    if not text:
        if not settings.audit_anchor_key:
            raise MisconfiguredError("--public-key: required with --anchor, or set AUDIT_ANCHOR_KEY")
        return public_key(settings.anchor_seed())
    try:
        public = base64.b64decode(text, validate=True)
    except ValueError:
        public = b""
    if len(public) != KEY_BYTES:
        raise MisconfiguredError("--public-key: must be 32 bytes in base64")
    return public


def _print_pair(*, as_json: bool) -> None:
    from pyloto_stream.stores.anchor_seal import new_pair  # noqa: PLC0415 — ver acima

    seed, public = new_pair()
    if as_json:
        print_json({"AUDIT_ANCHOR_KEY": seed, "public_key": public})
        return
    typer.echo(f"AUDIT_ANCHOR_KEY={seed}")
    typer.echo(f"public key: {public}")
    typer.echo("Keep the first one secret, away from whoever can write to the document store.", err=True)


async def _make(settings: "Settings", day: str) -> "Made | None":
    from consumers.documents import open_documents  # noqa: PLC0415 — ver acima
    from consumers.objects import open_export_objects  # noqa: PLC0415
    from pyloto_stream.cli.progress import progress  # noqa: PLC0415
    from pyloto_stream.clock import system_clock  # noqa: PLC0415
    from pyloto_stream.stores.anchors import make_anchor  # noqa: PLC0415

    documents = await open_documents(settings)
    try:
        objects = await open_export_objects(settings)
        try:
            with progress("anchor", None, "chains") as (_, more):
                return await make_anchor(
                    documents, objects, day, settings.anchor_seed(), system_clock(), more
                )
        finally:
            await objects.close()
    finally:
        await documents.close()
