"""Quanto o entendimento acerta? `ai eval` mede um conjunto rotulado sem mostrar nenhum texto dele."""

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from pyloto_stream.cli import USAGE
from pyloto_stream.cli.output import AsJson, print_json, print_table

if TYPE_CHECKING:
    from pyloto_stream.ai.evaluation import Labelled, Report

app = typer.Typer(
    name="ai",
    help="How well messages are understood.",
    epilog="Example: pyloto-stream ai eval",
    no_args_is_help=True,
)

Engine = Annotated[Literal["rules", "model"], typer.Option("--engine", help="Who understands.")]
Dataset = Annotated[
    Path | None,
    typer.Option("--dataset", help="Lines of intent<TAB>text, UTF-8. Default: the held-out set that ships."),
]


@app.callback()
def root() -> None:
    """Mantém `eval` como subcomando, mesmo sendo o único."""


@app.command(
    "eval",
    help="Measure accuracy, per-intent precision and recall, and confusion over lines of intent<TAB>text. "
    "Exits 2 if the data set cannot be read.",
    epilog="Example: pyloto-stream ai eval --engine rules --dataset my_lines.tsv --json",
)
def evaluate_engine(engine: Engine = "rules", dataset: Dataset = None, as_json: AsJson = False) -> None:
    """Mede o motor escolhido.

    Raises:
        Exit: 2 se o motor não existe nesta versão ou o conjunto não se lê.
    """
    from rich.console import Console  # noqa: PLC0415 — ver `app.py`
    from rich.progress import track  # noqa: PLC0415

    from pyloto_stream.ai.evaluation import evaluate  # noqa: PLC0415

    if engine == "model":
        raise _refusal("the model engine is not in this version; use --engine rules")
    lines = _read(dataset)
    console = Console(stderr=True)
    report = evaluate(
        track(lines, "Reading", console=console, transient=True, disable=not console.is_terminal)
    )
    if as_json:
        print_json({"engine": engine, **msgspec.structs.asdict(report)})
        return
    _print(report)


def _read(dataset: Path | None) -> "list[Labelled]":
    """As linhas do conjunto, ou do que vem com o pacote.

    Raises:
        Exit: 2 se não se lê; a mensagem diz a linha e nunca o texto dela.
    """
    from pyloto_stream.ai.evaluation import MalformedLineError, parse_dataset  # noqa: PLC0415

    shipped = resources.files("pyloto_stream.ai") / "data" / "intents_heldout.tsv"
    source = shipped if dataset is None else dataset
    try:
        return parse_dataset(source.read_text(encoding="utf-8").splitlines())
    except MalformedLineError as error:
        raise _refusal(str(error)) from None
    except UnicodeDecodeError:
        raise _refusal("the data set is not UTF-8 text") from None
    except OSError as error:
        raise _refusal(f"cannot read the data set: {error.strerror or type(error).__name__}") from None


def _refusal(problem: str) -> typer.Exit:
    typer.echo(problem, err=True)
    return typer.Exit(code=USAGE)


def _print(report: "Report") -> None:
    typer.echo(f"accuracy {report.accuracy:.1%} ({report.correct} of {report.total})\n")
    rows = [
        (r.intent, f"{r.precision:.3f}", f"{r.recall:.3f}", f"{r.f1:.3f}", str(r.support))
        for r in report.intents
    ]
    print_table(("intent", "precision", "recall", "f1", "support"), rows)
    mistakes = [
        (expected, heard, str(count))
        for expected, row in report.confusion.items()
        for heard, count in row.items()
        if heard != expected
    ]
    if mistakes:
        typer.echo()
        print_table(("expected", "understood", "times"), mistakes)
