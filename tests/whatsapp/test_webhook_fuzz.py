import json
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from pyloto_stream.whatsapp.webhook import read
from tests.support import webhooks as meta
from tests.support.webhooks import Json

FIRST, LAST = "wamid.FIRST", "wamid.LAST"
TYPES = [
    "text",
    "image",
    "interactive",
    "button",
    "location",
    "reaction",
    "system",
    "edit",
    "order",
    "mystery",
]
FEW = settings(max_examples=200, deadline=None, print_blob=True)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "type", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)
message_keys = st.sampled_from(
    ["id", "from", "from_user_id", "timestamp", "type", "context", "group_id", "errors", *TYPES]
)
messages = anything | st.builds(
    lambda kind, changes: meta.text("wamid.VICTIM", type=kind) | changes,
    st.sampled_from(TYPES),
    st.dictionaries(message_keys, anything, max_size=5),
)
status_keys = st.sampled_from(
    ["id", "status", "timestamp", "recipient_id", "recipient_type", "biz_opaque_callback_data", "errors"]
)
statuses = anything | st.builds(
    lambda changes: meta.status() | changes, st.dictionaries(status_keys, anything, max_size=4)
)


@FEW
@given(victim=messages)
def test_neighbours_of_any_message_survive(victim: Json) -> None:
    batch = read(meta.body(meta.text(FIRST), victim, meta.text(LAST)))
    ids = [message.id for message in batch.messages]
    assert (ids[0], ids[-1]) == (FIRST, LAST)
    assert len(ids) + len(batch.unreadable) >= 3


@FEW
@given(victim=statuses)
def test_neighbours_of_any_status_survive(victim: Json) -> None:
    batch = read(meta.body(statuses=[meta.status(FIRST), victim, meta.status(LAST)]))
    ids = [status.id for status in batch.statuses]
    assert (ids[0], ids[-1]) == (FIRST, LAST)
    assert len(ids) + len(batch.unreadable) >= 3


@FEW
@given(
    path=st.sampled_from([("entry",), ("changes",), ("value",), ("metadata",), ("contacts",), ("statuses",)]),
    junk=anything,
)
def test_neighbours_of_any_envelope_survive(path: tuple[str], junk: Json) -> None:
    good = meta.entry(meta.change(meta.value(meta.text(FIRST))))
    bad = json.loads(meta.dump(meta.entry(meta.change(meta.value(meta.text("wamid.VICTIM"))))))
    key = path[0]
    if key == "entry":
        bad = junk
    elif key == "changes":
        bad["changes"] = junk
    elif key == "value":
        bad["changes"][0]["value"] = junk
    else:
        bad["changes"][0]["value"][key] = junk
    batch = read(meta.dump(meta.webhook(good, cast("Json", bad), good)))
    assert [m.id for m in batch.messages if m.id == FIRST] == [FIRST, FIRST]


@FEW
@given(data=st.data())
def test_any_bytes_are_either_read_or_kept(data: st.DataObject) -> None:
    body = bytearray(meta.body(meta.text(FIRST), meta.text(LAST), statuses=[meta.status()]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body)))
        cut = data.draw(st.integers(0, 8))
        body[at : at + cut] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"[" * 2000, b"\\ud800", b'"', b"NaN", b"null", b"}]"])
        )
    batch = read(bytes(body))
    assert batch.messages or batch.statuses or batch.unreadable


@FEW
@given(body=st.binary(max_size=200))
def test_noise_is_kept_as_it_came(body: bytes) -> None:
    batch = read(body)
    assert [part.body for part in batch.unreadable] == [body]
