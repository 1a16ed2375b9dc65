"""Listas de modelos que a Meta não devia mandar: um item ilegível, um cursor que não anda."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from pyloto_stream.errors import TransientError
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.templates import TemplateStore
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.templates import TemplateManager
from tests.support.graph import Graph

READABLE = {"name": "aviso", "language": "pt_BR", "status": "APPROVED", "category": "UTILITY"}


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[TemplateStore]:
    documents = await SqliteDocuments.open(tmp_path / "documents.sqlite3")
    yield TemplateStore(documents)
    await documents.close()


def listing(*items: dict[str, str], after: str = "") -> dict[str, object]:
    paging = {"cursors": {"after": after}, "next": "https://example.com/next"} if after else {}
    return {"data": list(items), "paging": paging}


async def test_while_an_item_cannot_be_read_nobody_is_taken_for_deleted(
    graph: Graph, client: WhatsAppHttpClient, store: TemplateStore
) -> None:
    pages = [
        listing({"id": "501", **READABLE}, {"id": "502", **READABLE}),
        listing({"id": "501", **READABLE}, {"id": "502"}),
    ]

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.json_response(pages.pop(0))

    graph.script = answer
    clock = iter((1000, 2000))
    manager = TemplateManager(client, store, "990", clock=lambda: next(clock))
    await manager.sync()
    found = await manager.sync()
    assert (found.templates, found.unread, found.deleted) == (1, 1, 0)
    assert {template.status for template in await store.all()} == {"APPROVED"}


async def test_a_list_whose_cursor_does_not_move_is_not_read_for_ever(
    graph: Graph, client: WhatsAppHttpClient, store: TemplateStore
) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.query.get("after", ""))
        again = "same" if len(asked) < 9 else ""
        return web.json_response(listing({"id": "501", **READABLE}, after=again))

    graph.script = answer
    with pytest.raises(TransientError) as caught:
        await TemplateManager(client, store, "990").sync()
    assert (caught.value.code, asked) == ("unreadable_templates", ["", "same"])
