"""Como um formulário (WhatsApp Flow) chega ao ar? Uma chave, a parte pública na Meta, o JSON publicado."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli.output import AsJson, print_json

if TYPE_CHECKING:
    from pyloto_stream.settings import Settings
    from pyloto_stream.whatsapp.flows.registration import KeyStatus

app = typer.Typer(
    name="flows",
    help="Forms (WhatsApp Flows): keys of the data endpoint, and the files to publish.",
    epilog="Example: pyloto-stream flows keygen --out flow.pem",
    no_args_is_help=True,
)


@app.command(
    "keygen",
    help="Make an RSA-2048 private key in a new file only you can read. Prints the path and the fingerprint "
    "of the public key, never the key.",
    epilog="Example: pyloto-stream flows keygen --out flow.pem --passphrase-env FLOW_PRIVATE_KEY_PASSPHRASE",
)
def keygen(
    out: Annotated[Path, typer.Option("--out", help="The file; it must not exist.")] = Path("flow.pem"),
    passphrase_env: Annotated[
        str,
        typer.Option("--passphrase-env", help="Variable that holds a passphrase to encrypt the key with."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Faz uma chave.

    Raises:
        MisconfiguredError: o arquivo já existe ou não se pode criar, ou a variável da frase-senha está vazia.
    """
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415 — `--help` não carrega a criptografia
    from pyloto_stream.whatsapp.flows.keys import fingerprint, load_keys, new_key  # noqa: PLC0415

    passphrase = os.environ.get(passphrase_env, "").encode() if passphrase_env else b""
    if passphrase_env and not passphrase:
        raise MisconfiguredError(f"{passphrase_env}: is empty, and --passphrase-env names it")
    pem = new_key(passphrase)
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise MisconfiguredError("--out: the file exists; a key is never overwritten") from None
    except OSError as error:
        raise MisconfiguredError(f"--out: cannot be created ({error.strerror})") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    found = fingerprint(load_keys(pem, passphrase)[0])
    if as_json:
        print_json({"path": str(out), "fingerprint": found})
    else:
        typer.echo(f"key          {out}\nfingerprint  {found}")


@app.command(
    "upload-key",
    help="Give Meta the public half of FLOW_PRIVATE_KEY (the newest one) for a number, and read it back. "
    "Exits 1 unless Meta says VALID.",
    epilog="Example: pyloto-stream flows upload-key --json",
)
def upload_key(
    number: Annotated[
        str, typer.Option("--number", help="phone_number_id; by default WHATSAPP_PHONE_NUMBER_ID.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Envia a chave pública.

    Raises:
        MisconfiguredError: há valores errados, ou não há chave.
        PylotoError: a Graph recusou ou não respondeu.
    """
    from pyloto_stream.cli.process import settings_of  # noqa: PLC0415 — ver acima

    settings = settings_of("flows", quiet=True)
    target = number or settings.whatsapp_phone_number_id
    found, status = asyncio.run(_upload(settings, target))
    if as_json:
        print_json({"number": target, "fingerprint": found, "status": status})
    else:
        typer.echo(f"number       {target}\nfingerprint  {found}\nstatus       {status}")
    if status != "VALID":
        raise typer.Exit(code=1)


@app.command(
    "json",
    help="Print the Flow JSON of a form, to publish it in WhatsApp Manager.",
    epilog="Example: pyloto-stream flows json driver_signup",
)
def flow_json(
    name: Annotated[str, typer.Argument(help="driver_signup, merchant_signup or custom_software.")],
) -> None:
    """Mostra o arquivo que se publica.

    Raises:
        MisconfiguredError: não há formulário com esse nome.
    """
    from pyloto_stream.conversation.forms import FORMS  # noqa: PLC0415 — ver acima
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415

    if name not in FORMS:
        raise MisconfiguredError(f"NAME: must be one of {', '.join(FORMS)}")
    typer.echo(FORMS[name].definition.decode(), nl=False)


async def _upload(settings: "Settings", number: str) -> "tuple[str, KeyStatus]":
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415 — ver acima
    from pyloto_stream.whatsapp.client import WhatsAppHttpClient  # noqa: PLC0415
    from pyloto_stream.whatsapp.flows import registration  # noqa: PLC0415
    from pyloto_stream.whatsapp.flows.keys import fingerprint, load_keys, public_pem  # noqa: PLC0415

    if not settings.flow_private_key:
        raise MisconfiguredError("FLOW_PRIVATE_KEY: required here")
    newest = load_keys(settings.flow_key_pem(), settings.flow_private_key_passphrase.reveal().encode())[0]
    client = WhatsAppHttpClient(
        settings.whatsapp_api_base_url,
        settings.whatsapp_api_version,
        settings.whatsapp_access_token.reveal(),
        tokens=settings.tokens(),
    )
    try:
        status = await registration.upload_key(client, number, public_pem(newest))
    finally:
        await client.close()
    return fingerprint(newest), status
