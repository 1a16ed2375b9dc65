"""Bancos de documentos que observam ou estragam o que passa por um banco de verdade."""

import asyncio

from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.ports import Document, Documents, Query, Write, scan


class Watched(Documents):
    """Conta o que se pede ao banco de verdade, e falha quando mandado."""

    def __init__(self, inner: Documents) -> None:
        self.inner = inner
        self.reads = 0
        self.writes: list[tuple[Write, ...]] = []
        self.queries: list[Query] = []
        self.refuse = 0
        """Quantas das próximas gravações falham sem acontecer."""
        self.lose = 0
        """Quantas das próximas gravações acontecem e perdem a resposta."""

    async def get(self, path: str) -> Document | None:
        self.reads += 1
        return await self.inner.get(path)

    async def query(self, query: Query) -> list[Document]:
        self.reads += 1
        self.queries.append(query)
        return await self.inner.query(query)

    async def count(self, collection: str) -> int:
        self.reads += 1
        return await self.inner.count(collection)

    async def write(self, *writes: Write) -> list[str]:
        self.writes.append(writes)
        if self.refuse:
            self.refuse -= 1
            raise UnavailableError("refused by the test", code="store_unavailable")
        versions = await self.inner.write(*writes)
        if self.lose:
            self.lose -= 1
            raise UnavailableError("reply lost by the test", code="store_unavailable")
        return versions

    async def close(self) -> None:
        await self.inner.close()


class Held(Watched):
    """Segura cada gravação até o teste soltar (`go`); `arrived` avisa que uma chegou."""

    def __init__(self, inner: Documents) -> None:
        super().__init__(inner)
        self.asked: tuple[Write, ...] = ()
        self.arrived = asyncio.Event()
        self.go = asyncio.Event()

    async def write(self, *writes: Write) -> list[str]:
        self.asked = writes
        self.arrived.set()
        await self.go.wait()
        return await super().write(*writes)


async def everything(documents: Documents, user_key: str) -> dict[str, dict[str, object]]:
    """Tudo o que há de uma pessoa: caminho → dados."""
    found: dict[str, dict[str, object]] = {}
    for name in ("conversations", f"conversations/{user_key}/messages", f"conversations/{user_key}/audit",
                 f"conversations/{user_key}/chain", "sessions", "handoffs"):  # fmt: skip
        async for document in scan(documents, Query(name)):
            found[document.path] = dict(document.data)
    return found
