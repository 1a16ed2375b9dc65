"""Abrir, preencher e concluir um Flow: o simulador faz o papel do aplicativo diante de um endpoint."""

from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from aiohttp import web

from pyloto_stream.simulator.registry import fictional
from pyloto_stream.whatsapp.messages import TextMessage
from tests.support.form_endpoint import (
    DEFINITION,
    FLOW_ID,
    TOKEN,
    Endpoint,
    Json,
    offer,
    private_pem,
    public_of,
)
from tests.support.simulation import CONFIG, NUMBER, World
from tests.support.simulation import world as open_world

ANA = fictional(1)
GENERIC = {"error": "Algo deu errado. Tente mais tarde."}


@pytest_asyncio.fixture
async def world(behind: Endpoint) -> AsyncIterator[World]:
    """A Meta local com o Flow publicado, a chave no lugar e uma conversa aberta."""
    async with open_world(msgspec.structs.replace(CONFIG, flows=(behind.flow,))) as opened:
        opened.simulator.account.keys[NUMBER] = public_of(private_pem())
        await opened.simulator.person(ANA).say("Oi").accepted()
        yield opened
        assert opened.webhook.seen.unreadable == []


async def step(world: World, http: aiohttp.ClientSession, message: str, do: str, **more: object) -> Json:
    body = {"message": message, "do": do, **more}
    async with http.post(f"{world.url}/simulator/chats/{ANA.wa_id}/form", json=body) as answer:
        assert answer.status == 200
        found: Json = await answer.json()
        return found


async def test_a_form_that_navigates_opens_without_asking_the_endpoint(
    world: World, http: aiohttp.ClientSession, behind: Endpoint
) -> None:
    wamid = await world.send(offer("navigate"), ANA.wa_id)
    view = await step(world, http, wamid, "open")
    assert (view["screen"], view["data"]) == ("UM", {"nome": "Ana"})
    assert view["definition"] == msgspec.json.decode(DEFINITION)
    assert behind.posts == 0


async def test_init_exchange_and_back_are_asked_in_turn(
    world: World, http: aiohttp.ClientSession, behind: Endpoint
) -> None:
    wamid = await world.send(offer(), ANA.wa_id)
    behind.answers.extend(
        [
            {"screen": "UM", "data": {"nome": "Ana"}},
            {"screen": "DOIS", "data": {"apelido": "Aninha"}},
            {"screen": "UM", "data": {"nome": "de volta"}},
        ]
    )
    assert (await step(world, http, wamid, "open"))["data"] == {"nome": "Ana"}
    view = await step(world, http, wamid, "exchange", screen="UM", data={"apelido": "Aninha"})
    assert (view["screen"], view["data"]) == ("DOIS", {"apelido": "Aninha"})
    view = await step(world, http, wamid, "back", screen="DOIS")
    assert view["data"] == {"nome": "de volta"}
    assert [(one.action, one.screen, one.data, one.flow_token, one.version) for one in behind.asked] == [
        ("INIT", None, None, TOKEN, "3.0"),
        ("data_exchange", "UM", {"apelido": "Aninha"}, TOKEN, "3.0"),
        ("BACK", "DOIS", {}, TOKEN, "3.0"),
    ]


async def test_success_brings_the_params_as_the_answer_to_our_message(
    world: World, http: aiohttp.ClientSession, behind: Endpoint
) -> None:
    wamid = await world.send(offer(), ANA.wa_id)
    params = {"extension_message_response": {"params": {"apelido": "Aninha", "aceite": True}}}
    behind.answers.append({"screen": "SUCCESS", "data": params})
    assert await step(world, http, wamid, "exchange", screen="DOIS", data={}) == {"sent": True}
    await world.webhook.until(lambda: len(world.webhook.messages) == 2)
    received = world.webhook.messages[-1]
    assert received.content.context_id == wamid
    (answer,) = [post.body for post in world.webhook.posts if b"nfm_reply" in post.body]
    assert TOKEN.encode() in answer
    bubble = world.simulator.person(ANA).thread[-1]
    assert (bubble.kind, bubble.text) == ("form", "Apelido: Aninha\nAceito os termos: sim")


async def test_a_complete_action_is_the_answer_itself(
    world: World, http: aiohttp.ClientSession, behind: Endpoint
) -> None:
    wamid = await world.send(offer("navigate"), ANA.wa_id)
    assert await step(world, http, wamid, "complete", screen="TRES", data={"onde": "aqui"}) == {"sent": True}
    await world.webhook.until(lambda: len(world.webhook.messages) == 2)
    assert behind.posts == 0


async def test_an_expired_token_is_told_and_closes_the_offer(
    world: World, http: aiohttp.ClientSession, behind: Endpoint
) -> None:
    wamid = await world.send(offer(), ANA.wa_id)
    behind.answers.append(427)
    assert await step(world, http, wamid, "open") == {"error": "Este link venceu."}
    assert world.simulator.person(ANA).bubble(wamid).closed
    assert await step(world, http, wamid, "open") == {"error": "Este formulário não está mais disponível."}
    assert behind.posts == 1


async def test_a_changed_key_is_fetched_again_once(
    world: World, http: aiohttp.ClientSession, behind: Endpoint
) -> None:
    keys = world.simulator.account.keys
    keys[NUMBER] = public_of(private_pem("old"))
    behind.before = lambda: keys.update({NUMBER: public_of(private_pem())})
    wamid = await world.send(offer(), ANA.wa_id)
    behind.answers.extend([421, {"screen": "UM", "data": {}}])
    assert (await step(world, http, wamid, "open"))["screen"] == "UM"
    behind.answers.extend([421, 421])
    assert await step(world, http, wamid, "exchange", screen="UM") == GENERIC
    assert behind.posts == 4


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (432, ""),
        (500, ""),
        (web.Response(text="não é base64"), "response-decryption-error"),
        (web.Response(text="QUJDRA=="), "response-decryption-error"),
        ({"screen": "NENHUMA"}, "invalid-screen-transition"),
        ({"screen": 5}, "payload-schema-error"),
        ({"screen": "SUCCESS", "data": {"extension_message_response": 1}}, "payload-schema-error"),
    ],
    ids=str,
)
async def test_what_goes_wrong_is_a_generic_error_and_a_notice_to_the_endpoint(
    world: World, http: aiohttp.ClientSession, behind: Endpoint, answer: Json | int | web.Response, told: str
) -> None:
    wamid = await world.send(offer(), ANA.wa_id)
    behind.answers.extend([answer, {"data": {"acknowledged": True}}])
    assert await step(world, http, wamid, "open") == GENERIC
    notices = [one.data.get("error") for one in behind.asked if one.data]
    assert notices == ([told] if told else [])


async def test_the_published_forms_are_listed_with_their_health(
    world: World, http: aiohttp.ClientSession, behind: Endpoint
) -> None:
    behind.answers.extend([{"data": {"status": "active"}}, 500])
    for healthy in (True, False):
        async with http.get(f"{world.url}/simulator/flows") as told:
            assert (await told.json())["flows"] == [{"id": FLOW_ID, "name": "teste", "healthy": healthy}]


async def test_only_a_form_that_was_offered_opens(world: World, http: aiohttp.ClientSession) -> None:
    wamid = await world.send(TextMessage("sem formulário"), ANA.wa_id)
    for message in (wamid, "wamid.NADA", world.webhook.messages[0].id):
        told = await step(world, http, message, "open")
        assert told == {"error": "Este formulário não está mais disponível."}
