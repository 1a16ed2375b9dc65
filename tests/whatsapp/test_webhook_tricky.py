import json

import pytest

from pyloto_stream.whatsapp.webhook import MAX_PARTS, Batch, read
from tests.support import webhooks as meta
from tests.support.webhooks import Json, Object

DEEP = "[" * 100_000 + "]" * 100_000
HOLE = '"@@"'
"""Marca, num corpo válido, de um lugar onde pôr bytes que `json.dumps` não escreve."""


def reasons(batch: Batch) -> list[str]:
    return [part.reason for part in batch.unreadable]


def with_hole(message: Json, filling: bytes) -> bytes:
    """Corpo com uma vizinha boa antes e outra depois de `message`, e `filling` no lugar da marca."""
    body = meta.body(meta.text("wamid.FIRST"), message, meta.text("wamid.LAST"))
    return body.replace(HOLE.encode(), filling)


class TestHalfUnderstood:
    @pytest.mark.parametrize("kind", ["ephemeral", "poll", "TEXT"])
    def test_unknown_type_is_a_message_and_also_kept(self, kind: str) -> None:
        batch = read(meta.body(meta.typed(kind, {"a": 1})))
        assert [(m.id, m.content.kind) for m in batch.messages] == [("wamid.A", "unknown")]
        assert reasons(batch) == ["unknown_type"]

    def test_unknown_kind_of_answer_is_a_message_and_also_kept(self) -> None:
        batch = read(meta.body(meta.typed("interactive", {"type": "hologram_reply"})))
        assert [m.content.kind for m in batch.messages] == ["unknown"]
        assert reasons(batch) == ["unknown_type"]

    @pytest.mark.parametrize("timestamp", ["soon", -5, 10**12, 10**30, "1" * 5000, "٣", "1e9", 1.5e300])
    def test_odd_timestamp_is_unknown_and_also_kept(self, timestamp: Json) -> None:
        batch = read(meta.body(meta.text(timestamp=timestamp), statuses=[meta.status(timestamp=timestamp)]))
        assert [m.sent_at_ms for m in batch.messages] == [s.at_ms for s in batch.statuses] == [0]
        assert reasons(batch) == ["bad_timestamp"] * 2

    @pytest.mark.parametrize("word", ["deleted", "warning", "teleported"])
    def test_unknown_status_is_a_status_and_also_kept(self, word: str) -> None:
        batch = read(meta.body(statuses=[meta.status(word=word)]))
        assert [s.status for s in batch.statuses] == [word]
        assert reasons(batch) == ["unknown_status"]

    def test_callback_that_cannot_be_ours_is_ignored(self) -> None:
        batch = read(meta.body(statuses=[meta.status(biz_opaque_callback_data="v1.\n")]))
        assert [s.callback for s in batch.statuses] == [""]


class TestTrickyBytes:
    def test_half_an_emoji_is_replaced_and_the_message_is_read(self) -> None:
        body = with_hole(meta.text("wamid.X", "@@"), rb'"Oi \ud83d \\ud83d \ud83d\ude00"')
        batch = read(body)
        assert batch.messages[1].content.text == "Oi \ufffd \\ud83d 😀"
        assert (len(batch.messages), batch.unreadable) == (3, [])

    def test_half_an_emoji_in_a_key_nobody_reads_changes_nothing(self) -> None:
        batch = read(with_hole(meta.text("wamid.X", novelty="@@"), rb'"\udc00"'))
        assert (len(batch.messages), batch.unreadable) == (3, [])

    @pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
    def test_number_that_json_does_not_have_costs_one_message(self, number: bytes) -> None:
        spot = meta.typed("location", {"latitude": "@@", "longitude": 1.0})
        body = with_hole(spot, number)
        batch = read(body)
        assert [m.id for m in batch.messages] == ["wamid.FIRST", "wamid.LAST"]
        assert reasons(batch) == ["not_json", "wrong_shape"]
        assert batch.unreadable[0].body == body

    @pytest.mark.parametrize("number", [b"1e999", b"9" * 400])
    def test_number_too_large_costs_one_message(self, number: bytes) -> None:
        batch = read(with_hole(meta.typed("location", {"latitude": "@@", "longitude": 1.0}), number))
        assert (len(batch.messages), reasons(batch)) == (2, ["wrong_shape"])

    def test_number_of_thousands_of_digits_costs_one_message(self) -> None:
        batch = read(with_hole(meta.text("wamid.X", timestamp="@@"), b"9" * 5000))
        assert (len(batch.messages), reasons(batch)) == (2, ["wrong_shape"])

    def test_bytes_that_are_not_utf8_cost_one_message(self) -> None:
        batch = read(with_hole(meta.text("wamid.X", "@@"), b'"\xff\xfe"'))
        assert (len(batch.messages), reasons(batch)) == (2, ["bad_utf8"])
        assert b"\xff\xfe" in batch.unreadable[0].body

    def test_message_buried_too_deep_costs_one_message(self) -> None:
        body = with_hole(meta.text("wamid.X", "@@"), DEEP.encode())
        batch = read(body)
        assert [m.id for m in batch.messages] == ["wamid.FIRST", "wamid.LAST"]
        assert reasons(batch) == ["too_deep", "wrong_shape"]
        assert batch.unreadable[0].body == body

    def test_depth_in_a_key_nobody_reads_costs_nothing_but_is_kept(self) -> None:
        batch = read(with_hole(meta.text("wamid.X", novelty="@@"), DEEP.encode()))
        assert (len(batch.messages), reasons(batch)) == (3, ["too_deep"])

    def test_control_character_in_a_text_is_text(self) -> None:
        batch = read(with_hole(meta.text("wamid.X", "@@"), rb'"a\u0000b"'))
        assert batch.messages[1].content.text == "a\x00b"


