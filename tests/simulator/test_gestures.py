"""O que a tela faz além de escrever: reagir, corrigir, apagar, mandar lugar, ligar, mudar de número."""

from collections.abc import Awaitable, Callable
from typing import cast

import aiohttp
import pytest
import pytest_asyncio

from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.whatsapp.messages import TemplateComponent, TemplateMessage, TemplateParameter, TextMessage
from tests.support.simulation import World

ANA = fictional(1)
Json = dict[str, object]
Make = Callable[..., Awaitable[tuple[int, Json]]]


@pytest.fixture
def ana(world: World) -> Person:
    return world.simulator.person(ANA)


@pytest_asyncio.fixture
async def make(world: World, http: aiohttp.ClientSession, ana: Person) -> Make:
    """Faz um gesto por Ana, que já disse "Oi"."""
    await ana.say("Oi").accepted()

    async def gesture(do: str, **more: object) -> tuple[int, Json]:
        url = f"{world.url}/simulator/chats/{ana.profile.key}/gestures"
        async with http.post(url, json={"gesture": {"do": do, **more}}) as answer:
            return answer.status, await answer.json()

    return gesture


def body_of(world: World) -> str:
    return world.webhook.posts[-1].body.decode()


async def test_a_reaction_changes_the_bubble_it_is_about_and_can_be_taken_back(
    world: World, ana: Person, make: Make
) -> None:
    wamid = await world.send(TextMessage("Olá"), ANA.wa_id)
    assert (await make("react", message=wamid, emoji="👍"))[0] == 202
    assert ana.bubble(wamid).reactions.mine == "👍"
    assert len(ana.thread) == 2
    assert (await make("react", message=wamid))[0] == 202
    assert ana.bubble(wamid).reactions.mine == ""
    await world.webhook.until(lambda: sum(b'"reaction"' in post.body for post in world.webhook.posts) == 2)


async def test_an_edit_changes_the_text_and_says_so(world: World, ana: Person, make: Make) -> None:
    assert (await make("edit", message=ana.thread[0].id, text="Oi, bom dia"))[0] == 202
    assert (ana.thread[0].text, ana.thread[0].edited, len(ana.thread)) == ("Oi, bom dia", True, 1)
    assert '"original_message_id"' in body_of(world)


async def test_a_deleted_message_stays_as_a_mark_and_takes_no_more_gestures(
    world: World, ana: Person, make: Make
) -> None:
    own = ana.thread[0].id
    assert (await make("revoke", message=own))[0] == 202
    assert ana.thread[0].deleted
    assert ana.thread[0].summary() == "Mensagem apagada"
    assert '"type":"revoke"' in body_of(world)
    for gesture in ({"do": "react", "emoji": "👍"}, {"do": "edit", "text": "x"}, {"do": "revoke"}):
        told = await make(message=own, **gesture)
        assert told == (409, {"error": "that message was deleted"})


async def test_others_old_and_unknown_messages_are_refused(world: World, ana: Person, make: Make) -> None:
    theirs = await world.send(TextMessage("Olá"), ANA.wa_id)
    posts = len(world.webhook.messages)
    not_own = (409, {"error": "that is not a message of this person"})
    assert await make("revoke", message=theirs) == not_own
    assert await make("edit", message=theirs, text="x") == not_own
    assert await make("react", message="wamid.NADA", emoji="👍") == (
        404,
        {"error": "no such message in this conversation"},
    )
    ana.thread[0].at_ms -= 16 * 60_000
    assert (await make("edit", message=ana.thread[0].id, text="x"))[0] == 409
    ana.thread[0].at_ms -= 3 * 24 * 60 * 60_000
    too_late = (409, {"error": "too late: that message is too old"})
    assert await make("revoke", message=ana.thread[0].id) == too_late
    assert len(world.webhook.messages) == posts


async def test_a_place_and_a_contact_go_as_the_card_the_screen_shows(
    world: World, ana: Person, make: Make
) -> None:
    place = {"latitude": -23.31, "longitude": -51.16, "name": "Praça", "address": "Londrina PR"}
    asked = await world.send(TextMessage("Onde?"), ANA.wa_id)
    assert (await make("location", **place, reply_to=asked))[0] == 202
    shown = ana.thread[-1]
    assert shown.place is not None
    assert (shown.kind, shown.place.name, shown.place.latitude) == ("location", "Praça", -23.31)
    assert shown.quote is not None
    assert (shown.quote.mine, shown.quote.text) == (False, "Onde?")
    assert (await make("contact", name="Bia", phone="+5511900000077"))[0] == 202
    (card,) = ana.thread[-1].cards
    assert (card.name, card.phones) == ("Bia", ("+5511900000077",))


