"""Que modelos de mensagem temos? `templates sync` os lê da Meta, `templates list` mostra os guardados."""

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli.output import AsJson, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pyloto_stream.settings import Settings
    from pyloto_stream.stores.templates import TemplateStore
    from pyloto_stream.template import Template
    from pyloto_stream.whatsapp.templates import Synced

app = typer.Typer(
    name="templates",
    help="Message templates of the business account.",
    epilog="Example: pyloto-stream templates sync",
    no_args_is_help=True,
)


@app.command(
    "sync",
    help="Read every template from Meta and store it; those that vanished are marked DELETED. Run it on a "
    "schedule too: a webhook may be lost. Exits 1 if some could not be read.",
    epilog="Example: pyloto-stream templates sync --json",
)
def sync(as_json: AsJson = False) -> None:
    """Lê os modelos da Meta.

    Raises:
        MisconfiguredError: há valores errados ou faltando.
        PylotoError: a Meta ou o banco recusou ou não respondeu.
    """
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415 — `--help` não carrega o cliente

    done = asyncio.run(_sync(settings_of("templates", quiet=True)))
    if as_json:
        print_json({"ok": not done.unread, **_fields(done)})
    else:
        typer.echo(f"{done.templates} templates read, {done.deleted} newly deleted, {done.unread} unreadable")
    if done.unread:
        raise typer.Exit(code=1)


@app.command(
    "list",
    help="The templates in the store, by name and language.",
    epilog="Example: pyloto-stream templates list --status APPROVED",
)
def list_templates(
    status: Annotated[str, typer.Option("--status", help="Only this status, such as APPROVED.")] = "",
    name: Annotated[str, typer.Option("--name", help="Only names that contain this.")] = "",
    as_json: AsJson = False,
) -> None:
    """Mostra os modelos guardados.

    Raises:
        MisconfiguredError: há valores errados ou faltando.
        UnavailableError: o banco não respondeu.
    """
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415 — ver acima

    everything = asyncio.run(_all(settings_of("templates", quiet=True)))
    found = [
        each
        for each in everything
        if (not status or each.status == status.upper()) and name.lower() in each.name
    ]
    if as_json:
        print_json({"templates": found})
        return
    headers = ("name", "language", "category", "status", "quality", "parameters", "synced")
    print_table(headers, [_row(each) for each in found])
    if not everything:
        typer.echo("none yet: pyloto-stream templates sync")
    elif not found:
        typer.echo(f"none like this among {len(everything)}")


async def _sync(settings: "Settings") -> "Synced":
    from pyloto_stream.cli.meta import graph_of  # noqa: PLC0415 — ver acima
    from pyloto_stream.whatsapp.templates import TemplateManager  # noqa: PLC0415

    async with _store(settings) as store, graph_of(settings) as graph:
        return await TemplateManager(graph, store, settings.whatsapp_business_account_id).sync()


async def _all(settings: "Settings") -> "list[Template]":
    async with _store(settings) as store:
        return await store.all()


@asynccontextmanager
async def _store(settings: "Settings") -> "AsyncIterator[TemplateStore]":
    from consumers.documents import open_documents  # noqa: PLC0415 — ver acima
    from pyloto_stream.stores.templates import TemplateStore  # noqa: PLC0415

    documents = await open_documents(settings)
    try:
        yield TemplateStore(documents)
    finally:
        await documents.close()


def _row(each: "Template") -> tuple[str, ...]:
    state = f"{each.status} ({each.rejected_reason})" if each.rejected_reason else each.status
    when = each.synced_at[:19] + "Z" if each.synced_at else "never"
    when += "" if each.current or not each.synced_at else ", changed since"
    return each.name, each.language, each.category, state, each.quality, " ".join(each.parameters), when


def _fields(done: "Synced") -> dict[str, int]:
    return {"templates": done.templates, "deleted": done.deleted, "unread": done.unread, "pages": done.pages}
