"""Quanto o entendimento acerta? `ai eval` mede um conjunto rotulado; só mostra textos dele se lhe pedem."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from pyloto_stream.cli import USAGE
from pyloto_stream.cli.output import AsJson, print_json, print_table

if TYPE_CHECKING:
    from pyloto_stream.ai.dataset import Dataset
    from pyloto_stream.ai.evaluation import FactCounts, FactsReport, Heard, Report

app = typer.Typer(
    name="ai",
    help="How well messages are understood.",
    epilog="Example: pyloto-stream ai eval",
    no_args_is_help=True,
)

Engine = Annotated[Literal["rules", "model"], typer.Option("--engine", help="Who understands.")]
From = Annotated[
    Path | None,
    typer.Option(
        "--dataset",
        help="A file of intent<TAB>text[<TAB>{facts}], UTF-8, or a folder of them. Default: what ships.",
    ),
]
Part = Annotated[
    Literal["train", "test", "all"] | None,
    typer.Option("--split", help="Which side. Default: test of what ships, all of --dataset."),
]
Mistakes = Annotated[
    bool, typer.Option("--show-mistakes", help="Also print the texts that were misunderstood.")
]


@app.callback()
def root() -> None:
    """Mantém `eval` como subcomando, mesmo sendo o único."""


@app.command(
    "eval",
    help="Measure intents, facts and answers over labelled messages. "
    "Exits 2 if the data set cannot be read or the engine is off.",
    epilog="Example: pyloto-stream ai eval --engine rules --split train --json",
)
def evaluate_engine(
    engine: Engine = "rules",
    dataset: From = None,
    split: Part = None,
    as_json: AsJson = False,
    show_mistakes: Mistakes = False,
) -> None:
    """Mede o motor escolhido.

    Raises:
        Exit: 2 se o motor está desligado ou o conjunto não se lê.
    """
    from pyloto_stream.ai.dataset import part  # noqa: PLC0415 — ver `app.py`
    from pyloto_stream.ai.evaluation import evaluate  # noqa: PLC0415

    chosen = split or ("test" if dataset is None else "all")
    data = part(_read(dataset), chosen)
    heard = _by_rules(data) if engine == "rules" else _by_model(data)
    report = evaluate(data.lines, heard)
    extra = _measures_of_rules(data) if engine == "rules" else {}
    if as_json:
        print_json({"engine": engine, "split": chosen, **msgspec.structs.asdict(report), **extra})
        return
    _print(report, extra)
    if show_mistakes:
        _print_mistakes(data, heard)


def _by_rules(data: "Dataset") -> "list[Heard]":
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    from pyloto_stream.ai.evaluation import heard_in  # noqa: PLC0415
    from pyloto_stream.ai.listening import hear_first  # noqa: PLC0415

    console = Console(stderr=True)
    lines = track(data.lines, "Reading", console=console, transient=True, disable=not console.is_terminal)
    return [heard_in(hear_first(line.text)) for line in lines]


def _by_model(data: "Dataset") -> "list[Heard]":
    """Pergunta ao modelo da configuração.

    Raises:
        Exit: 2 se o modelo está desligado.
        MisconfiguredError: a configuração não serve.
    """
    from pyloto_stream.cli.ai_model import told_by_model  # noqa: PLC0415 — carrega o processo inteiro
    from pyloto_stream.secret_settings import load_settings  # noqa: PLC0415

    settings = load_settings(os.environ)
    if not settings.openai_enabled:
        raise _refusal("the model is off; set OPENAI_ENABLED, OPENAI_MODEL and OPENAI_API_KEY")
    return told_by_model(settings, [line.text for line in data.lines])


def _measures_of_rules(data: "Dataset") -> "dict[str, FactsReport]":
    """O que só as regras medem: dados com o assunto já sabido, e respostas a perguntas."""
    from pyloto_stream.ai.evaluation import compare_facts  # noqa: PLC0415
    from pyloto_stream.ai.listening import answer_to, facts_in_subject  # noqa: PLC0415

    return {
        "facts_in_subject": compare_facts((line.facts, facts_in_subject(line)) for line in data.lines),
        "answers": compare_facts(
            ({one.field: one.expected}, {one.field: answer_to(one)}) for one in data.answers
        ),
    }


def _read(dataset: Path | None) -> "Dataset":
    """O conjunto pedido, ou o que vem com o pacote.

    Raises:
        Exit: 2 se não se lê; a mensagem diz a linha e nunca o texto dela.
    """
    from pyloto_stream.ai.dataset import SHIPPED, MalformedLineError, read_dataset  # noqa: PLC0415

    try:
        return read_dataset(SHIPPED if dataset is None else dataset)
    except MalformedLineError as error:
        raise _refusal(str(error)) from None
    except UnicodeDecodeError:
        raise _refusal("the data set is not UTF-8 text") from None
    except OSError as error:
        raise _refusal(f"cannot read the data set: {error.strerror or type(error).__name__}") from None


def _refusal(problem: str) -> typer.Exit:
    typer.echo(problem, err=True)
    return typer.Exit(code=USAGE)


def _print(report: "Report", extra: "dict[str, FactsReport]") -> None:
    typer.echo(f"accuracy {report.accuracy:.1%} ({report.correct} of {report.total})")
    typer.echo(
        f"confident in {report.confident:.1%} of the messages, and then right in "
        f"{report.confident_precision:.1%}\n"
    )
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
    _print_facts("facts of a first message", report.facts)
    _print_facts("facts, the subject known", extra.get("facts_in_subject"))
    _print_facts("answers to a question", extra.get("answers"))


def _print_facts(title: str, facts: "FactsReport | None") -> None:
    if facts is None or not facts.fields:
        return
    typer.echo()
    headers = (title, "right", "expected", "rate", "wrong", "missed", "invented", "precision")
    print_table(headers, list(_fact_rows((*facts.fields, facts.all))))


def _fact_rows(counts: "Iterable[FactCounts]") -> Iterable[tuple[str, ...]]:
    for c in counts:
        numbers = (c.right, c.expected, f"{c.rate:.1%}", c.wrong, c.missed, c.invented, f"{c.precision:.1%}")
        yield (c.field or "all", *map(str, numbers))


def _print_mistakes(data: "Dataset", heard: "list[Heard]") -> None:
    rows = [
        (line.intent, one.intent, line.text)
        for line, one in zip(data.lines, heard, strict=True)
        if line.intent != one.intent
    ]
    if rows:
        typer.echo()
        print_table(("expected", "understood", "text"), rows)
