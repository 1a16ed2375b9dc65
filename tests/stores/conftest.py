"""Um banco embutido de verdade, vazio."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from pyloto_stream.stores.sqlite import SqliteDocuments


@pytest_asyncio.fixture
async def documents(tmp_path: Path) -> AsyncIterator[SqliteDocuments]:
    store = await SqliteDocuments.open(tmp_path / "documents.db")
    yield store
    await store.close()
