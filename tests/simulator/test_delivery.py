"""A entrega de webhooks: repetida com os mesmos bytes até 200, ou desistida; junta em lotes se pedido."""

import asyncio
from itertools import pairwise

import msgspec
import pytest
from aiohttp import web

from pyloto_stream.simulator.config import Pace, SimulatorConfig
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.whatsapp.messages import TextMessage
from tests.support.graph import closed_port
from tests.support.simulation import CONFIG, FAST, World, until_state
from tests.support.simulation import world as open_world

ANA = fictional(1)


def paced(**changes: int) -> SimulatorConfig:
    return msgspec.structs.replace(CONFIG, pace=msgspec.structs.replace(FAST, **changes))


class TestRedelivery:
    async def test_the_same_bytes_until_200(self, world: World) -> None:
        world.webhook.answers.extend([503, 503, 503])
        person = world.simulator.person(ANA)
        delivery = person.say("Olá, ação 🛵")
        assert (await delivery.first()).status == 503
        assert person.thread[0].state in {"sent", "retrying"}
        assert await delivery.accepted()
        assert [attempt.status for attempt in delivery.attempts] == [503, 503, 503, 200]
        assert [post.status for post in world.webhook.posts] == [503, 503, 503, 200]
        assert len({post.body for post in world.webhook.posts}) == 1
        assert len(world.webhook.messages) == 1
        assert world.simulator.given_up == []

    async def test_the_wait_grows(self, world: World) -> None:
        world.webhook.answers.extend([503] * 4)
        delivery = world.simulator.person(ANA).say("Oi")
        assert await delivery.accepted()
        starts = [attempt.started_s for attempt in delivery.attempts]
        waits = [after - before for before, after in pairwise(starts)]
        assert all(wait >= floor for wait, floor in zip(waits, (0.002, 0.004, 0.008, 0.008), strict=True))

    async def test_only_200_is_success(self) -> None:
        async with open_world() as world:
            world.webhook.answers.extend([201, 204, 302, 400, 500])
            delivery = world.simulator.person(ANA).say("Oi")
            assert await delivery.accepted()
            assert [attempt.status for attempt in delivery.attempts] == [201, 204, 302, 400, 500, 200]
            assert len(world.webhook.messages) == 1

    async def test_it_gives_up_after_the_last_attempt_and_says_so(self) -> None:
        async with open_world(paced(attempts=3)) as world:
            world.webhook.answers.extend([503] * 3)
            person = world.simulator.person(ANA)
            delivery = person.say("Oi")
            assert not await delivery.accepted()
            assert len(delivery.attempts) == 3
            assert world.simulator.given_up == [delivery]
            await until_state(person, 0, "failed")
            assert await person.say("de novo").accepted()

    async def test_a_new_address_counts_for_deliveries_still_trying(self) -> None:
        async with open_world(paced(attempts=500)) as world:
            world.simulator.subscribe(f"http://127.0.0.1:{closed_port()}/")
            delivery = world.simulator.person(ANA).say("Oi")
            first = await delivery.first()
            assert (first.status, first.reason) == (0, "unreachable")
            world.simulator.subscribe(world.webhook.url)
            assert await delivery.accepted()

    async def test_without_an_address_it_says_so(self) -> None:
        async with open_world(paced(attempts=1)) as world:
            world.simulator.subscribe("")
            delivery = world.simulator.person(ANA).say("Oi")
            assert (await delivery.first()).reason == "no_webhook"
            assert not await delivery.accepted()

    @pytest.mark.parametrize("reason", ["timeout", "disconnected"])
    async def test_silence_and_a_cut_connection_are_retried(self, reason: str) -> None:
        free = asyncio.Event()

        async def misbehave(request: web.Request) -> web.Response:
            if reason == "disconnected":
                assert request.transport is not None
                request.transport.abort()
            await free.wait()
            return web.Response()

        app = web.Application()
        app.router.add_post("/", misbehave)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with open_world(paced(timeout_ms=50 if reason == "timeout" else 5000, attempts=2)) as world:
            world.simulator.subscribe(f"http://127.0.0.1:{runner.addresses[0][1]}/")
            delivery = world.simulator.person(ANA).say("Oi")
            assert not await delivery.accepted()
            assert [(each.status, each.reason) for each in delivery.attempts] == [(0, reason)] * 2
        free.set()
        await runner.cleanup()


class TestRepeats:
    async def test_a_repeat_carries_the_same_bytes_again(self, world: World) -> None:
        person = world.simulator.person(ANA)
        delivery = person.say("Oi")
        assert await delivery.accepted()
        assert await person.repeat(delivery).accepted()
        latest = person.repeat_latest()
        assert latest is not None
        assert await latest.accepted()
        assert [post.body for post in world.webhook.posts] == [delivery.body] * 3
        assert len({message.id for message in world.webhook.messages}) == 1
        assert len(person.thread) == 1

    async def test_who_never_wrote_has_nothing_to_repeat(self, world: World) -> None:
        assert world.simulator.person(ANA).repeat_latest() is None


class TestBatches:
    async def test_what_is_ready_together_goes_in_one_post(self) -> None:
        async with open_world(paced(batch_ms=30)) as world:
            people = [world.simulator.person(fictional(n)) for n in range(1, 6)]
            deliveries = [person.say(f"oi {n}") for n, person in enumerate(people)]
            assert len({id(delivery) for delivery in deliveries}) == 1
            assert await deliveries[0].accepted()
            assert [message.content.text for message in world.webhook.messages] == [
                f"oi {n}" for n in range(5)
            ]
            assert len(world.webhook.posts) == 1
            later = people[0].say("depois")
            assert later is not deliveries[0]
            assert await later.accepted()

    async def test_a_full_batch_does_not_take_more(self) -> None:
        async with open_world(paced(batch_ms=20, batch_max=2)) as world:
            person = world.simulator.person(ANA)
            deliveries = [person.say(str(n)) for n in range(5)]
            assert all([await delivery.accepted() for delivery in deliveries])
            assert sorted(post.body.count(b'"messages":[') for post in world.webhook.posts) == [1, 2, 2]

    async def test_messages_and_statuses_share_a_post(self) -> None:
        async with open_world(paced(batch_ms=50)) as world:
            await world.simulator.person(ANA).say("Oi").accepted()
            await world.send(TextMessage("Olá"), ANA.wa_id)
            await world.webhook.until(lambda: len(world.webhook.statuses) == 3)
            assert len(world.webhook.posts) < 4
            assert world.webhook.seen.unreadable == []


async def test_many_people_at_once_never_exceed_the_agreed_concurrency() -> None:
    running = peak = 0

    async def count(_request: web.Request) -> web.Response:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0)
        running -= 1
        return web.Response()

    app = web.Application()
    app.router.add_post("/", count)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with open_world(paced(concurrency=3)) as world:
        world.simulator.subscribe(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        deliveries = [world.simulator.person(fictional(n)).say("Oi") for n in range(1, 60)]
        assert all([await delivery.accepted() for delivery in deliveries])
        assert 1 < peak <= 3
    await runner.cleanup()


def test_the_default_pace_is_metas_shape() -> None:
    pace = Pace()
    assert pace.sent_ms < pace.delivered_ms < pace.read_ms
    assert pace.batch_max == 1000
