"""Ecos, ligações e preferências: o que se lê deles, e o que fica de lado com o motivo."""

import pytest

from pyloto_stream.whatsapp.identity import Person
from pyloto_stream.whatsapp.webhook import Batch, read
from pyloto_stream.whatsapp.webhook_content import Content
from pyloto_stream.whatsapp.webhook_others import Call, Echo, Preference
from tests.support import webhooks as meta
from tests.support.webhooks import BSUID, NUMBER, PHONE, SENT_S, Json, Object

OURS = "554130000000"
ECHO: Object = meta.text("wamid.E", "Aqui é a Bia") | {"from": OURS, "to": PHONE, "to_user_id": BSUID}
CALL: Object = {
    "id": "wacid.1", "from": PHONE, "to": OURS, "event": "connect", "direction": "USER_INITIATED",
    "timestamp": SENT_S, "session": {"sdp": "v=0"},
}  # fmt: skip
WISH: Object = {
    "wa_id": PHONE, "user_id": BSUID, "category": "marketing_messages", "value": "stop", "timestamp": SENT_S,
}  # fmt: skip


def batch_of(field: str, **lists: Json) -> Batch:
    return read(meta.dump(meta.webhook(meta.entry(meta.change(meta.value(**lists), field)))))


class TestEcho:
    @pytest.mark.parametrize(
        ("field", "via"),
        [
            ("smb_message_echoes", "business_app"),
            ("message_echoes", "other_app"),
            ("standby", "other_app"),
        ],
    )
    def test_echo_is_of_the_person_it_was_sent_to(self, field: str, via: str) -> None:
        (echo,) = batch_of(field, message_echoes=[ECHO]).echoes
        assert (echo.via, echo.standby) == (via, field == "standby")
        assert echo == Echo(
            "wamid.E", NUMBER, Person(PHONE, BSUID), SENT_S * 1000, Content("text", "Aqui é a Bia"),
            echo.via, echo.standby,
        )  # fmt: skip

    def test_echo_to_a_hidden_phone_is_of_the_business_scoped_id(self) -> None:
        hidden = ECHO | {"to": None}
        (echo,) = batch_of("smb_message_echoes", message_echoes=[hidden], contacts=[]).echoes
        assert echo.person == Person("", BSUID)

    @pytest.mark.parametrize(
        ("shown", "person"), [(PHONE, Person(PHONE, BSUID)), ("5541900000000", Person(PHONE))]
    )
    def test_the_only_contact_beside_a_message_is_of_the_echo_only_if_it_is_its(
        self, shown: str, person: Person
    ) -> None:
        echo: Object = ECHO | {"to_user_id": None}
        contact: Object = {"wa_id": shown, "user_id": BSUID}
        batch = batch_of("standby", messages=[meta.text()], message_echoes=[echo], contacts=[contact])
        assert [each.person for each in batch.echoes] == [person]

    @pytest.mark.parametrize(
        ("broken", "reason", "read_too"),
        [
            ({"id": ""}, "missing_id", 0),
            ({"type": None}, "missing_type", 0),
            ({"to": None, "to_user_id": ""}, "missing_recipient", 0),
            ({"text": None}, "wrong_shape", 0),
            ({"type": "hologram"}, "unknown_type", 1),
            ({"timestamp": "soon"}, "bad_timestamp", 1),
        ],
    )
    def test_bad_echo_is_kept_and_its_neighbour_is_read(
        self, broken: Object, reason: str, read_too: int
    ) -> None:
        batch = batch_of("smb_message_echoes", message_echoes=[ECHO, ECHO | broken], contacts=[])
        assert ([part.reason for part in batch.unreadable], len(batch.echoes)) == ([reason], 1 + read_too)


class TestCall:
    def test_call_of_a_person(self) -> None:
        (call,) = batch_of("calls", calls=[CALL]).calls
        assert call == Call("wacid.1", NUMBER, Person(PHONE), SENT_S * 1000, "connect")

    def test_call_of_ours_is_of_whom_we_called(self) -> None:
        ours = CALL | {"from": OURS, "to": PHONE, "direction": "BUSINESS_INITIATED", "event": "terminate"}
        (call,) = batch_of("calls", calls=[ours | {"status": "COMPLETED"}]).calls
        assert (call.person, call.inbound, call.status) == (Person(PHONE), False, "COMPLETED")

    def test_status_of_a_call_is_no_status_of_a_message(self) -> None:
        ringing = meta.status("wacid.1", "RINGING", type="call")
        for field in ("calls", "messages"):
            batch = batch_of(field, statuses=[ringing])
            assert (batch.statuses, [call.event for call in batch.calls]) == ([], ["status"])

    @pytest.mark.parametrize(
        ("broken", "reason"),
        [({"id": None}, "missing_id"), ({"event": ""}, "missing_event"), ({"from": ""}, "missing_sender")],
    )
    def test_bad_call_is_kept(self, broken: Object, reason: str) -> None:
        batch = batch_of("calls", calls=[CALL | broken, CALL])
        assert ([part.reason for part in batch.unreadable], len(batch.calls)) == ([reason], 1)


class TestPreference:
    @pytest.mark.parametrize(
        ("value", "wanted"), [("stop", "stop"), ("resume", "resume"), ("signup", "resume")]
    )
    def test_wish_about_marketing(self, value: str, wanted: str) -> None:
        (wish,) = batch_of("user_preferences", user_preferences=[WISH | {"value": value}]).preferences
        assert wish == Preference(Person(PHONE, BSUID), wish.marketing, SENT_S * 1000)
        assert wish.marketing == wanted

    @pytest.mark.parametrize(
        ("broken", "reason"),
        [
            ({"value": "maybe"}, "unknown_preference"),
            ({"category": "novelty"}, "unknown_preference"),
            ({"wa_id": None, "user_id": None}, "missing_sender"),
        ],
    )
    def test_bad_wish_is_kept(self, broken: Object, reason: str) -> None:
        batch = batch_of("user_preferences", user_preferences=[WISH | broken, WISH])
        assert ([part.reason for part in batch.unreadable], len(batch.preferences)) == ([reason], 1)


class TestGroups:
    def test_group_message_is_a_notice_without_its_words(self) -> None:
        batch = read(meta.body(meta.text("wamid.G", "segredo", group_id="g1"), meta.text("wamid.A")))
        assert [message.id for message in batch.messages] == ["wamid.A"]
        (notice,) = batch.notices
        assert (notice.event, notice.subject) == ("GROUP_MESSAGE", f"number:{NUMBER}")
        assert notice.data == {"type": "text"}

    def test_group_status_is_a_notice(self) -> None:
        batch = read(meta.body(statuses=[meta.status(recipient_type="group"), meta.status()]))
        assert (len(batch.statuses), [notice.event for notice in batch.notices]) == (1, ["GROUP_STATUS"])


def test_standby_messages_are_marked() -> None:
    value = meta.value(meta.text())
    (message,) = read(meta.dump(meta.webhook(meta.entry(meta.change(value, "standby"))))).messages
    assert message.standby
