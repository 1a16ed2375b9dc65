"""A trilha de auditoria está inteira? `audit verify`; e a âncora do dia, que o prova mais tarde."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli import FAILED, audit_anchor
from pyloto_stream.cli import operator_options as given
from pyloto_stream.cli.audit_anchor import the_day
from pyloto_stream.cli.output import AsJson, print_json
from pyloto_stream.cli.people import Phone, asked

if TYPE_CHECKING:
    from pyloto_stream.cli.audit_run import Wanted
    from pyloto_stream.settings import Settings

app = typer.Typer(
    name="audit",
    help="The audit trail: is every chain whole, and is what was anchored on a day still in it?",
    epilog="Example: pyloto-stream audit verify --all",
    no_args_is_help=True,
)
app.add_typer(audit_anchor.app)


@app.command(
    "verify",
    context_settings=given.KEYS,
    help="Walk one chain, or all, and name the first event of each that does not fit. With --anchor, also "
    "ask whether what was anchored on that day is still there, and who signed it. Exits 1 if not.",
    epilog="Example: pyloto-stream audit verify --all --anchor 2026-11-28",
)
def verify(
    user_key: Annotated[
        str,
        typer.Argument(
            metavar="[USER_KEY]", help="The conversation whose chain is walked.", callback=given.text
        ),
    ] = "",
    *,
    phone: Phone = "",
    every: Annotated[bool, typer.Option("--all", help="Every chain there is.")] = False,
    anchor: Annotated[
        str, typer.Option("--anchor", metavar="YYYY-MM-DD", help="Also compare with the anchor of this day.")
    ] = "",
    public_key: Annotated[
        str, typer.Option("--public-key", help="Of the anchor, in base64. Default: that of AUDIT_ANCHOR_KEY.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Confere cadeias.

    Raises:
        MisconfiguredError: opções ou valores errados.
        UnavailableError: o banco de documentos, o repositório de objetos, ou o Redis a que se perguntou de
            quem é um telefone, não respondeu.
    """
    from pyloto_stream.cli.audit_report import lines  # noqa: PLC0415 — `--help` não carrega o sistema
    from pyloto_stream.cli.audit_run import verified  # noqa: PLC0415
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415

    settings = settings_of("audit", quiet=True)
    wanted = _wanted(settings, (user_key, phone, every), anchor, public_key)
    report = asyncio.run(verified(settings, wanted))
    if report is None:
        raise given.unknown()
    if as_json:
        print_json(report)
    else:
        for line in lines(report):
            typer.echo(line)
    if not report.good:
        raise typer.Exit(FAILED)


def _wanted(settings: "Settings", which: tuple[str, str, bool], anchor: str, public_key: str) -> "Wanted":
    from pyloto_stream.cli.audit_run import Wanted  # noqa: PLC0415 — ver acima
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415

    user_key, phone, every = which
    chosen = sum(map(bool, which))
    if chosen > 1 or not (chosen or anchor):
        raise MisconfiguredError("audit verify: give one of USER_KEY, --phone and --all, or --anchor alone")
    if public_key and not anchor:
        raise MisconfiguredError("--public-key: only with --anchor")
    return Wanted(
        user_keys=asyncio.run(asked(settings, phone)) if phone else (user_key,) if user_key else (),
        every=every,
        day=the_day(anchor, "--anchor") if anchor else "",
        public=audit_anchor.public_key_of(settings, public_key) if anchor else b"",
    )
