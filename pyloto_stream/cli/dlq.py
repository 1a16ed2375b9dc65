"""Que mortos há, e o que fazer com eles? `dlq` lista, mostra, soma, devolve, emenda e descarta.

Ver o que uma pessoa disse (`show --payload`) é uma ação como as outras: fica na auditoria.
"""

import asyncio
from typing import Annotated

import typer

from pyloto_stream.cli import dlq_change
from pyloto_stream.cli import dlq_options as given
from pyloto_stream.cli.output import AsJson, print_json, print_table, printable

SHOWN = 100
"""Mortos que `list` mostra se não se pede outro número."""

app = typer.Typer(
    name="dlq",
    help="Dead letters: what could not be handled, and what to do about it.",
    epilog="Example: pyloto-stream dlq list --stage ai --since 2h",
    no_args_is_help=True,
)
app.add_typer(dlq_change.app)


@app.command(
    "list",
    help="Dead letters, the oldest first.",
    epilog="Example: pyloto-stream dlq list --stage outbound --code invalid_message --since 2h",
)
def list_letters(
    *,
    ids: given.Ids = None,
    stage: given.Stage = None,
    code: given.Code = None,
    since: given.Since = "",
    until: given.Until = "",
    conversation: given.Conversation = "",
    text: given.Words = "",
    limit: given.Limit = SHOWN,
    as_json: AsJson = False,
) -> None:
    """Lista mortos.

    Raises:
        MisconfiguredError: opções ou valores errados.
        UnavailableError: o Redis não respondeu.
    """
    from pyloto_stream.cli.dlq_access import collect, connected, nothing  # noqa: PLC0415 — `--help` é leve
    from pyloto_stream.cli.dlq_view import list_rows, summary  # noqa: PLC0415
    from pyloto_stream.clock import system_clock  # noqa: PLC0415

    limit = limit or SHOWN
    wanted = given.chosen(ids, stage, code, since, until, conversation, text, limit + 1)
    found = asyncio.run(connected(lambda gateway, _: collect(gateway, wanted)))
    shown = found[:limit]
    if as_json:
        print_json([summary(letter) for letter in shown])
    elif shown:
        print_table(*list_rows(shown, system_clock()))
    if len(found) > limit:
        typer.echo(f"there are more than these {limit}: raise --limit, or narrow the filters", err=True)
    if not found:
        raise nothing(wanted)


@app.command(
    "stats",
    help="Dead letters by stage and code: how many, how often they failed, the oldest, the newest.",
    epilog="Example: pyloto-stream dlq stats --since 1d --json",
)
def stats(
    *,
    ids: given.Ids = None,
    stage: given.Stage = None,
    code: given.Code = None,
    since: given.Since = "",
    until: given.Until = "",
    conversation: given.Conversation = "",
    text: given.Words = "",
    limit: given.Limit = None,
    as_json: AsJson = False,
) -> None:
    """Soma mortos por etapa e código.

    Raises:
        MisconfiguredError: opções ou valores errados.
        UnavailableError: o Redis não respondeu.
    """
    from pyloto_stream.cli.dlq_access import connected, nothing, sums  # noqa: PLC0415 — ver acima
    from pyloto_stream.cli.dlq_view import group_documents, group_rows  # noqa: PLC0415
    from pyloto_stream.clock import system_clock  # noqa: PLC0415

    wanted = given.chosen(ids, stage, code, since, until, conversation, text, limit)
    groups = asyncio.run(connected(lambda gateway, _: sums(gateway, wanted)))
    if as_json:
        print_json(group_documents(groups))
    elif groups:
        print_table(*group_rows(groups, system_clock()))
    if not groups:
        raise nothing(wanted)


@app.command(
    "show",
    help="Everything about one dead letter; what the person said only with --payload, which is audited.",
    epilog="Example: pyloto-stream dlq show 3.ai.1763999999999-0",
)
def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="The id as `dlq list` prints it.")],
    payload: Annotated[
        bool, typer.Option("--payload", help="Also events, state and payload, or the webhook: personal data.")
    ] = False,
    by: given.By = "",
    reason: given.Reason = "",
    as_json: AsJson = False,
) -> None:
    """Mostra um morto.

    Raises:
        MisconfiguredError: opções ou valores errados.
        UnavailableError: o Redis não respondeu.
    """
    from pyloto_stream.cli.dlq_access import connected, gone, look  # noqa: PLC0415 — ver acima
    from pyloto_stream.cli.dlq_view import show_lines, whole  # noqa: PLC0415

    name, who = given.letter_id(letter_id), given.operator(by, reason) if payload else None
    letter = asyncio.run(connected(lambda gateway, _: look(gateway, name, who)))
    if letter is None:
        raise gone(name)
    document = whole(letter, content=payload)
    if as_json:
        print_json(document)
    else:
        typer.echo(printable("\n".join(show_lines(document))))
