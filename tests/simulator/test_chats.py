"""O que a tela de conversa usa: pessoas, envio por POST e a conversa ao vivo por SSE."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import msgspec
import pytest

from pyloto_stream.simulator.people import Profile
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.whatsapp.messages import TextMessage
from tests.support.graph import closed_port
from tests.support.simulation import BUTTONS, LINK, NUMBER, OPTIONS, World

ANA = fictional(1)
Json = dict[str, object]


class Screen:
    """Uma tela aberta: `next` devolve `(nome, dados)`."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self) -> tuple[str, Json]:
        name = (await self._response.content.readline()).decode().removeprefix("event: ").strip()
        data = (await self._response.content.readline()).removeprefix(b"data: ")
        await self._response.content.readline()
        return name, msgspec.json.decode(data, type=Json)

    async def until(self, name: str) -> Json:
        while True:
            found, data = await self.next()
            if found == name:
                return data

    async def ended(self) -> bool:
        return await self._response.content.read() == b""


@asynccontextmanager
async def screen(world: World, http: aiohttp.ClientSession, person: str) -> AsyncIterator[Screen]:
    async with http.get(f"{world.url}/simulator/chats/{person}/events") as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        yield Screen(response)


async def write(
    world: World, http: aiohttp.ClientSession, body: Json, person: str = ANA.wa_id
) -> tuple[int, Json]:
    async with http.post(f"{world.url}/simulator/chats/{person}/messages", json=body) as answer:
        return answer.status, await answer.json()


