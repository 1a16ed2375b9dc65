"""Como estão as filas, e o que nelas não se conserta sozinho? `streams status` e `streams repair`."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli.output import AsJson, print_json, print_table
from pyloto_stream.cli.runtime import joined, span
from pyloto_stream.errors import NoDeploymentError

if TYPE_CHECKING:
    from pyloto_stream.settings import Settings
    from pyloto_stream.streams.repair import Repairs
    from pyloto_stream.streams.status import StageStatus, Status

app = typer.Typer(
    name="streams",
    help="The stages' streams in Redis.",
    epilog="Example: pyloto-stream streams status",
    no_args_is_help=True,
)

COUNTS = ("backlog", "in hand", "oldest", "dead")


@app.command(
    "status",
    help="Backlog, entries in hand, oldest age, dead letters and workers of each stage; timers, parked turns "
    "and what needs somebody's attention.",
    epilog="Example: REDIS_URL=redis://127.0.0.1:6379/0 pyloto-stream streams status --json",
)
def status(
    as_json: AsJson = False,
    partitions: Annotated[bool, typer.Option("--partitions", help="Each partition too.")] = False,
    gates: Annotated[
        bool, typer.Option("--gates", help="Count broken gates too: walks all conversations, in pages.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 1 if something will not get well by itself.")
    ] = False,
) -> None:
    """Mostra o estado do executor.

    Raises:
        MisconfiguredError: há valores errados, ou a instalação tem outro número de partições.
        UnavailableError: o Redis não respondeu.
    """
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415 — `--help` não carrega o Redis

    found, broken = asyncio.run(_inspect(settings_of("streams"), gates=gates))
    alarms = found.alarms()
    if broken is not None and broken.total:
        alarms.append(f"{broken.total} broken gates: see `pyloto-stream streams repair --dry-run`")
    if as_json:
        import msgspec  # noqa: PLC0415 — ver acima

        shown = msgspec.to_builtins(found)
        print_json({**shown, "gates": broken, "alarms": alarms})
    else:
        _show(found, partitions=partitions)
        if broken is not None and not broken.total:
            typer.echo(f"gates: {broken.conversations} conversations, none broken")
        for alarm in alarms:
            typer.echo(f"! {alarm}")
    if check and alarms:
        raise typer.Exit(code=1)


@app.command(
    "repair",
    help="Mend what deleted keys or an old copy leave behind: missing consumer groups, gates without a turn, "
    "turns without a gate. Safe while everything runs; running it again does nothing.",
    epilog="Example: pyloto-stream streams repair --dry-run",
)
def repair(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be mended.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Conserta portões e grupos; sem `--yes`, mostra o que faria e pergunta.

    Raises:
        MisconfiguredError: há valores errados, ou a instalação tem outro número de partições.
        UnavailableError: o Redis não respondeu.
    """
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415 — `--help` não carrega o Redis

    settings = settings_of("streams")
    if not yes or dry_run:
        try:
            found = asyncio.run(_repair(settings, dry_run=True))
        except NoDeploymentError as missing:
            if as_json:
                raise
            wanted = f"one of {settings.stream_partitions} partitions would be made, with its groups"
            typer.echo(f"{missing}: {wanted}")
            if dry_run:
                return
            typer.confirm("Make it?", abort=True, err=True)
        else:
            if not as_json:
                _tell(found)
            if dry_run or not found.total:
                if as_json:
                    print_json(found)
                return
            typer.confirm(f"Mend these {found.total}?", abort=True, err=True)
    done = asyncio.run(_repair(settings, dry_run=False))
    if as_json:
        print_json(done)
    else:
        _tell(done)
        typer.echo(f"mended {done.total}")


async def _inspect(settings: "Settings", *, gates: bool) -> "tuple[Status, Repairs | None]":
    from consumers.pipeline import LANES, STAGES  # noqa: PLC0415 — ver acima
    from pyloto_stream.streams.repair import repair as mend  # noqa: PLC0415
    from pyloto_stream.streams.status import inspect  # noqa: PLC0415

    async with joined(settings) as gateway:
        broken = await mend(gateway, LANES, dry_run=True) if gates else None
        return await inspect(gateway, STAGES), broken


async def _repair(settings: "Settings", *, dry_run: bool) -> "Repairs":
    from consumers.pipeline import LANES  # noqa: PLC0415 — ver acima
    from pyloto_stream.streams.repair import repair as mend  # noqa: PLC0415

    async with joined(settings, create=not dry_run) as gateway:
        return await mend(gateway, LANES, dry_run=dry_run)


def _show(found: "Status", *, partitions: bool) -> None:
    rows = [(s.stage, *_counts(s), str(s.workers)) for s in found.stages]
    print_table(("stage", *COUNTS, "workers"), rows)
    crew = [(s.stage, w.name, w.version, w.state, span(w.since_s)) for s in found.stages for w in s.crew]
    if crew:
        typer.echo()
        print_table(("stage", "worker", "version", "state", "up"), crew)
    if partitions:
        typer.echo()
        each = [(p.prefix, s.stage, *_counts(s)) for p in found.partitions for s in p.stages]
        print_table(("partition", "stage", *COUNTS), each)
        typer.echo()
        sleeping = [(p.prefix, str(p.timers), str(p.parked), str(p.dead_ingress)) for p in found.partitions]
        print_table(("partition", "timers", "parked", "unreadable"), sleeping)
    late = max(0.0, found.parked_late_s or 0.0)
    overdue = f" (the first is {span(late)} late)" if late >= 1 else ""
    typer.echo()
    typer.echo(f"timers {found.timers}, parked turns {found.parked}{overdue}, "
               f"unreadable webhooks {found.dead_ingress}")  # fmt: skip


def _counts(stage: "StageStatus") -> tuple[str, ...]:
    return str(stage.backlog), str(stage.pending), span(stage.oldest_age_s), str(stage.dead)


def _tell(found: "Repairs") -> None:
    from pyloto_stream.streams.repair import MENDS  # noqa: PLC0415 — ver acima

    typer.echo(f"looked at {found.tokens} turns in progress and {found.conversations} conversations")
    if found.groups:
        typer.echo(f"{found.groups:>8}  consumer groups that were missing: made anew, from the start")
    for name, count in found.mends.items():
        if count:
            typer.echo(f"{count:>8}  {MENDS[name]}")
    if not found.total:
        typer.echo("nothing to mend")
