import asyncio

import pytest

from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.graph_answer import MAX_BODY_BYTES
from pyloto_stream.whatsapp.graph_errors import (
    DependencyDownError,
    GraphInDoubtError,
)
from tests.support import graph as meta
from tests.support.graph import Graph, answer, refusal


class TestInDoubt:
    """O pedido pode ter passado: nunca repetir por dentro, nunca dizer que não foi."""

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (502, b"<html><h1>Bad Gateway</h1></html>"),
            (500, b""),
            (500, refusal(131000)),
            (503, refusal(2)),
            (500, refusal(987654)),
            (200, b'{"messages":[{"id":'),
            (200, b'{"messaging_product":"whatsapp","messages":[]}'),
            (200, b'{"messages":[{"id":""}]}'),
            (200, b'{"messages":[{"id":123}]}'),
            (200, b"[]"),
            (200, b""),
            (200, b" " * (2 * MAX_BODY_BYTES) + b'{"messages":[{"id":"wamid.X"}]}'),
            (204, b""),
        ],
        ids=lambda value: str(value)[:40],
    )
    async def test_unclear_answer(
        self, graph: Graph, client: WhatsAppHttpClient, status: int, body: bytes
    ) -> None:
        graph.script = answer(status, body)
        error = await meta.failure(client)
        assert type(error) is GraphInDoubtError
        assert error.code == "graph_in_doubt"
        assert graph.attempts == 1

    @pytest.mark.parametrize(
        "script",
        [
            meta.cut(read_first=False),
            meta.cut(read_first=True),
            meta.cut_in_answer(200),
            meta.cut_in_answer(502),
        ],
        ids=["before the body is read", "after", "inside a 200", "inside a 502"],
    )
    async def test_cut_connection(
        self, graph: Graph, client: WhatsAppHttpClient, script: meta.Script
    ) -> None:
        graph.script = script
        assert type(await meta.failure(client)) is GraphInDoubtError
        assert graph.attempts == 1

    async def test_cut_on_a_reused_connection(self, graph: Graph, client: WhatsAppHttpClient) -> None:
        await client.send(meta.NUMBER, meta.BODY)
        graph.script = meta.cut(read_first=True)
        assert type(await meta.failure(client)) is GraphInDoubtError
        assert graph.attempts == 2

    async def test_time_out_after_the_request_was_read(self, graph: Graph, hasty: WhatsAppHttpClient) -> None:
        graph.script = graph.silence
        assert type(await meta.failure(hasty)) is GraphInDoubtError
        assert graph.attempts == 1

    async def test_slow_drip_ends_at_the_total_time_limit(
        self, graph: Graph, hasty: WhatsAppHttpClient
    ) -> None:
        graph.script = graph.drip
        async with asyncio.timeout(10 * meta.SHORT_S):
            assert type(await meta.failure(hasty)) is GraphInDoubtError

    async def test_refusals_inside_a_5xx_stay_definite(
        self, graph: Graph, client: WhatsAppHttpClient
    ) -> None:
        graph.script = answer(500, refusal(131045))
        assert type(await meta.failure(client)) is DependencyDownError
