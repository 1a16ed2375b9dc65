"""Quem espera por uma pessoa, e quem primeiro? `handoffs list`.

Ver o que as pessoas disseram é uma ação, e fica na auditoria de cada uma; sem a registrar, nada se mostra.
"""

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from pyloto_stream.cli import operator_options as given
from pyloto_stream.cli.output import AsJson, print_json, print_table

if TYPE_CHECKING:
    from consumers.letters import Operator
    from pyloto_stream.settings import Settings
    from pyloto_stream.stores.handoffs import Handoff, Level, Status
    from pyloto_stream.stores.ports import Documents

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
    "of São Paulo. What the person said only with --include-pii, which is audited in each conversation and "
    "needs Redis.",
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
    include_pii: given.Personal = False,
    operator: given.Name = "",
    reason: given.Reason = "",
    as_json: AsJson = False,
) -> None:
    """Lista entregas.

    Raises:
        MisconfiguredError: opções ou valores errados, ou não há instalação.
        UnavailableError: o banco de documentos não respondeu, ou o Redis, a quem mostra o que se disse.
    """
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415 — `--help` não carrega o sistema

    viewer = given.operator(operator, reason) if include_pii else None
    asked = Asked(status, level, limit)
    found, more = asyncio.run(_queue(settings_of("handoffs", quiet=True), asked, viewer))
    if as_json:
        print_json([_document(handoff, personal=include_pii) for handoff in found])
    elif found:
        headers = (*HEADERS, "summary") if include_pii else HEADERS
        print_table(headers, [_row(handoff, personal=include_pii) for handoff in found])
    else:
        typer.echo(f"no hand-off is {status}{f' with level {level}' if level else ''}", err=True)
    if more:
        typer.echo(f"there are more than these {limit}: raise --limit", err=True)


class Asked(NamedTuple):
    """Que entregas se querem ver."""

    status: "Status"
    level: "Level | None"
    limit: int


async def _queue(
    settings: "Settings", asked: Asked, viewer: "Operator | None"
) -> "tuple[list[Handoff], bool]":
    from consumers.documents import open_documents  # noqa: PLC0415 — ver acima
    from consumers.operators import note_look  # noqa: PLC0415
    from pyloto_stream.clock import system_clock  # noqa: PLC0415

    if viewer is None:
        documents = await open_documents(settings)
        try:
            return await _found(documents, asked)
        finally:
            await documents.close()
    async with given.desk(settings) as desk:
        found, more = await _found(desk.documents, asked)
        await note_look(desk.acceptor, (handoff.user_key for handoff in found), viewer, system_clock())
        return found, more


async def _found(documents: "Documents", asked: Asked) -> "tuple[list[Handoff], bool]":
    from pyloto_stream.stores.handoffs import HandoffStore  # noqa: PLC0415 — ver acima

    found, after = await HandoffStore(documents).queue(asked.status, level=asked.level, limit=asked.limit)
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
