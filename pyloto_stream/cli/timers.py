"""O que dorme, e até quando? `timers list` mostra eventos futuros e turnos estacionados."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli.output import AsJson, print_json, print_table
from pyloto_stream.cli.runtime import joined, span

if TYPE_CHECKING:
    from pyloto_stream.settings import Settings
    from pyloto_stream.streams.upcoming import Sleeper

app = typer.Typer(
    name="timers",
    help="Events of the future and parked turns.",
    epilog="Example: pyloto-stream timers list --limit 20",
    no_args_is_help=True,
)


@app.callback()
def timers() -> None:
    """Um grupo, mesmo com um comando só."""


@app.command(
    "list",
    help="Timers, the first one due first: when, whose and what for. A late one means that no worker runs.",
    epilog="Example: pyloto-stream timers list --parked --limit 20",
)
def list_timers(
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="Only those of this conversation key.")
    ] = None,
    parked: Annotated[
        bool, typer.Option("--parked", help="Parked turns (retries, waits) instead of timers.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Lista o que dorme.

    Raises:
        MisconfiguredError: há valores errados, ou a instalação tem outro número de partições.
        UnavailableError: o Redis não respondeu.
    """
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415 — `--help` não carrega o Redis
    from pyloto_stream.clock import system_clock  # noqa: PLC0415

    found = asyncio.run(_list(settings_of("timers"), conversation, limit, parked=parked))
    now_ms = system_clock()
    if as_json:
        import msgspec  # noqa: PLC0415 — ver acima

        rows = [
            {**msgspec.to_builtins(each), "due": _iso(each.due_ms), "late_s": (now_ms - each.due_ms) / 1000}
            for each in found
        ]
        print_json({"parked" if parked else "timers": rows})
        return
    what = ("stage", "failures", "waits") if parked else ("timer",)
    print_table(("due", "in", "lane", "conversation", *what), [_row(each, now_ms, parked) for each in found])
    if len(found) == limit:
        typer.echo(f"the first {limit}; --limit shows more")


async def _list(
    settings: "Settings", conversation: str | None, limit: int, *, parked: bool
) -> "list[Sleeper]":
    from pyloto_stream.streams.upcoming import upcoming  # noqa: PLC0415 — ver acima

    async with joined(settings) as gateway:
        return await upcoming(
            gateway, "parked" if parked else "timers", limit=limit, conversation=conversation
        )


def _row(each: "Sleeper", now_ms: int, parked: bool) -> tuple[str, ...]:
    ahead_s = (each.due_ms - now_ms) / 1000
    shown = span(ahead_s) if ahead_s >= 0 else f"late {span(-ahead_s)}"
    what = (each.stage, str(each.failures), str(each.snoozes)) if parked else (each.name,)
    return (_iso(each.due_ms), shown, each.lane, each.conversation, *what)


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
