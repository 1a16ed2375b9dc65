"""Uma pessoa pede que a esqueçam: `privacy forget`, em toda parte, com prova, e quantas vezes for preciso."""

import asyncio
import re
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli import operator_options as given
from pyloto_stream.cli.output import AsJson, print_json, print_table
from pyloto_stream.cli.people import Phone, chosen
from pyloto_stream.errors import MisconfiguredError

if TYPE_CHECKING:
    from pyloto_stream.records.forget import Asked, ForgetReport
    from pyloto_stream.settings import Settings

app = typer.Typer()

_PERSON = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_AGAIN = "if stopped, run it again with the same USER_KEY"


@app.command(
    "forget",
    context_settings=given.KEYS,
    help="Erase a person everywhere: profile, messages, files, exports, sessions, hand-offs, audit trail, "
    "and whatever is queued, timed or dead-lettered in Redis. What stays is the proof in the audit trail, "
    "without personal data. Cannot be undone. May be stopped and run again at any time; what the person "
    "writes meanwhile is a new conversation, and answered. Exits 1 if nobody knows the person.",
    epilog="Example: pyloto-stream privacy forget USER_KEY --reason 'asked by e-mail'",
)
def forget(
    user_key: Annotated[str, typer.Argument(metavar="[USER_KEY]", help="The person.")] = "",
    *,
    phone: Phone = "",
    wait: Annotated[
        int | None,
        typer.Option(
            "--wait",
            min=0,
            max=3600,
            metavar="SECONDS",
            help="How long work in hand may still end before it is looked for once more. Default: the "
            "longest time limit of it; 0 if there was none.",
        ),
    ] = None,
    operator: given.Name = "",
    reason: given.Reason = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    as_json: AsJson = False,
) -> None:
    """Esquece uma pessoa.

    Raises:
        MisconfiguredError: opções ou valores errados; não há a quem perguntar, e não se disse `--yes`.
        UnavailableError: o Redis, o banco de documentos ou o repositório de objetos não respondeu.
        ConflictError: a trilha da pessoa não parou de andar.
    """
    from pyloto_stream.ai.masking import redact  # noqa: PLC0415 — `--help` não carrega o sistema
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415
    from pyloto_stream.records.forget import Asked  # noqa: PLC0415

    if bool(user_key) == bool(phone):
        raise MisconfiguredError("privacy forget: give one of USER_KEY and --phone")
    who = given.operator(operator, reason)
    if not yes and not sys.stdin.isatty():
        raise MisconfiguredError("--yes: required: there is no terminal to ask at")
    settings = settings_of("privacy", quiet=True)
    key = asyncio.run(chosen(settings, phone)) if phone else user_key
    _check(settings, key)
    if not yes:
        typer.confirm(f"Erase everything about {key}? It cannot be undone.", abort=True, err=True)
    asked = Asked(who.name, redact(who.reason)[:200])
    report = asyncio.run(_run(settings, key, phone, asked, wait))
    if report is None:
        raise given.unknown()
    if as_json:
        print_json(report)
    else:
        _print(report)


def _check(settings: "Settings", key: str) -> None:
    """É a chave de uma pessoa?

    Raises:
        MisconfiguredError: não tem a forma de uma, ou é a do que a Meta diz da conta.
    """
    from pyloto_stream.whatsapp.identity import user_key  # noqa: PLC0415 — ver acima

    if not _PERSON.fullmatch(key):
        raise MisconfiguredError("USER_KEY: must be the key of a person: 43 letters, digits, - and _")
    pepper = settings.pepper_secret.reveal().encode()
    if key == user_key(pepper, f"account:{settings.whatsapp_business_account_id}"):
        raise MisconfiguredError("USER_KEY: is of the WhatsApp account, not of a person")


def _print(report: "ForgetReport") -> None:
    if report.erased:
        print_table(("erased", ""), [(name, f"{count:,}") for name, count in report.erased.items()])
    else:
        typer.echo("nothing was left to erase")
    typer.echo(
        f"{report.user_key} was forgotten at {report.at}; proof: event {report.proof} of its audit trail"
    )
    if not report.scrubbed:
        typer.echo(
            "the document store is busy: its journal keeps erased pages; run it again to empty it", err=True
        )


async def _run(
    settings: "Settings", key: str, phone: str, asked: "Asked", wait: int | None
) -> "ForgetReport | None":
    from consumers.forgetting import (  # noqa: PLC0415 — ver acima
        forget_person,
        identifiers_of,
        open_places,
        settle_s,
    )
    from pyloto_stream.cli.progress import progress  # noqa: PLC0415
    from pyloto_stream.clock import system_clock  # noqa: PLC0415

    async with AsyncExitStack() as resources:
        desk = await resources.enter_async_context(given.desk(settings))
        places = await open_places(settings, desk.documents, resources)
        digits = re.sub(r"[^0-9]", "", phone)
        identifiers = await identifiers_of(desk.gateway, places, key, digits)
        use_case = forget_person(desk.gateway, places, system_clock)
        typer.echo(f"forgetting {key}", err=True)
        with progress("forget", None, "documents") as (_, more):
            pending = await use_case.first(key, asked, identifiers, more)
        if pending is None:
            return None
        await _settle(settle_s(pending) if wait is None else wait)
        return await use_case.again(pending, asked)


async def _settle(seconds: float) -> None:
    """Espera, à vista, que acabe o que alguém ainda tinha em mãos."""
    from pyloto_stream.cli.progress import progress  # noqa: PLC0415 — ver acima

    whole = int(seconds)
    if not whole:
        return
    typer.echo(f"waiting {whole} s for work in hand to end, then once more; {_AGAIN}", err=True)
    with progress("work in hand", whole, "") as (step, _):
        for _ in range(whole):
            await asyncio.sleep(1)
            step()
