"""Como um pedido sobre muitos mortos vira trabalho? Contar, perguntar, fazer com barra, relatar."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

import msgspec
import typer

from consumers.letters import Operator
from pyloto_stream.cli import FAILED
from pyloto_stream.cli.dlq_access import PLACES, connected, nothing
from pyloto_stream.cli.dlq_options import Chosen
from pyloto_stream.cli.dlq_run import MAX_CONVERSATIONS, Job, Pace, Problem, Report, Survey, perform, survey
from pyloto_stream.cli.output import print_json, print_table
from pyloto_stream.cli.process import run
from pyloto_stream.settings import Settings
from pyloto_stream.streams.dead import INGRESS
from pyloto_stream.streams.gateway import Gateway

PREVIEW, PREVIEW_JSON = 20, 1000
"""Mortos de que `--dry-run` diz o que seria feito, um a um."""
STOPPED = {
    "interrupted": "interrupted",
    "errors": "--stop-on-errors: too many failed",
    "new_dead_letters": "--stop-on-errors: too many new dead letters",
}
_WATCHED = tuple(place for place in PLACES if place != INGRESS)

MakeJob = Callable[[Gateway, Settings, Operator], Job]


class Manner(NamedTuple):
    """De que maneira: ver as opções do mesmo nome."""

    dry_run: bool
    yes: bool
    as_json: bool
    rate: float = 0.0
    stop_on_errors: int = 0


def carry_out(make: MakeJob, operator: Operator, wanted: Chosen, manner: Manner) -> None:
    """Faz o que se pede com os mortos `wanted`.

    Raises:
        Exit: 1 se nada foi feito, ou algo ficou por fazer.
        MisconfiguredError: valores errados ou faltando.
        UnavailableError: o Redis não respondeu ao contar; nada foi feito.
    """
    show = 0 if not manner.dry_run else PREVIEW_JSON if manner.as_json else PREVIEW

    async def count(gateway: Gateway, settings: Settings) -> tuple[Survey, Job]:
        job = make(gateway, settings, operator)
        return await survey(gateway, wanted, job, show), job

    found, job = run(lambda _: connected(count))
    if not found.matched:
        if manner.as_json:
            print_json(_document(job, Report(0, problems=found.problems)))
        raise nothing(wanted)
    if manner.dry_run:
        _preview(job, found, as_json=manner.as_json)
        return
    if not manner.yes and not typer.confirm(_question(job, found), err=True):
        typer.echo("nothing was done", err=True)
        raise typer.Exit(FAILED)
    with _progress(job, found.matched, hidden=manner.as_json) as step:
        report = _work(make, operator, wanted, manner, found, step)
    _tell(job, report, as_json=manner.as_json)
    if report.stopped or report.failed or report.refused or not report.done:
        raise typer.Exit(FAILED)


def _work(
    make: MakeJob, operator: Operator, wanted: Chosen, manner: Manner, found: Survey, step: Callable[[], None]
) -> Report:
    async def act(gateway: Gateway, settings: Settings, stop: asyncio.Event) -> Report:
        async def sleep(seconds: float) -> None:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)

        job, pace = make(gateway, settings, operator), Pace(manner.rate, sleep=sleep)
        return await perform(
            gateway, wanted, job, found, pace=pace, stop=stop,
            stop_on_errors=manner.stop_on_errors, watched=_WATCHED, step=step,
        )  # fmt: skip

    return run(lambda stop: connected(lambda gateway, settings: act(gateway, settings, stop), accepts=True))


def _question(job: Job, found: Survey) -> str:
    of = ""
    if found.conversations >= MAX_CONVERSATIONS:
        of = f" of {MAX_CONVERSATIONS} conversations or more"
    elif found.conversations:
        of = f" of {found.conversations} conversation{'s' * (found.conversations != 1)}"
    cannot = found.matched - found.possible
    but = f" ({cannot} cannot be {job.past} and will stay)" if cannot else ""
    return f"{job.verb.capitalize()} {_letters(found.matched)}{of}{but}?"


def _preview(job: Job, found: Survey, *, as_json: bool) -> None:
    cannot = found.matched - found.possible
    if as_json:
        plans = [{"id": plan.id, "would": plan.why} for plan in found.plans]
        report = Report(found.matched, skipped=cannot + len(found.problems), problems=found.problems)
        print_json(_document(job, report) | {"dry_run": True, "possible": found.possible, "plans": plans})
    else:
        print_table(("id", f"would {job.verb}"), [(plan.id, plan.why) for plan in found.plans])
        if found.matched > len(found.plans):
            typer.echo(f"… and {found.matched - len(found.plans)} more")
        _tell_problems(found.problems)
        typer.echo(f"{_letters(found.matched)}, {found.possible} can be {job.past}; nothing was done")
    if not found.possible:
        raise typer.Exit(FAILED)


def _tell(job: Job, report: Report, *, as_json: bool) -> None:
    if as_json:
        print_json(_document(job, report))
        return
    _tell_problems(report.problems)
    done = f"{report.done} {job.past}, {report.skipped} skipped, {report.failed} failed"
    typer.echo(f"{_letters(report.matched)}: {done}")
    if report.stopped:
        typer.echo(f"stopped: {STOPPED.get(report.stopped, report.stopped)}", err=True)


def _tell_problems(problems: list[Problem]) -> None:
    for problem in problems:
        typer.echo(f"{problem.id}: {problem.why}", err=True)


def _document(job: Job, report: Report) -> dict[str, object]:
    fields = msgspec.structs.asdict(report)
    del fields["refused"]
    return {job.past if name == "done" else name: value for name, value in fields.items()}


def _letters(count: int) -> str:
    return f"{count} dead letter{'s' * (count != 1)}"


@contextmanager
def _progress(job: Job, total: int, *, hidden: bool) -> Iterator[Callable[[], None]]:
    """Uma barra, se a saída é um terminal; devolve o que chamar a cada passo."""
    if hidden or not sys.stdout.isatty():
        yield lambda: None
        return
    from rich.progress import (  # noqa: PLC0415 — só quando há o que desenhar
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(job.verb, total=total)
        yield lambda: bar.advance(task)
