"""Quem espera por uma pessoa, e quem primeiro? `handoffs list`."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pyloto_stream.cli.operator_options import Personal
from pyloto_stream.cli.output import AsJson, print_json, print_table

if TYPE_CHECKING:
    from pyloto_stream.settings import Settings
    from pyloto_stream.stores.handoffs import Handoff, Level, Status

app = typer.Typer(
    name="handoffs",
    help="Leads that wait for a person.",
    epilog="Example: pyloto-stream handoffs list --level high",
    no_args_is_help=True,
)

HEADERS = ("when", "user_key", "intent", "level", "score", "routing", "status")


@app.callback()
def handoffs() -> None:
    """Um grupo, mesmo com um comando só."""


@app.command(
    "list",
    help="Hand-offs, the most urgent first: by level, then score, then how long they wait. Times are those "
    "of São Paulo. What the person said only with --include-pii.",
    epilog="Example: pyloto-stream handoffs list --status OPEN --level high --limit 20",
)
def list_handoffs(
    *,
    status: Annotated[
        Literal["OPEN", "ACCEPTED", "CLOSED"], typer.Option("--status", help="Only those in this state.")
    ] = "OPEN",
    level: Annotated[
        Literal["high", "medium", "low"] | None, typer.Option("--level", help="Only this qualification.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")] = 50,
    include_pii: Personal = False,
    as_json: AsJson = False,
) -> None:
    """Lista entregas.

    Raises:
        MisconfiguredError: opções ou valores errados.
        UnavailableError: o banco de documentos não respondeu.
    """
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415 — `--help` não carrega o sistema

    found, more = asyncio.run(_queue(settings_of("handoffs", quiet=True), status, level, limit))
    if as_json:
        print_json([_document(handoff, personal=include_pii) for handoff in found])
    elif found:
        headers = (*HEADERS, "summary") if include_pii else HEADERS
        print_table(headers, [_row(handoff, personal=include_pii) for handoff in found])
    else:
        typer.echo(f"no hand-off is {status}{f' with level {level}' if level else ''}", err=True)
    if more:
        typer.echo(f"there are more than these {limit}: raise --limit", err=True)


async def _queue(
    settings: "Settings", status: "Status", level: "Level | None", limit: int
) -> "tuple[list[Handoff], bool]":
    from consumers.documents import open_documents  # noqa: PLC0415 — ver acima
    from pyloto_stream.stores.handoffs import HandoffStore  # noqa: PLC0415

    documents = await open_documents(settings)
    try:
        found, after = await HandoffStore(documents).queue(status, level=level, limit=limit)
    finally:
        await documents.close()
    return found, after is not None


def _row(handoff: "Handoff", *, personal: bool) -> tuple[str, ...]:
    from pyloto_stream.cli.runtime import sao_paulo  # noqa: PLC0415 — ver acima

    row = (
        sao_paulo(handoff.created_at), handoff.user_key, handoff.intent_primary, handoff.qualification_level,
        str(handoff.lead_score), handoff.routing, handoff.status,
    )  # fmt: skip
    return (*row, _in_one_line(handoff.summary)) if personal else row


def _document(handoff: "Handoff", *, personal: bool) -> dict[str, object]:
    document: dict[str, object] = {
        "id": handoff.id,
        "user_key": handoff.user_key,
        "created_at": handoff.created_at,
        "updated_at": handoff.updated_at,
        "status": handoff.status,
        "intent": handoff.intent_primary,
        "level": handoff.qualification_level,
        "score": handoff.lead_score,
        "routing": handoff.routing,
    }
    return document | {"summary": handoff.summary} if personal else document


def _in_one_line(summary: str) -> str:
    return "; ".join(line for line in summary.splitlines() if line)
