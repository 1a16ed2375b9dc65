"""O que uma pessoa faz e o que se conta a ela: webhooks de mensagem, recibos, "digitando" e status."""

import msgspec
import pytest

from pyloto_stream.simulator.bubbles import Bubble, State
from pyloto_stream.simulator.people import Profile
from pyloto_stream.simulator.registry import Registry, fictional
from pyloto_stream.whatsapp.identity import classify
from pyloto_stream.whatsapp.messages import TextMessage
from tests.support.simulation import BUTTONS, CONFIG, NUMBER, OPTIONS, World, until_state

ANA = fictional(1)
Json = dict[str, object]

KINDS: list[tuple[str, Json]] = [
    ("text", {"type": "text", "text": {"body": "Olá, “mundo” 🛵\n</script>"}}),
    ("audio", {"type": "audio", "audio": {"id": "1", "mime_type": "audio/ogg; codecs=opus", "voice": True}}),
    ("image", {"type": "image", "image": {"id": "2", "mime_type": "image/jpeg", "caption": "foto"}}),
    ("video", {"type": "video", "video": {"id": "3", "mime_type": "video/mp4"}}),
    ("document", {"type": "document", "document": {"id": "4", "filename": "a.pdf"}}),
    ("sticker", {"type": "sticker", "sticker": {"id": "5", "mime_type": "image/webp"}}),
    ("location", {"type": "location", "location": {"latitude": -25.4, "longitude": -49.2}}),
    ("contacts", {"type": "contacts", "contacts": [{"name": {"formatted_name": "Zé"}}]}),
    ("reaction", {"type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": "👍"}}),
    ("order", {"type": "order", "order": {"catalog_id": "1", "product_items": []}}),
    ("unsupported", {"type": "unsupported", "errors": [{"code": 131051, "title": "x"}]}),
]


def document(world: World, post: int = 0) -> Json:
    return msgspec.json.decode(world.webhook.posts[post].body, type=Json)


class TestWriting:
    async def test_a_message_arrives_signed_and_with_the_documented_shape(self, world: World) -> None:
        person = world.simulator.person(Profile("5511900000071", "Ana", "BR.ana1", username="@ana"))
        await person.say("Olá").accepted()
        (post,) = world.webhook.posts
        (bubble,) = person.thread
        assert (post.status, post.content_type) == (200, "application/json")
        assert document(world) == {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": CONFIG.waba_id,
                    "changes": [
                        {
                            "value": {
                                "messaging_product": "whatsapp",
                                "metadata": {
                                    "display_phone_number": CONFIG.display_phone_number,
                                    "phone_number_id": NUMBER,
                                },
                                "contacts": [
                                    {
                                        "profile": {"name": "Ana", "username": "@ana"},
                                        "wa_id": "5511900000071",
                                        "user_id": "BR.ana1",
                                    }
                                ],
                                "messages": [
                                    {
                                        "from": "5511900000071",
                                        "from_user_id": "BR.ana1",
                                        "id": bubble.id,
                                        "timestamp": str(bubble.at_ms // 1000),
                                        "type": "text",
                                        "text": {"body": "Olá"},
                                    }
                                ],
                            },
                            "field": "messages",
                        }
                    ],
                }
            ],
        }

    async def test_the_bytes_are_escaped_as_meta_escapes_them(self, world: World) -> None:
        await world.simulator.person(ANA).say("é 🛵 a/b").accepted()
        assert b'"body":"\\u00e9 \\ud83d\\udef5 a\\/b"' in world.webhook.posts[0].body

    @pytest.mark.parametrize(("kind", "message"), KINDS, ids=[kind for kind, _ in KINDS])
    async def test_every_kind_of_message_is_read_by_our_webhook(
        self, world: World, kind: str, message: Json
    ) -> None:
        person = world.simulator.person(ANA)
        await person.send_raw(message).accepted()
        (heard,) = world.webhook.messages
        assert heard.content.kind == kind
        assert heard.profile_name == ANA.name
        assert heard.sent_at_ms == person.bubble(heard.id).at_ms // 1000 * 1000

    async def test_a_person_without_phone_shows_only_the_scoped_id(self, world: World) -> None:
        await world.simulator.person(Profile(name="Zé", user_id="BR.so1id")).say("Oi").accepted()
        (heard,) = world.webhook.messages
        assert classify(heard.reply_to) == "bsuid"
        assert b"wa_id" not in world.webhook.posts[0].body
        assert b'"from":' not in world.webhook.posts[0].body

    async def test_a_tap_answers_the_message_that_offered_the_choice(self, world: World) -> None:
        person = world.simulator.person(ANA)
        await person.say("Oi").accepted()
        old = await world.send(BUTTONS, ANA.wa_id)
        newer = await world.send(BUTTONS, ANA.wa_id)
        listed = await world.send(OPTIONS, ANA.wa_id)
        await person.tap("moto").accepted()
        chosen = person.tap("sob-medida")
        assert await chosen.accepted()
        _, button, row = [message.content for message in world.webhook.messages]
        assert (button.kind, button.choice, button.text) == ("choice", "moto", "Moto")
        assert button.context_id == newer != old
        assert (row.choice, row.text, row.context_id) == ("sob-medida", "Sistema sob medida", listed)
        assert b'"description":"Um programa s\\u00f3 seu"' in chosen.body

    async def test_nobody_taps_what_was_never_offered(self, world: World) -> None:
        person = world.simulator.person(ANA)
        with pytest.raises(LookupError, match="offers that choice"):
            person.tap("moto")
        assert person.thread == []

    async def test_a_raw_message_of_any_shape_still_goes_out(self, world: World) -> None:
        person = world.simulator.person(ANA)
        await person.send_raw({"type": "text", "text": {"body": "antigo"}, "timestamp": "1"}).accepted()
        assert world.webhook.messages[0].sent_at_ms == 1000
        person.send_raw({"type": "text", "text": 5})
        assert (person.thread[-1].kind, person.thread[-1].text) == ("other", "text")
        await world.webhook.until(lambda: world.webhook.seen.unreadable)
        world.webhook.seen.unreadable.clear()  # torta de propósito