async def test_a_call_and_a_human_reply_are_webhooks_and_bubbles(
    world: World, ana: Person, make: Make
) -> None:
    assert (await make("call"))[0] == 202
    assert ana.thread[-1].kind == "call"
    assert '"field":"calls"' in body_of(world)
    assert (await make("attend", text="Aqui é a Júlia"))[0] == 202
    shown = ana.thread[-1]
    assert (shown.text, shown.human, shown.mine) == ("Aqui é a Júlia", True, False)
    assert '"field":"smb_message_echoes"' in body_of(world)


async def test_a_new_number_keeps_the_conversation_and_is_never_someone_elses(
    world: World, http: aiohttp.ClientSession, ana: Person, make: Make
) -> None:
    status, told = await make("move")
    assert status == 202
    new = str(told["id"])
    assert new != ANA.wa_id
    assert [bubble.kind for bubble in ana.thread] == ["text", "notice"]
    assert world.simulator.people.known(new) is ana
    async with http.get(f"{world.url}/simulator/chats") as answer:
        cards = cast("list[Json]", (await answer.json())["people"])
    assert len({card["id"] for card in cards}) == len(cards) == 4
    assert world.simulator.people.newcomer(hidden=True).profile.user_id == fictional(5).user_id
    assert (await make("react", message=ana.thread[0].id, emoji="👍"))[0] == 202


async def test_someone_without_a_phone_talks_by_user_name_and_has_no_number_to_change(
    world: World, http: aiohttp.ClientSession
) -> None:
    async with http.post(f"{world.url}/simulator/chats?phone=hidden") as answer:
        card: Json = await answer.json()
    assert (card["phone"], card["username"]) == ("", "elisa.0005")
    async with http.post(f"{world.url}/simulator/chats") as answer:
        assert (await answer.json())["phone"] == "5511900000006"
    url = f"{world.url}/simulator/chats/{card['id']}"
    async with http.post(f"{url}/messages", json={"text": "Oi"}) as answer:
        assert answer.status == 202
    assert b'"from":' not in world.webhook.posts[-1].body
    async with http.post(f"{url}/gestures", json={"gesture": {"do": "move"}}) as answer:
        assert answer.status == 409


async def test_a_template_is_read_with_its_parameters_and_its_button_pressed(
    world: World, ana: Person, make: Make
) -> None:
    def words(text: str) -> TemplateParameter:
        return TemplateParameter("text", text=text)

    message = TemplateMessage(
        "aviso_de_entrega",
        "pt_BR",
        (
            TemplateComponent("header", parameters=(words("81"),)),
            TemplateComponent("body", parameters=(words("Ana"), words("15h"))),
            TemplateComponent("button", sub_type="url", index=1, parameters=(words("81"),)),
        ),
    )
    wamid = await world.send(message, ANA.wa_id)
    shown = ana.bubble(wamid)
    assert (shown.kind, shown.header) == ("template", "Pedido 81")
    assert shown.text == "Olá, Ana! O seu pedido sai às 15h de hoje."
    assert shown.footer == "Pyloto · Modelo aviso_de_entrega"
    assert [(each.title, each.url) for each in shown.options] == [
        ("Falar com alguém", ""),
        ("Acompanhar", "https://example.com/p/81"),
    ]
    assert (await make("press", message=wamid, choice="Falar com alguém"))[0] == 202
    assert (ana.thread[-1].text, ana.thread[-1].quote and ana.thread[-1].quote.id) == (
        "Falar com alguém",
        wamid,
    )
    assert await make("press", message=wamid, choice="Nada") == (
        409,
        {"error": "that message offers no such button"},
    )


@pytest.mark.parametrize(
    "gesture",
    [
        {"do": "dance"},
        {"do": "location", "latitude": 91, "longitude": 0},
        {"do": "contact", "name": "", "phone": "5511900000077"},
        {"do": "contact", "name": "Bia", "phone": "abc"},
        {"do": "react", "message": "x", "emoji": "a" * 33},
        {"do": "call", "more": 1},
    ],
    ids=str,
)
async def test_a_gesture_out_of_form_is_422(make: Make, gesture: Json) -> None:
    assert (await make(**gesture))[0] == 422
