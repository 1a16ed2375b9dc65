"""Quem é a pessoa deste telefone? As chaves sob as quais pode haver dados dela, para um comando de operador.

Promete: só olha; não grava nem renova nada na tabela de apelidos. Primeiro a chave de quem a tabela diz ter
o telefone; depois a do próprio telefone, a não ser que alguém já o tenha deixado: essa pode ser de quem o
deixou. Limite: o que a tabela não sabe (troca sem aviso da Meta, nome esquecido) só `USER_KEY` resolve.
"""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from pyloto_stream.cli import FAILED
from pyloto_stream.errors import MisconfiguredError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyloto_stream.settings import Settings
    from pyloto_stream.streams.gateway import Gateway

Phone = Annotated[
    str,
    typer.Option(
        "--phone",
        help="The person, by phone with country code, instead of USER_KEY. Asks Redis whose phone it is now.",
    ),
]
_NOT_DIGITS = str.maketrans("", "", " -().")


def key_of(pepper: bytes, phone: str) -> str:
    """A chave do telefone: de quem escreve por ele, se a tabela de apelidos não diz outra coisa.

    Raises:
        MisconfiguredError: não é um telefone.
    """
    from pyloto_stream.whatsapp.identity import canonical_phone, user_key  # noqa: PLC0415 — `--help` não carrega o sistema

    try:
        identity = canonical_phone(phone.translate(_NOT_DIGITS))
    except ValueError:
        raise MisconfiguredError("--phone: must be a phone with country code, as +5542999998888") from None
    return user_key(pepper, identity)


async def keys_of(gateway: "Gateway", pepper: bytes, phone: str) -> tuple[str, ...]:
    """As chaves cujos dados podem ser de quem hoje tem `phone`, a mais provável primeiro; `gateway` aberto.

    Vazio: quem o tinha trocou de número, e ninguém veio por ele desde então.

    Raises:
        MisconfiguredError: não é um telefone.
        UnavailableError: o Redis não respondeu, e não se sabe de quem ele é.
    """
    own = key_of(pepper, phone)
    with _naming():
        return await _owners(gateway, own)


async def asked(settings: "Settings", phone: str) -> tuple[str, ...]:
    """O mesmo, para um comando que não usa o Redis para mais nada; nunca vazio.

    Raises:
        MisconfiguredError: não é um telefone, ou não há a instalação da configuração.
        UnavailableError: o Redis não respondeu.
        Exit: ninguém tem hoje este telefone; já está dito.
    """
    from pyloto_stream.cli.runtime import joined  # noqa: PLC0415 — ver acima

    pepper = settings.pepper_secret.reveal().encode()
    own = key_of(pepper, phone)  # um telefone errado diz-se antes de um Redis que falta
    with _naming():
        async with joined(settings) as gateway:
            keys = await _owners(gateway, own)
    if not keys:
        raise nobody()
    return keys


async def chosen(settings: "Settings", phone: str) -> str:
    """A chave, de quem tem este telefone, que tem conversa; a mais provável, se nenhuma tem.

    Raises:
        MisconfiguredError: o mesmo de `asked`, ou mais de uma tem: quem pede escolhe.
        UnavailableError: o Redis ou o banco de documentos não respondeu.
        Exit: ninguém tem hoje este telefone; já está dito.
    """
    from consumers.documents import open_documents  # noqa: PLC0415 — ver acima
    from pyloto_stream.stores.conversations import header_path  # noqa: PLC0415

    keys = await asked(settings, phone)
    documents = await open_documents(settings)
    try:
        known = [key for key in keys if await documents.get(header_path(key)) is not None]
    finally:
        await documents.close()
    if len(known) > 1:
        raise MisconfiguredError(
            f"--phone: leads to more than one conversation; give one of them as USER_KEY: {', '.join(known)}"
        )
    return (known or keys)[0]


def nobody() -> typer.Exit:
    """Diz que este telefone não é hoje de ninguém conhecido."""
    typer.echo(
        "no such conversation: who had this phone has moved to another number, and nobody has written from "
        "it since; ask by the new number, or give USER_KEY",
        err=True,
    )
    return typer.Exit(FAILED)


async def _owners(gateway: "Gateway", own: str) -> tuple[str, ...]:
    from pyloto_stream.streams.aliases import AliasTable  # noqa: PLC0415 — `--help` não carrega o Redis

    ((owner, leaver),) = await AliasTable(gateway).owners((own,))
    found = [owner] if owner else []
    if not leaver:
        found.append(own)
    return tuple(dict.fromkeys(found))


@contextmanager
def _naming() -> "Iterator[None]":
    """O que falha diz que operação era, e como fazer sem ela."""
    try:
        yield
    except MisconfiguredError as error:
        raise MisconfiguredError(
            f"--phone: is looked up in Redis; give USER_KEY instead, or: {error}"
        ) from error
    except UnavailableError as error:
        told = f"--phone: could not ask Redis whose phone this is; try again, or give USER_KEY ({error})"
        raise UnavailableError(told, code=error.code) from error