class TestIsolation:
    def test_one_bad_message_of_a_thousand_costs_only_itself(self) -> None:
        good: list[Json] = [meta.text(f"wamid.{n}") for n in range(999)]
        batch = read(meta.body(*good[:500], meta.text("wamid.BAD", text=[]), *good[500:]))
        assert [m.id for m in batch.messages] == [f"wamid.{n}" for n in range(999)]
        assert reasons(batch) == ["wrong_shape"]

    def test_too_many_bad_parts_are_kept_as_one_body(self) -> None:
        bad: list[Json] = [None] * (MAX_PARTS + 1)
        body = meta.body(meta.text(), *bad)
        batch = read(body)
        assert [m.id for m in batch.messages] == ["wamid.A"]
        assert [(part.reason, part.body) for part in batch.unreadable] == [("too_many", body)]

    def test_as_many_bad_parts_as_allowed_are_kept_one_by_one(self) -> None:
        bad: list[Json] = [None] * MAX_PARTS
        assert reasons(read(meta.body(meta.text(), *bad))) == ["wrong_shape"] * MAX_PARTS


class TestReplay:
    """Uma parte guardada é um webhook: depois de uma versão nova, basta lê-la de novo."""

    @pytest.mark.parametrize(
        "document",
        [
            meta.webhook(None),
            meta.webhook({"id": "1", "changed_fields": ["messages"]}),
            meta.webhook({"id": "1", "time": 7, "changes": [{"field": "flows", "value": {"a": 1}}]}),
            meta.webhook(meta.entry(meta.change(None))),
            meta.webhook(meta.entry(meta.change(meta.value(meta.text(text=1))))),
            meta.webhook(meta.entry(meta.change(meta.value(statuses=[meta.status(id=None)])))),
            meta.webhook(meta.entry(meta.change(meta.value(statuses=3)))),
            meta.webhook(meta.entry(meta.change(meta.value(errors=[{"code": 1}])))),
            meta.webhook(meta.entry(meta.change(meta.value(contacts=[None])))),
            meta.webhook(meta.entry(meta.change({}))),
        ],
    )
    def test_kept_part_reads_as_the_same_part_again(self, document: Object) -> None:
        (part,) = read(meta.dump(document)).unreadable
        json.loads(part.webhook())
        assert read(part.webhook()).unreadable == [part]

    def test_kept_message_still_knows_its_number_and_its_sender(self) -> None:
        (part,) = read(meta.body(meta.typed("poll", {"a": 1}))).unreadable
        (message,) = read(part.webhook().replace(b'"poll"', b'"unsupported"')).messages
        assert (message.phone_number_id, message.profile_name) == (meta.NUMBER, "Ana")

    def test_account_and_time_of_a_notice_stay_with_it(self) -> None:
        entry: Object = {"id": "77", "time": 1760000000, "changes": [{"field": "flows", "value": {}}]}
        (part,) = read(meta.dump(meta.webhook(entry))).unreadable
        kept = json.loads(part.webhook())["entry"][0]
        assert (kept["id"], kept["time"]) == ("77", 1760000000)

    def test_long_surroundings_are_left_out(self) -> None:
        contacts: Json = [{"profile": {"name": "x" * 2000}, "wa_id": meta.PHONE}]
        (part,) = read(meta.body(meta.text(text=1), contacts=contacts)).unreadable
        assert len(part.webhook()) < 500
        assert read(part.webhook()).unreadable == [part]
