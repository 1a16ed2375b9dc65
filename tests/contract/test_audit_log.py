"""O que a trilha de auditoria promete em cada banco: cada evento uma vez, sem lacuna, sem bifurcação."""

import asyncio
from typing import Any

import msgspec
import pytest

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import GENESIS, AuditEvent, event_path, head_path
from pyloto_stream.stores.ports import ConflictError, Delete, Documents, Merge, Update
from pyloto_stream.stores.values import JSON, Data

USER = "user"


def event(number: int) -> AuditEvent:
    return AuditEvent(
        f"e{number}", f"2026-01-01T00:00:00.{number:03}Z", "SYSTEM", "INTENT_SET",
        data={"whole": 1, "float": 1.0, "small": 1e-7, "large": 1e300, "text": "ção"},
    )  # fmt: skip


async def test_events_are_linked_in_the_order_they_were_given(documents: Documents) -> None:
    log = AuditLogStore(documents)
    assert (await log.head(USER)).hash == GENESIS
    await log.append(USER, event(1), event(2))
    head = await log.append(USER, event(3))
    stored = [e async for e in log.events(USER)]
    assert [(e.event_id, e.seq) for e in stored] == [("e1", 1), ("e2", 2), ("e3", 3)]
    assert [e.prev_hash for e in stored] == [GENESIS, stored[0].hash, stored[1].hash]
    assert head == await log.head(USER)
    assert (head.hash, head.seq) == (stored[2].hash, 3)


async def test_an_appended_chain_verifies_after_the_round_trip(documents: Documents) -> None:
    log = AuditLogStore(documents)
    await log.append(USER, *(event(n) for n in range(1, 8)))
    verdict = await log.verify(USER)
    assert (verdict.intact, verdict.events) == (True, 7)
    assert (await log.verify("nobody")).intact


async def test_repeating_an_event_neither_duplicates_nor_forks(documents: Documents) -> None:
    log = AuditLogStore(documents)
    first = await log.append(USER, event(1), event(2))
    assert await log.append(USER, event(1), event(2)) == first
    await log.append(USER, event(2), event(3))
    assert [e.event_id async for e in log.events(USER)] == ["e1", "e2", "e3"]
    assert (await log.verify(USER)).events == 3


async def test_the_expected_hash_must_be_the_head(documents: Documents) -> None:
    log = AuditLogStore(documents)
    first = await log.append(USER, event(1), expected_prev_hash=GENESIS)
    with pytest.raises(ConflictError):
        await log.append(USER, event(2), expected_prev_hash=GENESIS)
    await log.append(USER, event(2), expected_prev_hash=first.hash)
    assert (await log.verify(USER)).events == 2


async def test_of_two_that_expect_the_same_head_one_wins(documents: Documents) -> None:
    log = AuditLogStore(documents)
    await log.append(USER, event(1))
    head = await log.head(USER)
    results = await asyncio.gather(
        *(log.append(USER, event(n), expected_prev_hash=head.hash) for n in (2, 3)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["ChainHead", "ConflictError"]
    assert (await log.verify(USER)).events == 2


async def test_concurrent_appends_all_get_in(documents: Documents) -> None:
    log = AuditLogStore(documents)
    await asyncio.gather(*(log.append(USER, event(n)) for n in range(3)))
    verdict = await log.verify(USER)
    assert (verdict.intact, verdict.events) == (True, 3)


async def test_a_lost_head_is_rebuilt_from_the_last_event(documents: Documents) -> None:
    log = AuditLogStore(documents)
    before = await log.append(USER, event(1), event(2))
    await documents.write(Delete(head_path(USER)))
    assert (await log.verify(USER)).why == "head"
    assert (await log.head(USER)).hash == before.hash
    await log.append(USER, event(3))
    assert (await log.verify(USER)).events == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event_id", "e9"), ("timestamp", "2026-01-01T00:00:00.999Z"), ("actor", "USER"), ("action", "X"),
        ("reason", "X"), ("correlation_id", "X"), ("data", {"whole": 2}), ("data", {"float": 1}), ("seq", 30),
        ("prev_hash", "X"), ("hash", "X"), ("extra", 1),
    ],
)  # fmt: skip
async def test_one_value_changed_in_the_store_names_that_event(
    documents: Documents,
    field: str,
    value: Any,  # noqa: ANN401 — valores de vários tipos
) -> None:
    log = AuditLogStore(documents)
    await log.append(USER, *(event(n) for n in range(1, 6)))
    await documents.write(Merge(event_path(USER, "e3"), {field: value}))
    verdict = await log.verify(USER)
    assert (verdict.events, verdict.broken, verdict.why) == (2, "e3", "changed")


async def test_trimming_old_events_leaves_a_chain_that_verifies_and_grows(documents: Documents) -> None:
    log = AuditLogStore(documents)
    await log.append(USER, *(event(n) for n in range(1, 6)))
    assert await log.trim(USER, "2026-01-01T00:00:00.003Z") == 2
    assert await log.trim(USER, "2026-01-01T00:00:00.003Z") == 0
    assert [e.event_id async for e in log.events(USER)] == ["e3", "e4", "e5"]
    await log.append(USER, event(6))
    assert (await log.verify(USER)).events == 4
    assert await log.trim(USER, "2027") == 4
    assert (await log.verify(USER)).intact
    await log.append(USER, event(7))
    verdict = await log.verify(USER)
    assert (verdict.intact, verdict.events) == (True, 1)
    assert await log.trim("nobody", "2027") == 0


@pytest.mark.parametrize("timestamp", [None, 1, ["2020"]])
async def test_trimming_stops_at_an_event_that_does_not_say_when_it_was(
    documents: Documents, timestamp: JSON
) -> None:
    log = AuditLogStore(documents)
    await log.append(USER, *(event(n) for n in range(1, 6)))
    whole = await documents.get(event_path(USER, "e3"))
    assert whole is not None
    rest: Data = {name: value for name, value in whole.data.items() if name != "timestamp"}
    await documents.set(whole.path, rest if timestamp is None else {**rest, "timestamp": timestamp})
    assert [await log.trim(USER, "2027") for _ in range(2)] == [2, 0]
    verdict = await log.verify(USER)
    assert (verdict.broken, verdict.why) == ("e3", "changed")


async def test_what_does_not_decode_is_a_permanent_error(documents: Documents) -> None:
    log = AuditLogStore(documents)
    await log.append(USER, event(1))
    await documents.write(Merge(event_path(USER, "e1"), {"actor": 7}))
    with pytest.raises(PermanentError) as caught:
        [e async for e in log.events(USER)]
    assert caught.value.code == "undecodable_document"
    await documents.write(Update(head_path(USER), {"seq": "many"}))
    with pytest.raises(PermanentError) as caught:
        await log.append(USER, event(2))
    assert caught.value.code == "undecodable_document"


async def test_long_trails_are_read_page_by_page(documents: Documents) -> None:
    log = AuditLogStore(documents)
    for start in range(0, 450, 150):
        await log.append(
            USER, *(msgspec.structs.replace(event(0), event_id=f"e{start + n}") for n in range(150))
        )
    assert [e.seq async for e in log.events(USER)] == list(range(1, 451))
    assert (await log.verify(USER)).events == 450
