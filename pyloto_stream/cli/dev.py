"""O sistema inteiro nesta máquina: `dev` para conversar com ele, `demo` para vê-lo conversar."""

import asyncio
import random
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pyloto_stream.cli.output import AsJson, print_json

if TYPE_CHECKING:
    from pyloto_stream.cli.demo.play import Report
    from pyloto_stream.settings import Settings

app = typer.Typer()


@app.command(
    "dev",
    help="Run the whole system here (embedded Redis, local Meta, ingress, six stages) and chat with it in a "
    "browser. A taken port is replaced by a free one; Ctrl-C stops it cleanly; data stays in EMBEDDED_DIR.",
    epilog="Example: pyloto-stream dev",
)
def dev() -> None:
    """O sistema no ar, até Ctrl-C.

    Raises:
        MisconfiguredError: há valores errados, ou a pasta de dados está em uso.
        UnavailableError: `REDIS_URL` aponta para um servidor que não responde.
    """
    from pyloto_stream.cli.process import run, settings_of  # noqa: PLC0415 — `--help` não carrega o sistema

    settings = settings_of("dev", quiet=True)
    run(lambda stop: _dev(settings, stop))


async def _dev(settings: "Settings", stop: asyncio.Event) -> None:
    from pyloto_stream.cli.local import local_system  # noqa: PLC0415 — ver acima
    from pyloto_stream.simulator.config import Pace, RateLimits  # noqa: PLC0415

    # o estado das conversas sobrevive entre partidas e a tela não: cada partida traz pessoas novas
    newcomers = random.randint(1, 9000)  # noqa: S311 — sem fim criptográfico
    pace = Pace(sent_ms=150, delivered_ms=400, read_ms=900)
    running = local_system(settings, pace=pace, first_person=newcomers, rates=RateLimits(), forms=True)
    async with running as local:
        lines = (
            ("Chat with the bot", f"{local.chat_url}/"),
            ("Webhook", local.webhook_url),
            ("Metrics", f"{local.private_url}/metrics"),
            ("Redis", local.redis),
            ("Data", str(settings.embedded_dir)),
        )
        typer.echo("\n".join(f"{name:<18} {value}" for name, value in lines))
        typer.echo("LOG_LEVEL=INFO shows every request. Ctrl-C stops everything.")
        await stop.wait()
        typer.echo("Stopping ...")


@app.command(
    "demo",
    help="Play scripted conversations through the whole system, by real signed webhooks, and print the "
    "transcript, the outcome of each session and the latencies. Exits 1 if anything is not as expected.",
    epilog="Example: pyloto-stream demo --json",
)
def demo(as_json: AsJson = False) -> None:
    """A demonstração, em pasta e portas próprias.

    Raises:
        MisconfiguredError: há valores errados.
    """
    from pyloto_stream.cli.process import run, settings_of  # noqa: PLC0415 — `--help` não carrega o sistema

    settings = settings_of("demo", quiet=True)
    if not as_json:
        _say("Starting embedded Redis, local Meta, ingress and six stages ...")
        _say("The last scene breaks a reply on purpose: one ERROR line, graph_131009, is part of it.")
    report = run(lambda stop: _demo(settings, stop))
    if report is None:
        _say("Stopped before the end.")
        raise typer.Exit(code=1)
    if as_json:
        print_json(report)
    else:
        from pyloto_stream.cli.demo.show import show  # noqa: PLC0415 — só quando há o que desenhar

        show(report)
    if not report.ok:
        raise typer.Exit(code=1)


async def _demo(settings: "Settings", stop: asyncio.Event) -> "Report | None":
    """O relatório, ou `None` se pediram para parar antes do fim."""
    import msgspec  # noqa: PLC0415 — ver acima

    from pyloto_stream.cli.demo.play import demonstrate  # noqa: PLC0415
    from pyloto_stream.cli.local import local_system  # noqa: PLC0415
    from pyloto_stream.settings_fields import SecretUrl  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="pyloto-demo-") as folder:
        own = msgspec.structs.replace(
            settings,
            redis_url=SecretUrl("embedded"),
            embedded_dir=Path(folder),
            document_store="sqlite",
            sqlite_path=Path(folder) / "documents.sqlite3",
            object_folder=Path(folder) / "objects",
            ingress_host="127.0.0.1",
            ingress_port=0,
            admin_host="127.0.0.1",
            admin_port=0,
            simulator_port=0,
            # a multidão mede o sistema, e não o ritmo de um número comum (80 por segundo, entrada e saída)
            whatsapp_messages_per_second=("1000",),
        )
        async with local_system(own) as local:
            playing = asyncio.create_task(demonstrate(local))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait([playing, stopping], return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if playing.done():
                return playing.result()
            playing.cancel()
            await asyncio.wait([playing])
            return None


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
