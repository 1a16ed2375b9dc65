"""Quem age, por quê, e sobre que instalação? O mesmo em todos os comandos de quem opera conversas."""

import getpass
import os
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from pyloto_stream.cli import FAILED

if TYPE_CHECKING:
    from consumers.letters import Operator
    from pyloto_stream.settings import Settings
    from pyloto_stream.stores.ports import Documents
    from pyloto_stream.streams.accept import Acceptor
    from pyloto_stream.streams.gateway import Gateway


def text(given: str) -> str:
    """O que veio, se é texto: bytes que não são UTF-8 chegam como substitutos que nada aceita.

    Raises:
        BadParameter: não é.
    """
    try:
        given.encode()
    except UnicodeEncodeError:
        raise typer.BadParameter("is not text") from None
    return given


UserKey = Annotated[
    str,
    typer.Argument(
        metavar="USER_KEY", help="The conversation, as lists and the audit trail name it.", callback=text
    ),
]
Name = Annotated[
    str, typer.Option("--operator", help="Who acts, for the audit trail. Default: the login name.")
]
Reason = Annotated[
    str,
    typer.Option(
        "--reason",
        help="Why, for the audit trail, which forgets nothing. Documents, phones and the like are taken out.",
    ),
]
Personal = Annotated[
    bool, typer.Option("--include-pii", help="Also what the person said and gave: personal data.")
]

KEYS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
"""Uma chave pode começar por um traço, e não é uma opção: estes comandos não têm opções de uma letra."""
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._@-]")
MAX_NAME = 64
UNLIMITED = 1_000_000_000
"""Um operador age também com as filas cheias: o limite delas é para o que vem de fora."""


class Desk(NamedTuple):
    """O que um comando de operador usa."""

    gateway: "Gateway"
    acceptor: "Acceptor"
    documents: "Documents"


def operator(name: str, reason: str = "") -> "Operator":
    """Quem age: `name`, ou o nome de entrada no sistema, com um traço no lugar do que a auditoria não aceita.

    Raises:
        MisconfiguredError: `name` não é um nome que a auditoria aceite.
    """
    from consumers.letters import Operator  # noqa: PLC0415 — `--help` não carrega o sistema
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415

    words = "".join(c if c.isprintable() else " " for c in reason).strip()
    try:
        return Operator(name or _login(), words)
    except ValueError as error:
        raise MisconfiguredError(f"--operator: must be {error}") from None


def unknown() -> typer.Exit:
    """Diz que ninguém conhece a conversa."""
    typer.echo("no such conversation: nobody wrote under this key, or it was erased", err=True)
    return typer.Exit(FAILED)


def _login() -> str:
    try:
        login = getpass.getuser()
    except (KeyError, OSError):  # num contêiner, o usuário pode não ter nome
        login = f"uid{os.getuid()}"
    return _NOT_IN_A_NAME.sub("-", login)[:MAX_NAME] or f"uid{os.getuid()}"


@asynccontextmanager
async def desk(settings: "Settings") -> AsyncIterator[Desk]:
    """A instalação da configuração, que tem de existir; fechada ao sair.

    Raises:
        MisconfiguredError: valores errados ou faltando, ou não há instalação neste Redis.
        UnavailableError: o Redis ou o banco de documentos não respondeu.
    """
    from consumers.documents import open_documents  # noqa: PLC0415 — ver acima
    from consumers.pipeline import LANES  # noqa: PLC0415
    from pyloto_stream.cli.process import server_url  # noqa: PLC0415
    from pyloto_stream.startup import examined  # noqa: PLC0415
    from pyloto_stream.streams.accept import AcceptOptions, Acceptor  # noqa: PLC0415
    from pyloto_stream.streams.gateway import Gateway  # noqa: PLC0415

    url, number = server_url(settings), settings.stream_partitions
    async with AsyncExitStack() as resources:
        gateway = Gateway(url, partitions=number, durability=settings.durability)
        resources.push_async_callback(gateway.close)
        await examined(settings, gateway)  # quem não sabe confirmar não é perguntado
        await gateway.join()
        documents = await open_documents(settings)
        resources.push_async_callback(documents.close)
        options = AcceptOptions(dedupe_ttl_s=settings.dedupe_ttl_seconds, backlog_limit=UNLIMITED)
        yield Desk(gateway, Acceptor(gateway, list(LANES.values()), options), documents)
