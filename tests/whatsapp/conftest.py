"""Uma Graph API de laço local e clientes que falam com ela."""

from collections.abc import AsyncIterator

import pytest_asyncio

from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from tests.support.files import Files, files_server
from tests.support.graph import SECRET, SHORT_S, Graph, graph_server


@pytest_asyncio.fixture
async def graph() -> AsyncIterator[Graph]:
    """Servidor roteirizado, um por teste."""
    async with graph_server() as server:
        yield server


@pytest_asyncio.fixture
async def client(graph: Graph) -> AsyncIterator[WhatsAppHttpClient]:
    """Cliente com prazo folgado."""
    client = WhatsAppHttpClient(graph.url, "v24.0", SECRET)
    yield client
    await client.close()


@pytest_asyncio.fixture
async def hasty(graph: Graph) -> AsyncIterator[WhatsAppHttpClient]:
    """Cliente com prazo curto, para o que nunca responde."""
    client = WhatsAppHttpClient(graph.url, "v24.0", SECRET, timeout_s=SHORT_S)
    yield client
    await client.close()


@pytest_asyncio.fixture
async def files() -> AsyncIterator[Files]:
    """Arquivos para baixar, um servidor por teste."""
    async with files_server() as server:
        yield server
