import asyncio
import json

import pytest
from aiohttp import web

from pyloto_stream.errors import MisconfiguredError, PermanentError
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from tests.support import graph as meta
from tests.support.graph import Graph, answer, refusal


class TestAccepted:
    async def test_send_returns_the_id_that_meta_gave(self, client: WhatsAppHttpClient) -> None:
        assert (await client.send(meta.NUMBER, meta.BODY)).wamid == meta.WAMID

    async def test_request_is_what_meta_expects(self, graph: Graph, client: WhatsAppHttpClient) -> None:
        async def script(request: web.Request) -> web.StreamResponse:
            await graph.record(request)
            return await meta.accepted(request)

        graph.script = script
        await client.send(meta.NUMBER, meta.BODY)
        (seen,) = graph.received
        assert seen.path == f"/v24.0/{meta.NUMBER}/messages"
        assert seen.authorization == f"Bearer {meta.SECRET}"
        assert seen.content_type == "application/json"
        assert seen.body == json.loads(meta.BODY)

    async def test_each_number_uses_its_own_token_and_others_the_default(self, graph: Graph) -> None:
        async def script(request: web.Request) -> web.StreamResponse:
            await graph.record(request)
            return await meta.accepted(request)

        graph.script = script
        client = WhatsAppHttpClient(f"{graph.url}/", "v24.0", "default", tokens={"222": "second"})
        await client.send("111", meta.BODY)
        await client.send("222", meta.BODY)
        client.use("renewed", {"222": "renewed-second"})
        await client.send("111", meta.BODY)
        await client.send("222", meta.BODY)
        await client.close()
        tokens = [seen.authorization.removeprefix("Bearer ") for seen in graph.received]
        assert tokens == ["default", "second", "renewed", "renewed-second"]

    async def test_connection_is_reused_between_sends(self, graph: Graph, client: WhatsAppHttpClient) -> None:
        peers = set()

        async def script(request: web.Request) -> web.StreamResponse:
            assert request.transport is not None
            peers.add(request.transport.get_extra_info("peername"))
            return await meta.accepted(request)

        graph.script = script
        for _ in range(3):
            await client.send(meta.NUMBER, meta.BODY)
        assert len(peers) == 1


class TestMarkRead:
    async def test_confirmation_with_typing(self, graph: Graph, client: WhatsAppHttpClient) -> None:
        async def script(request: web.Request) -> web.StreamResponse:
            await graph.record(request)
            return web.json_response({"success": True})

        graph.script = script
        assert await client.mark_read(meta.NUMBER, "wamid.IN", typing=True) is True
        assert graph.received[0].body == {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "wamid.IN",
            "typing_indicator": {"type": "text"},
        }

    @pytest.mark.parametrize(
        "script",
        [
            answer(400, refusal(131009)),
            answer(500, b"<html>"),
            answer(200, b'{"success":false}'),
            answer(200, b"not json"),
            meta.cut(read_first=True),
        ],
    )
    async def test_failure_is_an_answer_and_is_not_repeated(
        self, graph: Graph, client: WhatsAppHttpClient, script: meta.Script
    ) -> None:
        graph.script = script
        assert await client.mark_read(meta.NUMBER, "wamid.IN", typing=False) is False
        assert graph.attempts == 1

    async def test_unreachable_is_an_answer(self) -> None:
        client = WhatsAppHttpClient(f"http://127.0.0.1:{meta.closed_port()}", "v24.0", meta.SECRET)
        assert await client.mark_read(meta.NUMBER, "wamid.IN", typing=True) is False
        await client.close()
        assert await client.mark_read(meta.NUMBER, "wamid.IN", typing=True) is False

    @pytest.mark.parametrize(
        ("number", "message"), [(meta.NUMBER, ""), (meta.NUMBER, "\ud800"), ("../x", "wamid.IN")]
    )
    async def test_impossible_input_is_an_answer(
        self, graph: Graph, client: WhatsAppHttpClient, number: str, message: str
    ) -> None:
        assert await client.mark_read(number, message, typing=False) is False
        assert graph.attempts == 0


class TestObserve:
    async def test_each_call_is_reported_once_with_its_result(self, graph: Graph) -> None:
        calls: list[tuple[str, int, int, float]] = []
        client = WhatsAppHttpClient(
            graph.url, "v24.0", meta.SECRET, timeout_s=5, observe=lambda *call: calls.append(call)
        )
        await client.send(meta.NUMBER, meta.BODY)
        graph.script = answer(400, refusal(131047))
        await meta.failure(client)
        await client.mark_read(meta.NUMBER, "wamid.IN", typing=True)
        graph.script = meta.cut(read_first=True)
        await meta.failure(client)
        await client.close()
        assert [call[:3] for call in calls] == [
            ("messages", 200, 0),
            ("messages", 400, 131047),
            ("mark_read", 400, 131047),
            ("messages", 0, 0),
        ]
        assert all(0 < seconds < 5 for *_, seconds in calls)


class TestMisuse:
    @pytest.mark.parametrize("number", ["", "../me", "1/2", "1?x=", "a" * 65, "１２"])
    async def test_impossible_number_is_refused_before_any_call(
        self, graph: Graph, client: WhatsAppHttpClient, number: str
    ) -> None:
        with pytest.raises(PermanentError) as caught:
            await client.send(number, meta.BODY)
        assert caught.value.code == "invalid_phone_number_id"
        assert graph.attempts == 0

    def test_every_configuration_problem_is_named_at_once_without_its_value(self) -> None:
        with pytest.raises(MisconfiguredError) as caught:
            WhatsAppHttpClient("ftp://secret.example", "24", "two words\n")
        problems = " ".join(caught.value.problems)
        assert len(caught.value.problems) == 3
        for name in ("WHATSAPP_API_BASE_URL", "WHATSAPP_API_VERSION", "WHATSAPP_ACCESS_TOKEN"):
            assert name in problems
        for value in ("secret", "two words", "ftp"):
            assert value not in problems

    def test_impossible_new_token_is_refused_and_the_old_one_kept(self) -> None:
        client = WhatsAppHttpClient("http://127.0.0.1:1", "v24.0", meta.SECRET)
        with pytest.raises(MisconfiguredError):
            client.use("")
        assert client._default_token == meta.SECRET

    async def test_repr_shows_neither_token_nor_address(self, client: WhatsAppHttpClient) -> None:
        await client.send(meta.NUMBER, meta.BODY)
        assert repr(client) == "<WhatsAppHttpClient v24.0>"
        await client.close()
        assert repr(client) == "<WhatsAppHttpClient v24.0 closed>"

    async def test_cancellation_is_not_swallowed(self, graph: Graph, client: WhatsAppHttpClient) -> None:
        graph.script = graph.silence
        task = asyncio.create_task(client.send(meta.NUMBER, meta.BODY))
        await graph.silent.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
