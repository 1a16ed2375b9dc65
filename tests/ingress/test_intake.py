import asyncio

import msgspec
import pytest

from ingress.identities import Identities, NoAliases
from ingress.intake import AUDIT, TURN, kinds_of, offers_of
from ingress.people import Keys
from ingress.ports import Offer, UpdateKind
from pyloto_stream.conversation.events import Location, Media, MessageReceived
from pyloto_stream.conversation.records import StatusRecord
from pyloto_stream.streams.model import Item, Settlement, Unreadable
from pyloto_stream.whatsapp.identity import user_key
from pyloto_stream.whatsapp.webhook import Batch, read
from tests.support import webhooks as meta
from tests.support.ingress import NOW_MS, PEPPER
from tests.support.webhooks import BSUID, NUMBER, PHONE, SENT_S, Json

KEY = user_key(PEPPER, "+5541999990000")


def keys_of(batch: Batch) -> Keys:
    return asyncio.run(Identities(PEPPER, NoAliases()).keys_of(batch))


def offers(body: bytes, correlation_id: str = "c1") -> list[Offer]:
    batch = read(body)
    return offers_of(batch, keys_of(batch), NOW_MS, correlation_id)


def updates(body: bytes) -> list[tuple[UpdateKind, Offer]]:
    return [*zip(kinds_of(read(body)), offers(body), strict=True)]


def only_item(body: bytes) -> Item:
    (offer,) = offers(body)
    assert isinstance(offer, Item)
    return offer


def event(body: bytes) -> MessageReceived:
    return msgspec.json.decode(only_item(body).event, type=MessageReceived)


def record(offer: Offer) -> StatusRecord:
    assert not isinstance(offer, Unreadable)
    return msgspec.json.decode(offer.event, type=StatusRecord)


