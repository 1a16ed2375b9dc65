import asyncio
import json
import socket

import pytest

from pyloto_stream.errors import UnavailableError
from pyloto_stream.whatsapp.client import CONNECT_ATTEMPTS, WhatsAppHttpClient
from pyloto_stream.whatsapp.error_codes import ErrorClass
from pyloto_stream.whatsapp.graph_answer import MAX_BODY_BYTES
from pyloto_stream.whatsapp.graph_errors import (
    DependencyDownError,
    GraphError,
    GraphInDoubtError,
    GraphRefusedError,
    GraphTransientError,
    ThrottledError,
    WindowClosedError,
)
from tests.support import graph as meta
from tests.support.graph import Graph, answer, refusal


class TestRefused:
    """HTTP 4xx com corpo da Graph: certamente não enviado, e o código decide."""

    @pytest.mark.parametrize(
        ("code", "status", "expected", "kind"),
        [
            (131009, 400, GraphRefusedError, ErrorClass.PERMANENT),
            (131026, 400, GraphRefusedError, ErrorClass.USER),
            (132001, 404, GraphRefusedError, ErrorClass.DEFINITION),
            (131047, 400, WindowClosedError, ErrorClass.WINDOW),
            (1, 400, GraphTransientError, ErrorClass.TRANSIENT),
            (130429, 400, ThrottledError, ErrorClass.THROTTLE),
            (131056, 429, ThrottledError, ErrorClass.THROTTLE),
            (190, 401, DependencyDownError, ErrorClass.AUTH),
            (0, 401, DependencyDownError, ErrorClass.AUTH),
            (200, 403, DependencyDownError, ErrorClass.AUTH),
            (131042, 400, DependencyDownError, ErrorClass.POLICY),
            (987654, 400, GraphRefusedError, ErrorClass.PERMANENT),
        ],
    )
    async def test_the_code_decides_the_failure(
        self,
        graph: Graph,
        client: WhatsAppHttpClient,
        code: int,
        status: int,
        expected: type[GraphError],
        kind: ErrorClass,
    ) -> None:
        graph.script = answer(status, refusal(code))
        error = await meta.failure(client)
        assert type(error) is expected
        assert (error.code, error.graph_code, error.kind) == (f"graph_{code}", code, kind)
        assert error.fbtrace_id == "AbC-12_x"

    async def test_nothing_that_was_answered_is_repeated_inside(
        self, graph: Graph, client: WhatsAppHttpClient
    ) -> None:
        graph.script = answer(400, refusal(130429))
        await meta.failure(client)
        assert graph.attempts == 1

    async def test_throttle_carries_the_wait_that_meta_asked_for(
        self, graph: Graph, client: WhatsAppHttpClient
    ) -> None:
        graph.script = answer(429, refusal(130429), {"Retry-After": "7"})
        error = await meta.failure(client)
        assert isinstance(error, ThrottledError)
        assert error.retry_after_ms == 7_000

    async def test_throttle_without_a_body_is_still_a_throttle(
        self, graph: Graph, client: WhatsAppHttpClient
    ) -> None:
        graph.script = answer(429, b"")
        assert type(await meta.failure(client)) is ThrottledError

    async def test_error_data_may_be_a_string(self, graph: Graph, client: WhatsAppHttpClient) -> None:
        body = {"error": {"code": 131009, "error_data": meta.DETAILS}}
        graph.script = answer(400, json.dumps(body).encode())
        assert (await meta.failure(client)).code == "graph_131009"

    async def test_redirect_is_not_followed_with_the_token(
        self, graph: Graph, client: WhatsAppHttpClient
    ) -> None:
        graph.script = answer(307, b"", {"Location": f"{graph.url}/elsewhere"})
        error = await meta.failure(client)
        assert type(error) is DependencyDownError
        assert graph.attempts == 1

    async def test_refusal_whose_reason_was_cut_is_tried_again(
        self, graph: Graph, client: WhatsAppHttpClient
    ) -> None:
        graph.script = meta.cut_in_answer(400)
        assert type(await meta.failure(client)) is GraphTransientError

    async def test_huge_refusal_is_not_read_to_the_end(
        self, graph: Graph, client: WhatsAppHttpClient
    ) -> None:
        graph.script = answer(403, b"x" * (4 * MAX_BODY_BYTES))
        assert (await meta.failure(client)).code == "graph_http_403"


class TestUnreachable:
    """Nada foi escrito: a dependência está fora, a mensagem não tem culpa."""

    async def test_closed_port(self) -> None:
        calls: list[tuple[str, int, int]] = []
        client = WhatsAppHttpClient(
            f"http://127.0.0.1:{meta.closed_port()}",
            "v24.0",
            meta.SECRET,
            observe=lambda endpoint, status, code, _seconds: calls.append((endpoint, status, code)),
        )
        error = await meta.failure(client)
        await client.close()
        assert isinstance(error, DependencyDownError)
        assert isinstance(error, UnavailableError)
        assert error.code == "graph_unreachable"
        assert calls == [("messages", 0, 0)] * CONNECT_ATTEMPTS

    async def test_port_that_opens_between_attempts_is_reached(self) -> None:
        port = meta.closed_port()
        answered = json.dumps({"messages": [{"id": meta.WAMID}]}).encode()
        listeners: list[asyncio.Task[asyncio.Server]] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(meta.BODY)
            head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(answered)}\r\n\r\n"
            writer.write(head.encode() + answered)
            await writer.drain()
            writer.close()

        def open_after_refusal(_endpoint: str, status: int, _code: int, _seconds: float) -> None:
            if status == 0:
                listener = socket.create_server(("127.0.0.1", port))
                listeners.append(asyncio.create_task(asyncio.start_server(serve, sock=listener)))

        url = f"http://127.0.0.1:{port}"
        client = WhatsAppHttpClient(url, "v24.0", meta.SECRET, observe=open_after_refusal)
        assert (await client.send(meta.NUMBER, meta.BODY)).wamid == meta.WAMID
        await client.close()
        (listener,) = listeners
        (await listener).close()

    async def test_tls_failure(self, graph: Graph) -> None:
        client = WhatsAppHttpClient(graph.url.replace("http:", "https:"), "v24.0", meta.SECRET)
        assert (await meta.failure(client)).code == "graph_unreachable"
        await client.close()
        assert graph.attempts == 0

    async def test_time_out_during_the_tls_handshake(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            url = f"https://127.0.0.1:{mute.getsockname()[1]}"
            client = WhatsAppHttpClient(url, "v24.0", meta.SECRET, timeout_s=meta.SHORT_S)
            error = await meta.failure(client)
            await client.close()
        assert type(error) is DependencyDownError

    async def test_time_out_waiting_for_a_free_connection(self, graph: Graph) -> None:
        graph.script = graph.silence
        client = WhatsAppHttpClient(graph.url, "v24.0", meta.SECRET, timeout_s=0.6, max_connections=1)
        first = asyncio.create_task(meta.failure(client))
        await graph.silent.wait()
        second = await meta.failure(client)
        assert type(second) is DependencyDownError
        graph.release.set()
        assert type(await first) is GraphInDoubtError
        assert graph.attempts == 1
        await client.close()

    async def test_closed_client_writes_nothing(self, graph: Graph, client: WhatsAppHttpClient) -> None:
        await client.send(meta.NUMBER, meta.BODY)
        await client.close()
        await client.close()
        assert (await meta.failure(client)).code == "graph_unreachable"
        assert graph.attempts == 1
