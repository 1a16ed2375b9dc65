"""O que acontece quando a rede falha? Um intermediário do Redis que falha quando o teste manda.

Repassa bytes sem os entender: corta a conexão depois que o servidor executou e antes da resposta, engole
tudo, atrasa respostas, derruba conexões. `upstream` pode mudar: é como o servidor volta em outro endereço.
"""

import asyncio
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

_CHUNK = 1 << 16
_NOTHING = b"*-1\r\n"
"""Resposta de uma leitura que venceu sem entradas: cortá-la não perderia nada."""


class Proxy:
    """Escuta num socket Unix e repassa a `upstream` (caminho de outro)."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream.removeprefix("unix://")
        self.cuts = self.spared = 0
        """Respostas cortadas, e as que passaram depois da última cortada, de pedidos com a mesma marca."""
        self.delay_s = 0.0
        self._folder = tempfile.TemporaryDirectory(prefix="proxy-")
        self._marker, self._left = b"", 0
        self._flow = asyncio.Event()
        self._flow.set()
        self._links: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.url = f"unix://{Path(self._folder.name) / 'proxy.sock'}"

    async def __aenter__(self) -> Self:
        path = self.url.removeprefix("unix://")
        self._server = await asyncio.start_unix_server(self._accept, path, limit=_CHUNK)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        await self.sever()
        self._folder.cleanup()

    def cut_reply(self, marker: str, times: int = 1) -> None:
        """As próximas `times` respostas a pedidos que contêm `marker` se perdem, com a conexão."""
        self._marker, self._left = marker.encode(), times

    def blackhole(self) -> None:
        """Nada mais passa, em nenhum sentido, e ninguém fica sabendo."""
        self._flow.clear()

    def restore(self) -> None:
        """Tudo volta a passar, inclusive o que estava retido."""
        self._flow.set()

    async def sever(self) -> None:
        """Derruba as conexões abertas."""
        links = set(self._links)
        for link in links:
            link.cancel()
        if links:
            await asyncio.wait(links)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        with suppress(OSError, asyncio.CancelledError):  # ninguém espera por esta tarefa: ela só termina
            server = await asyncio.open_unix_connection(self.upstream)
            await _Link(self, (reader, writer), server).run()
        writer.transport.abort()
        self._links.discard(task)

    async def flowing(self) -> None:
        """Espera enquanto nada passa."""
        await self._flow.wait()

    def dooms(self, request: bytes, reply: bytes) -> bool:
        """Esta resposta deve se perder?"""
        if not self._marker or self._marker not in request or reply == _NOTHING:
            return False
        if not self._left:
            self.spared += 1
            return False
        self._left -= 1
        self.cuts += 1
        self.spared = 0
        return True


_Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Link:
    """Uma conexão do cliente e a sua correspondente no servidor."""

    def __init__(self, proxy: Proxy, client: _Stream, server: _Stream) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._request = b""

    async def run(self) -> None:
        ways = [asyncio.create_task(self._requests()), asyncio.create_task(self._replies())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            self._server[1].transport.abort()

    async def _requests(self) -> None:
        with suppress(OSError):
            await self._forward_requests()

    async def _replies(self) -> None:
        with suppress(OSError):
            await self._forward_replies()

    async def _forward_requests(self) -> None:
        while chunk := await self._client[0].read(_CHUNK):
            await self._proxy.flowing()
            self._request += chunk
            self._server[1].write(chunk)
            await self._server[1].drain()

    async def _forward_replies(self) -> None:
        while chunk := await self._server[0].read(_CHUNK):
            if self._proxy.dooms(self._request, chunk):
                return
            await asyncio.sleep(self._proxy.delay_s)
            await self._proxy.flowing()
            self._request = b""
            self._client[1].write(chunk)
            await self._client[1].drain()
