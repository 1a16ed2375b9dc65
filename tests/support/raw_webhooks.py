"""Webhooks pedidos byte a byte, por uma conexão crua, e as respostas tal como vêm."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pyloto_stream.whatsapp.signature import sign
from tests.support import webhooks as meta
from tests.support.ingress import SECRET

BODY = meta.body(meta.text("wamid.A", "oi"), meta.text("wamid.B"), statuses=[meta.status()])
SLOW = "Cookie: a=b"
"""Um cabeçalho que não muda nada, e que o caminho curto não conhece."""
_VARIES = re.compile(rb"(Date: |X-Correlation-ID: (?!c1))[^\r]+")


def post(body: bytes = BODY, *extra: str, secret: bytes = SECRET, kind: str = "application/json") -> bytes:
    head = (
        "POST /webhooks/whatsapp HTTP/1.1", "Host: a", "Accept: */*", f"Content-Type: {kind}",
        f"Content-Length: {len(body)}", f"X-Hub-Signature-256: {sign(secret, body)}", *extra,
    )  # fmt: skip
    return "\r\n".join((*head, "", "")).encode() + body


async def answer_of(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"Content-Length: ([0-9]+)", head)
    assert length is not None
    return _VARIES.sub(rb"\1-", head) + await reader.readexactly(int(length[1]))


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    yield reader, writer
    writer.close()
    await writer.wait_closed()
