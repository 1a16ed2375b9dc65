"""Em qualquer evento, de qualquer modo: quem mexe na trilha é apontado por `verify`, e ninguém mais."""

import itertools
import json
from collections.abc import Awaitable, Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import event_path
from pyloto_stream.stores.chain_walk import Verdict
from pyloto_stream.stores.firestore import FirestoreDocuments
from pyloto_stream.stores.ports import Delete, Documents, Query, Set, scan
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.values import JSON, Data
from tests.contract.test_tampering import sealed
from tests.support.chains import event

_people = itertools.count()
Tampering = Callable[[Documents, st.DataObject], Awaitable[None]]
_QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

fields = st.sampled_from(
    ["event_id", "timestamp", "actor", "action", "reason", "correlation_id", "data", "seq", "prev_hash",
     "hash", "added"]
)  # fmt: skip
values: st.SearchStrategy[JSON] = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 30), st.floats(-3, 30), st.text("aé\U0001f600", max_size=3),
    st.just("GENESIS"), st.lists(st.just(1), max_size=1), st.dictionaries(st.just("k"), st.just(1)),
)  # fmt: skip


async def written(documents: Documents, length: int) -> tuple[str, list[Data]]:
    """Uma cadeia nova de `length` eventos, de uma pessoa nova, como está gravada."""
    user = f"person{next(_people)}"
    await AuditLogStore(documents).append(user, *(event(n) for n in range(1, length + 1)))
    query = Query(f"conversations/{user}/audit", order_by="seq")
    return user, [document.data async for document in scan(documents, query)]


async def verdict(documents: Documents, user: str) -> Verdict:
    return await AuditLogStore(documents).verify(user)


async def a_field_changed(documents: Documents, data: st.DataObject) -> None:
    length = data.draw(st.integers(1, 5), "length")
    user, stored = await written(documents, length)
    place = data.draw(st.integers(0, length - 1), "place")
    name, value = data.draw(fields, "field"), data.draw(values, "value")
    hashes = st.sampled_from([each["hash"] for each in stored])
    changed: Data = {**stored[place], name: data.draw(st.one_of(st.just(value), hashes), "or a hash")}
    if data.draw(st.booleans(), "removed"):
        changed.pop(name)
    await documents.write(Set(event_path(user, f"e{place + 1}"), changed))
    found = await verdict(documents, user)
    if json.dumps(changed, sort_keys=True) == json.dumps(stored[place], sort_keys=True):
        assert found == Verdict(length)
    else:
        assert found == Verdict(place, f"e{place + 1}", "changed", place + 1)


async def one_removed(documents: Documents, data: st.DataObject) -> None:
    length = data.draw(st.integers(2, 5), "length")
    user, _ = await written(documents, length)
    place = data.draw(st.integers(1, length - 1), "place")
    await documents.write(Delete(event_path(user, f"e{place}")))
    assert await verdict(documents, user) == Verdict(place - 1, f"e{place + 1}", "missing_before", place + 1)


async def the_end_cut(documents: Documents, data: st.DataObject) -> None:
    length = data.draw(st.integers(1, 5), "length")
    user, _ = await written(documents, length)
    kept = data.draw(st.integers(0, length - 1), "kept")
    await documents.write(*(Delete(event_path(user, f"e{n}")) for n in range(kept + 1, length + 1)))
    assert await verdict(documents, user) == Verdict(kept, f"e{length}", "missing_end", length)


async def two_swapped(documents: Documents, data: st.DataObject) -> None:
    """Cada um no documento do outro, ou só com o lugar do outro: o primeiro dos dois é dito."""
    length = data.draw(st.integers(2, 5), "length")
    user, stored = await written(documents, length)
    first, second = sorted(
        data.draw(st.lists(st.integers(0, length - 1), min_size=2, max_size=2, unique=True), "places")
    )
    one, two = stored[first], stored[second]
    if data.draw(st.booleans(), "only the places"):
        links = ("seq", "prev_hash")
        one, two = ({**one, **{n: two[n] for n in links}}, {**two, **{n: one[n] for n in links}})
        ids, told = (one["event_id"], two["event_id"]), two["event_id"]
    else:
        ids, told = (two["event_id"], one["event_id"]), two["event_id"]
    await documents.write(Set(event_path(user, str(ids[0])), one), Set(event_path(user, str(ids[1])), two))
    found = await verdict(documents, user)
    assert (found.events, found.broken, found.why) == (first, told, "changed")


async def one_inserted(documents: Documents, data: st.DataObject) -> None:
    """Ao lado de um outro, depois do fim, ou em lugar nenhum; com ou sem o resumo refeito."""
    length = data.draw(st.integers(1, 5), "length")
    user, stored = await written(documents, length)
    beside = stored[data.draw(st.integers(0, length - 1), "beside")]
    forged: Data = {**beside, "event_id": data.draw(st.sampled_from(["a", "z"]), "id"), "reason": "OTHER"}
    forged["seq"] = data.draw(st.sampled_from([beside["seq"], 0, -1, length + 1, "3", None, 2.5]), "seq")
    if data.draw(st.booleans(), "after the end"):
        forged["prev_hash"] = stored[-1]["hash"]
    if data.draw(st.booleans(), "without seq"):
        forged.pop("seq")
    if data.draw(st.booleans(), "sealed"):
        forged = sealed(forged)
    await documents.write(Set(event_path(user, str(forged["event_id"])), forged))
    found = await verdict(documents, user)
    assert (found.events, found.broken, found.why) == (length, forged["event_id"], "unlinked")


TAMPERINGS = (a_field_changed, one_removed, the_end_cut, two_swapped, one_inserted)


@settings(max_examples=200, deadline=None, suppress_health_check=_QUIET)
@given(data=st.data(), how=st.sampled_from(TAMPERINGS))
async def test_whatever_is_done_to_one_event_names_exactly_it_in_sqlite(
    sqlite: SqliteDocuments, data: st.DataObject, how: Tampering
) -> None:
    await how(sqlite, data)


@settings(max_examples=25, deadline=None, suppress_health_check=_QUIET)
@given(data=st.data(), how=st.sampled_from(TAMPERINGS))
async def test_whatever_is_done_to_one_event_names_exactly_it_in_firestore(
    firestore: FirestoreDocuments, data: st.DataObject, how: Tampering
) -> None:
    await how(firestore, data)
