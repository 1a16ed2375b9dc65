"""Começa, confere o webhook, para limpo: nada fica aberto nem rodando."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pytest
from aiohttp import web

from pyloto_stream.simulator.app import Simulator
from pyloto_stream.simulator.chores import Chores
from pyloto_stream.simulator.faults import Fault
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.graph_errors import GraphInDoubtError
from pyloto_stream.whatsapp.messages import TextMessage
from pyloto_stream.whatsapp.payloads import build
from tests.support.graph import closed_port
from tests.support.simulation import CONFIG, FAST, NUMBER, TOKEN, World, webhook_server

ANA = fictional(1)
SLOW = msgspec.structs.replace(
    CONFIG, pace=msgspec.structs.replace(FAST, sent_ms=600_000, retry_first_ms=600_000)
)


class TestStop:
    async def test_busy_in_every_way_it_still_leaves_nothing_behind(self) -> None:
        async with webhook_server() as webhook:
            before = asyncio.all_tasks()
            simulator = Simulator(SLOW)
            simulator.subscribe(webhook.url)
            world = World(
                simulator, await simulator.start(), webhook, WhatsAppHttpClient("http://x", "v24.0", TOKEN)
            )
            world.client = WhatsAppHttpClient(world.url, "v24.0", TOKEN)
            person = simulator.person(ANA)
            await person.say("Oi").accepted()
            await world.send(TextMessage("status que ainda não saíram"), ANA.wa_id)
            webhook.answers.append(503)
            retrying = person.say("a tentar de novo em dez minutos")
            await retrying.first()
            simulator.faults.add(Fault("hang"))
            body = build(TextMessage("pendurado"), to=ANA.wa_id, reply_id="v1")
            hanging = asyncio.ensure_future(world.client.send(NUMBER, body))
            screen = person.feed.open()
            await asyncio.sleep(0)
            await simulator.stop()
            with pytest.raises(GraphInDoubtError):
                await hanging
            assert not await retrying.accepted()
            while await screen.get() is not None:
                pass
            await world.client.close()
            await simulator.stop()  # outra vez não faz mal
            assert asyncio.all_tasks() - before == set()
        gc.collect()  # um aviso de recurso aberto seria um erro

    async def test_what_comes_after_the_stop_is_dropped_without_waiting(self) -> None:
        simulator = Simulator(CONFIG)
        await simulator.start()
        await simulator.stop()
        delivery = simulator.person(ANA).say("tarde")
        assert (await delivery.first()).reason == "stopped"
        assert not await delivery.accepted()

    async def test_one_that_never_started_stops_too(self) -> None:
        await Simulator(CONFIG).stop()

    async def test_a_failed_chore_is_not_swallowed(self) -> None:
        async def broken() -> None:
            raise LookupError("defeito")

        chores = Chores()
        chores.spawn(broken())
        await asyncio.sleep(0)
        with pytest.raises(ExceptionGroup) as caught:
            await chores.close()
        assert isinstance(caught.value.exceptions[0], LookupError)


class TestStart:
    async def test_it_starts_once(self) -> None:
        simulator = Simulator(CONFIG)
        await simulator.start()
        with pytest.raises(RuntimeError, match="starts once"):
            await simulator.start()
        await simulator.stop()
        with pytest.raises(RuntimeError, match="starts once"):
            await simulator.start()

    async def test_a_taken_port_is_an_error_that_leaves_nothing_open(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            simulator = Simulator(CONFIG)
            with pytest.raises(OSError, match="address already in use"):
                await simulator.start(port=taken.getsockname()[1])
            await simulator.stop()

    async def test_ipv6_addresses_are_written_with_brackets(self) -> None:
        if not socket.has_ipv6:
            pytest.skip("no IPv6 here")
        simulator = Simulator(CONFIG)
        try:
            url = await simulator.start(host="::1")
        except OSError:
            pytest.skip("no IPv6 loopback here")
        async with aiohttp.ClientSession() as http, http.get(f"{url}/simulator/state") as answer:
            assert answer.status == 200
        assert url.startswith("http://[::1]:")
        await simulator.stop()

    def test_secrets_stay_out_of_the_repr(self) -> None:
        for secret in (CONFIG.app_secret, CONFIG.access_token, CONFIG.verify_token):
            assert secret not in repr(CONFIG)


@pytest.fixture
async def closing() -> AsyncIterator[list[web.AppRunner]]:
    runners: list[web.AppRunner] = []
    yield runners
    for runner in runners:
        await runner.cleanup()


class TestVerification:
    async def test_a_good_webhook_passes(self, world: World) -> None:
        assert await world.simulator.verify_webhook()

    async def test_a_wrong_word_does_not(self, world: World) -> None:
        config = msgspec.structs.replace(CONFIG, verify_token="outra", webhook_url=world.webhook.url)
        other = Simulator(config)
        assert not await other.verify_webhook()
        await other.stop()

    async def test_nobody_there_or_no_address_does_not(self, world: World) -> None:
        world.simulator.subscribe(f"http://127.0.0.1:{closed_port()}/")
        assert not await world.simulator.verify_webhook()
        world.simulator.subscribe("")
        assert not await world.simulator.verify_webhook()

    @pytest.mark.parametrize("text", ["{}", '"1158201444"', "1158201444\n", ""])
    async def test_anything_but_the_bare_challenge_does_not(
        self, world: World, closing: list[web.AppRunner], text: str
    ) -> None:
        async def answer(_request: web.Request) -> web.Response:
            return web.Response(text=text)

        app = web.Application()
        app.router.add_get("/", answer)
        runner = web.AppRunner(app, access_log=None)
        closing.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        world.simulator.subscribe(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        assert not await world.simulator.verify_webhook()
