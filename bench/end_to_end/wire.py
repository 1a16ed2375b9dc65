"""Como mandar muitos webhooks sem que o cliente seja o gargalo? HTTP/1.1 cru e pedidos prontos.

Promete: um pedido por vez em cada conexão; o que não acha conexão livre espera, e a espera conta. Limite: só
lê o status; o corpo da resposta se descarta pelo `Content-Length`.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import cast

Done = Callable[[int, int, int], None]
"""`(status, escrito_ns, respondido_ns)`, no relógio monotônico; status 0: a conexão caiu."""


class Door:
    """Conexões com um servidor HTTP de laço local."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._free: list[_Line] = []
        self._waiting: deque[tuple[bytes, Done]] = deque()
        self._lines: set[_Line] = set()
        self._none = asyncio.Event()
        self._none.set()
        self._pending = 0
        self._opening: set[asyncio.Task[None]] = set()
        self.idle = asyncio.Event()
        self.idle.set()

    async def connect(self, connections: int) -> None:
        """Abre as conexões."""
        await asyncio.gather(*(self._add() for _ in range(connections)))

    def send(self, request: bytes, done: Done) -> None:
        """Manda assim que houver conexão livre; `done` conta o que houve."""
        self._pending += 1
        self.idle.clear()
        if self._free:
            self._free.pop().send(request, done)
            return
        self._waiting.append((request, done))
        if not self._lines and not self._opening:  # o servidor fechou as ociosas
            task = asyncio.get_running_loop().create_task(self._add())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def close(self) -> None:
        """Fecha tudo, também o que espera resposta."""
        for line in list(self._lines):
            line.close()
        await self._none.wait()

    async def _add(self) -> None:
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(lambda: _Line(self), self._host, self._port)
        self._lines.add(line)
        self._none.clear()
        self.ready(line)

    def ready(self, line: "_Line") -> None:
        """Uma conexão ficou livre."""
        if self._waiting:
            line.send(*self._waiting.popleft())
        else:
            self._free.append(line)

    def ended(self) -> None:
        """Um pedido terminou, bem ou mal."""
        self._pending -= 1
        if not self._pending:
            self.idle.set()

    def lost(self, line: "_Line") -> None:
        """Uma conexão caiu."""
        self._lines.discard(line)
        if line in self._free:
            self._free.remove(line)
        if not self._lines:
            self._none.set()


class _Line(asyncio.Protocol):
    def __init__(self, door: Door) -> None:
        self._door = door
        self._transport: asyncio.Transport | None = None
        self._done: Done | None = None
        self._sent_ns = 0
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # o do uvloop não deriva da classe

    def send(self, request: bytes, done: Done) -> None:
        assert self._transport is not None
        self._done, self._sent_ns = done, time.monotonic_ns()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0 or len(self._got) < end + 4 + content_length(self._got[:end]):
            return
        status, self._got = int(self._got[9:12]), b""
        self._finish(status)
        self._door.ready(self)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 — a causa não muda nada
        self._door.lost(self)
        self._finish(0)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _finish(self, status: int) -> None:
        if self._done is not None:
            done, self._done = self._done, None
            done(status, self._sent_ns, time.monotonic_ns())
            self._door.ended()


def content_length(head: bytes) -> int:
    """O `Content-Length` de um cabeçalho; 0 se não há."""
    start = head.lower().find(b"\r\ncontent-length:")
    if start < 0:
        return 0
    return int(head[start + 17 :].split(b"\r\n", 1)[0])
