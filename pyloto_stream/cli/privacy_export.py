"""O que se guarda de uma pessoa, num arquivo para ela: `privacy export`, e o link que vence."""

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pyloto_stream.cli import operator_options as given
from pyloto_stream.cli.output import AsJson, print_json
from pyloto_stream.cli.people import Phone, chosen
from pyloto_stream.cli.runtime import sao_paulo

if TYPE_CHECKING:
    from pyloto_stream.records.export import Exported, ExportRequest
    from pyloto_stream.settings import Settings

app = typer.Typer()


@app.command(
    "export",
    context_settings=given.KEYS,
    help="Profile, messages in order, sessions, hand-offs and audit trail of one person, as a private file, "
    "and a link to it that expires. Times are those of São Paulo. Phones, documents and what identifies the "
    "person only with --include-pii. Audited in the conversation. Exits 1 if nobody knows it.",
    epilog="Example: pyloto-stream privacy export USER_KEY --format md --ttl 900",
)
def export(
    user_key: Annotated[
        str, typer.Argument(metavar="[USER_KEY]", help="The conversation.", callback=given.text)
    ] = "",
    *,
    phone: Phone = "",
    form: Annotated[Literal["txt", "md", "json"], typer.Option("--format", help="Form of the file.")] = "txt",
    include_pii: given.Personal = False,
    ttl: Annotated[
        int, typer.Option("--ttl", min=1, max=604_800, metavar="SECONDS", help="How long the link works.")
    ] = 3600,
    operator: given.Name = "",
    reason: given.Reason = "",
    as_json: AsJson = False,
) -> None:
    """Exporta uma conversa.

    Raises:
        MisconfiguredError: opções ou valores errados, ou não há com que assinar links.
        UnavailableError: o banco de documentos, o repositório de objetos, ou o Redis a que se perguntou de
            quem é um telefone, não respondeu.
        ExportLostError: a pessoa foi esquecida no meio.
    """
    from pyloto_stream.ai.masking import redact  # noqa: PLC0415 — `--help` não carrega o sistema
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415
    from pyloto_stream.records.export import ExportRequest  # noqa: PLC0415

    if bool(user_key) == bool(phone):
        raise MisconfiguredError("privacy export: give one of USER_KEY and --phone")
    who = given.operator(operator, reason)
    settings = settings_of("privacy", quiet=True)
    request = ExportRequest(
        user_key=asyncio.run(chosen(settings, phone)) if phone else user_key,
        requested_by=who.name,
        format=form,
        include_pii=include_pii,
        ttl_s=ttl,
        reason=redact(who.reason)[:200],
    )
    done = asyncio.run(_run(settings, request))
    if done is None:
        raise given.unknown()
    _tell(done, as_json=as_json)


def _tell(done: "Exported", *, as_json: bool) -> None:
    if done.unopenable:
        typer.echo(
            f"{done.unopenable} fields of the profile are not in it: DATA_ENCRYPTION_KEY does not open them",
            err=True,
        )
    if as_json:
        print_json(done)
        return
    typer.echo(done.url)
    typer.echo(
        f"{done.messages:,} messages and {done.events:,} events, {done.size:,} bytes; the link works until "
        f"{sao_paulo(done.link_expires_at)}, the file is kept until {sao_paulo(done.expires_at)}",
        err=True,
    )


async def _run(settings: "Settings", request: "ExportRequest") -> "Exported | None":
    from consumers.documents import open_documents  # noqa: PLC0415 — ver acima
    from consumers.objects import open_export_objects  # noqa: PLC0415
    from pyloto_stream.cli.progress import progress  # noqa: PLC0415
    from pyloto_stream.clock import system_clock  # noqa: PLC0415
    from pyloto_stream.records.export import ExportConversationUseCase  # noqa: PLC0415
    from pyloto_stream.records.export_profile import profile_of  # noqa: PLC0415
    from pyloto_stream.records.exporter import GcsHistoryExporter  # noqa: PLC0415
    from pyloto_stream.stores.paths import path  # noqa: PLC0415
    from pyloto_stream.stores.profiles import UserProfileStore  # noqa: PLC0415
    from pyloto_stream.stores.sealing import Sealer  # noqa: PLC0415

    async with AsyncExitStack() as resources:
        documents = await open_documents(settings)
        resources.push_async_callback(documents.close)
        objects = await open_export_objects(settings)
        resources.push_async_callback(objects.close)
        profiles = UserProfileStore(
            documents, Sealer(settings.data_keys()), settings.pepper_secret.reveal().encode()
        )
        use_case = ExportConversationUseCase(
            documents, GcsHistoryExporter(documents, objects), system_clock, profile_of(profiles)
        )
        counts = [
            await documents.count(path("conversations", request.user_key, name))
            for name in ("messages", "audit")
        ]
        with progress("export", sum(counts), "written") as (step, more):

            def tell(items: int) -> None:
                for _ in range(items):
                    step()
                more(items)

            return await use_case.run(request, tell)