class TestProfile:
    @pytest.mark.parametrize("wrong", ["", "123", "+5511900000001", "٣٣٣٣٣٣", "1" * 16])
    def test_impossible_ids_are_refused(self, wrong: str) -> None:
        with pytest.raises(ValueError, match="wa_id"):
            Profile(wrong)

    async def test_fictional_people_exist_when_called_and_only_they(self, world: World) -> None:
        people: Registry = world.simulator.people
        assert [person.profile.name for person in people.everyone()] == ["Ana", "Bruno", "Carla", "Diego"]
        assert people.newcomer().profile == fictional(5)
        seventeen = people.known("5511900000017")
        assert seventeen is not None
        assert seventeen.profile.name == "Ana"
        assert people.known("5511900000000") is None
        assert people.known("5541999990000") is None
        assert people.add(Profile("5511900000001", "Outra")) is people.known("5511900000001")


class TestReceipts:
    async def test_reading_marks_this_message_and_the_earlier_ones(self, world: World) -> None:
        person = world.simulator.person(ANA)
        for text in ("um", "dois", "três"):
            await person.say(text).accepted()
        second = world.webhook.messages[1].id
        assert await world.client.mark_read(NUMBER, second, typing=False)
        await until_state(person, 2, "delivered")
        assert [bubble.state for bubble in person.thread] == ["read", "read", "delivered"]
        (receipt,) = world.simulator.reads
        assert (receipt.message_id, receipt.to, receipt.typing) == (second, ANA.wa_id, False)
        assert person.typing_until_ms == 0

    async def test_typing_lasts_until_the_reply(self, world: World) -> None:
        person = world.simulator.person(ANA)
        await person.say("Oi").accepted()
        assert await world.client.mark_read(NUMBER, world.webhook.messages[0].id, typing=True)
        assert person.typing_until_ms > person.thread[0].at_ms + 20_000
        await world.send(TextMessage("Olá"), ANA.wa_id)
        assert person.typing_until_ms == 0

    async def test_an_unknown_message_cannot_be_read(self, world: World) -> None:
        assert not await world.client.mark_read(NUMBER, "wamid.NINGUEM", typing=False)
        assert world.simulator.reads == []

    def test_a_tick_never_goes_back(self) -> None:
        bubble = Bubble("wamid.A", mine=True, at_ms=0, kind="text", text="Oi")
        order: list[State] = ["retrying", "delivered", "sent", "failed", "read", "read"]
        assert [bubble.advance(state) for state in order] == [True, True, False, False, True, False]


class TestStatuses:
    async def test_sent_delivered_read_come_back_with_our_id(self, world: World) -> None:
        await world.simulator.person(ANA).say("Oi").accepted()
        wamid = await world.send(TextMessage("Olá"), ANA.wa_id, "v1.3.turno.0")
        await world.webhook.until(lambda: len(world.webhook.statuses) == 3)
        statuses = sorted(
            world.webhook.statuses, key=lambda status: ("sent", "delivered", "read").index(status.status)
        )
        assert [status.status for status in statuses] == ["sent", "delivered", "read"]
        assert {(status.id, status.callback, status.error_code) for status in statuses} == {
            (wamid, "v1.3.turno.0", 0)
        }
        assert [status.at_ms for status in statuses] == sorted(status.at_ms for status in statuses)
        assert statuses[0].at_ms >= world.simulator.sent[0].at_ms // 1000 * 1000

    async def test_a_failure_carries_the_reason_and_hides_the_scoped_id(self, world: World) -> None:
        person = world.simulator.person(Profile("5541988887777", "Zé", "BR.ze1", statuses=("sent", "failed")))
        await person.say("Oi").accepted()
        await world.send(TextMessage("Olá"), "5541988887777", "v1.9.t.0")
        await world.webhook.until(lambda: len(world.webhook.statuses) == 2)
        failed = next(status for status in world.webhook.statuses if status.status == "failed")
        assert (failed.error_code, failed.callback) == (131026, "v1.9.t.0")
        (body,) = [post.body for post in world.webhook.posts if b'"failed"' in post.body]
        assert b"BR.ze1" not in body

    async def test_prices_come_with_sent_and_delivered_only(self, world: World) -> None:
        await world.simulator.person(ANA).say("Oi").accepted()
        await world.send(TextMessage("Olá"), ANA.wa_id)
        await world.webhook.until(lambda: len(world.webhook.statuses) == 3)
        priced = {b'"status":"sent"', b'"status":"delivered"'}
        for post in world.webhook.posts[1:]:
            assert (b'"pricing"' in post.body) == any(word in post.body for word in priced)
