import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.stores.chain import digest, event_path
from pyloto_stream.stores.chain_walk import Suspects, Verdict, Walk, piece
from pyloto_stream.stores.ports import Document
from pyloto_stream.stores.values import JSON
from tests.support.chains import USER, by_id, chain, event, verify


@pytest.mark.parametrize("length", [0, 1, 5])
def test_an_untouched_chain_is_intact(length: int) -> None:
    documents, head = chain(length) if length else ([], {"hash": "GENESIS", "seq": 0})
    verdict = verify(documents, head)
    assert verdict == Verdict(length)
    assert verdict.intact


def other(value: JSON) -> JSON:
    """Um valor diferente, do mesmo tipo."""
    match value:
        case str():
            return value + "x"
        case int() | float():
            return value + 1
        case _:
            return {"turn": 99}


STRANGE: list[JSON] = [None, "", 0, True, [], {}, "GENESIS"]


@given(length=st.integers(1, 6), data=st.data())
def test_one_changed_value_names_exactly_that_event(length: int, data: st.DataObject) -> None:
    documents, head = chain(length)
    victim = data.draw(st.sampled_from(documents))
    field = data.draw(st.sampled_from(sorted(victim.data)))
    values: list[JSON] = [*STRANGE, *(d.data["hash"] for d in documents), other(victim.data[field])]
    victim.data[field] = data.draw(st.sampled_from(values))
    touched = json.dumps(victim.data) != json.dumps(by_id(chain(length)[0], victim.id).data)
    verdict = verify(documents, head)
    expected = Verdict(int(victim.id[1:]) - 1, victim.id, "changed") if touched else Verdict(length)
    assert verdict == expected


@given(length=st.integers(1, 6), data=st.data())
def test_a_field_removed_or_added_names_exactly_that_event(length: int, data: st.DataObject) -> None:
    documents, head = chain(length)
    victim = data.draw(st.sampled_from(documents))
    field = data.draw(st.sampled_from([*sorted(victim.data), "extra"]))
    if field == "extra":
        victim.data["extra"] = 1
    else:
        del victim.data[field]
    verdict = verify(documents, head)
    assert (verdict.broken, verdict.why) == (victim.id, "changed")


def test_an_event_moved_to_another_id_is_changed() -> None:
    documents, head = chain(3)
    moved = [Document(event_path(USER, "zz"), d.data, "v") if d.id == "e2" else d for d in documents]
    assert verify(moved, head) == Verdict(1, "zz", "changed")


def test_a_removed_event_is_told_by_the_one_after_it() -> None:
    documents, head = chain(5)
    documents.remove(by_id(documents, "e3"))
    assert verify(documents, head) == Verdict(2, "e4", "missing_before")


def test_a_removed_end_is_told_by_the_head() -> None:
    documents, head = chain(5)
    assert verify([d for d in documents if d.id not in {"e4", "e5"}], head) == Verdict(3, "e5", "missing_end")
    assert verify([], head) == Verdict(0, "e5", "missing_end")


def test_a_rewritten_and_rehashed_event_breaks_the_link_after_it() -> None:
    documents, head = chain(4)
    victim = by_id(documents, "e2")
    victim.data["reason"] = "SOMETHING_ELSE"
    victim.data["hash"] = digest(victim.data)
    assert verify(documents, head) == Verdict(2, "e3", "missing_before")


@pytest.mark.parametrize("forged_id", ["a", "z"])
def test_a_forged_branch_is_told_from_the_chain(forged_id: str) -> None:
    documents, head = chain(4)
    second = by_id(documents, "e2").data
    forged: dict[str, Any] = {**msgspec.to_builtins(event(3, event_id=forged_id)), "seq": 3}
    forged["prev_hash"] = second["hash"]
    forged["hash"] = digest(forged)
    documents.append(Document(event_path(USER, forged_id), forged, "v"))
    verdict = verify(sorted(documents, key=lambda d: d.id), head)
    assert verdict == Verdict(4, forged_id, "unlinked")


def test_an_altered_head_is_told() -> None:
    documents, head = chain(3)
    assert verify(documents, {**head, "seq": 4}) == Verdict(3, "e3", "head")
    assert verify(documents, {**head, "hash": "0"}) == Verdict(3, "e3", "missing_end")


def test_a_trimmed_chain_is_checked_from_its_new_start() -> None:
    documents, head = chain(5)
    gone = by_id(documents, "e2")
    rest = [d for d in documents if d.id not in {"e1", "e2"}]
    start = {"start_hash": gone.data["hash"], "start_seq": 2}
    assert verify(rest, head) == Verdict(0, "e3", "missing_before")
    assert verify(rest, head | start) == Verdict(3)
    by_id(rest, "e4").data["actor"] = "USER"
    assert verify(rest, head | start) == Verdict(1, "e4", "changed")


@pytest.mark.parametrize("value", [datetime(2026, 1, 1, tzinfo=UTC), b"bytes"])
def test_a_type_that_only_the_store_knows_is_a_change(value: Any) -> None:  # noqa: ANN401 — de fora
    documents, head = chain(3)
    by_id(documents, "e2").data["reason"] = value
    assert verify(documents, head) == Verdict(1, "e2", "changed")


def test_the_place_of_the_broken_event_is_told() -> None:
    documents, head = chain(4)
    by_id(documents, "e2").data["seq"] = 9
    walk = Walk(head)
    for each in sorted(map(piece, documents), key=lambda found: found.seq or 0):
        walk.take(each)
    walk.close()
    suspects = Suspects(walk.last)
    for document in documents:
        suspects.look(piece(document))
    assert walk.verdict(suspects) == Verdict(1, "e2", "changed", 2)
