"""Como está uma conversa? `conversation show`; ver o que a pessoa disse é uma ação, e fica na auditoria."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli import operator_options as given
from pyloto_stream.cli.output import AsJson, print_json

if TYPE_CHECKING:
    from consumers.conversation_view import ConversationView
    from consumers.letters import Operator
    from pyloto_stream.settings import Settings

app = typer.Typer()

MAX_MESSAGES = 500


@app.command(
    "show",
    context_settings=given.KEYS,
    help="Mode, open session, timers, last messages, last outcome and the hand-off that waits. What the "
    "person said and gave only with --include-pii, which is audited. Exits 1 if nobody knows it.",
    epilog="Example: pyloto-stream conversation show USER_KEY --last 20",
)
def show(
    user_key: given.UserKey,
    *,
    last: Annotated[int, typer.Option("--last", min=1, max=MAX_MESSAGES, help="So many messages.")] = 10,
    include_pii: given.Personal = False,
    operator: given.Name = "",
    reason: given.Reason = "",
    as_json: AsJson = False,
) -> None:
    """Mostra uma conversa.

    Raises:
        MisconfiguredError: opções ou valores errados, ou não há instalação.
        UnavailableError: o Redis ou o banco de documentos não respondeu.
    """
    from pyloto_stream.cli.conversation_lines import lines  # noqa: PLC0415 — `--help` não carrega o sistema
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415

    viewer = given.operator(operator, reason) if include_pii else None
    found = asyncio.run(_view(settings_of("conversation", quiet=True), user_key, last, viewer))
    if found is None:
        raise given.unknown()
    if as_json:
        print_json(found)
    else:
        typer.echo("\n".join(lines(found)))


async def _view(
    settings: "Settings", user_key: str, last: int, viewer: "Operator | None"
) -> "ConversationView | None":
    from consumers.conversation_view import view  # noqa: PLC0415 — ver acima
    from consumers.operators import note_look  # noqa: PLC0415
    from pyloto_stream.clock import system_clock  # noqa: PLC0415

    async with given.desk(settings) as desk:
        found = await view(desk.gateway, desk.documents, user_key, last=last, personal=viewer is not None)
        if found is not None and viewer is not None:
            await note_look(desk.acceptor, [user_key], viewer, system_clock())
        return found
