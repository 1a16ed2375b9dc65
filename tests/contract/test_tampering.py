"""Quem mexe na trilha por fora é apontado: o que mudou, sumiu, trocou de lugar ou apareceu."""

from collections.abc import Awaitable, Callable

import pytest

from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import AuditEvent, digest, event_path, head_path
from pyloto_stream.stores.ports import Delete, Documents, Merge, Set
from pyloto_stream.stores.values import Data

USER = "user"
Tampering = Callable[[Documents], Awaitable[None]]


async def data_of(documents: Documents, event_id: str) -> Data:
    document = await documents.get(event_path(USER, event_id))
    assert document is not None
    return document.data


def sealed(data: Data) -> Data:
    """`data` com o resumo refeito, como faria quem conhece o método."""
    return {**data, "hash": digest(data)}


async def put(documents: Documents, *events: Data) -> None:
    await documents.write(*(Set(event_path(USER, str(data["event_id"])), data) for data in events))


async def changed(documents: Documents) -> None:
    await documents.merge(event_path(USER, "e3"), {"reason": "OTHER"})


async def changed_and_sealed(documents: Documents) -> None:
    await put(documents, sealed({**await data_of(documents, "e3"), "reason": "OTHER"}))


async def removed(documents: Documents) -> None:
    await documents.write(Delete(event_path(USER, "e3")))


async def first_removed(documents: Documents) -> None:
    await documents.write(Delete(event_path(USER, "e1")))


async def truncated(documents: Documents) -> None:
    await documents.write(Delete(event_path(USER, "e4")), Delete(event_path(USER, "e5")))


async def emptied(documents: Documents) -> None:
    await documents.write(*(Delete(event_path(USER, f"e{n}")) for n in range(1, 6)))


async def reordered(documents: Documents) -> None:
    """Troca só os números de ordem."""
    second, third = await data_of(documents, "e2"), await data_of(documents, "e3")
    await put(documents, {**second, "seq": 3}, {**third, "seq": 2})


async def reordered_and_sealed(documents: Documents) -> None:
    """Troca de lugar dois eventos, refazendo os elos entre eles."""
    second, third = await data_of(documents, "e2"), await data_of(documents, "e3")
    third = sealed({**third, "seq": 2, "prev_hash": second["prev_hash"]})
    second = sealed({**second, "seq": 3, "prev_hash": third["hash"]})
    await put(documents, second, third)


async def inserted(documents: Documents) -> None:
    third = await data_of(documents, "e3")
    await put(documents, sealed({**third, "event_id": "forged", "reason": "OTHER"}))


async def inserted_at_the_end(documents: Documents) -> None:
    last = await data_of(documents, "e5")
    await put(documents, sealed({**last, "event_id": "forged", "seq": 6, "prev_hash": last["hash"]}))


async def inserted_without_a_seal(documents: Documents) -> None:
    third = await data_of(documents, "e3")
    await put(documents, {**third, "event_id": "forged"})


async def head_turned_back(documents: Documents) -> None:
    fourth = await data_of(documents, "e4")
    await documents.write(Merge(head_path(USER), {"hash": fourth["hash"], "seq": 4, "event_id": "e4"}))


@pytest.mark.parametrize(
    ("tamper", "sound", "broken", "why"),
    [
        (changed, 2, "e3", "changed"),
        (changed_and_sealed, 3, "e4", "missing_before"),
        (removed, 2, "e4", "missing_before"),
        (first_removed, 0, "e2", "missing_before"),
        (truncated, 3, "e5", "missing_end"),
        (emptied, 0, "e5", "missing_end"),
        (reordered, 1, "e2", "changed"),
        (reordered_and_sealed, 3, "e4", "missing_before"),
        (inserted, 5, "forged", "unlinked"),
        (inserted_at_the_end, 5, "forged", "unlinked"),
        (inserted_without_a_seal, 5, "forged", "unlinked"),
        (head_turned_back, 4, "e5", "unlinked"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
async def test_tampering_is_found_and_named(
    documents: Documents, tamper: Tampering, sound: int, broken: str, why: str
) -> None:
    log = AuditLogStore(documents)
    events = (AuditEvent(f"e{n}", f"2026-01-01T00:00:00.00{n}Z", "SYSTEM", "X") for n in range(1, 6))
    await log.append(USER, *events)
    assert (await log.verify(USER)).intact
    await tamper(documents)
    verdict = await log.verify(USER)
    assert (verdict.events, verdict.broken, verdict.why) == (sound, broken, why)
    assert not verdict.intact
