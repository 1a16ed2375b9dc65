"""Como um comando de preparação fala com a Meta? Com o cliente de sempre, e o aplicativo da configuração."""

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pyloto_stream.settings import Settings
    from pyloto_stream.whatsapp.client import WhatsAppHttpClient
    from pyloto_stream.whatsapp.subscription import Application


@asynccontextmanager
async def graph_of(settings: "Settings") -> "AsyncIterator[WhatsAppHttpClient]":
    """O cliente da Graph, fechado ao sair.

    Raises:
        MisconfiguredError: endereço, versão ou token com forma impossível.
    """
    from consumers.graph import open_graph  # noqa: PLC0415 — `--help` não o carrega
    from pyloto_stream.live_settings import LiveSettings  # noqa: PLC0415 — idem

    client = open_graph(LiveSettings(settings))
    try:
        yield client
    finally:
        await client.close()


def application(settings: "Settings") -> "Application":
    """O aplicativo; o segredo dele é o mais novo dos que assinam os webhooks.

    Raises:
        MisconfiguredError: não se sabe o id do aplicativo.
    """
    from pyloto_stream.errors import MisconfiguredError  # noqa: PLC0415 — ver acima
    from pyloto_stream.whatsapp.subscription import Application  # noqa: PLC0415

    if not settings.whatsapp_app_id:
        raise MisconfiguredError("WHATSAPP_APP_ID: required here")
    token = f"{settings.whatsapp_app_id}|{app_secret(settings)}"
    return Application(settings.whatsapp_app_id, settings.whatsapp_business_account_id, token)


def app_secret(settings: "Settings") -> str:
    """O segredo do aplicativo: o primeiro de `WHATSAPP_WEBHOOK_SECRET`."""
    return settings.whatsapp_webhook_secret[0].reveal()