class TestMessage:
    def test_message_enters_the_turn_of_its_sender(self) -> None:
        item = only_item(meta.body(meta.text("wamid.A", "Oi", context={"id": "wamid.Q"})))
        assert (item.lane, item.conversation) == (TURN, KEY)
        assert msgspec.json.decode(item.event, type=MessageReceived) == MessageReceived(
            id="wamid.A",
            kind="text",
            phone_number_id=NUMBER,
            reply_to=PHONE,
            sent_at_ms=SENT_S * 1000,
            accepted_at_ms=NOW_MS,
            text="Oi",
            profile_name="Ana",
            context_id="wamid.Q",
            correlation_id="c1",
        )

    def test_choice_media_and_place_come_along(self) -> None:
        tap: Json = {"type": "list_reply", "list_reply": {"id": "intent:saas", "title": "SaaS"}}
        assert event(meta.body(meta.typed("interactive", tap))).choice == "intent:saas"
        document: Json = {"id": "m", "mime_type": "a/b", "sha256": "s", "filename": "f"}
        received = event(meta.body(meta.typed("document", document)))
        assert (received.kind, received.media) == ("document", Media("m", "a/b", "s", "f"))
        place: Json = {"latitude": 1.5, "longitude": 2, "name": "n", "address": "a"}
        assert event(meta.body(meta.typed("location", place))).location == Location(1.5, 2.0, "n", "a")

    def test_what_the_person_says_ends_the_silence_and_a_reaction_does_not(self) -> None:
        assert set(only_item(meta.body(meta.text())).cancels) == {"awaiting_user", "session_idle"}
        reaction: Json = {"message_id": "wamid.Q", "emoji": "👍"}
        assert only_item(meta.body(meta.typed("reaction", reaction))).cancels == ()

    def test_same_message_has_the_same_dedupe_key_in_any_delivery(self) -> None:
        alone = only_item(meta.body(meta.text("wamid.A")))
        batched = offers(meta.body(meta.text("wamid.B"), meta.text("wamid.A")), "c2")
        assert batched[1].dedupe_key == alone.dedupe_key != batched[0].dedupe_key

    def test_same_id_on_another_number_is_another_message(self) -> None:
        other = meta.body(meta.text("wamid.A"), metadata={"phone_number_id": "2"})
        assert only_item(other).dedupe_key != only_item(meta.body(meta.text("wamid.A"))).dedupe_key

    def test_ninth_digit_makes_no_other_conversation(self) -> None:
        with_ninth = only_item(meta.body(meta.text() | {"from": "5541999990000"}))
        assert with_ninth.conversation == KEY
        assert b'"reply_to":"5541999990000"' in with_ninth.event

    def test_person_without_phone_has_a_conversation_too(self) -> None:
        hidden = meta.text() | {"from": None, "from_user_id": BSUID}
        item = only_item(meta.body(hidden, contacts=None))
        assert item.conversation == user_key(PEPPER, f"bsuid:{BSUID}")

    @pytest.mark.parametrize("timestamp", [None, NOW_MS // 1000 + 3600])
    def test_unknown_or_future_time_is_the_time_of_acceptance(self, timestamp: Json) -> None:
        assert event(meta.body(meta.text(timestamp=timestamp))).sent_at_ms == NOW_MS

    def test_unknown_type_is_an_event_and_is_kept(self) -> None:
        (kind, first), (other, _) = updates(meta.body(meta.typed("poll", {})))
        assert (kind, other) == ("message", "unreadable")
        assert isinstance(first, Item)
        assert b'"kind":"unknown"' in first.event


class TestStatus:
    def test_status_of_our_reply_settles_it(self) -> None:
        body = meta.body(statuses=[meta.status("wamid.X", biz_opaque_callback_data="v1.3.ab.0")])
        (offer,) = offers(body)
        assert isinstance(offer, Settlement)
        assert (offer.reply_id, offer.outcome, offer.external_id) == ("v1.3.ab.0", "sent", "wamid.X")
        assert (offer.lane, offer.conversation) == (AUDIT, KEY)
        assert record(offer) == StatusRecord(
            id=record(offer).id,
            message_id="wamid.X",
            status="delivered",
            at_ms=SENT_S * 1000,
            reply_id="v1.3.ab.0",
        )

    @pytest.mark.parametrize(
        ("word", "outcome"),
        [
            ("sent", "sent"),
            ("delivered", "sent"),
            ("read", "sent"),
            ("played", "sent"),
            ("failed", "failed"),
            ("deleted", "sent"),
        ],
    )
    def test_only_failed_says_that_it_was_not_sent(self, word: str, outcome: str) -> None:
        item = meta.status(word=word, biz_opaque_callback_data="v1.3.ab.0")
        settlement = offers(meta.body(statuses=[item]))[0]
        assert isinstance(settlement, Settlement)
        assert settlement.outcome == outcome

    @pytest.mark.parametrize("callback", [None, "", "crm-77", "v2.3.ab.0", "xv1."])
    def test_status_of_others_is_a_record_of_the_recipient(self, callback: Json) -> None:
        failed = meta.status("wamid.X", "failed", errors=[{"code": 131047}])
        item = only_item(meta.body(statuses=[failed | {"biz_opaque_callback_data": callback}]))
        assert (item.lane, item.conversation) == (AUDIT, KEY)
        assert (record(item).error_code, record(item).reply_id) == (131047, "")

    def test_status_whose_recipient_is_hidden_still_settles(self) -> None:
        hidden = meta.status("wamid.X", recipient_id=None, biz_opaque_callback_data="v1.3.ab.0")
        (offer,) = offers(meta.body(statuses=[hidden]))
        assert isinstance(offer, Settlement)
        assert offer.conversation == user_key(PEPPER, "message:wamid.X")

    def test_status_without_time_gets_the_time_of_acceptance(self) -> None:
        assert record(offers(meta.body(statuses=[meta.status(timestamp=None)]))[0]).at_ms == NOW_MS

    def test_repeated_status_has_the_same_key_and_record(self) -> None:
        body = meta.body(statuses=[meta.status()])
        assert offers(body, "a") == offers(body, "b")

    @pytest.mark.parametrize(
        "change",
        [{"status": "read"}, {"id": "wamid.Z"}, {"timestamp": "1"}, {"recipient_id": "5511988887777"}],
    )
    def test_other_news_has_another_key_and_record(self, change: dict[str, Json]) -> None:
        first, second = offers(meta.body(statuses=[meta.status(), meta.status() | change]))
        assert first.dedupe_key != second.dedupe_key
        assert record(first).id != record(second).id

    def test_record_id_reveals_nothing(self) -> None:
        assert len(record(offers(meta.body(statuses=[meta.status()]))[0]).id) == 24


class TestUnreadable:
    def test_kept_part_is_a_webhook_that_can_be_read_again(self) -> None:
        (offer,) = offers(meta.body(meta.text(text=None)))
        assert isinstance(offer, Unreadable)
        assert offer.reason == "wrong_shape"
        assert [part.reason for part in read(offer.body).unreadable] == ["wrong_shape"]

    def test_repeated_part_has_the_same_key_and_another_part_another(self) -> None:
        first, second, third = offers(meta.body(None, None, 7))
        assert first.dedupe_key == second.dedupe_key != third.dedupe_key

    @pytest.mark.parametrize("changes", [{"contacts": None}, {"statuses": [meta.status()]}])
    def test_same_part_in_other_company_is_the_same(self, changes: dict[str, Json]) -> None:
        bad = meta.text("wamid.BAD", text=None)
        (alone,) = offers(meta.body(bad))
        others = offers(meta.body(meta.text("wamid.B"), bad, meta.text("wamid.C"), **changes))
        assert [o.dedupe_key for o in others if isinstance(o, Unreadable)] == [alone.dedupe_key]

    def test_same_part_on_another_number_is_another_part(self) -> None:
        here, there = (
            offers(meta.body({"id": None}, metadata={"phone_number_id": number}))[0] for number in ("1", "2")
        )
        assert here.dedupe_key != there.dedupe_key

    def test_same_notice_at_another_time_is_another_part(self) -> None:
        notices: list[Json] = [
            {"id": "1", "time": time, "changes": [meta.change({"event": "ONBOARDING"}, "security")]}
            for time in (1, 2)
        ]
        first, second = offers(meta.dump(meta.webhook(*notices)))
        assert first.dedupe_key != second.dedupe_key


def test_thousand_mixed_updates_become_one_offer_each() -> None:
    body, messages, statuses = meta.mixed(1000)
    made = updates(body)
    assert [kind for kind, _ in made] == ["message"] * len(messages) + ["status"] * len(statuses)
    assert len({offer.dedupe_key for _, offer in made}) == 1000
