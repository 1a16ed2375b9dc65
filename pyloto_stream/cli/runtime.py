"""Como um comando olha o executor de uma instalação que já existe, e como mostra tempos a uma pessoa?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from pyloto_stream.settings import Settings
    from pyloto_stream.streams.gateway import Gateway


@asynccontextmanager
async def joined(settings: "Settings", *, create: bool = False) -> AsyncIterator["Gateway"]:
    """A conexão com o executor, fechada ao sair. `create`: se não há instalação (tudo foi apagado), há agora.

    Raises:
        MisconfiguredError: não há instalação neste Redis, ou ela tem outro número de partições.
        UnavailableError: o Redis não respondeu.
    """
    from pyloto_stream.cli.process import server_url  # noqa: PLC0415 — `--help` não carrega o Redis
    from pyloto_stream.streams.gateway import Gateway  # noqa: PLC0415

    gateway = Gateway(server_url(settings), partitions=settings.stream_partitions)
    try:
        await (gateway.open(()) if create else gateway.join())
        yield gateway
    finally:
        await gateway.close()


def span(seconds: float | None) -> str:
    """Duração em palavras curtas, na maior unidade que a deixa com dois algarismos; vazio se não há."""
    if seconds is None:
        return ""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def sao_paulo(text: str) -> str:
    """Um instante gravado (ISO 8601) como o relógio de São Paulo o mostra, com segundos; vazio se não há."""
    if not text:
        return ""
    moment = datetime.fromisoformat(text).astimezone(ZoneInfo("America/Sao_Paulo"))
    return f"{moment:%Y-%m-%d %H:%M:%S}"
