"""O aplicativo diante de um endpoint: prazo, chave, respostas tortas e a checagem de saúde."""

import asyncio

import pytest
from aiohttp import web

from pyloto_stream.simulator.flow_client import FlowClient, FlowTroubleError, ping
from tests.support.form_endpoint import Endpoint, private_pem, public_of
from tests.support.graph import closed_port
from tests.support.simulation import APP_SECRET


async def test_without_key_answer_or_time_the_trouble_has_its_name(behind: Endpoint) -> None:
    secret, key = APP_SECRET.encode(), public_of(private_pem())
    for url, pem, name in (
        (behind.url, "", "public-key-missing"),
        (f"http://127.0.0.1:{closed_port()}/", key, "no_http_response_error"),
    ):
        with pytest.raises(FlowTroubleError, match=name):
            await FlowClient(secret, pem.__str__).ask(url, {"action": "INIT"})
    behind.answers.append(web.Response(text="x" * (1024 * 1024 + 1)))
    with pytest.raises(FlowTroubleError, match="payload-schema-error"):
        await FlowClient(secret, key.__str__).ask(behind.url, {"action": "INIT"})


async def test_an_endpoint_that_never_answers_is_a_timeout() -> None:
    leave = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await leave.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    client = FlowClient(APP_SECRET.encode(), public_of(private_pem()).__str__, timeout_s=0.05)
    with pytest.raises(FlowTroubleError, match="timeout_error"):
        await client.ask(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", {"action": "INIT"})
    leave.set()
    server.close()
    await server.wait_closed()


async def test_ping_tells_a_healthy_endpoint(behind: Endpoint) -> None:
    client = FlowClient(APP_SECRET.encode(), public_of(private_pem()).__str__)
    behind.answers.extend([{"data": {"status": "active"}}, {"data": {}}, 500])
    assert [await ping(client, behind.url) for _ in range(3)] == [True, False, False]
    assert behind.asked[0].action == "ping"
