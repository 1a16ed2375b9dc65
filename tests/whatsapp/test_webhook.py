import json
from collections import Counter

import pytest

from pyloto_stream.whatsapp.identity import Person
from pyloto_stream.whatsapp.webhook import read
from pyloto_stream.whatsapp.webhook_pieces import read_pieces
from pyloto_stream.whatsapp.webhook_updates import Message, Status
from tests.support import webhooks as meta
from tests.support.webhooks import BSUID, NUMBER, PHONE, SENT_S, Json


def only_message(body: bytes) -> Message:
    """A única mensagem de um corpo limpo, igual pelos dois caminhos de leitura."""
    batch = read(body)
    assert batch == read_pieces(body)
    assert (batch.statuses, batch.unreadable) == ([], [])
    (message,) = batch.messages
    return message


def only_status(body: bytes) -> Status:
    batch = read(body)
    assert batch == read_pieces(body)
    assert (batch.messages, batch.unreadable) == ([], [])
    (status,) = batch.statuses
    return status


class TestMessage:
    def test_text_message_is_read_whole(self) -> None:
        message = only_message(meta.body(meta.text("wamid.A", "Olá 😀")))
        assert message.id == "wamid.A"
        assert message.phone_number_id == NUMBER
        assert message.identity == "+5541999990000"
        assert message.reply_to == PHONE
        assert message.user_id == BSUID
        assert message.profile_name == "Ana"
        assert message.sent_at_ms == SENT_S * 1000
        assert (message.content.kind, message.content.text) == ("text", "Olá 😀")

    def test_key_order_does_not_matter(self) -> None:
        reordered = {key: meta.text()[key] for key in reversed(list(meta.text()))}
        assert only_message(meta.body(reordered)) == only_message(meta.body(meta.text()))

    def test_unknown_keys_and_nulls_are_ignored(self) -> None:
        noisy = meta.text(novelty={"a": [1, None]}, context=None, group_id=None, image=None, errors=[])
        assert only_message(meta.body(noisy)) == only_message(meta.body(meta.text()))

    @pytest.mark.parametrize("timestamp", [str(SENT_S), SENT_S, float(SENT_S)])
    def test_timestamp_may_be_text_or_number(self, timestamp: Json) -> None:
        assert only_message(meta.body(meta.text(timestamp=timestamp))).sent_at_ms == SENT_S * 1000

    @pytest.mark.parametrize("timestamp", [None, ""])
    def test_absent_timestamp_is_zero(self, timestamp: Json) -> None:
        assert only_message(meta.body(meta.text(timestamp=timestamp))).sent_at_ms == 0

    def test_quoted_message_is_remembered(self) -> None:
        quoting = meta.text(context={"from": PHONE, "id": "wamid.Q"})
        assert only_message(meta.body(quoting)).content.context_id == "wamid.Q"

    def test_number_of_each_change_is_its_own(self) -> None:
        changes = [
            meta.change(meta.value(meta.text(mid), metadata={"phone_number_id": number}))
            for mid, number in (("wamid.A", "1"), ("wamid.B", "2"))
        ]
        batch = read(meta.dump(meta.webhook(meta.entry(*changes))))
        assert [(m.id, m.phone_number_id) for m in batch.messages] == [("wamid.A", "1"), ("wamid.B", "2")]


class TestStatus:
    def test_status_is_read_whole(self) -> None:
        item = meta.status(
            "wamid.X", "failed", biz_opaque_callback_data="v1.3.ab.0", errors=[{"code": 131047}]
        )
        status = only_status(meta.body(statuses=[item]))
        assert status == Status("wamid.X", "failed", SENT_S * 1000, Person(PHONE), "v1.3.ab.0", 131047)

    def test_recipient_without_phone_is_the_business_scoped_id(self) -> None:
        item = meta.status(recipient_id=None, recipient_user_id=BSUID)
        assert only_status(meta.body(statuses=[item])).recipient == f"bsuid:{BSUID}"

    def test_our_id_makes_up_for_an_absent_recipient(self) -> None:
        item = meta.status(recipient_id=None, biz_opaque_callback_data="v1.3.ab.0")
        assert only_status(meta.body(statuses=[item])).recipient == ""

    @pytest.mark.parametrize(
        ("code", "known"), [("131047", 131047), (None, 0), ("abc", 0), (-1, 0), (10**30, 0), ("9" * 5000, 0)]
    )
    def test_error_code_is_a_small_number_or_zero(self, code: Json, known: int) -> None:
        item = meta.status(word="failed", errors=[{"code": code}, {"code": 1}])
        assert only_status(meta.body(statuses=[item])).error_code == known

    def test_numberless_metadata_does_not_matter_to_a_status(self) -> None:
        assert only_status(meta.body(statuses=[meta.status()], metadata=None)).id == "wamid.OURS"

    def test_status_and_messages_share_a_change(self) -> None:
        batch = read(meta.body(meta.text(), statuses=[meta.status()]))
        assert (len(batch.messages), len(batch.statuses), batch.unreadable) == (1, 1, [])


class TestBatch:
    def test_thousand_mixed_updates_come_out_exactly_once_each_in_order(self) -> None:
        body, messages, statuses = meta.mixed(1000)
        batch = read(body)
        assert [m.id for m in batch.messages] == messages
        assert [s.id for s in batch.statuses] == statuses
        assert batch.unreadable == []
        assert set(Counter(messages + statuses).values()) == {1}

    def test_both_ways_of_reading_agree_on_a_clean_body(self) -> None:
        body, _, _ = meta.mixed(200)
        assert read(body) == read_pieces(body)

    def test_more_than_a_thousand_updates_are_all_taken(self) -> None:
        body, messages, statuses = meta.mixed(3000)
        batch = read(body)
        assert (len(batch.messages), len(batch.statuses)) == (len(messages), len(statuses))

    def test_repeated_message_is_left_for_the_dedupe(self) -> None:
        assert len(read(meta.body(meta.text(), meta.text())).messages) == 2

    def test_unescaped_utf8_and_white_space_are_fine(self) -> None:
        document = meta.webhook(meta.entry(meta.change(meta.value(meta.text(body="São João 😀")))))
        spaced = json.dumps(document, indent=2, ensure_ascii=False).encode()
        assert only_message(b"\n" + spaced + b"\n").content.text == "São João 😀"

    def test_last_of_repeated_keys_counts(self) -> None:
        body = meta.body(meta.text("wamid.LAST")).replace(b'"id":"wamid', b'"id":"wamid.FIRST","id":"wamid')
        assert only_message(body).id == "wamid.LAST"
