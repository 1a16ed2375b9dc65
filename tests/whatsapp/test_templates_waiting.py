"""Muitos perguntam pelo mesmo modelo enquanto a Meta não responde: uma leitura que falha serve a todos."""

import asyncio
from pathlib import Path

import pytest

from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.templates import TemplateStore
from pyloto_stream.whatsapp.graph_call import Call
from pyloto_stream.whatsapp.graph_errors import DependencyDownError
from pyloto_stream.whatsapp.templates import TemplateManager


class Away:
    """A Meta, que só falha quando o teste deixa."""

    def __init__(self) -> None:
        self.calls = 0
        self.go = asyncio.Event()

    async def call(self, call: Call) -> bytes:  # noqa: ARG002
        self.calls += 1
        await self.go.wait()
        raise DependencyDownError("away", code="graph_unreachable")


async def test_one_failed_reading_answers_all_who_waited_for_it_and_the_next_asks_again(
    tmp_path: Path,
) -> None:
    documents, meta = await SqliteDocuments.open(tmp_path / "documents.sqlite3"), Away()
    manager = TemplateManager(meta, TemplateStore(documents), "1")
    asking = [asyncio.ensure_future(manager.find("we_are_back", "pt_BR")) for _ in range(20)]
    await asyncio.sleep(0)
    meta.go.set()
    told = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(error) for error in told] == [DependencyDownError] * 20
    assert meta.calls == 1
    with pytest.raises(DependencyDownError):
        await manager.find("we_are_back", "pt_BR")
    assert meta.calls == 2
    await documents.close()
