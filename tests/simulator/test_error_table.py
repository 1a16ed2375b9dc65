"""A tabela de erros inteira, a pedido: na chamada ou depois, por um status; e status como a rede os traz."""

import aiohttp
import msgspec
import pytest

from pyloto_stream.simulator.faults import Fault
from pyloto_stream.simulator.people import Profile
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.simulator.titles import TITLES
from pyloto_stream.whatsapp.messages import TextMessage
from tests.support.local_meta import Hands, code
from tests.support.simulation import CONFIG, FAST, World
from tests.support.simulation import world as open_world

ANA = fictional(1)
HELLO = TextMessage("Olá")
DOCUMENTED = (
    0, 1, 2, 3, 4, 10, 33, 100, 190, 368, 613, 80007, 130429, 130472, 130497, 131000, 131005, 131008, 131009,
    131016, 131020, 131021, 131026, 131030, 131031, 131037, 131041, 131042, 131044, 131045, 131047, 131048,
    131049, 131050, 131051, 131052, 131053, 131055, 131056, 131057, 131059, 131061, 131062, 131063, 131064,
    132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069, 133000, 133004,
    133005, 133006, 133008, 133009, 133010, 133015, 133016, 134011, 134100, 134101, 134102, 135000, 137000,
)  # fmt: skip
"""Os códigos da tabela que uma chamada de envio pode receber."""


async def test_every_documented_code_can_be_asked_for(hands: Hands) -> None:
    hands.simulator.person(ANA).say("Oi")
    for wanted in DOCUMENTED:
        hands.simulator.faults.add(Fault("error", code=wanted))
        status, document = await hands.send(ANA.wa_id, "text", {"body": "Olá"})
        error = msgspec.convert(document["error"], dict[str, object])
        assert (status, code(document)) == (TITLES[wanted][0], wanted)
        assert error["message"] == f"(#{wanted}) {TITLES[wanted][1]}"
    assert hands.simulator.sent == []


@pytest.mark.parametrize("wanted", [130472, 131026, 131047, 131049, 131053, 132015, 131056])
async def test_a_code_can_come_later_as_a_failed_status(world: World, wanted: int) -> None:
    await world.simulator.person(ANA).say("Oi").accepted()
    world.simulator.faults.add(Fault("fail", code=wanted))
    wamid = await world.send(HELLO, ANA.wa_id, "v1.t.0")
    await world.webhook.until(lambda: world.webhook.statuses)
    (status,) = world.webhook.statuses
    assert (status.id, status.status, status.error_code, status.callback) == (
        wamid, "failed", wanted, "v1.t.0",
    )  # fmt: skip
    await world.send(HELLO, ANA.wa_id)
    await world.webhook.until(lambda: len(world.webhook.statuses) == 4)


async def test_a_person_may_always_fail_with_a_code_of_theirs(world: World) -> None:
    person = world.simulator.person(Profile("5541988887777", "Zé", statuses=("failed",), failure=131049))
    await person.say("Oi").accepted()
    await world.send(HELLO, "5541988887777")
    await world.webhook.until(lambda: world.webhook.statuses)
    assert world.webhook.statuses[0].error_code == 131049


class TestNetwork:
    async def test_statuses_repeat(self) -> None:
        pace = msgspec.structs.replace(FAST, status_copies=3)
        async with open_world(msgspec.structs.replace(CONFIG, pace=pace)) as world:
            await world.simulator.person(ANA).say("Oi").accepted()
            await world.send(HELLO, ANA.wa_id)
            await world.webhook.until(lambda: len(world.webhook.statuses) == 9)
            names = [status.status for status in world.webhook.statuses]
            assert {name: names.count(name) for name in names} == {"sent": 3, "delivered": 3, "read": 3}

    async def test_statuses_come_from_the_last_to_the_first(self) -> None:
        pace = msgspec.structs.replace(FAST, status_shuffle=True, concurrency=1)
        async with open_world(msgspec.structs.replace(CONFIG, pace=pace)) as world:
            await world.simulator.person(ANA).say("Oi").accepted()
            await world.send(HELLO, ANA.wa_id)
            await world.webhook.until(lambda: len(world.webhook.statuses) == 3)
            assert [status.status for status in world.webhook.statuses] == ["read", "delivered", "sent"]

    async def test_a_voice_note_can_be_played(self, world: World) -> None:
        person = world.simulator.person(Profile("5541988886666", "Zé", statuses=("sent", "played")))
        await person.say("Oi").accepted()
        await world.send(HELLO, "5541988886666")
        await world.webhook.until(lambda: len(world.webhook.statuses) == 2)
        assert {status.status for status in world.webhook.statuses} == {"sent", "played"}


async def test_other_endpoints_have_their_faults(hands: Hands) -> None:
    paths = {"templates": "message_templates", "account": "subscribed_apps"}
    for endpoint, name in paths.items():
        path = f"{CONFIG.waba_id}/{name}"
        fault = msgspec.convert({"kind": "error", "code": 131000, "endpoint": endpoint}, Fault)
        hands.simulator.faults.add(fault)
        assert code((await hands.call("GET", path))[1]) == 131000
        assert (await hands.call("GET", path))[0] == 200


async def test_a_cut_on_an_account_call_drops_the_connection(hands: Hands) -> None:
    hands.simulator.faults.add(Fault("cut", endpoint="account", times=0))
    with pytest.raises(aiohttp.ClientError):
        await hands.call("GET", f"{CONFIG.waba_id}/subscribed_apps")


def test_the_table_has_every_documented_code_with_a_status_and_a_title() -> None:
    assert set(DOCUMENTED) <= set(TITLES)
    assert all(200 <= status <= 599 and title for status, title in TITLES.values())
