"""O que se anota de cada mensagem recebida, e quais tipos recebem resposta (contrato, seção 7)."""

from typing import get_args

import msgspec
import pytest

from pyloto_stream.conversation.events import ContactCard, Media, MessageKind, MessageReceived, Referral
from pyloto_stream.conversation.inbound import ANSWERED, NOT_FROM_PERSON
from pyloto_stream.conversation.records import CUT_MARK, MAX_STORED_TEXT, MessageRecord, stored_text
from tests.support.talk import PERSON, T0, Talk, sure

KINDS: tuple[MessageKind, ...] = get_args(MessageKind)
SILENT = {"sticker", "reaction", "order", "system", "edit", "revoke", "unsupported", "unknown"}


@pytest.fixture
def talk() -> Talk:
    return Talk()


def recorded(talk: Talk) -> MessageRecord:
    record = talk.records[0]
    assert isinstance(record, MessageRecord)
    return record


def photo_of(talk: Talk) -> MessageReceived:
    return msgspec.structs.replace(talk.message("image"), media=Media("media-1", "image/png"))


def test_every_kind_is_answered_or_only_recorded() -> None:
    assert set(KINDS) - SILENT == ANSWERED


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_recorded(talk: Talk, kind: MessageKind) -> None:
    reply = talk.turn([talk.message(kind)], sure("INSTITUTIONAL"))
    assert (recorded(talk).type, recorded(talk).direction, recorded(talk).actor) == (kind, "in", "USER")
    assert (reply is None) == (kind in SILENT)
    assert (talk.state.session is None) == (kind in SILENT)


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_the_person_wrote_opens_the_24_hour_window(talk: Talk, kind: MessageKind) -> None:
    talk.turn([talk.message(kind)], sure("INSTITUTIONAL"))
    counts = kind not in NOT_FROM_PERSON
    assert talk.state.last_inbound_at_ms == (T0 if counts else 0)
    assert talk.state.last_inbound_id == ("wamid.1" if counts else "")


def test_a_late_delivery_does_not_move_the_window_back(talk: Talk) -> None:
    talk.turn([talk.message(), talk.message(sent_at_ms=T0 - 3_600_000)], sure("INSTITUTIONAL"))
    assert talk.state.last_inbound_at_ms == T0


def test_without_a_sending_time_the_time_of_acceptance_is_recorded(talk: Talk) -> None:
    talk.turn([talk.message(sent_at_ms=0)], sure("INSTITUTIONAL"))
    assert recorded(talk).at_ms == talk.state.last_inbound_at_ms == T0


def test_a_number_change_moves_the_conversation_to_the_new_id(talk: Talk) -> None:
    talk.hear(sure("INSTITUTIONAL"))
    change = msgspec.structs.replace(talk.message("system"), reply_to="5541900001111")
    assert talk.turn([change]) is None
    assert talk.state.reply_to == "5541900001111"


def test_what_the_old_number_said_and_comes_late_does_not_bring_it_back(talk: Talk) -> None:
    change = msgspec.structs.replace(talk.message("system"), reply_to="5541900001111")
    late = talk.message(sent_at_ms=T0 - 60_000)
    for events in ([change], [late]):
        talk.turn(events, sure("INSTITUTIONAL"))
    assert talk.state.reply_to == "5541900001111"
    talk.turn([talk.message(sent_at_ms=T0)], sure("INSTITUTIONAL"))
    assert talk.state.reply_to == PERSON


def test_an_event_without_an_address_keeps_the_known_one(talk: Talk) -> None:
    talk.hear(sure("INSTITUTIONAL"))
    before = (talk.state.reply_to, talk.state.phone_number_id)
    change = msgspec.structs.replace(talk.message("system"), reply_to="", phone_number_id="")
    talk.turn([change])
    assert (talk.state.reply_to, talk.state.phone_number_id) == before


def test_the_media_is_noted_by_its_id(talk: Talk) -> None:
    photo = msgspec.structs.replace(talk.message("image"), media=Media("media-1", "image/png"))
    talk.turn([photo], sure("INSTITUTIONAL"))
    assert recorded(talk).media_id == "media-1"


def test_control_characters_are_not_stored_and_lines_are(talk: Talk) -> None:
    talk.turn([talk.message(text="a\x00b\x1b[31m\tc\nd\x7f")], sure("INSTITUTIONAL"))
    assert recorded(talk).text == "ab[31m\tc\nd"


