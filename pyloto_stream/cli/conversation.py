"""Quem opera vê e conduz uma conversa: `conversation show|takeover|pause|release|close`."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli import FAILED, conversation_show
from pyloto_stream.cli import operator_options as given
from pyloto_stream.cli.output import AsJson, print_json

if TYPE_CHECKING:
    from consumers.operators import Settled
    from pyloto_stream.conversation.events import OperatorActed
    from pyloto_stream.conversation.operators import Act
    from pyloto_stream.settings import Settings

app = typer.Typer(
    name="conversation",
    help="Look at a conversation, take it over, pause it, give it back to the bot, close it.",
    epilog="Example: pyloto-stream conversation takeover USER_KEY --reason 'big customer'",
    no_args_is_help=True,
)
app.add_typer(conversation_show.app)

WAIT_S = 15.0
Wait = Annotated[
    float,
    typer.Option("--wait", min=0, max=3600, help="Seconds to wait until the act is done; 0 does not wait."),
]


@app.command(
    "takeover",
    context_settings=given.KEYS,
    help="A person has the conversation: the bot is silent at once, its session ends, the hand-off counts as "
    "accepted. Until `release` or `close`, or HANDOFF_RELEASE_AFTER without activity.",
    epilog="Example: pyloto-stream conversation takeover USER_KEY --reason 'big customer'",
)
def takeover(
    user_key: given.UserKey,
    *,
    operator: given.Name = "",
    reason: given.Reason = "",
    wait: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Assume uma conversa."""
    _act("takeover", user_key, operator, reason, wait, as_json=as_json)


@app.command(
    "pause",
    context_settings=given.KEYS,
    help="Nobody answers until an operator changes it: no time ends a pause. An open session stays open.",
    epilog="Example: pyloto-stream conversation pause USER_KEY --reason 'looking into it'",
)
def pause(
    user_key: given.UserKey,
    *,
    operator: given.Name = "",
    reason: given.Reason = "",
    wait: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Pausa uma conversa."""
    _act("pause", user_key, operator, reason, wait, as_json=as_json)


@app.command(
    "release",
    context_settings=given.KEYS,
    help="The bot answers again, from the next message on; the hand-off counts as closed.",
    epilog="Example: pyloto-stream conversation release USER_KEY",
)
def release(
    user_key: given.UserKey,
    *,
    operator: given.Name = "",
    reason: given.Reason = "",
    wait: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Devolve uma conversa ao robô."""
    _act("release", user_key, operator, reason, wait, as_json=as_json)


@app.command(
    "close",
    context_settings=given.KEYS,
    help="The open session ends, the hand-off is closed, and the bot answers again if the person comes back.",
    epilog="Example: pyloto-stream conversation close USER_KEY --reason 'solved by phone'",
)
def close(
    user_key: given.UserKey,
    *,
    operator: given.Name = "",
    reason: given.Reason = "",
    wait: Wait = WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Encerra uma conversa."""
    _act("close", user_key, operator, reason, wait, as_json=as_json)


def _act(action: "Act", user_key: str, name: str, reason: str, wait_s: float, *, as_json: bool) -> None:
    """Faz o ato e espera que ele seja cumprido.

    Raises:
        MisconfiguredError: opções ou valores errados, ou não há instalação.
        UnavailableError: o Redis ou o banco de documentos não respondeu.
    """
    from consumers.operators import acting  # noqa: PLC0415 — `--help` não carrega o sistema
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415
    from pyloto_stream.clock import system_clock  # noqa: PLC0415

    event = acting(action, given.operator(name, reason), system_clock())
    there, done = asyncio.run(_done(settings_of("conversation", quiet=True), user_key, event, wait_s))
    if not there:
        raise given.unknown()
    if as_json:
        print_json({
            "user_key": user_key, "action": action, "operator": event.operator, "event": event.id,
            "settled": done,
        })  # fmt: skip
    elif done is not None:
        handoff = f", hand-off {done.handoff_status}" if done.handoff_status else ""
        typer.echo(f"{action}: done, mode {done.mode}{handoff}")
    elif not wait_s:
        typer.echo(f"{action}: taken")
    if done is None and wait_s:
        typer.echo(
            f"{action}: taken, but not done after {wait_s:g} s; it will be when session and audit workers "
            "get to it",
            err=True,
        )
        raise typer.Exit(FAILED)


async def _done(
    settings: "Settings", user_key: str, event: "OperatorActed", wait_s: float
) -> "tuple[bool, Settled | None]":
    """A conversa existe? E o que o ato deixou, se foi cumprido a tempo."""
    from consumers.operators import act, known, settled  # noqa: PLC0415 — ver acima

    async with given.desk(settings) as desk:
        if not await known(desk.gateway, desk.documents, user_key):
            return False, None
        await act(desk.acceptor, user_key, event)
        return True, await settled(desk.documents, user_key, event, wait_s) if wait_s else None
