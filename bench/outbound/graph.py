"""Quem recebe os envios? Uma Graph API de laço local, mínima: a forma da resposta da Meta, e mais nada.

É um protocolo do asyncio, sem servidor web, para gastar pouco dos dois núcleos que divide com quem se mede.
Uso: `python -m bench.outbound.graph [ARQUIVO]`; a primeira linha escrita é a porta; `GET /` conta o que veio,
e com `ARQUIVO` cada corpo recebido vira uma linha dele.
"""

import asyncio
import json
import os
import re
import sys
from pathlib import Path
from typing import IO, cast

import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_READ = b'"status":"read"'
_SUCCESS = b'{"success":true}'


class Received:
    """O que chegou: envios, os distintos (pelo nosso id), e recibos de leitura."""

    def __init__(self, record: IO[bytes] | None) -> None:
        self._record = record
        self._messages = 0
        self._receipts = 0
        self._ids: set[bytes] = set()

    def post(self, body: bytes) -> bytes:
        """Conta um corpo e dá a resposta a ele."""
        if self._record is not None:
            self._record.write(body + b"\n")
        if _READ in body:
            self._receipts += 1
            return _SUCCESS
        self._messages += 1
        _, _, rest = body.partition(b'"biz_opaque_callback_data":"')
        self._ids.add(rest.partition(b'"')[0])
        return (
            b'{"messaging_product":"whatsapp","contacts":[{"input":"+5511900000001","wa_id":"5511900000001"}],'
            b'"messages":[{"id":"wamid.HBgNNTUxMTkwMDAwMDAwMRUCABEYEkQ%012d"}]}' % self._messages
        )

    def told(self) -> bytes:
        """As contas, em JSON."""
        if self._record is not None:
            self._record.flush()
        counts = {"messages": self._messages, "receipts": self._receipts, "distinct": len(self._ids)}
        return json.dumps(counts).encode()


class Connection(asyncio.Protocol):
    """Uma conexão; um pedido por vez."""

    def __init__(self, received: Received) -> None:
        self._received = received
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Guarda por onde responder."""
        self._transport = cast("asyncio.Transport", transport)  # a da uvloop não descende dela

    def data_received(self, data: bytes) -> None:
        """Junta o pedido; inteiro, responde."""
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        length = _LENGTH.search(self._buffer, 0, head)
        end = head + 4 + (int(length[1]) if length else 0)
        if len(self._buffer) < end:
            return
        asked, self._buffer = self._buffer[:end], self._buffer[end:]
        posted = asked.startswith(b"POST ")
        answer = self._received.post(asked[head + 4 :]) if posted else self._received.told()
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nfacebook-api-version: v24.0\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(answer), answer)
        )


async def serve(record: IO[bytes] | None) -> None:
    """Atende até o fim do processo."""
    received = Received(record)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(received), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main(record: str | None = None) -> None:
    """Atende; com `record`, grava cada corpo nesse arquivo."""
    with Path(record or os.devnull).open("wb") as file:
        uvloop.run(serve(file if record else None))


if __name__ == "__main__":
    main(*sys.argv[1:])
