import hashlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.stores.chain import (
    GENESIS,
    AuditEvent,
    ChainHead,
    Verdict,
    digest,
    event_path,
    head_path,
    link,
    verify,
)
from pyloto_stream.stores.ports import Create, Delete, Document, Update
from pyloto_stream.stores.values import JSON

USER = "user"


def event(number: int, **changes: Any) -> AuditEvent:  # noqa: ANN401 — campos do evento
    fields = {
        "event_id": f"e{number}",
        "timestamp": f"2026-01-01T00:00:00.{number:03}Z",
        "actor": "SYSTEM",
        "action": "INTENT_SET",
        "reason": "CUSTOM_SOFTWARE",
        "correlation_id": f"c{number}",
        "data": {"confidence": 0.25, "turn": number, "word": "ção"},
    }
    return msgspec.convert({**fields, **changes}, AuditEvent)


def chain(length: int) -> tuple[list[Document], dict[str, Any]]:
    """Uma cadeia gravada: documentos em ordem de id, e a ponta."""
    writes, _ = link(USER, ChainHead(), [event(n) for n in range(1, length + 1)])
    *events, head = [Document(w.path, w.data, "v") for w in writes if not isinstance(w, Delete)]
    return sorted(events, key=lambda d: d.id), head.data


def by_id(documents: list[Document], event_id: str) -> Document:
    return next(d for d in documents if d.id == event_id)


def independent_hash(stored: dict[str, Any]) -> str:
    """A regra do contrato, escrita de novo sem o código do projeto."""
    fields = {name: value for name, value in stored.items() if name != "hash"}
    canonical = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode("utf-8") + stored["prev_hash"].encode("utf-8")).hexdigest()


def test_the_hash_is_the_one_the_contract_describes() -> None:
    documents, head = chain(3)
    first, second, third = (by_id(documents, f"e{n}").data for n in (1, 2, 3))
    assert first["prev_hash"] == GENESIS == "GENESIS"
    assert [first["hash"], second["hash"], third["hash"]] == [
        independent_hash(data) for data in (first, second, third)
    ]
    assert (second["prev_hash"], third["prev_hash"], head["hash"]) == (
        first["hash"],
        second["hash"],
        third["hash"],
    )


def test_a_known_event_has_a_known_hash() -> None:
    (document,), _ = chain(1)
    text = (
        '{"action":"INTENT_SET","actor":"SYSTEM","correlation_id":"c1","data":{"confidence":0.25,"turn":1,'
        '"word":"ção"},"event_id":"e1","prev_hash":"GENESIS","reason":"CUSTOM_SOFTWARE","seq":1,'
        '"timestamp":"2026-01-01T00:00:00.001Z"}GENESIS'
    )
    assert document.data["hash"] == hashlib.sha256(text.encode()).hexdigest()


def test_the_head_is_created_once_and_then_moved_only_from_its_version() -> None:
    created, head = link(USER, ChainHead(), [event(1)])
    assert isinstance(created[-1], Create)
    moved, _ = link(USER, ChainHead(head.hash, head.seq, "v1"), [event(2)])
    last = moved[-1]
    assert isinstance(last, Update)
    assert (last.path, last.version, last.data["seq"]) == (head_path(USER), "v1", 2)


def test_linking_nothing_writes_nothing() -> None:
    head = ChainHead("abc", 7, "v")
    assert link(USER, head, []) == ([], ChainHead("abc", 7))


@pytest.mark.parametrize("length", [0, 1, 5])
def test_an_untouched_chain_is_intact(length: int) -> None:
    documents, head = chain(length) if length else ([], None)
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


def test_a_lost_or_altered_head_is_told() -> None:
    documents, head = chain(3)
    assert verify(documents, None) == Verdict(0, "e1", "head")
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
