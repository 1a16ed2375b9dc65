"""O caminho até o Redis que um teste estraga: além de `Proxy`, conexões mortas sem aviso e fio estreito.

Guarda também o que um cliente já sabe: a cada resposta repassada, quanto do AOF o servidor já tinha escrito.
"""

import asyncio
import time
from collections import deque
from contextvars import ContextVar
from pathlib import Path
from typing import Self

from tests.support.proxy import Proxy

_born: ContextVar[int] = ContextVar("born")


class Wire(Proxy):
    """Repassa a `upstream` (`unix://caminho[?db=n]`); `url` leva ao mesmo banco. `journal`: o AOF a medir."""

    def __init__(self, upstream: str, journal: Path | None = None) -> None:
        path, sign, query = upstream.partition("?")
        super().__init__(path)
        self.bytes_per_s = 0.0
        self.known: deque[tuple[float, int]] = deque()
        """Instante de cada resposta repassada e tamanho do AOF nesse instante."""
        self._journal = journal
        self._query = sign + query
        self._links_born, self._dead_until = 0, -1
        self._never = asyncio.Event()

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.url += self._query
        return self

    def half_open(self) -> None:
        """As conexões de agora morrem sem que ninguém saiba; as novas passam."""
        self._dead_until = self._links_born

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._links_born += 1
        _born.set(self._links_born)  # as tarefas desta conexão herdam o número
        await super()._accept(reader, writer)

    async def flowing(self) -> None:
        if _born.get() <= self._dead_until:
            await self._never.wait()
        await super().flowing()

    def dooms(self, request: bytes, reply: bytes) -> bool:
        if self._journal is not None and self._flow.is_set():
            self.known.append((time.monotonic(), self._journal.stat().st_size))
        if self.bytes_per_s:
            self.delay_s = len(reply) / self.bytes_per_s
        return super().dooms(request, reply)
