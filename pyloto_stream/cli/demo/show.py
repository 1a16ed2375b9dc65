"""Como mostrar uma conversa num terminal? Falas, opções entre colchetes, desfechos e latências."""

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pyloto_stream.cli.demo.play import Latency, Report, SceneResult
from pyloto_stream.simulator.script import Entry

WIDTH = 100
_INDENT = 12


def show(report: Report) -> None:
    """Escreve a demonstração na saída; fora de um terminal, com largura fixa e sem cores."""
    console = Console()
    if not console.is_terminal or console.width > WIDTH:
        console = Console(width=WIDTH)
    for scene in report.scenes:
        _scene(console, scene)
    console.print(Rule("Outcomes", style="dim"))
    console.print(_outcomes(report))
    console.print(Rule("From webhook to Graph call (ms)", style="dim"))
    console.print(_latencies(report))
    console.print(Rule("Checks", style="dim"))
    console.print(_checks(report))
    console.print()
    verdict = "Everything as expected." if report.ok else "Something is not as expected: see above."
    console.print(Text(verdict, style="bold green" if report.ok else "bold red"))


def _scene(console: Console, scene: SceneResult) -> None:
    console.print(Rule(Text(scene.name, style="bold"), align="left", style="dim"))
    for entry in scene.entries:
        _entry(console, entry, scene.person)
    if scene.problem:
        console.print(Text(f"not as expected: {scene.problem}", style="bold red"))
    console.print()


def _entry(console: Console, entry: Entry, person: str) -> None:
    bot = entry.who == "bot"
    line = Table.grid(padding=(0, 1))
    line.add_column(width=_INDENT - 2, justify="right", style="green" if bot else "cyan")
    line.add_column(overflow="fold")
    text = Text(entry.text or f"({entry.kind})")
    if entry.latency_ms is not None:
        text.append(f"  {entry.latency_ms:.0f} ms", style="dim")
    line.add_row("Pyloto" if bot else person, text)
    console.print(line)
    if entry.options:
        options = Text(" ".join(f"[{title}]" for title in entry.options), style="magenta")
        console.print(Padding(options, (0, 0, 0, _INDENT - 1)))


def _outcomes(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    for header in ("scene", "replies", "outcome", "as expected"):
        table.add_column(header, justify="right" if header == "replies" else "left")
    for scene in report.scenes:
        table.add_row(
            Text(scene.name.partition(":")[0]),
            str(scene.replies),
            scene.outcome or "-",
            _mark(not scene.problem),
        )
    return table


def _latencies(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    for header in ("replies of", "count", "p50", "p95", "p99", "max"):
        table.add_column(header, justify="left" if header == "replies of" else "right")
    table.add_row("the scenes", *_numbers(report.scene_latency))
    table.add_row("100 people, 50 a second", *_numbers(report.crowd_latency))
    return table


def _numbers(latency: Latency) -> list[str]:
    parts = (latency.p50, latency.p95, latency.p99, latency.max)
    return [str(latency.replies), *(f"{part:.1f}" for part in parts)]


def _checks(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for check in report.checks:
        table.add_row(check.name, _mark(check.ok), check.detail)
    return table


def _mark(good: bool) -> Text:
    return Text("yes", style="green") if good else Text("NO", style="bold red")
