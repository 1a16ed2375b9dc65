import pytest

from pyloto_stream.whatsapp.webhook import read
from pyloto_stream.whatsapp.webhook_pieces import read_pieces
from pyloto_stream.whatsapp.webhook_updates import Message
from tests.support import webhooks as meta
from tests.support.webhooks import BSUID, PHONE, Json


def only_message(body: bytes) -> Message:
    """A única mensagem de um corpo limpo, igual pelos dois caminhos de leitura."""
    batch = read(body)
    assert batch == read_pieces(body)
    assert (batch.statuses, batch.unreadable) == ([], [])
    (message,) = batch.messages
    return message


class TestSender:
    def test_hidden_phone_leaves_the_business_scoped_id(self) -> None:
        hidden = meta.text(from_user_id=BSUID)
        del hidden["from"]
        contacts: Json = [{"profile": {"name": "Ana", "username": "@ana"}, "user_id": BSUID}]
        message = only_message(meta.body(hidden, contacts=contacts))
        assert (message.identity, message.reply_to, message.user_id) == (f"bsuid:{BSUID}", BSUID, BSUID)
        assert message.profile_name == "Ana"

    @pytest.mark.parametrize("absent", ["", None])
    def test_empty_or_null_from_is_absent(self, absent: Json) -> None:
        hidden = meta.text() | {"from": absent, "from_user_id": BSUID}
        assert only_message(meta.body(hidden, contacts=None)).reply_to == BSUID

    def test_business_scoped_id_in_the_place_of_the_phone_is_recognised(self) -> None:
        message = only_message(meta.body(meta.text() | {"from": BSUID}, contacts=None))
        assert (message.identity, message.reply_to) == (f"bsuid:{BSUID}", BSUID)

    def test_phone_counts_for_more_wherever_it_is(self) -> None:
        swapped = meta.text() | {"from": BSUID, "from_user_id": PHONE}
        message = only_message(meta.body(swapped, contacts=None))
        assert (message.identity, message.reply_to, message.user_id) == ("+5541999990000", PHONE, BSUID)

    def test_id_of_unexpected_form_is_opaque_and_still_a_person(self) -> None:
        message = only_message(meta.body(meta.text() | {"from": "strange-1"}, contacts=None))
        assert (message.identity, message.reply_to) == ("bsuid:strange-1", "strange-1")

    def test_lone_contact_says_who_sent_a_lone_message(self) -> None:
        nameless = meta.text()
        del nameless["from"]
        message = only_message(meta.body(nameless))
        assert (message.reply_to, message.profile_name) == (PHONE, "Ana")

    def test_contacts_are_matched_by_id_and_not_by_position(self) -> None:
        first, second = meta.text("wamid.A"), meta.text("wamid.B") | {"from": "5511988887777"}
        contacts: Json = [
            {"profile": {"name": "Bia"}, "wa_id": "5511988887777"},
            {"profile": {"name": "Ana"}, "wa_id": PHONE},
        ]
        batch = read(meta.body(first, second, contacts=contacts))
        assert [m.profile_name for m in batch.messages] == ["Ana", "Bia"]

    def test_lone_contact_does_not_name_several_senders(self) -> None:
        second = meta.text("wamid.B") | {"from": "5511988887777"}
        batch = read(meta.body(meta.text("wamid.A"), second))
        assert [m.profile_name for m in batch.messages] == ["Ana", ""]


class TestNumberChange:
    @pytest.mark.parametrize(
        ("system", "reply_to"),
        [
            ({"type": "user_changed_number", "wa_id": "554188880000", "user_id": "BR.new"}, "554188880000"),
            ({"type": "customer_changed_number", "new_wa_id": "554188880000"}, "554188880000"),
            ({"type": "user_changed_number", "user_id": "BR.new", "previous_user_id": "BR.old"}, "BR.new"),
            ({"type": "customer_identity_changed"}, PHONE),
            ({"type": "something_new", "body": "x"}, PHONE),
        ],
    )
    def test_conversation_is_the_old_one_and_replies_go_to_the_new_id(
        self, system: Json, reply_to: str
    ) -> None:
        message = only_message(meta.body(meta.typed("system", system), contacts=None))
        assert (message.identity, message.reply_to) == ("+5541999990000", reply_to)
        assert (message.content.kind, message.content.text) == ("system", "")

    def test_person_without_phone_is_known_by_the_previous_id(self) -> None:
        system: Json = {"type": "user_changed_user_id", "user_id": "BR.new", "previous_user_id": "BR.old"}
        moved = meta.typed("system", system)
        del moved["from"]
        message = only_message(meta.body(moved, contacts=None))
        assert (message.identity, message.reply_to) == ("bsuid:BR.old", "BR.new")
