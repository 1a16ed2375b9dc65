"""Como se mexe em mortos pela linha de comando? `replay`, `discard` e `edit`; nada sem que se diga quantos.

Promete: sem `--yes`, pergunta antes, com a conta; onde não há a quem perguntar, recusa. A conta e o trabalho
são duas idas: só entra no trabalho o que foi contado.
"""

import asyncio
import sys
from typing import Annotated

import msgspec
import typer

from pyloto_stream.cli import dlq_options as given
from pyloto_stream.cli.output import AsJson, print_json

Rate = Annotated[float | None, typer.Option("--rate", min=0.001, help="At most this many per second.")]
StopOnErrors = Annotated[
    int | None,
    typer.Option(
        "--stop-on-errors",
        min=1,
        help="Stop when this many failed, or when this many letters died since the start.",
    ),
]

app = typer.Typer()


@app.command(
    "replay",
    help="Hand the events of dead letters back to their conversations, behind what waits there."
    " Replaying twice does nothing twice.",
    epilog="Example: pyloto-stream dlq replay --code bug_KeyError --since 2h --rate 20 --stop-on-errors 3",
)
def replay(
    *,
    ids: given.Ids = None,
    stage: given.Stage = None,
    code: given.Code = None,
    since: given.Since = "",
    until: given.Until = "",
    conversation: given.Conversation = "",
    text: given.Words = "",
    limit: given.Limit = None,
    dry_run: given.DryRun = False,
    yes: given.Yes = False,
    rate: Rate = None,
    stop_on_errors: StopOnErrors = None,
    by: given.By = "",
    reason: given.Reason = "",
    as_json: AsJson = False,
) -> None:
    """Devolve mortos às suas conversas.

    Raises:
        MisconfiguredError: opções ou valores errados.
        UnavailableError: o Redis não respondeu; nada foi feito.
    """
    from pyloto_stream.cli.dlq_carry import Manner, carry_out  # noqa: PLC0415 — `--help` não carrega o Redis
    from pyloto_stream.cli.dlq_jobs import Replay  # noqa: PLC0415

    _askable(yes=yes or dry_run)
    wanted = given.chosen(ids, stage, code, since, until, conversation, text, limit)
    manner = Manner(dry_run, yes, as_json, rate or 0.0, stop_on_errors or 0)
    carry_out(Replay, given.operator(by, reason), wanted, manner)


@app.command(
    "discard",
    help="Delete dead letters. What is deleted cannot be replayed.",
    epilog="Example: pyloto-stream dlq discard --stage ingress --until 30d --dry-run",
)
def discard(
    *,
    ids: given.Ids = None,
    stage: given.Stage = None,
    code: given.Code = None,
    since: given.Since = "",
    until: given.Until = "",
    conversation: given.Conversation = "",
    text: given.Words = "",
    limit: given.Limit = None,
    dry_run: given.DryRun = False,
    yes: given.Yes = False,
    by: given.By = "",
    reason: given.Reason = "",
    as_json: AsJson = False,
) -> None:
    """Apaga mortos.

    Raises:
        MisconfiguredError: opções ou valores errados.
        UnavailableError: o Redis não respondeu; nada foi feito.
    """
    from pyloto_stream.cli.dlq_carry import Manner, carry_out  # noqa: PLC0415 — ver acima
    from pyloto_stream.cli.dlq_jobs import Discard  # noqa: PLC0415

    _askable(yes=yes or dry_run)
    wanted = given.chosen(ids, stage, code, since, until, conversation, text, limit)
    carry_out(Discard, given.operator(by, reason), wanted, Manner(dry_run, yes, as_json))


@app.command(
    "edit",
    help="Mend one event of a dead letter. It gets a new id, which is printed, and keeps what it was.",
    epilog="Example: pyloto-stream dlq edit 3.ai.1763999999999-0 --patch '{\"text\": null}' --reason typo",
)
def edit(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="The id as `dlq list` prints it.")],
    patch: Annotated[str, typer.Option("--patch", help="JSON merge patch (RFC 7396) for one event.")],
    reason: given.Reason,
    event: Annotated[int, typer.Option("--event", min=0, help="Which event, from 0.")] = 0,
    by: given.By = "",
    as_json: AsJson = False,
) -> None:
    """Emenda um evento de um morto, que ganha outro id.

    Raises:
        MisconfiguredError: opções ou valores errados.
        PermanentError: o morto não se emenda, ou o resultado não se leria.
        UnavailableError: o Redis não respondeu.
    """
    from pyloto_stream.cli.dlq_access import connected, gone  # noqa: PLC0415 — ver acima
    from pyloto_stream.cli.dlq_jobs import amended  # noqa: PLC0415
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415

    name, who = given.letter_id(letter_id), given.operator(by, reason)
    if not who.reason:
        raise MisconfiguredError("--reason: required, and not empty")
    try:
        change: object = msgspec.json.decode(patch)
    except msgspec.MsgspecError:
        raise MisconfiguredError("--patch: is not JSON") from None
    new = asyncio.run(connected(lambda gateway, _: amended(gateway, name, event, change, who)))
    if new is None:
        raise gone(name)
    if as_json:
        print_json({"id": str(new), "was": str(name)})
    else:
        typer.echo(str(new))


def _askable(*, yes: bool) -> None:
    """Há a quem perguntar?

    Raises:
        MisconfiguredError: não, e não se disse `--yes`.
    """
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415 — ver acima

    if not yes and not sys.stdin.isatty():
        raise MisconfiguredError("--yes: required, or --dry-run: there is no terminal to ask at")
