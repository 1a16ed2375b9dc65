"""O que se guarda tem prazo: `retention run` apaga o que passou dele, ou diz o que apagaria."""

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli import FAILED
from pyloto_stream.cli import operator_options as given
from pyloto_stream.cli.output import AsJson, print_json, print_table

if TYPE_CHECKING:
    from consumers.letters import Operator
    from pyloto_stream.records.retention import RetentionReport
    from pyloto_stream.settings import Settings

app = typer.Typer(
    name="retention",
    help="Remove what has been kept for long enough.",
    epilog="Example: pyloto-stream retention run --dry-run",
    no_args_is_help=True,
)


@app.callback()
def retention() -> None:
    """Um grupo, mesmo com um comando só."""


@app.command(
    "run",
    help="Messages after 365 days, files after 90, exports after 30, sessions, hand-offs and profiles after "
    "365, the audit trail after 7 years; and files that nothing names any more. Safe while workers run, and "
    "again after an interruption. Exits 1 if a part could not be done.",
    epilog="Example: pyloto-stream retention run --dry-run --json",
)
def run(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    operator: given.Name = "",
    reason: given.Reason = "",
    as_json: AsJson = False,
) -> None:
    """Aplica a retenção.

    Raises:
        MisconfiguredError: valores errados ou faltando.
        UnavailableError: um dos bancos não respondeu.
        ConflictError: a trilha de quem opera não parou de andar.
    """
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415 — `--help` não carrega o sistema

    asked = given.operator(operator, reason)
    report = asyncio.run(_run(settings_of("retention", quiet=True), asked, dry=dry_run))
    if as_json:
        print_json({**_document(report), "complete": report.good})
    else:
        rows = [
            (t.name, f"{t.removed:,}", f"{t.kept:,}" if t.kept else "", t.error) for t in report.collections
        ]
        print_table(
            ("what", "would be removed" if dry_run else "removed", "changed meanwhile", "failed"), rows
        )
    if not report.good:
        raise typer.Exit(FAILED)


def _document(report: "RetentionReport") -> dict[str, object]:
    import msgspec  # noqa: PLC0415 — ver acima

    document: dict[str, object] = msgspec.to_builtins(report)
    return document


async def _run(settings: "Settings", asked: "Operator", *, dry: bool) -> "RetentionReport":
    from consumers.documents import open_documents  # noqa: PLC0415 — ver acima
    from consumers.letters import OPERATIONS  # noqa: PLC0415
    from consumers.objects import open_export_objects, open_media_objects  # noqa: PLC0415
    from pyloto_stream.ai.masking import redact  # noqa: PLC0415
    from pyloto_stream.cli.progress import progress  # noqa: PLC0415
    from pyloto_stream.clock import system_clock  # noqa: PLC0415
    from pyloto_stream.records.retention import Asked, Retention  # noqa: PLC0415
    from pyloto_stream.records.retention_batches import Sweeping  # noqa: PLC0415

    async with AsyncExitStack() as resources:
        documents = await open_documents(settings)
        resources.push_async_callback(documents.close)
        media, exports = await open_media_objects(settings), await open_export_objects(settings)
        resources.push_async_callback(media.close)
        resources.push_async_callback(exports.close)
        total = await documents.count("conversations")
        with progress("retention", total, "removed") as (step, more):
            sweeping = Sweeping(documents, system_clock(), dry, more)
            who = Asked(asked.name, redact(asked.reason)[:200], OPERATIONS)
            return await Retention(sweeping, media, exports).run(who, step)
