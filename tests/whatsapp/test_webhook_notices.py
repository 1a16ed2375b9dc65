"""Avisos da Meta: o que houve, de quê, só enumerações, ids e números; e a mesma chave em todo reenvio."""

import json

import pytest

from pyloto_stream.whatsapp.webhook import Batch, read
from pyloto_stream.whatsapp.webhook_notices import FIELDS, RECORDED, Notice
from tests.support import webhooks as meta
from tests.support.kinds_fields import NOTICES, THIRD_PARTIES, WABA
from tests.support.webhooks import Json, Object

ACTED = sorted(FIELDS - RECORDED)
TEMPLATE: Object = {"message_template_id": 594425479261596, "message_template_name": "n"}


def batch_of(field: str, value: Json, time: Json = 7) -> Batch:
    return read(meta.dump(meta.webhook({"id": WABA, "time": time, "changes": [meta.change(value, field)]})))


def only(field: str, value: Json, time: Json = 7) -> Notice:
    batch = batch_of(field, value, time)
    (notice,) = batch.notices
    assert batch.unreadable == []
    return notice


def test_there_is_a_sample_of_every_field() -> None:
    assert set(NOTICES) == FIELDS


@pytest.mark.parametrize(
    ("field", "event", "subject", "data"),
    [
        (
            "message_template_status_update",
            "REJECTED",
            "template:594425479261596",
            {"reason": "INVALID_FORMAT"},
        ),
        (
            "message_template_quality_update",
            "YELLOW",
            "template:594425479261596",
            {"new_quality_score": "YELLOW"},
        ),
        ("message_template_components_update", "UPDATED", "template:594425479261596", {}),
        ("template_category_update", "UPDATED", "template:594425479261596", {"previous_category": "UTILITY"}),
        ("phone_number_quality_update", "THROUGHPUT_UPGRADE", f"account:{WABA}", {"number_ending": "0000"}),
        ("phone_number_name_update", "APPROVED", f"account:{WABA}", {}),
        ("business_username_update", "approved", f"account:{WABA}", {}),
        ("security", "PIN_CHANGED", f"account:{WABA}", {}),
        ("business_capability_update", "UPDATED", f"account:{WABA}", {"max_phone_numbers_per_business": 25}),
        ("account_update", "ACCOUNT_RESTRICTION", f"account:{WABA}", {"restriction_info": 2}),
        ("account_review_update", "APPROVED", f"account:{WABA}", {}),
        ("account_alerts", "OBA_DENIED", f"account:{WABA}", {"alert_severity": "CRITICAL"}),
        ("flows", "FLOW_STATUS_CHANGE", "flow:6627390910605886", {"new_status": "THROTTLED"}),
    ],
)
def test_each_field_says_what_happened_and_to_what(
    field: str, event: str, subject: str, data: dict[str, str | int]
) -> None:
    (notice,) = read(meta.dump(NOTICES[field])).notices
    assert (notice.field, notice.event, notice.subject, notice.account_id) == (field, event, subject, WABA)
    assert data.items() <= notice.data.items()
    assert notice.at_ms > 0


@pytest.mark.parametrize("field", sorted(RECORDED))
def test_of_other_fields_only_the_arrival_is_kept_whatever_they_carry(field: str) -> None:
    values: list[Json] = [
        json.loads(meta.dump(NOTICES[field]))["entry"][0]["changes"][0]["value"],
        [1],
        None,
        "x",
    ]
    for value in values:
        notice = only(field, value)
        assert not any(secret in repr(notice) for secret in THIRD_PARTIES)


def test_history_is_only_counted() -> None:
    (notice,) = read(meta.dump(NOTICES["history"])).notices
    assert notice.data == {"history": 1, "phase": 0, "chunk_order": 1, "progress": 55, "threads": 2}


@pytest.mark.parametrize("field", ["message_template_status_update", "flows", "a_wrong_name"])
def test_template_quality_is_known_by_its_shape(field: str) -> None:
    notice = only(field, TEMPLATE | {"new_quality_score": "RED", "previous_quality_score": "GREEN"})
    assert (notice.field, notice.event) == ("message_template_quality_update", "RED")


def test_number_told_by_its_id_is_the_subject() -> None:
    told: Object = {"event": "THROUGHPUT_UPGRADE", "phone_number_id": 100200300}
    assert only("phone_number_quality_update", told).subject == "number:100200300"


@pytest.mark.parametrize("template_id", [594425479261596, "594425479261596"])
def test_ids_may_be_numbers_or_texts(template_id: Json) -> None:
    told: Object = {"event": "APPROVED", "message_template_id": template_id}
    assert only("message_template_status_update", told).subject == "template:594425479261596"


def test_words_in_place_of_an_enumeration_are_not_kept() -> None:
    told: Object = TEMPLATE | {"event": "REJECTED", "reason": "Ligue já para nós: oferta só hoje!"}
    assert "reason" not in only("message_template_status_update", told).data


def test_same_notice_has_the_same_key_whatever_the_order_of_its_parts() -> None:
    told: Object = {"event": "PIN_CHANGED", "display_phone_number": "1", "requester": None}
    turned = dict(reversed(told.items()))
    assert only("security", told).key == only("security", turned).key
    others = [only("security", told, time=8), only("security", told | {"event": "PIN_RESET_REQUEST"})]
    assert len({notice.key for notice in (only("security", told), *others)}) == 3


@pytest.mark.parametrize("field", ACTED)
@pytest.mark.parametrize("value", [None, [], "x", 5])
def test_value_that_is_no_object_is_kept_unread(field: str, value: Json) -> None:
    assert [part.reason for part in batch_of(field, value).unreadable] == ["wrong_shape"]
