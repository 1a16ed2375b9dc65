"""Cada gesto de uma pessoa sai com a forma que a Meta documenta, e o nosso webhook o lê."""

import json
from collections.abc import Callable

import aiohttp
import pytest

from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.registry import fictional
from tests.support.deliveries import message, value
from tests.support.simulation import CONFIG, NUMBER, TOKEN, World

ANA = fictional(1)
Json = dict[str, object]

ACTS: list[tuple[str, Callable[[Person], Delivery]]] = [
    ("text", lambda person: person.say("Oi")),
    ("text", lambda person: person.forward("Olha isso")),
    ("text", lambda person: person.come_from_ad("Vi o anúncio")),
    ("audio", lambda person: person.voice()),
    ("audio", lambda person: person.audio()),
    ("image", lambda person: person.photo(caption="A fachada")),
    ("video", lambda person: person.video()),
    ("document", lambda person: person.document(filename="cnh.pdf")),
    ("sticker", lambda person: person.sticker()),
    ("location", lambda person: person.location(-25.4, -49.2, "Praça", "Rua XV")),
    ("contacts", lambda person: person.contact("Zé", "+5511900000002")),
    ("reaction", lambda person: person.react("wamid.X", "👍")),
    ("edit", lambda person: person.edit("wamid.X", "corrigido")),
    ("revoke", lambda person: person.revoke("wamid.X")),
    ("order", lambda person: person.order([("pao", 2, 1.5)], "sem glúten")),
    ("unsupported", lambda person: person.unsupported()),
    ("button", lambda person: person.press("wamid.T", "Sim", "opt:1")),
    ("system", lambda person: person.change_number("5511900000777", "BR.novo")),
    ("system", lambda person: person.change_user_id("BR.outro")),
]


@pytest.mark.parametrize(("kind", "act"), ACTS)
async def test_every_act_arrives_signed_and_is_read(
    world: World, kind: str, act: Callable[[Person], Delivery]
) -> None:
    person = world.simulator.person(ANA)
    delivery = act(person)
    assert await delivery.accepted()
    sent = message(delivery)
    assert sent["type"] == kind
    assert (sent["from"], sent["from_user_id"]) == (ANA.wa_id, ANA.user_id)
    assert ("contacts" in value(delivery)) == (kind != "system")
    assert kind == "unsupported" or kind in sent
    assert len(world.webhook.messages) == 1


@pytest.mark.parametrize(
    "act",
    [person_act for kind, person_act in ACTS if kind in {"audio", "image", "video", "document", "sticker"}],
)
async def test_every_file_has_an_id_a_type_a_hash_and_an_address(
    world: World, act: Callable[[Person], Delivery]
) -> None:
    sent = message(act(world.simulator.person(ANA)))
    entry = sent[str(sent["type"])]
    assert isinstance(entry, dict)
    assert {"id", "mime_type", "sha256", "url"} <= set(entry)
    assert len(entry["sha256"]) == 44
    assert entry["url"].startswith(f"{world.url}/simulator/media/{entry['id']}?until=")


class TestContexts:
    async def test_a_quote_names_the_author_of_what_it_quotes(self, world: World) -> None:
        person = world.simulator.person(ANA)
        first = message(person.say("um"))
        own = message(person.say("dois", quoting=str(first["id"])))
        assert own["context"] == {**ANA.author(), "id": first["id"]}
        theirs = message(person.photo(quoting="wamid.NOSSA"))
        assert theirs["context"] == {"from": CONFIG.display_phone_number, "id": "wamid.NOSSA"}

    async def test_a_forward_has_no_id(self, world: World) -> None:
        person = world.simulator.person(ANA)
        assert message(person.forward("x"))["context"] == {"forwarded": True}
        assert message(person.forward("x", often=True))["context"] == {"frequently_forwarded": True}

    async def test_a_reaction_taken_back_has_no_emoji(self, world: World) -> None:
        assert message(world.simulator.person(ANA).react("wamid.X", ""))["reaction"] == {
            "message_id": "wamid.X"
        }


class TestForms:
    async def test_an_answered_form_returns_the_token_that_went(self, world: World) -> None:
        person = world.simulator.person(ANA)
        await person.say("Oi").accepted()
        await _form(world)
        wamid = person.replies[-1].wamid
        sent = message(person.answer_form(wamid, {"city": "Curitiba"}))
        assert sent["context"] == {"from": CONFIG.display_phone_number, "id": wamid}
        reply = sent["interactive"]["nfm_reply"]  # type: ignore[index]
        assert (reply["name"], reply["body"]) == ("flow", "Sent")
        assert json.loads(reply["response_json"]) == {"city": "Curitiba", "flow_token": "t-81"}

    async def test_nobody_answers_a_form_that_was_not_sent(self, world: World) -> None:
        person = world.simulator.person(ANA)
        with pytest.raises(LookupError, match="no form"):
            person.answer_form("wamid.NADA", {})


async def _form(world: World) -> None:
    parameters = {
        "flow_message_version": "3",
        "flow_id": "1",
        "flow_cta": "Preencher",
        "flow_token": "t-81",
    }
    content = {
        "type": "flow",
        "body": {"text": "Preencha"},
        "action": {"name": "flow", "parameters": parameters},
    }
    body = {"messaging_product": "whatsapp", "to": ANA.wa_id, "type": "interactive", "interactive": content}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{world.url}/v24.0/{NUMBER}/messages", json=body) as answer,
    ):
        assert answer.status == 200