class TestPeople:
    async def test_the_list_names_the_business_and_everybody(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        await world.simulator.person(ANA).say("x" * 200).accepted()
        async with http.get(f"{world.url}/simulator/chats") as answer:
            listed = await answer.json()
        assert listed["business"] == {"name": "Pyloto", "phone": "551100000000"}
        assert [card["name"] for card in listed["people"]] == ["Ana", "Bruno", "Carla", "Diego"]
        assert listed["people"][0] == {
            "id": ANA.wa_id,
            "name": "Ana",
            "phone": ANA.wa_id,
            "last": "x" * 80,
        }

    async def test_a_newcomer_is_fictional_and_new(self, world: World, http: aiohttp.ClientSession) -> None:
        async with http.post(f"{world.url}/simulator/chats") as answer:
            assert answer.status == 201
            card = await answer.json()
        assert card == {"id": "5511900000005", "name": "Elisa", "phone": "5511900000005", "last": ""}

    @pytest.mark.parametrize("person", ["5541999990000", "5511900000000", "x", "..%2F..", "%F0%9F%9B%B5"])
    async def test_nobody_by_that_number_is_404(
        self, world: World, http: aiohttp.ClientSession, person: str
    ) -> None:
        assert await write(world, http, {"text": "Oi"}, person) == (404, {"error": "nobody has that number"})
        async with http.get(f"{world.url}/simulator/chats/{person}/events") as answer:
            assert answer.status == 404


class TestWriting:
    async def test_a_text_becomes_a_signed_webhook(self, world: World, http: aiohttp.ClientSession) -> None:
        status, told = await write(world, http, {"text": "Oi"})
        assert (status, told["status"], told["reason"]) == (202, 200, "")
        assert [message.content.text for message in world.webhook.messages] == ["Oi"]

    async def test_a_choice_becomes_a_tap(self, world: World, http: aiohttp.ClientSession) -> None:
        await write(world, http, {"text": "Oi"})
        await world.send(BUTTONS, ANA.wa_id)
        assert (await write(world, http, {"choice": "bici"}))[0] == 202
        assert world.webhook.messages[-1].content.choice == "bici"

    async def test_a_refused_webhook_is_502_with_what_happened_and_is_retried(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        world.webhook.answers.append(503)
        status, told = await write(world, http, {"text": "Oi"})
        told.pop("took_ms")
        assert (status, told) == (
            502,
            {"error": "webhook_not_accepted", "url": world.webhook.url, "status": 503, "reason": ""},
        )
        await world.webhook.until(lambda: world.webhook.messages)

    async def test_nobody_listening_is_502_unreachable(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        world.simulator.subscribe(f"http://127.0.0.1:{closed_port()}/")
        status, told = await write(world, http, {"text": "Oi"})
        assert (status, told["status"], told["reason"]) == (502, 0, "unreachable")

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            ({}, "exactly one of text and choice"),
            ({"text": "  \n"}, "exactly one of text and choice"),
            ({"text": "Oi", "choice": "moto"}, "exactly one of text and choice"),
            ({"text": 5}, "Expected `str`"),
            ({"txt": "Oi"}, "unknown field `txt`"),
            ({"text": "x" * 4097}, "longer than 4096"),
            ({"choice": "nunca"}, "offers that choice"),
        ],
        ids=lambda value: str(value)[:30],
    )
    async def test_bad_input_is_422_and_nothing_is_sent(
        self, world: World, http: aiohttp.ClientSession, body: Json, why: str
    ) -> None:
        status, told = await write(world, http, body)
        assert status == 422
        assert why in str(told["error"])
        assert world.webhook.posts == []

    async def test_a_choice_beside_blanks_is_a_choice(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        await write(world, http, {"text": "Oi"})
        await world.send(BUTTONS, ANA.wa_id)
        assert (await write(world, http, {"text": " ", "choice": "moto"}))[0] == 202
        assert world.webhook.messages[-1].content.choice == "moto"

    async def test_repeating_delivers_the_same_bytes_again(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        url = f"{world.url}/simulator/chats/{ANA.wa_id}/repeat"
        async with http.post(url) as answer:
            assert (answer.status, await answer.json()) == (409, {"error": "this person has not written yet"})
        await write(world, http, {"text": "Oi"})
        async with http.post(url) as answer:
            assert answer.status == 202
        first, second = world.webhook.posts
        assert first.body == second.body


class TestFeed:
    async def test_a_whole_turn_is_seen_step_by_step(self, world: World, http: aiohttp.ClientSession) -> None:
        async with screen(world, http, ANA.wa_id) as seen:
            name, snapshot = await seen.next()
            assert name == "snapshot"
            assert snapshot["thread"] == []
            assert snapshot["typing_ms"] == 0
            await write(world, http, {"text": "Oi"})
            mine = await seen.until("message")
            assert (mine["mine"], mine["kind"], mine["text"], mine["state"]) == (True, "text", "Oi", "sent")
            assert (await seen.until("webhook"))["status"] == 200
            assert await seen.until("state") == {"id": mine["id"], "state": "delivered"}
            await world.client.mark_read(NUMBER, str(mine["id"]), typing=True)
            assert await seen.until("state") == {"id": mine["id"], "state": "read"}
            assert (await seen.until("typing"))["for_ms"] == 25_000
            await world.send(OPTIONS, ANA.wa_id)
            theirs = await seen.until("message")
            assert (theirs["mine"], theirs["kind"], theirs["button"]) == (False, "list", "Ver opções")
            assert theirs["options"] == [
                {
                    "id": "sob-medida",
                    "title": "Sistema sob medida",
                    "description": "Um programa só seu",
                    "section": "Tecnologia",
                },
                {"id": "entregador", "title": "Quero ser entregador", "section": "Entregas"},
                {"id": "loja", "title": "Tenho uma loja", "section": "Entregas"},
            ]
            names = [(await seen.until("status"))["status"] for _ in range(3)]
            assert names == ["sent", "delivered", "read"]

    async def test_who_comes_back_gets_the_whole_conversation_first(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        await write(world, http, {"text": "Oi"})
        await world.send(LINK, ANA.wa_id)
        await world.client.mark_read(NUMBER, world.webhook.messages[0].id, typing=True)
        async with screen(world, http, ANA.wa_id) as seen:
            _, snapshot = await seen.next()
        thread = snapshot["thread"]
        assert isinstance(thread, list)
        assert [(bubble["text"], bubble["state"]) for bubble in thread] == [
            ("Oi", "read"),
            ("Peça pelo site.", "sent"),
        ]
        assert thread[1]["url"] == LINK.url
        typing_ms = snapshot["typing_ms"]
        assert isinstance(typing_ms, int)
        assert 20_000 < typing_ms <= 25_000

    async def test_a_retried_webhook_shows_both_ends(self, world: World, http: aiohttp.ClientSession) -> None:
        world.webhook.answers.append(503)
        async with screen(world, http, ANA.wa_id) as seen:
            await write(world, http, {"text": "Oi"})
            assert (await seen.until("webhook"))["status"] == 503
            assert (await seen.until("state"))["state"] == "retrying"
            assert (await seen.until("webhook"))["status"] == 200
            assert (await seen.until("state"))["state"] == "delivered"

    async def test_conversations_do_not_mix(self, world: World, http: aiohttp.ClientSession) -> None:
        hidden = world.simulator.person(Profile(name="Só id", user_id="BR.oculto"))
        async with screen(world, http, ANA.wa_id) as ana, screen(world, http, hidden.profile.key) as other:
            await write(world, http, {"text": "da Ana"})
            await write(world, http, {"text": "do outro"}, hidden.profile.key)
            await world.send(TextMessage("para o outro"), "BR.oculto")
            assert (await ana.until("message"))["text"] == "da Ana"
            assert [(await other.until("message"))["text"] for _ in range(2)] == ["do outro", "para o outro"]
            await write(world, http, {"text": "mais uma"})
            assert (await ana.until("message"))["text"] == "mais uma"

    async def test_two_screens_of_one_person_see_the_same(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        async with screen(world, http, ANA.wa_id) as one, screen(world, http, ANA.wa_id) as two:
            await one.next()
            await two.next()
            await write(world, http, {"text": "Oi"})
            assert await one.until("message") == await two.until("message")

    async def test_a_stopping_simulator_ends_every_screen(
        self, world: World, http: aiohttp.ClientSession
    ) -> None:
        async with screen(world, http, ANA.wa_id) as seen:
            await seen.next()
            await world.simulator.stop()
            assert await seen.ended()
