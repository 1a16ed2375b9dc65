"""Como estão as filas? `streams status` soma o que espera, o que está em curso e o que morreu."""

import asyncio
from typing import TYPE_CHECKING

import typer

from pyloto_stream.cli.output import AsJson, print_json, print_table

if TYPE_CHECKING:
    from pyloto_stream.settings import Settings
    from pyloto_stream.streams.status import Status

app = typer.Typer(
    name="streams",
    help="The stages' streams in Redis.",
    epilog="Example: pyloto-stream streams status",
    no_args_is_help=True,
)


@app.command(
    "status",
    help="Backlog, entries in hand, dead letters and workers of each stage; timers and parked turns.",
    epilog="Example: REDIS_URL=redis://127.0.0.1:6379/0 pyloto-stream streams status --json",
)
def status(as_json: AsJson = False) -> None:
    """Mostra o estado do executor.

    Raises:
        MisconfiguredError: há valores errados, ou a instalação tem outro número de partições.
        UnavailableError: o Redis não respondeu.
    """
    from pyloto_stream.cli.process import server_url, settings_of  # noqa: PLC0415 — `--help` não carrega o Redis

    settings = settings_of("streams")
    found = asyncio.run(_inspect(settings, server_url(settings)))
    if as_json:
        print_json(found)
        return
    headers = ("stage", "backlog", "in hand", "dead", "workers")
    rows = [(s.stage, str(s.backlog), str(s.pending), str(s.dead), str(s.workers)) for s in found.stages]
    print_table(headers, rows)
    typer.echo(
        f"timers {found.timers}, parked turns {found.parked}, unreadable webhooks {found.dead_ingress}"
    )


async def _inspect(settings: "Settings", url: str) -> "Status":
    from consumers.pipeline import STAGES  # noqa: PLC0415 — ver acima
    from pyloto_stream.streams.gateway import Gateway  # noqa: PLC0415
    from pyloto_stream.streams.status import inspect  # noqa: PLC0415

    gateway = Gateway(url, partitions=settings.stream_partitions)
    try:
        await gateway.join()
        return await inspect(gateway, STAGES)
    finally:
        await gateway.close()
