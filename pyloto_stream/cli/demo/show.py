"""Como mostrar uma conversa num terminal? Falas, opções entre colchetes, desfechos e latências."""

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pyloto_stream.cli.demo.play import CROWD, CROWD_PER_S, Report, SceneResult
from pyloto_stream.simulator.script import Entry

WIDTH = 100
_NAME = 8
_HARD = "\u00a0"
"""Espaço que não quebra: o título de uma opção fica numa linha só."""


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
    speaker, style = {"bot": ("Pyloto", "green"), "human": ("Equipe", "yellow")}.get(
        entry.who, (person, "cyan")
    )
    name = Text(f"{speaker:>{_NAME}}  ", style=style)
    said = Text(entry.text or f"({entry.kind})")
    if entry.latency_ms is not None:
        said.append(f"  {entry.latency_ms:.0f} ms", style="dim")
    lines = list(said.wrap(console, console.width - len(name)))
    if entry.options:
        options = Text(" ".join(f"[{title.replace(' ', _HARD)}]" for title in entry.options), style="magenta")
        lines += options.wrap(console, console.width - len(name))
    indent = Text(" " * len(name))
    for number, line in enumerate(lines):
        line.rstrip()
        console.print((indent if number else name) + line if line else "")


def _outcomes(report: Report) -> Table:
    table = _table("scene", "replies>", "outcome", "as expected")
    for scene in report.scenes:
        title = Text(scene.name.partition(":")[0])
        table.add_row(title, str(scene.replies), " ".join(scene.outcomes) or "-", _mark(not scene.problem))
    return table


def _latencies(report: Report) -> Table:
    table = _table("replies of", "count>", "p50>", "p95>", "p99>", "max>")
    for who, found in (
        ("the scenes", report.scene_latency),
        (f"{CROWD} people, {CROWD_PER_S:.0f} a second", report.crowd_latency),
    ):
        numbers = (found.p50, found.p95, found.p99, found.max)
        table.add_row(who, str(found.replies), *(f"{number:.1f}" for number in numbers))
    return table


def _checks(report: Report) -> Table:
    table = _table("check", "ok", "detail")
    for check in report.checks:
        table.add_row(check.name, _mark(check.ok), check.detail)
    return table


def _table(*headers: str) -> Table:
    """Quadro sem bordas; um título que termina em `>` alinha à direita."""
    table = Table(box=None, pad_edge=False)
    for header in headers:
        table.add_column(header.rstrip(">"), justify="right" if header.endswith(">") else "left")
    return table


def _mark(good: bool) -> Text:
    return Text("yes", style="green") if good else Text("NO", style="bold red")
