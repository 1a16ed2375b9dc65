"""Um byte virado no arquivo, em qualquer lugar de qualquer evento gravado, dá nome a esse evento."""

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyloto_stream.stores.anchor_check import Anchored, check_heads
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain_walk import Verdict
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.chains import USER, event

EVENTS = 5


@pytest_asyncio.fixture
async def stored(tmp_path: Path) -> list[bytes]:
    """Um arquivo fechado com uma cadeia; cada evento como está nele."""
    place = tmp_path / "stored.db"
    documents = await SqliteDocuments.open(place)
    await AuditLogStore(documents).append(USER, *(event(n) for n in range(1, EVENTS + 1)))
    await documents.close()
    query = "SELECT CAST(data AS BLOB) FROM documents WHERE collection LIKE '%/audit' ORDER BY id"
    with sqlite3.connect(place) as reader:
        rows = [row for (row,) in reader.execute(query)]
    reader.close()
    content = place.read_bytes()
    assert [content.count(row) for row in rows] == [1] * EVENTS
    return rows


def same(before: bytes, after: bytes) -> bool:
    """O que se lê não mudou: `1e5` virou `1E5`, por exemplo."""
    try:
        return json.dumps(json.loads(before)) == json.dumps(json.loads(after))
    except ValueError:
        return False


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, EVENTS - 1), share=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
async def test_a_flipped_byte_names_exactly_the_event_it_is_in(
    stored: list[bytes], tmp_path: Path, place: int, share: float, flip: int
) -> None:
    content, row = (tmp_path / "stored.db").read_bytes(), stored[place]
    offset = int(share * len(row))
    flipped = row[:offset] + bytes([row[offset] ^ flip]) + row[offset + 1 :]
    victim = tmp_path / "flipped.db"
    victim.write_bytes(content.replace(row, flipped))
    documents = await SqliteDocuments.open(victim)
    try:
        found = await AuditLogStore(documents).verify(USER)
    finally:
        await documents.close()
    intact, broken = Verdict(EVENTS), Verdict(place, f"e{place + 1}", "changed", place + 1)
    assert found == (intact if same(row, flipped) else broken)


async def test_a_place_damaged_on_disk_does_not_make_the_walk_go_round_in_circles(tmp_path: Path) -> None:
    """O 400º diz ser o 200º, e o índice ainda o põe no fim da segunda página."""
    place = tmp_path / "long.db"
    documents = await SqliteDocuments.open(place)
    for start in (1, 201):
        await AuditLogStore(documents).append(USER, *(event(n) for n in range(start, start + 200)))
    await AuditLogStore(documents).append(USER, event(401))
    await documents.close()
    place.write_bytes(place.read_bytes().replace(b'"seq":400,', b'"seq":200,'))
    documents = await SqliteDocuments.open(place)
    try:
        assert await AuditLogStore(documents).verify(USER) == Verdict(399, "e400", "changed", 400)
    finally:
        await documents.close()


async def test_a_damaged_record_of_the_end_is_told_and_an_anchor_says_its_event_changed(
    tmp_path: Path,
) -> None:
    place = tmp_path / "documents.db"
    documents = await SqliteDocuments.open(place)
    head = await AuditLogStore(documents).append(USER, event(1))
    await documents.close()
    place.write_bytes(
        place.read_bytes().replace(b'"event_id":"e1","updated_at"', b'"event_id":"e1"?"updated_at"')
    )
    documents = await SqliteDocuments.open(place)
    try:
        assert await AuditLogStore(documents).verify(USER) == Verdict(0, "", "head")
        lines = one(Anchored(USER, 1, head.hash, event(1).timestamp))
        assert [found.state async for found in check_heads(documents, lines, 0)] == ["changed"]
    finally:
        await documents.close()


async def one(head: Anchored) -> AsyncIterator[Anchored]:
    yield head
