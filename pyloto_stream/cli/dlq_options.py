"""Como se diz, na linha de comando, que mortos se querem? As mesmas opções em todos os comandos `dlq`.

Promete: tudo o que está errado é dito de uma vez, pelo nome da opção, e o comando sai com 2.
"""

import getpass
import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from pyloto_stream.clock import system_clock

if TYPE_CHECKING:
    from consumers.letters import Operator
    from pyloto_stream.streams.dead import LetterId, Search

Ids = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ID", help="Ids as `dlq list` prints them. Without any: all that match the filters."
    ),
]
Stage = Annotated[
    list[str] | None, typer.Option("--stage", help="Only these stages, or `ingress`. Repeatable.")
]
Code = Annotated[list[str] | None, typer.Option("--code", help="Only these error codes. Repeatable.")]
Since = Annotated[
    str,
    typer.Option(
        "--since", help="Not older than: an age (30m, 2h, 7d) or an ISO time (UTC if it has no zone)."
    ),
]
Until = Annotated[str, typer.Option("--until", help="Not newer than: an age or an ISO time.")]
Conversation = Annotated[str, typer.Option("--conversation", help="Only this conversation (its user_key).")]
Words = Annotated[
    str,
    typer.Option(
        "--text", help="Part of the code, the message or a past failure. What people said is not searched."
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="At most this many, the oldest first.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
By = Annotated[str, typer.Option("--by", help="Who asks, for the audit trail. Default: the login name.")]
Reason = Annotated[
    str,
    typer.Option("--reason", help="Why, for the audit trail, which forgets nothing: no personal data here."),
]

_AGE = re.compile(r"([0-9]{1,9})([smhdw])", re.ASCII)
_UNIT_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_STAGE = re.compile(r"[a-z][a-z0-9_.-]{0,63}", re.ASCII)
_MAX_MS = 253_402_300_799_999


class Chosen(NamedTuple):
    """Os mortos pedidos. Com `ids`, só esses, e ainda assim os que satisfazem `search`."""

    search: "Search"
    ids: "tuple[LetterId, ...]"
    limit: int | None


def chosen(
    ids: list[str] | None,
    stage: list[str] | None,
    code: list[str] | None,
    since: str,
    until: str,
    conversation: str,
    text: str,
    limit: int | None = None,
) -> Chosen:
    """O pedido que as opções dizem.

    Raises:
        MisconfiguredError: uma linha por opção errada.
    """
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415 — `--help` não carrega o Redis
    from pyloto_stream.streams.dead import Search  # noqa: PLC0415

    problems: list[str] = []
    if any(_STAGE.fullmatch(name) is None for name in stage or ()):
        problems.append("--stage: must be the name of a stage, or ingress")
    since_ms, until_ms = _instant("--since", since, problems), _instant("--until", until, problems)
    if since_ms is not None and until_ms is not None and since_ms > until_ms:
        problems.append("--until: must not be before --since")
    named = [letter for value in ids or () if (letter := _letter(value, problems)) is not None]
    if problems:
        raise MisconfiguredError(*problems)
    search = Search(
        stages=tuple(dict.fromkeys(stage or ())),
        codes=tuple(code or ()),
        since_ms=since_ms or 0,
        until_ms=until_ms,
        conversation=conversation,
        text=text,
    )
    return Chosen(search, tuple(sorted(set(named))), limit)


def letter_id(value: str) -> "LetterId":
    """O morto de um comando que só trata um.

    Raises:
        MisconfiguredError: não é um id.
    """
    return chosen([value], None, None, "", "", "", "").ids[0]


def operator(name: str, reason: str = "") -> "Operator":
    """Quem pede: `name`, ou o nome de entrada no sistema.

    Raises:
        MisconfiguredError: não é um nome que a auditoria aceite.
    """
    from consumers.letters import Operator  # noqa: PLC0415 — ver acima
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415

    try:
        return Operator(name or _login(), "".join(c if c.isprintable() else " " for c in reason).strip())
    except ValueError as error:
        raise MisconfiguredError(f"--by: must be {error}") from None


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # num contêiner, o usuário pode não ter nome
        return f"uid{os.getuid()}"


def _instant(option: str, value: str, problems: list[str]) -> int | None:
    """Instante em ms Unix de uma idade ou de um tempo ISO; `None` se não há."""
    if not value:
        return None
    if age := _AGE.fullmatch(value):
        return max(0, system_clock() - int(age[1]) * _UNIT_MS[age[2]])
    try:
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        at_ms = int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        at_ms = -1
    if not 0 <= at_ms <= _MAX_MS:
        problems.append(
            f"{option}: must be an age such as 30m, 2h or 7d, or an ISO time such as 2026-11-25T12:00Z"
        )
        return None
    return at_ms


def _letter(value: str, problems: list[str]) -> "LetterId | None":
    from pyloto_stream.streams.dead import LetterId  # noqa: PLC0415 — ver acima

    try:
        return LetterId.parse(value)
    except ValueError as error:
        problems.append(f"ID: {error}")
        return None
