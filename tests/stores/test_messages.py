import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.conversation.records import CUT_MARK, MAX_STORED_TEXT, MediaRecord, MessageRecord
from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.media import media_writes
from pyloto_stream.stores.messages import (
    DELIVERY_ORDER,
    StoredMessage,
    clean,
    message_write,
    revoke_writes,
    status_write,
    to_message,
)
from pyloto_stream.stores.ports import Create, Document, Merge
from pyloto_stream.stores.values import Data, merged
from tests.support.records import T0, USER, inbound, outbound, status


def read(data: Data) -> StoredMessage | None:
    return to_message(Document("conversations/u/messages/m", data, "v"))


def test_a_received_message_is_created_with_its_fields_and_no_empty_ones() -> None:
    write = message_write(USER, inbound(7))
    assert isinstance(write, Create)
    assert write.path == f"conversations/{USER}/messages/wamid.IN7=="
    assert write.data == {
        "id": "wamid.IN7==",
        "direction": "in",
        "actor": "USER",
        "timestamp": "2023-11-14T22:13:20.007Z",
        "type": "text",
        "text": "olá",
        "expires_at": "2024-11-13T22:13:20.007Z",
    }


def test_a_sent_message_completes_what_statuses_left() -> None:
    write = message_write(USER, outbound())
    assert isinstance(write, Merge)
    message = read(write.data)
    assert message is not None
    assert (message.reply_id, message.intent, message.outcome) == ("r1", "CUSTOM_SOFTWARE", "AWAITING_USER")
    assert message.status == "accepted"


@given(
    order=st.permutations(["message", "sent", "delivered", "read"]),
    repeated=st.lists(st.sampled_from(["message", "sent", "delivered", "read"])),
)
def test_order_and_repetition_of_statuses_change_nothing(order: list[str], repeated: list[str]) -> None:
    stored: Data = {}
    for name in [*order, *repeated]:
        write = message_write(USER, outbound()) if name == "message" else status_write(USER, status(1, name))
        stored = merged(stored, {**write.data, "expires_at": ""})
    message = read(stored)
    assert message is not None
    assert message.status == "read"
    assert message.delivery.keys() == {"accepted", "sent", "delivered", "read"}
    assert message.text == "oi"


@pytest.mark.parametrize(("first", "second"), [*itertools.combinations(DELIVERY_ORDER, 2)])
def test_the_more_advanced_status_stands(first: str, second: str) -> None:
    base = message_write(USER, outbound()).data
    for names in ((first, second), (second, first)):
        stored = base
        for name in names:
            stored = merged(stored, status_write(USER, status(1, name)).data)
        message = read(stored)
        assert message is not None
        assert message.status == second


def test_failure_ends_sending_and_keeps_its_code_but_yields_to_proof_of_delivery() -> None:
    stored = message_write(USER, outbound()).data
    for name, code in (("failed", 131026), ("sent", 0)):
        stored = merged(stored, status_write(USER, status(1, name, error_code=code)).data)
    message = read(stored)
    assert message is not None
    assert (message.status, message.error_code) == ("failed", 131026)
    message = read(merged(stored, status_write(USER, status(1, "delivered")).data))
    assert message is not None
    assert message.status == "delivered"


def test_a_status_alone_is_not_yet_a_message() -> None:
    write = status_write(USER, status())
    assert read(write.data) is None
    assert write.data["expires_at"] == "2024-11-13T22:13:20.101Z"


@pytest.mark.parametrize(
    ("name", "field"), [("warning", "warning"), ("__x__", "other"), ("", "other"), ("Ção", "other")]
)
def test_a_status_nobody_knows_is_kept_and_decides_nothing(name: str, field: str) -> None:
    stored = merged(message_write(USER, outbound()).data, status_write(USER, status(1, name)).data)
    message = read(stored)
    assert message is not None
    assert message.delivery.keys() == {"accepted", field}
    assert message.status == "accepted"


def test_text_is_stored_without_control_characters_and_cut_with_a_mark() -> None:
    assert clean("a\x00b\x1b[1m\tc\nd\x7f") == "ab[1m\tc\nd"
    assert clean("a\ud800b") == "a?b"
    long = clean("x" * (MAX_STORED_TEXT + 1))
    assert len(long) == MAX_STORED_TEXT
    assert long.endswith(CUT_MARK)
    assert clean("😀" * MAX_STORED_TEXT) == "😀" * MAX_STORED_TEXT


@given(text=st.text(alphabet=st.characters(), max_size=20))
def test_nothing_else_of_a_text_is_changed(text: str) -> None:
    control = {*map(chr, range(32)), "\x7f"} - {"\n", "\t"}
    kept = "".join(char for char in text if char not in control)
    assert clean(text) == "".join("?" if "\ud800" <= char <= "\udfff" else char for char in kept)


def test_a_message_that_does_not_decode_is_a_permanent_error_without_its_content() -> None:
    with pytest.raises(PermanentError) as caught:
        read({"timestamp": f"{T0}", "text": "segredo"})
    assert caught.value.code == "undecodable_document"
    assert "segredo" not in str(caught.value)


def _lived(*writes: Create | Merge) -> StoredMessage | None:
    data: Data = {}
    for write in writes:
        data = merged(data, write.data)
    return read(data)


def test_a_revoked_message_keeps_no_text_in_either_order_of_arrival() -> None:
    said = msgspec.structs.replace(inbound(7), media_id="m1")
    gone = MessageRecord("wamid.R", "in", "USER", T0, "revoke", context_id=said.id)
    original, (erasure,) = message_write(USER, said), revoke_writes(USER, gone)
    assert erasure.path == original.path
    for stored in (_lived(original, erasure), _lived(erasure, original)):
        assert stored is not None
        assert (stored.text, stored.media_id, stored.revoked_at) == ("", "", "2023-11-14T22:13:20.000Z")


def test_a_revoked_message_keeps_no_file_in_any_order_of_arrival() -> None:
    said = msgspec.structs.replace(inbound(7), media_id="m1")
    gone = MessageRecord("wamid.R", "in", "USER", T0, "revoke", context_id=said.id)
    kept = MediaRecord("r1", said.id, "a" * 64, "image/png", 1, "media/aa/a", T0)
    *_, reference = media_writes(USER, kept)
    (erasure,) = revoke_writes(USER, gone)
    for order in itertools.permutations((message_write(USER, said), reference, erasure)):
        stored = _lived(*order)
        assert stored is not None
        assert (stored.media, stored.media_id) == ("", "")
    stored = _lived(message_write(USER, said), reference)
    assert stored is not None
    assert stored.media == kept.sha256


def test_only_a_revocation_of_something_erases() -> None:
    assert revoke_writes(USER, inbound(7)) == ()
    assert revoke_writes(USER, MessageRecord("wamid.R", "in", "USER", T0, "revoke")) == ()


def test_status_leaves_what_meta_charges() -> None:
    told = msgspec.structs.replace(status(1), category="service", pricing="regular")
    data = status_write(USER, told).data
    assert (data["category"], data["pricing"]) == ("service", "regular")
