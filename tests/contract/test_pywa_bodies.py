"""O nosso JSON contra o de um cliente independente, tipo por tipo, como chegou a um servidor.

São o mesmo documento, menos o que `settled` desfaz, diferença por diferença, com o motivo ao lado.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio
from aiohttp import web
from pywa.client import WhatsApp

from pyloto_stream.whatsapp.messages import ReadReceipt, TextMessage
from pyloto_stream.whatsapp.payloads import build, build_receipt
from tests.contract.pywa_peer import PYWA, UNKNOWN, speak
from tests.contract.pywa_templates import OFFER_S, TO, TRACKER, Send
from tests.support.graph import NUMBER, SECRET, Graph, accepted, graph_server
from tests.support.outbound_kinds import OUTBOUND

BSUID = "BR.70412290518836604517"


@pytest_asyncio.fixture
async def graph() -> AsyncIterator[Graph]:
    async with graph_server() as opened:

        async def script(request: web.Request) -> web.StreamResponse:
            await opened.record(request)
            receipt = "status" in await request.json()
            return web.json_response({"success": True}) if receipt else await accepted(request)

        opened.script = script
        yield opened


def settled(value: object) -> object:
    """O documento sem as diferenças conhecidas."""
    if isinstance(value, list):
        return [settled(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    # o que a Meta lê como ausente: nulo e lista vazia
    known = {key: item for key, item in value.items() if item is not None and item != []}
    if "sub_type" in known:
        # a página dá a posição do botão como texto e o nome em minúsculas; o `pywa`, número e maiúsculas
        known["index"] = str(known["index"])
        known["sub_type"] = str(known["sub_type"]).lower()
    if "parameters" in known and "type" in known:
        known["type"] = str(known["type"]).lower()
    if known.get("expiration_time_ms") == OFFER_S:
        # o `pywa` escreve segundos num campo que a Meta chama e documenta como milissegundos
        known["expiration_time_ms"] = OFFER_S * 1000
    # o padrão da Meta: um escreve, o outro deixa fora
    return {key: settled(item) for key, item in known.items() if (key, item) != ("preview_url", False)}


async def said(graph: Graph, send: Send) -> object:
    await asyncio.to_thread(speak, graph.url, SECRET, NUMBER, send)
    (received,) = graph.received
    assert received.path.endswith(f"/{NUMBER}/messages")
    assert received.authorization == f"Bearer {SECRET}"
    return settled(received.body)


def test_the_peer_says_every_kind_that_it_knows() -> None:
    assert set(PYWA) == set(OUTBOUND) - UNKNOWN


@pytest.mark.parametrize("name", PYWA)
async def test_both_write_the_same_document(graph: Graph, name: str) -> None:
    theirs = await said(graph, PYWA[name])
    assert settled(json.loads(build(OUTBOUND[name], to=TO, reply_id=TRACKER))) == theirs


async def test_both_quote_and_address_a_person_without_a_phone_alike(graph: Graph) -> None:
    def send(wa: WhatsApp) -> object:
        return wa.send_message(BSUID, "Oi", reply_to_message_id="wamid.IN", tracker=TRACKER)

    theirs = await said(graph, send)
    ours = build(TextMessage("Oi"), to=BSUID, reply_id=TRACKER, context_id="wamid.IN")
    assert settled(json.loads(ours)) == theirs


@pytest.mark.parametrize("typing", [False, True])
async def test_both_write_the_same_receipt(graph: Graph, *, typing: bool) -> None:
    def send(wa: WhatsApp) -> object:
        return wa.indicate_typing("wamid.IN") if typing else wa.mark_message_as_read("wamid.IN")

    theirs = await said(graph, send)
    assert json.loads(build_receipt(ReadReceipt("wamid.IN", typing=typing))) == theirs
