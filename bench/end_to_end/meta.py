"""A Graph de quem mede: aceita tudo depois de uma latência, anota a hora de cada chamada, conta os status.

`python -m bench.end_to_end.meta LATENCIA_MS STATUS`: a primeira linha da saída é a porta. O simulador do
projeto julga cada envio, desenha a conversa e conta três status: medido ao lado desta, gasta 18 vezes a CPU
por envio, e na mesma máquina isso seria medir a ele. Limite: não recusa nada.
"""

import asyncio
import itertools
import sys
import time
from typing import cast

import msgspec
import uvloop

from bench.end_to_end.people import reported
from bench.end_to_end.wire import Door, content_length

STATUSES = (("sent", 0.02), ("delivered", 0.06), ("read", 0.15))
"""O que a Meta conta de um envio, e quantos segundos depois."""
_encode = msgspec.json.Encoder().encode
_READ = b'{"success":true}'


class Call(msgspec.Struct, frozen=True, array_like=True):
    """Uma chamada recebida por inteiro em `at_ns` (relógio monotônico)."""

    at_ns: int
    body: msgspec.Raw


class Told(msgspec.Struct, frozen=True):
    """Quantos envios houve, e quantos dos status mandados não tiveram 200."""

    sends: int
    refused: int


class _Sent(msgspec.Struct):
    to: str = ""
    biz_opaque_callback_data: str = ""


class Meta:
    """O que todas as conexões partilham. `delay_s`: quanto tarda cada resposta; `statuses`: por envio."""

    def __init__(self, delay_s: float, statuses: int) -> None:
        self.delay_s = delay_s
        self._statuses = STATUSES[:statuses]
        self._calls: list[tuple[int, bytes]] = []
        self._sends = self._refused = 0
        self._numbers = itertools.count()
        self._door: tuple[Door, str] | None = None

    def called(self, body: bytes, at_ns: int) -> bytes:
        """Uma chamada à Graph; devolve o corpo da resposta."""
        self._calls.append((at_ns, body))
        if b'"status":"read"' in body:
            return _READ
        self._sends += 1
        wamid = f"wamid.OURS.{next(self._numbers)}"
        if self._statuses:
            self._report(body, wamid)
        return b'{"messaging_product":"whatsapp","messages":[{"id":"%b"}]}' % wamid.encode()

    async def asked(self, path: str, body: bytes) -> bytes:
        """Um pedido de quem mede."""
        if path == "/bench/door":
            host, port = body.decode().rsplit(":", 1)
            door = Door(host, int(port))
            await door.connect(8)
            self._door = door, body.decode()
        elif path == "/bench/forget":
            self._calls.clear()
            self._sends = self._refused = 0
        elif path == "/bench/calls":
            return _encode([Call(at_ns, msgspec.Raw(body)) for at_ns, body in self._calls])
        return _encode(self.told)

    @property
    def told(self) -> Told:
        """O que se contou até agora."""
        return Told(self._sends, self._refused)

    async def close(self) -> None:
        """Fecha as conexões dos status."""
        if self._door is not None:
            await self._door[0].close()

    def _report(self, body: bytes, wamid: str) -> None:
        assert self._door is not None
        door, host = self._door
        sent = msgspec.json.decode(body, type=_Sent)
        person, reply_id = int(sent.to[-4:]), sent.biz_opaque_callback_data

        def tell(name: str) -> None:
            door.send(reported(name, wamid, person, reply_id, host), self._answered)

        for name, after_s in self._statuses:
            asyncio.get_running_loop().call_later(self.delay_s + after_s, tell, name)

    def _answered(self, status: int, _sent_ns: int, _answered_ns: int) -> None:
        self._refused += status != 200


class Line(asyncio.Protocol):
    """Uma conexão com a Graph de quem mede; `open` enquanto vive."""

    def __init__(self, meta: Meta) -> None:
        self.open = False
        self._meta = meta
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._asking: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ver `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)  # o do uvloop não deriva da classe
        self.open = True

    def connection_lost(self, _error: Exception | None) -> None:
        """Ver `asyncio.Protocol`."""
        self.open = False

    def data_received(self, data: bytes) -> None:
        """Ver `asyncio.Protocol`."""
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return
        length = content_length(self._got[:end])
        if len(self._got) < end + 4 + length:
            return
        body, path = self._got[end + 4 :], self._got.split(b" ", 2)[1].decode()
        self._got = b""
        if path.startswith("/bench/"):
            task = asyncio.get_running_loop().create_task(self._tell(path, body))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
            return
        answer = self._meta.called(body, time.monotonic_ns())
        if self._meta.delay_s:
            asyncio.get_running_loop().call_later(self._meta.delay_s, self._answer, answer)
        else:
            self._answer(answer)

    async def _tell(self, path: str, body: bytes) -> None:
        self._answer(await self._meta.asked(path, body))

    def _answer(self, body: bytes) -> None:
        if self._transport is not None and self.open:
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            self._transport.write(head % len(body) + body)


async def _serve(meta: Meta) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Line(meta), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    try:
        await server.serve_forever()
    finally:
        await meta.close()


def main(delay_ms: str, statuses: str) -> None:
    """Atende até SIGTERM."""
    uvloop.run(_serve(Meta(float(delay_ms) / 1000, int(statuses))))


if __name__ == "__main__":
    main(*sys.argv[1:])
