"""Que cadeias se conferem: cada uma uma vez, também as de quem perdeu o cabeçalho, e poucas por vez."""

import asyncio

import pytest

from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain_walk import Verdict
from pyloto_stream.stores.chains import PARALLEL, Chain, Checked, check_all, known_chains
from pyloto_stream.stores.conversations import header_path
from pyloto_stream.stores.ports import Create, Delete, Document, Documents, Query
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from tests.support.chains import event
from tests.support.documents import Watched
from tests.support.records import action, handoff, session


async def conversations(documents: Documents, *people: str) -> None:
    for person in people:
        await documents.write(Create(header_path(person), {"user_key": person}))
        await AuditLogStore(documents).append(person, event(1), event(2))


async def checked(documents: Documents) -> dict[str, Checked]:
    found = list[Checked]()
    await check_all(documents, known_chains(documents), lambda _: None, found.append)
    return {each.chain.user_key: each for each in found}


async def test_every_conversation_comes_once_even_without_its_header(documents: SqliteDocuments) -> None:
    trail = AuditTrail(documents)
    for person in ("with", "lost by session", "lost by hand-off"):
        for number in (1, 2):
            records = [handoff(number)] if person == "lost by hand-off" else [session(number)]
            await trail.record(person, [*records, action(number)], None)
    await documents.write(Create("user_profiles/lost%20by%20profile", {"phone": "sealed"}))
    await documents.write(Delete(header_path("lost by session")), Delete(header_path("lost by hand-off")))
    assert [chain async for chain in known_chains(documents)] == [
        Chain("with"), Chain("lost by session", header=False), Chain("lost by hand-off", header=False),
        Chain("lost by profile", header=False),
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["a/b", "-dash", "é", "__x__"])
async def test_a_key_is_known_by_its_document_whatever_its_field_says(
    documents: SqliteDocuments, key: str
) -> None:
    await documents.write(Create(header_path(key), {"user_key": "somebody else"}))
    assert [chain async for chain in known_chains(documents)] == [Chain(key)]


async def test_all_are_checked_and_a_conversation_without_chain_is_told(documents: SqliteDocuments) -> None:
    await conversations(documents, *(f"p{n}" for n in range(30)))
    await documents.write(Create(header_path("empty"), {"user_key": "empty"}))
    found = await checked(documents)
    assert len(found) == 31
    assert (found["empty"].why, found["empty"].verdict) == ("gone", Verdict(0))
    assert {each.why for key, each in found.items() if key != "empty"} == {""}


async def test_as_many_chains_at_a_time_as_the_bound_and_never_more(documents: SqliteDocuments) -> None:
    class Counting(Watched):
        now = most = 0
        full = asyncio.Event()

        async def query(self, query: Query) -> list[Document]:
            if not query.collection.endswith("/audit"):
                return await super().query(query)
            self.now += 1
            self.most = max(self.most, self.now)
            if self.now == PARALLEL:
                self.full.set()
            await self.full.wait()
            self.now -= 1
            return await super().query(query)

    await conversations(documents, *(f"p{n}" for n in range(30)))
    counting = Counting(documents)
    assert len(await checked(counting)) == 30
    assert counting.most == PARALLEL


async def test_a_store_that_goes_away_ends_the_whole_verification(documents: SqliteDocuments) -> None:
    class Away(Watched):
        async def query(self, query: Query) -> list[Document]:
            if query.collection == "conversations/p3/audit":
                raise UnavailableError("away", code="store_unavailable")
            return await super().query(query)

    await conversations(documents, *(f"p{n}" for n in range(30)))
    before = asyncio.all_tasks()
    with pytest.raises(UnavailableError):
        await checked(Away(documents))
    assert asyncio.all_tasks() == before
