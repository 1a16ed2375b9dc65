import pytest

from pyloto_stream.whatsapp.webhook import Batch, read
from tests.support import webhooks as meta
from tests.support.webhooks import Json, Object

DEEP = "[" * 100_000 + "]" * 100_000


def reasons(batch: Batch) -> list[str]:
    return [part.reason for part in batch.unreadable]


class TestWholeBody:
    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"", "not_json"),
            (b"hello", "not_json"),
            (b"\x00\xff\xfe", "not_json"),
            (b'{"object":', "not_json"),
            (b"{} {}", "not_json"),
            (b"\xef\xbb\xbf{}", "not_json"),
            (b"{'object':1}", "not_json"),
            (b"null", "not_an_object"),
            (b" [1]", "not_an_object"),
            (b'"text"', "not_an_object"),
            (b"12", "not_an_object"),
            (b'{"object":5}', "wrong_shape"),
            (b'{"object":"whatsapp_business_account","entry":{}}', "wrong_shape"),
            (b'{"object":"\xff"}', "bad_utf8"),
            (b"{}", "unknown_object"),
            (b'{"object":null,"entry":[]}', "unknown_object"),
            (b'{"object":"page","entry":[{"changes":[]}]}', "unknown_object"),
            (b'{"object":"whatsapp_business_account"}', "empty"),
            (b'{"object":"whatsapp_business_account","entry":null}', "empty"),
            (b'{"object":"whatsapp_business_account","entry":[]}', "empty"),
            (DEEP.encode(), "not_an_object"),
            (b"[" * (4 * 1024 * 1024), "not_an_object"),
            (b'{"a":' + DEEP.encode() + b"}", "too_deep"),
            (b'{"object":' + DEEP.encode() + b"}", "wrong_shape"),
            (b'{"a":' * 700_000, "too_deep"),
        ],
    )
    def test_body_is_kept_whole_with_its_reason(self, body: bytes, reason: str) -> None:
        batch = read(body)
        assert (batch.messages, batch.statuses) == ([], [])
        (part,) = batch.unreadable
        assert part.reason == reason
        assert part.webhook() == part.body == body


