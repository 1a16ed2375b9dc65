"""Um cliente independente lê cada webhook que a Meta local manda, com o conteúdo que a pessoa pôs."""

from collections.abc import AsyncIterator, Callable
from operator import attrgetter
from typing import NamedTuple

import msgspec
import pytest
import pytest_asyncio

from pyloto_stream.simulator.app import Simulator
from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.people import Person, Profile
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.messages import Message
from pyloto_stream.whatsapp.payloads import build
from tests.contract.pywa_ears import Ears, ears
from tests.support.outbound_kinds import OUTBOUND
from tests.support.simulation import CONFIG, NUMBER, TOKEN

ANA = Profile("5511900000001", "Ana", user_id="BR.1000000001", statuses=("sent", "delivered", "read"))
OTHER = "5511900000002"


class Told(NamedTuple):
    """Um gesto, o nome do que o `pywa` deve entender e alguns campos disso."""

    act: Callable[[Person], Delivery]
    update: str
    fields: dict[str, object]


TOLD: dict[str, Told] = {
    "text": Told(lambda p: p.say("Olá ção 😀"), "Message", {"type": "text", "text": "Olá ção 😀"}),
    "quote": Told(lambda p: p.say("isso", p.thread[0].id), "Message", {"text": "isso"}),
    "forwarded": Told(lambda p: p.forward("x"), "Message", {"forwarded": True}),
    "often forwarded": Told(lambda p: p.forward("x", often=True), "Message", {"forwarded_many_times": True}),
    "ad": Told(lambda p: p.come_from_ad("oi", "Frete"), "Message", {"referral.headline": "Frete"}),
    "voice": Told(lambda p: p.voice(), "Message", {"type": "audio", "audio.voice": True}),
    "audio": Told(lambda p: p.audio(), "Message", {"type": "audio", "audio.voice": False}),
    "image": Told(
        lambda p: p.photo(caption="A casa"), "Message", {"image.mime_type": "image/jpeg", "caption": "A casa"}
    ),
    "video": Told(lambda p: p.video(), "Message", {"video.mime_type": "video/mp4"}),
    "document": Told(lambda p: p.document(filename="a.pdf"), "Message", {"document.filename": "a.pdf"}),
    "sticker": Told(lambda p: p.sticker(), "Message", {"type": "sticker", "sticker.animated": False}),
    "location": Told(
        lambda p: p.location(-25.5, -49.25, "Casa", "Rua Um"),
        "Message",
        {"location.latitude": -25.5, "location.longitude": -49.25, "location.name": "Casa"},
    ),
    "contacts": Told(lambda p: p.contact("Bia", "+5511900000009"), "Message", {"type": "contacts"}),
    "reaction": Told(
        lambda p: p.react("wamid.X", "👍"),
        "Message",
        {"reaction.emoji": "👍", "reaction.message_id": "wamid.X"},
    ),
    "reaction removed": Told(lambda p: p.react("wamid.X", ""), "Message", {"type": "reaction"}),
    "edit": Told(lambda p: p.edit("wamid.X", "novo"), "EditedMessage", {"message.text": "novo"}),
    "revoke": Told(lambda p: p.revoke("wamid.X"), "DeletedMessage", {"type": "revoke"}),
    "order": Told(
        lambda p: p.order([("sku", 1, 2.5)], "já"), "Message", {"type": "order", "order.text": "já"}
    ),
    "unsupported": Told(lambda p: p.unsupported(), "Message", {"type": "unsupported", "error.code": 131051}),
    "template button": Told(
        lambda p: p.press("wamid.X", "Sim", "opt:1"), "CallbackButton", {"data": "opt:1", "title": "Sim"}
    ),
    "call": Told(lambda p: p.call(), "CallConnect", {"event": "connect"}),
    "call ended": Told(lambda p: p.call("terminate"), "CallTerminate", {}),
    "preference": Told(lambda p: p.prefer("stop"), "UserMarketingPreferences", {"value": "stop"}),
    "echo": Told(lambda p: p.echo("Sou a Bia"), "OutgoingMessage", {"text": "Sou a Bia"}),
    "number change": Told(
        lambda p: p.change_number(OTHER), "PhoneNumberChange", {"new_wa_id": OTHER, "old_wa_id": ANA.wa_id}
    ),
    "user id change": Told(
        lambda p: p.change_user_id("BR.1000000002"), "PhoneNumberChange", {"new_user_id": "BR.1000000002"}
    ),
}


