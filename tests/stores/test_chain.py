import hashlib
import json
from typing import Any

from pyloto_stream.stores.chain import GENESIS, ChainHead, head_path, link
from pyloto_stream.stores.ports import Create, Update
from tests.support.chains import USER, by_id, chain, event


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
