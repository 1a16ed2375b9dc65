"""Vários números na mesma conta: cada um com a sua gente, o seu token e o seu nome nos webhooks."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from pyloto_stream.simulator.config import BusinessNumber
from pyloto_stream.simulator.registry import fictional
from tests.support.deliveries import value
from tests.support.local_meta import Hands, code
from tests.support.simulation import CONFIG, NUMBER, TOKEN, World
from tests.support.simulation import world as open_world

ANA = fictional(1)
SECOND, THIRD = "100000000000002", "100000000000003"
CONFIGURED = msgspec.structs.replace(
    CONFIG,
    numbers=(BusinessNumber(SECOND, "551100000002", "EAAsegundo"), BusinessNumber(THIRD, "551100000003")),
)
TEXT = {"messaging_product": "whatsapp", "to": ANA.wa_id, "type": "text", "text": {"body": "Olá"}}


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """A conta com três números."""
    async with open_world(CONFIGURED) as opened:
        yield opened


async def test_a_webhook_says_which_number_was_written_to(world: World) -> None:
    delivery = world.simulator.person(ANA, SECOND).say("Oi")
    assert await delivery.accepted()
    assert value(delivery)["metadata"] == {
        "display_phone_number": "551100000002",
        "phone_number_id": SECOND,
    }
    assert world.webhook.messages[0].phone_number_id == SECOND


async def test_each_number_has_its_own_window_and_people(world: World, hands: Hands) -> None:
    hands.url = world.url
    await world.simulator.person(ANA, THIRD).say("Oi").accepted()
    assert (await hands.call("POST", f"{THIRD}/messages", TEXT))[0] == 200
    assert code((await hands.call("POST", f"{NUMBER}/messages", TEXT))[1]) == 131047
    (kept,) = world.simulator.sent
    assert kept.phone_number_id == THIRD
    assert world.simulator.person(ANA, THIRD) is not world.simulator.person(ANA)


@pytest.mark.parametrize(
    ("number", "token", "status"),
    [
        (SECOND, "EAAsegundo", 200),
        (SECOND, TOKEN, 400),
        (NUMBER, "EAAsegundo", 400),
        (THIRD, TOKEN, 200),
        (THIRD, "EAAsegundo", 400),
    ],
)
async def test_a_number_with_its_own_token_takes_only_that(
    world: World, hands: Hands, number: str, token: str, status: int
) -> None:
    hands.url = world.url
    await world.simulator.person(ANA, number).say("Oi").accepted()
    found, document = await hands.call("POST", f"{number}/messages", TEXT, token=token)
    assert found == status
    assert status == 200 or code(document) == 100


async def test_each_describes_itself(world: World, hands: Hands) -> None:
    hands.url = world.url
    _, about = await hands.call("GET", f"{SECOND}?fields=display_phone_number")
    assert about == {"id": SECOND, "display_phone_number": "551100000002"}


async def test_an_unknown_number_is_told(world: World, hands: Hands) -> None:
    hands.url = world.url
    with pytest.raises(LookupError, match="no such number"):
        world.simulator.person(ANA, "1")
    assert code((await hands.call("POST", "1/messages", TEXT))[1]) == 100


def test_no_secret_shows() -> None:
    assert "EAA" not in repr(CONFIGURED)
    assert "EAA" not in repr(CONFIGURED.numbers)