class Pair(msgspec.Struct):
    """A Meta local, quem a ouve, uma pessoa que já disse oi e o nosso cliente."""

    simulator: Simulator
    heard: Ears
    person: Person
    client: WhatsAppHttpClient

    async def send(self, message: Message) -> str:
        """Envia pelo nosso cliente; devolve o id."""
        body = build(message, to=ANA.wa_id, reply_id="v1.3.ab.0")
        return (await self.client.send(NUMBER, body)).wamid

    async def next(self, update: str) -> object:
        """O próximo entendimento desse tipo."""
        while True:
            for told in await self.heard.understood():
                if type(told).__name__ == update:
                    return told


@pytest_asyncio.fixture
async def pair() -> AsyncIterator[Pair]:
    async with ears() as heard:
        simulator = Simulator(CONFIG)
        simulator.subscribe(heard.url)
        client = WhatsAppHttpClient(await simulator.start(), "v24.0", TOKEN)
        person = simulator.person(ANA)
        try:
            person.say("oi")
            assert len(await heard.understood()) == 1
            yield Pair(simulator, heard, person, client)
        finally:
            await client.close()
            await simulator.stop()


@pytest.mark.parametrize("name", TOLD)
async def test_the_peer_understands_what_a_person_does(pair: Pair, name: str) -> None:
    told = TOLD[name]
    told.act(pair.person)
    (update,) = await pair.heard.understood()
    assert type(update).__name__ == told.update
    assert {field: attrgetter(field)(update) for field in told.fields} == told.fields


async def test_a_field_that_the_peer_does_not_know_is_still_signed_and_taken(pair: Pair) -> None:
    delivery = pair.person.speak_on_standby("oi")
    assert await pair.heard.understood() == []
    assert await delivery.accepted()


async def test_the_peer_reads_every_status_with_our_own_id(pair: Pair) -> None:
    wamid = await pair.send(OUTBOUND["text"])
    told = [await pair.next("MessageStatus") for _ in ANA.statuses]
    assert sorted(attrgetter("status")(each) for each in told) == ["delivered", "read", "sent"]
    assert {attrgetter("id", "tracker")(each) for each in told} == {(wamid, "v1.3.ab.0")}


async def test_the_peer_reads_a_failure_with_its_code_once_it_has_the_contact_that_meta_leaves_out(
    pair: Pair,
) -> None:
    pair.person.become(msgspec.structs.replace(ANA, statuses=("failed",), failure=131047))
    await pair.send(OUTBOUND["text"])
    assert await pair.heard.understood() == []
    whole = pair.heard.last
    value = whole["entry"][0]["changes"][0]["value"]
    assert "contacts" not in value
    value["contacts"] = [ANA.contact()]
    assert await pair.heard.read(msgspec.json.encode(dict(whole))) == 200
    (told,) = await pair.heard.understood()
    assert attrgetter("status", "error.code")(told) == ("failed", 131047)


@pytest.mark.parametrize(
    ("kind", "choice", "update"),
    [
        ("interactive button", "s1:b", "CallbackButton"),
        ("interactive list", "r1", "CallbackSelection"),
    ],
)
async def test_the_peer_reads_a_tap_on_what_we_offer(pair: Pair, kind: str, choice: str, update: str) -> None:
    wamid = await pair.send(OUTBOUND[kind])
    pair.person.tap(choice)
    told = await pair.next(update)
    assert attrgetter("data", "reply_to_message.id")(told) == (choice, wamid)


async def test_the_peer_reads_a_filled_form(pair: Pair) -> None:
    wamid = await pair.send(OUTBOUND["interactive flow"])
    pair.person.answer_form(wamid, {"name": "Ana", "city": "Curitiba"})
    told = await pair.next("FlowCompletion")
    assert attrgetter("token", "response")(told) == ("token-1", {"name": "Ana", "city": "Curitiba"})


async def test_the_peer_passes_the_verification(pair: Pair) -> None:
    assert await pair.simulator.verify_webhook() is True


async def test_the_peer_reads_what_happens_to_a_template(pair: Pair) -> None:
    pair.simulator.review("retomar_contato", "pt_BR", "PAUSED")
    told = await pair.next("TemplateStatusUpdate")
    assert attrgetter("template_name", "new_status")(told) == ("retomar_contato", "PAUSED")
