"""Uma conversa de 50.000 mensagens sai em memória constante, com barra, e o link dela vence."""

import os
from pathlib import Path

import msgspec
import pytest

from pyloto_stream.records.export import ExportRequest
from pyloto_stream.stores.messages import message_write
from pyloto_stream.stores.ports import MAX_WRITES
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from tests.support.exports import use_case
from tests.support.object_links import folder_reader
from tests.support.records import USER, action, inbound, outbound

MESSAGES = 50_000
MOST_BYTES = 16 * 1024 * 1024
"""O arquivo tem mais que isto; as mensagens juntas na memória, cinco vezes mais."""


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc to measure memory")
async def test_fifty_thousand_messages_are_exported_in_flat_memory_and_the_link_expires(
    tmp_path: Path,
) -> None:
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    await AuditTrail(documents).record(USER, [action(n) for n in range(100)], None)
    for start in range(0, MESSAGES, MAX_WRITES):
        numbers = range(start, start + MAX_WRITES)
        made = [(inbound if n % 2 else outbound)(n, text=f"mensagem {n}: um site com loja") for n in numbers]
        await documents.write(*(message_write(USER, record) for record in made))
    seen, before, most = 0, resident(), 0

    def tell(items: int) -> None:
        nonlocal seen, most
        seen += items
        most = max(most, resident())

    async with folder_reader(tmp_path / "objects") as reader:
        case = use_case(documents, reader.objects)
        done = await case.run(ExportRequest(USER, "ana", "json", ttl_s=60), tell)
        most = max(most, resident())
        assert done is not None
        assert most - before < MOST_BYTES
        assert done.size > MOST_BYTES // 2
        assert (done.messages, seen) == (MESSAGES, MESSAGES + done.events)
        opened = await reader.open(done.url)
        assert (opened.status, len(opened.body)) == (200, done.size)
        document = msgspec.json.decode(opened.body)
        texts = [message["text"] for message in document["messages"]]
        assert texts == [f"mensagem {n}: um site com loja" for n in range(MESSAGES)]
        reader.advance(62)
        assert (await reader.open(done.url)).status == 403
    await documents.close()
