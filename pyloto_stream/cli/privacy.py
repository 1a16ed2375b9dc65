"""O que se faz com o que sabemos de uma pessoa? Entregá-lo a ela, esquecê-lo, trocar a chave que o lacra."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli import FAILED, privacy_export, privacy_forget
from pyloto_stream.cli.output import AsJson, print_json, print_table

if TYPE_CHECKING:
    from pyloto_stream.settings import Settings
    from pyloto_stream.stores.profile_rotation import Rotation

app = typer.Typer(
    name="privacy",
    help="What is known of people: a copy of it for them, its erasure, the keys that seal it.",
    epilog="Example: pyloto-stream privacy rotate-key --dry-run",
    no_args_is_help=True,
)
app.add_typer(privacy_export.app)
app.add_typer(privacy_forget.app)


@app.command(
    "rotate-key",
    help="Seal every profile anew with the newest key of DATA_ENCRYPTION_KEY. May be stopped and run again "
    "at any time. Exits 1 if a seal cannot be opened with the keys given; it is left as it is.",
    epilog="Example: pyloto-stream privacy rotate-key",
)
def rotate_key(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; only count.")] = False,
    as_json: AsJson = False,
) -> None:
    """Passa os perfis à chave mais nova.

    Raises:
        MisconfiguredError: configuração errada.
        UnavailableError: o banco de documentos não respondeu.
    """
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415 — `--help` não carrega o sistema

    settings = settings_of("privacy", quiet=True)
    report = asyncio.run(_rotated(settings, dry_run=dry_run))
    if as_json:
        print_json(report)
    else:
        done = "would be sealed anew" if dry_run else "sealed anew"
        typer.echo(f"{report.profiles} profiles; {report.resealed} {done} with {report.to}")
        if report.fields:
            print_table(["found under", "fields"], [[k, str(n)] for k, n in sorted(report.fields.items())])
        if report.unopenable:
            typer.echo(f"{report.unopenable} profiles have a seal that none of the keys opens; left as is")
    if report.unopenable:
        raise typer.Exit(FAILED)


async def _rotated(settings: "Settings", *, dry_run: bool) -> "Rotation":
    from consumers.documents import open_documents  # noqa: PLC0415 — ver acima
    from pyloto_stream.cli.progress import progress  # noqa: PLC0415
    from pyloto_stream.stores.profile_rotation import rotate  # noqa: PLC0415
    from pyloto_stream.stores.profiles import PROFILES  # noqa: PLC0415
    from pyloto_stream.stores.sealing import Sealer  # noqa: PLC0415

    documents = await open_documents(settings)
    try:
        total = await documents.count(PROFILES)
        with progress("profiles", total, "profiles") as (step, _more):
            return await rotate(documents, Sealer(settings.data_keys()), dry_run=dry_run, step=step)
    finally:
        await documents.close()
