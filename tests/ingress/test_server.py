import asyncio
import socket

import pytest
from aiohttp import ClientConnectorError, ClientSession, web
from prometheus_client import CollectorRegistry

from ingress.app import create_admin_app, create_public_app
from ingress.server import KEEPALIVE_S, SHUTDOWN_TIMEOUT_S, Address, Listening, make_runner, serve
from pyloto_stream.errors import MisconfiguredError
from tests.support.ingress import CONFIG, Recorder, Tally, served

ANYWHERE = Address("127.0.0.1", 0)


class Running:
    """`serve` em andamento, com o que ela avisou."""

    def __init__(self, *routes: web.RouteDef, public: Address = ANYWHERE) -> None:
        self.stop = asyncio.Event()
        listening: asyncio.Future[Listening] = asyncio.get_running_loop().create_future()
        self._listening = listening
        self.task = asyncio.create_task(
            serve(
                public_app(*routes),
                admin_app(),
                public_address=public,
                admin_address=ANYWHERE,
                stop=self.stop,
                on_listening=listening.set_result,
            )
        )

    async def urls(self) -> tuple[str, str]:
        listening = await self._listening
        public, admin = listening.public, listening.admin
        return f"http://{public.host}:{public.port}", f"http://{admin.host}:{admin.port}"


def public_app(*routes: web.RouteDef) -> web.Application:
    return create_public_app(CONFIG, Recorder(), Tally(), routes=routes)


def admin_app() -> web.Application:
    return create_admin_app(CONFIG, CollectorRegistry(), Tally())


async def test_both_listeners_serve_their_own_routes_until_told_to_stop(http: ClientSession) -> None:
    running = Running()
    public, admin = await running.urls()
    expected = {
        public + "/health": 200,
        public + "/metrics": 404,
        admin + "/metrics": 200,
        admin + "/webhooks/whatsapp": 404,
    }
    for url, status in expected.items():
        async with http.get(url) as answer:
            assert answer.status == status
    running.stop.set()
    await running.task
    for url in (public, admin):
        with pytest.raises(ClientConnectorError):
            await http.get(url)


async def test_request_under_way_ends_well_and_no_other_begins(http: ClientSession) -> None:
    begun, finish = asyncio.Event(), asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        begun.set()
        await finish.wait()
        return web.Response(text="done")

    running = Running(web.get("/slow", slow))
    public, admin = await running.urls()
    request = asyncio.create_task(http.get(public + "/slow"))
    await begun.wait()
    running.stop.set()
    while True:
        try:
            async with ClientSession() as other:
                await other.get(public + "/health")
        except ClientConnectorError:
            break
    async with http.get(admin + "/metrics") as answer:
        assert answer.status == 200
    assert not running.task.done()
    finish.set()
    async with await request as answer:
        assert (answer.status, await answer.text()) == (200, "done")
    await running.task


@pytest.mark.parametrize("variable", ["INGRESS", "ADMIN"])
async def test_address_in_use_is_a_misconfiguration(variable: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = Address("127.0.0.1", other.getsockname()[1])
        with pytest.raises(MisconfiguredError, match=f"{variable}_PORT"):
            await serve(
                public_app(),
                admin_app(),
                public_address=taken if variable == "INGRESS" else ANYWHERE,
                admin_address=taken if variable == "ADMIN" else ANYWHERE,
                stop=asyncio.Event(),
            )


async def test_two_ingresses_share_a_public_port_and_one_stays_when_the_other_leaves(
    http: ClientSession,
) -> None:
    first = Running()
    public, _ = await first.urls()
    second = Running(public=Address("127.0.0.1", int(public.rpartition(":")[2])))
    assert (await second.urls())[0] == public
    first.stop.set()
    await first.task
    async with http.get(public + "/health") as answer:
        assert answer.status == 200
    second.stop.set()
    await second.task


def test_idle_connections_and_stopping_have_explicit_limits() -> None:
    runner = make_runner(public_app())
    assert runner._shutdown_timeout == SHUTDOWN_TIMEOUT_S
    assert runner._kwargs["keepalive_timeout"] == KEEPALIVE_S


async def test_what_fails_outside_of_every_handler_is_a_500_that_tells_nothing(
    http: ClientSession, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise ZeroDivisionError("segredo")

    monkeypatch.setattr(Tally, "requests", explode)
    async with (
        served(create_public_app(CONFIG, Recorder(), Tally())) as url,
        http.get(url + "/health", headers={"Accept": "text/html"}) as answer,
    ):
        assert (answer.status, await answer.text()) == (500, '{"error":"internal"}')
        assert answer.headers["Server"] == "pyloto-stream"
    assert caplog.messages == ["request failed outside of every handler"]
