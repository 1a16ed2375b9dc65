"""O que a Meta conta sobre uma pessoa sem que ela escreva, e com que ids ela aparece."""

import json
from collections.abc import Callable

import pytest

from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.people import Person, Profile
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.whatsapp.messages import TextMessage
from tests.support.deliveries import item, message, value
from tests.support.simulation import CONFIG, World

ANA = fictional(1)


class TestIdentity:
    async def test_a_new_number_is_reached_and_the_old_one_is_not(self, world: World) -> None:
        person = world.simulator.person(Profile("5541988887777", "Zé", "BR.velho"))
        await person.say("Oi").accepted()
        delivery = person.change_number("5541988886666", "BR.novo")
        assert message(delivery)["system"] == {
            "type": "user_changed_number",
            "body": "Zé changed the phone number",
            "wa_id": "5541988886666",
            "user_id": "BR.novo",
            "previous_user_id": "BR.velho",
        }
        assert message(delivery)["from"] == "5541988887777"
        people = world.simulator.people
        assert people.recipient("5541988886666", "") is person
        assert people.recipient("", "BR.novo") is person
        assert people.recipient("5541988887777", "") is None
        assert people.recipient("", "BR.velho") is None
        assert message(person.say("sou eu"))["from"] == "5541988886666"

    async def test_a_person_without_phone_shows_the_user_name_and_the_scoped_id(self, world: World) -> None:
        person = world.simulator.person(Profile(name="Bia", user_id="BR.b1a", username="@bia"))
        delivery = person.voice()
        assert value(delivery)["contacts"] == [
            {"profile": {"name": "Bia", "username": "@bia"}, "user_id": "BR.b1a"}
        ]
        assert "from" not in message(delivery)

    async def test_the_id_of_the_group_of_companies_comes_where_meta_puts_it(self, world: World) -> None:
        person = world.simulator.person(
            Profile("5541988885555", "Rui", "BR.r1", parent_user_id="BR.ENT.r1", statuses=("sent",))
        )
        assert message(person.say("Oi"))["from_parent_user_id"] == "BR.ENT.r1"


class TestSignals:
    async def test_an_echo_is_written_by_the_business(self, world: World) -> None:
        person = world.simulator.person(ANA)
        delivery = world.simulator.echo(person, "Aqui é a Bia, da Pyloto")
        assert await delivery.accepted()
        assert delivery.values[0].field == "smb_message_echoes"
        echo = item(delivery, "message_echoes")
        assert (echo["from"], echo["to"], echo["to_user_id"]) == (
            CONFIG.display_phone_number, ANA.wa_id, ANA.user_id,
        )  # fmt: skip
        assert person.thread[-1].human

    async def test_a_call_opens_the_window(self, world: World) -> None:
        person = world.simulator.person(ANA)
        delivery = person.call()
        assert await delivery.accepted()
        assert delivery.values[0].field == "calls"
        assert (await _text(world)).startswith("wamid.")

    @pytest.mark.parametrize("value_", ["stop", "resume"])
    async def test_a_preference_has_an_integer_time(self, world: World, value_: str) -> None:
        delivery = world.simulator.person(ANA).prefer(value_)  # type: ignore[arg-type]
        assert await delivery.accepted()
        told = item(delivery, "user_preferences")
        assert (told["wa_id"], told["value"], type(told["timestamp"])) == (ANA.wa_id, value_, int)

    async def test_standby_has_the_shape_of_messages_in_another_field(self, world: World) -> None:
        delivery = world.simulator.person(ANA).speak_on_standby("Oi")
        assert await delivery.accepted()
        assert delivery.values[0].field == "standby"
        assert message(delivery)["text"] == {"body": "Oi"}

    async def test_a_field_of_the_account_carries_its_time(self, world: World) -> None:
        delivery = world.simulator.notify("account_review_update", {"decision": "APPROVED"})
        assert await delivery.accepted()
        (entry,) = json.loads(world.webhook.posts[-1].body)["entry"]
        assert type(entry["time"]) is int
        assert entry["changes"] == [{"value": {"decision": "APPROVED"}, "field": "account_review_update"}]


@pytest.mark.parametrize(
    "act",
    [
        lambda person: person.react("wamid.X", "👍"),
        lambda person: person.edit("wamid.X", "corrigido"),
        lambda person: person.revoke("wamid.X"),
        lambda person: person.change_number("5511900000777"),
    ],
    ids=["reaction", "edit", "revoke", "system"],
)
async def test_what_is_not_a_message_of_theirs_opens_no_window(
    world: World, act: Callable[[Person], Delivery]
) -> None:
    person = world.simulator.person(ANA)
    await act(person).accepted()
    assert person.last_inbound_ms is None


async def _text(world: World) -> str:
    """Um texto à Ana, que só passa com a janela aberta."""
    return await world.send(TextMessage("Oi"), ANA.wa_id)