class TestPart:
    @pytest.mark.parametrize(
        ("entry", "reason"),
        [
            (None, "wrong_shape"),
            (7, "wrong_shape"),
            ({}, "empty"),
            ({"id": "1", "changes": []}, "empty"),
            ({"id": "1", "changes": {}}, "wrong_shape"),
            ({"id": "1", "changed_fields": ["messages"]}, "changed_fields"),
        ],
    )
    def test_bad_entry_is_kept_and_its_neighbours_are_read(self, entry: Json, reason: str) -> None:
        good = meta.entry(meta.change(meta.value(meta.text())))
        self._check(meta.webhook(good, entry, good), entry, reason, messages=2)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (None, "wrong_shape"),
            ([], "wrong_shape"),
            ({"value": {}}, "wrong_shape"),
            ({"field": "", "value": {}}, "wrong_shape"),
            ({"field": 3, "value": {}}, "wrong_shape"),
            ({"field": "messages"}, "wrong_shape"),
            ({"field": "messages", "value": None}, "wrong_shape"),
            ({"field": "messages", "value": []}, "wrong_shape"),
            ({"field": "messages", "value": {}}, "empty"),
            ({"field": "messages", "value": {"messages": [], "statuses": None}}, "empty"),
            ({"field": "messages", "value": {"metadata": {}, "polls": [1]}}, "empty"),
            ({"field": "account_alerts", "value": {"x": 1}}, "missing_event"),
            ({"field": "account_update", "value": [{"event": "DISABLED_UPDATE"}]}, "wrong_shape"),
            ({"field": "account_update", "value": {"event": ["x"]}}, "wrong_shape"),
            ({"field": "flows", "value": {"event": "FLOW_STATUS_CHANGE"}}, "missing_event"),
            ({"field": "standby", "value": {"metadata": {}}}, "empty"),
            ({"field": "smb_message_echoes", "value": None}, "wrong_shape"),
            ({"field": "brand_new", "value": 1}, "unknown_field"),
        ],
    )
    def test_bad_change_is_kept_and_its_neighbours_are_read(self, change: Json, reason: str) -> None:
        good = meta.change(meta.value(meta.text()))
        self._check(meta.webhook(meta.entry(good, change, good)), change, reason, messages=2)

    @pytest.mark.parametrize(
        ("message", "reason"),
        [
            (None, "wrong_shape"),
            ("text", "wrong_shape"),
            ([], "wrong_shape"),
            (meta.text(id=None), "missing_id"),
            (meta.text(id=""), "missing_id"),
            (meta.text(id="a\nb"), "wrong_shape"),
            (meta.text(id="x" * 513), "wrong_shape"),
            (meta.text(type=None), "missing_type"),
            (meta.text(type=["text"]), "wrong_shape"),
            (meta.text(text=None), "wrong_shape"),
            (meta.text(text={}), "wrong_shape"),
            (meta.text(text={"body": 1}), "wrong_shape"),
            (meta.text(text="Oi"), "wrong_shape"),
            (meta.text(timestamp=[]), "wrong_shape"),
            (meta.text(timestamp=True), "wrong_shape"),
            (meta.text(context="x"), "wrong_shape"),
            (meta.text() | {"from": None}, "missing_sender"),
            (meta.text() | {"from": "x\x00"}, "missing_sender"),
            (meta.typed("image", {"mime_type": "image/png"}), "wrong_shape"),
            (meta.typed("image", []), "wrong_shape"),
            (meta.typed("location", {"latitude": 1}), "wrong_shape"),
            (meta.typed("location", None), "wrong_shape"),
            (meta.typed("reaction", {"emoji": "x"}), "wrong_shape"),
            (meta.typed("interactive", None), "wrong_shape"),
            (meta.typed("interactive", {"type": "button_reply"}), "wrong_shape"),
            (meta.typed("interactive", {"type": "list_reply", "list_reply": {"title": "x"}}), "wrong_shape"),
            (meta.typed("interactive", {"type": "nfm_reply", "nfm_reply": {}}), "wrong_shape"),
            (meta.typed("button", {}), "wrong_shape"),
            (meta.typed("order", None), "wrong_shape"),
            (meta.typed("system", None), "wrong_shape"),
            (meta.typed("edit", {}), "wrong_shape"),
            (meta.typed("revoke", None), "wrong_shape"),
        ],
    )
    def test_bad_message_is_kept_and_its_neighbours_are_read(self, message: Json, reason: str) -> None:
        value = meta.value(meta.text("wamid.FIRST"), message, meta.text("wamid.LAST"))
        self._check(meta.webhook(meta.entry(meta.change(value))), message, reason, messages=2)

    @pytest.mark.parametrize(
        ("status", "reason"),
        [
            (None, "wrong_shape"),
            (meta.status(id=None), "missing_id"),
            (meta.status(id="\n"), "wrong_shape"),
            (meta.status(status=None), "missing_status"),
            (meta.status(status="x" * 513), "wrong_shape"),
            (meta.status(recipient_id=None), "missing_recipient"),
            (meta.status(recipient_id=[5]), "wrong_shape"),
            (meta.status(errors={}), "wrong_shape"),
            (meta.status(errors=[None]), "wrong_shape"),
        ],
    )
    def test_bad_status_is_kept_and_its_neighbours_are_read(self, status: Json, reason: str) -> None:
        value = meta.value(statuses=[meta.status(), status, meta.status()])
        self._check(meta.webhook(meta.entry(meta.change(value))), status, reason, statuses=2)

    def _check(
        self, document: Object, part: Json, reason: str, *, messages: int = 0, statuses: int = 0
    ) -> None:
        batch = read(meta.dump(document))
        assert reasons(batch) == [reason]
        assert (len(batch.messages), len(batch.statuses)) == (messages, statuses)
        assert batch.unreadable[0].body == meta.dump(part)

    def test_values_own_errors_are_kept_beside_what_is_read(self) -> None:
        errors: Json = [{"code": 130429}]
        batch = read(meta.body(meta.text(), errors=errors))
        assert (len(batch.messages), reasons(batch)) == (1, ["value_errors"])
        assert batch.unreadable[0].body == meta.dump(errors)

    def test_list_that_is_no_list_does_not_take_the_other_one_along(self) -> None:
        batch = read(meta.body(meta.text(), statuses={"id": "wamid"}))
        assert (len(batch.messages), reasons(batch)) == (1, ["wrong_shape"])

    @pytest.mark.parametrize("contacts", [{"a": 1}, [None], [{"profile": 3}, {"profile": {"name": "Bia"}}]])
    def test_bad_contacts_cost_the_name_and_not_the_message(self, contacts: Json) -> None:
        batch = read(meta.body(meta.text(), contacts=contacts))
        assert (len(batch.messages), reasons(batch)) == (1, ["wrong_shape"])
        assert batch.unreadable[0].body == meta.dump(contacts)

    @pytest.mark.parametrize("metadata", [None, {}, [], {"phone_number_id": [5]}, {"phone_number_id": ""}])
    def test_message_without_our_number_is_kept_unread(self, metadata: Json) -> None:
        batch = read(meta.body(meta.text(), metadata=metadata))
        assert (batch.messages, reasons(batch)) == ([], ["missing_number"])