def test_a_long_text_is_stored_cut_and_marked(talk: Talk) -> None:
    talk.turn([talk.message(text="x" * 5000)], sure("INSTITUTIONAL"))
    assert len(recorded(talk).text) == MAX_STORED_TEXT
    assert recorded(talk).text.endswith("x" + CUT_MARK)
    assert stored_text("x" * MAX_STORED_TEXT) == "x" * MAX_STORED_TEXT


def test_messages_of_a_burst_are_taken_together_in_one_turn_with_one_reply(talk: Talk) -> None:
    reply = talk.turn([talk.message() for _ in range(5)], sure("INSTITUTIONAL"))
    assert reply is not None
    assert len(talk.said) == 1
    assert talk.session.turns == 1
    assert [r.id for r in talk.records if isinstance(r, MessageRecord) and r.direction == "in"] == [
        f"wamid.{n}" for n in range(1, 6)
    ]


@pytest.mark.parametrize(
    ("kind", "changes", "shown"),
    [
        ("order", {"text": "2 caixas", "order_items": 3}, "2 caixas\n[order: 3]"),
        (
            "contacts",
            {"contacts": (ContactCard("Bia", PERSON), ContactCard("João"))},
            "[contacts: Bia, João]",
        ),
        ("contacts", {"contacts": (ContactCard("+55 (41) 98888-7777"),)}, "[contacts: …]"),
        ("contacts", {"contacts": (ContactCard(phone=PERSON),)}, "[contacts: 1]"),
        ("form", {"form": {"city": "Curitiba", "flow_token": "secret"}}, "city: Curitiba"),
        ("unsupported", {"text": "", "detail": "gif"}, "[unsupported: gif]"),
        ("system", {"text": "", "detail": "user_changed_number"}, "[system: user_changed_number]"),
        ("text", {"text": "tem?", "product": "sku-1"}, "tem?\n[product: sku-1]"),
        ("revoke", {"text": "", "context_id": "wamid.0"}, ""),
    ],
)
def test_history_shows_what_is_no_text_and_no_phone(
    talk: Talk, kind: MessageKind, changes: dict[str, object], shown: str
) -> None:
    message = msgspec.convert({**msgspec.to_builtins(talk.message(kind)), **_plain(changes)}, MessageReceived)
    talk.turn([message], sure("INSTITUTIONAL"))
    assert (recorded(talk).text, recorded(talk).context_id) == (shown, message.context_id)


def _plain(changes: dict[str, object]) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(changes)
    return plain


def test_ad_the_person_came_from_is_audited_without_the_click_id(talk: Talk) -> None:
    message = msgspec.structs.replace(talk.message(), referral=Referral("ad", "120", "Oferta", "ARAk-1"))
    talk.turn([message], sure("INSTITUTIONAL"))
    (action,) = talk.acted("REFERRAL_RECEIVED")
    assert (action.data["source"], action.data["source_id"]) == ("ad", "120")
    assert set(action.data) == {"source", "source_id", "click"}
    assert action.data["click"] != "ARAk-1"


def test_what_was_erased_before_an_answer_is_neither_answered_nor_fetched(talk: Talk) -> None:
    said, photo = talk.message(), photo_of(talk)
    erased = [msgspec.structs.replace(talk.message("revoke"), context_id=it.id) for it in (said, photo)]
    assert talk.turn([said, photo, *erased], sure("INSTITUTIONAL")) is None
    assert (talk.wanted, list(talk.timers)) == ([], ["session_idle"])


def test_what_was_not_erased_is_still_answered(talk: Talk) -> None:
    said, photo = talk.message(), photo_of(talk)
    erased = msgspec.structs.replace(talk.message("revoke"), context_id=said.id)
    assert talk.turn([said, photo, erased], sure("INSTITUTIONAL")) is not None
    assert [wanted.message_id for wanted in talk.wanted] == [photo.id]


def test_messages_that_meta_dates_in_the_same_second_are_recorded_in_the_order_they_came(talk: Talk) -> None:
    for _ in range(3):
        talk.turn([talk.message("text"), talk.message("text")], sure("INSTITUTIONAL"))
    late = msgspec.structs.replace(talk.message("text"), sent_at_ms=T0 - 5_000)
    talk.turn([late], sure("INSTITUTIONAL"))
    said = [r.at_ms for r in talk.records if isinstance(r, MessageRecord) and r.direction == "in"]
    assert said == [*(T0 + n for n in range(6)), T0 - 5_000]
