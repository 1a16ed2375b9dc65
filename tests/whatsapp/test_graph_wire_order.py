"""Quando se escreve um pedido, e o que vale como resposta a ele."""

import asyncio

import pytest
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection

from pyloto_stream.whatsapp import graph_wire
from pyloto_stream.whatsapp.graph_answer import Silence
from pyloto_stream.whatsapp.graph_http import GraphHttp
from pyloto_stream.whatsapp.graph_wire import Wire
from tests.support.graph_server import SENT, SUCCESS, ask, raw, talking

GOOD = raw("200 OK", SENT, "facebook-api-version: v24.0")


def one_protocol(http: GraphHttp) -> ResponseHandler:
    """Quem ouve a conexão que se guarda, ou está em uso."""
    connector = http.session().connector
    assert connector is not None
    idle = [protocol for kept in connector._conns.values() for protocol, _ in kept]
    (protocol,) = idle or connector._acquired
    return protocol


async def test_what_is_asked_in_one_turn_of_the_loop_is_written_together_in_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    happened: list[str] = []
    write, connect = graph_wire._Asking.write, Wire._connect

    def written(asking: graph_wire._Asking) -> None:
        happened.append("written")
        write(asking)

    async def asked(wire: Wire, timeout_s: float) -> Connection:
        happened.append("asked")
        return await connect(wire, timeout_s)

    async with talking(GOOD) as (_, http):
        await asyncio.gather(*(ask(http) for _ in range(3)))  # as conexões já existem
        monkeypatch.setattr(graph_wire._Asking, "write", written)
        monkeypatch.setattr(Wire, "_connect", asked)
        await asyncio.gather(*(ask(http) for _ in range(3)))
    assert happened == ["asked"] * 3 + ["written"] * 3


STRAY = [raw(status, b"") for status in ("200 OK", "400 Bad Request", "408 Request Timeout", "429 Too Many")]


@pytest.mark.parametrize("stray", STRAY)
async def test_what_was_said_before_anything_was_asked_is_no_answer(stray: bytes) -> None:
    """Uma conexão que falou sozinha não se usa: a resposta de um pedido seria dada ao seguinte."""
    async with talking(GOOD) as (server, http):
        await asyncio.gather(*(ask(http) for _ in range(3)))
        server.say(stray)
        await asyncio.sleep(0.05)  # chegou às conexões, que ninguém usa
        assert await asyncio.gather(*(ask(http) for _ in range(3))) == [SUCCESS] * 3
        assert len(server.heard) == 6
        assert server.connections == 6


async def test_what_was_said_just_before_the_request_is_written_is_no_answer_to_it() -> None:
    async with talking(GOOD) as (server, http):
        await ask(http)
        asking = asyncio.create_task(ask(http))
        protocol = one_protocol(http)
        asyncio.get_running_loop().call_soon(protocol.data_received, STRAY[1])
        assert await asking == Silence("ServerDisconnectedError", written=True)
        assert len(server.heard) == 1
        assert await ask(http) == SUCCESS
        assert len(server.heard) == 2
