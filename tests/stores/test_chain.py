import hashlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.stores.chain import GENESIS, ChainHead, digest, head_path, link
from pyloto_stream.stores.ports import Create, Update
from pyloto_stream.stores.values import Data
from tests.support.chains import USER, by_id, chain, event

awkward = st.text(
    alphabet='\x00\x08\t\n\x0c\r\x1f\x7f\x80\u2028"\\/<&\ud800\udfff\uffff\U00010000é', max_size=8
)
texts = st.text(max_size=8) | awkward
names = texts | st.sampled_from(["hash", "prev_hash", "seq", "data"])
common = texts | st.integers(-(2**66), 2**66)
values = st.recursive(
    common | st.floats() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
events = st.dictionaries(names, common | st.dictionaries(names, common, max_size=4), max_size=9)


def independent_hash(stored: dict[str, Any]) -> str:
    """A regra do contrato, escrita de novo sem o código do projeto."""
    fields = {name: value for name, value in stored.items() if name != "hash"}
    canonical = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    text = f"{canonical}{stored.get('prev_hash', '')}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@given(stored=events | st.dictionaries(names, values, max_size=6))
def test_the_hash_of_whatever_is_stored_is_the_one_of_the_contract(stored: Data) -> None:
    """Textos, chaves fora do ASCII, números quebrados, inteiros enormes: nenhum muda de escrita."""
    assert digest(stored) == independent_hash(stored)


def test_the_hash_of_every_character_is_the_one_of_the_contract() -> None:
    for start in range(0, 0x110000, 256):
        characters = [chr(code) for code in range(start, start + 256)]
        stored: Data = {"text": "".join(characters)}
        if start < 0x800:
            stored |= {"data": dict.fromkeys(characters, 1)}
        assert digest(stored) == independent_hash(stored)


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
