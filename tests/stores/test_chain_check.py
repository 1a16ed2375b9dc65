"""Conferir uma cadeia promete: uma leitura de cada evento, memória constante, e justiça com quem escreve."""

import tracemalloc

import pytest

from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import event_path, head_path
from pyloto_stream.stores.chain_check import verify_chain
from pyloto_stream.stores.chain_walk import Verdict
from pyloto_stream.stores.ports import Delete, Document, Documents, Merge, Query
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.chains import USER, event
from tests.support.documents import Watched


async def grown(documents: Documents, length: int, *, first: int = 1) -> AuditLogStore:
    log = AuditLogStore(documents)
    for start in range(first, first + length, 200):
        stop = min(start + 200, first + length)
        await log.append(USER, *(event(n) for n in range(start, stop)))
    return log


class Meanwhile(Watched):
    """Faz algo na cadeia, uma vez, antes da consulta de número `when`."""

    def __init__(self, inner: Documents, when: int, what: str) -> None:
        super().__init__(inner)
        self._when = when
        self._what = what

    async def query(self, query: Query) -> list[Document]:
        if len(self.queries) == self._when:
            log = AuditLogStore(self.inner)
            if self._what == "grow":
                await log.append(USER, *(event(n) for n in range(1001, 1004)))
            else:
                await log.trim(USER, event(3).timestamp)
        return await super().query(query)


async def test_an_intact_chain_costs_one_reading_of_each_event_its_head_and_a_count(
    documents: SqliteDocuments,
) -> None:
    await grown(documents, 450)
    read: list[int] = []
    watched = Watched(documents)
    assert await verify_chain(watched, USER, read.append) == Verdict(450)
    assert (watched.reads, sum(read)) == (3 + 1 + 1, 450)


@pytest.mark.parametrize(("length", "when"), [(450, 0), (450, 1), (450, 2), (400, 2), (3, 0)])
async def test_what_is_written_during_a_verification_is_not_accused(
    documents: SqliteDocuments, length: int, when: int
) -> None:
    await grown(documents, length)
    assert await verify_chain(Meanwhile(documents, when, "grow"), USER) == Verdict(length + 3)


async def test_what_retention_removes_during_a_verification_is_not_missed(documents: SqliteDocuments) -> None:
    await grown(documents, 5)
    assert await verify_chain(Meanwhile(documents, 0, "trim"), USER) == Verdict(3)


async def test_a_chain_that_grows_and_is_broken_is_still_told(documents: SqliteDocuments) -> None:
    await grown(documents, 5)
    await documents.merge(event_path(USER, "e2"), {"reason": "OTHER"})
    assert await verify_chain(Meanwhile(documents, 1, "grow"), USER) == Verdict(1, "e2", "changed", 2)


async def test_a_forged_branch_is_told_from_the_one_that_reaches_the_head(documents: SqliteDocuments) -> None:
    """Um ramo inteiro, refeito com os próprios resumos, e que continua mais que um passo."""
    await grown(documents, 2)
    other = "other"
    log = AuditLogStore(documents)
    await log.append(other, event(1), event(2), event(3, event_id="a3"), event(4, event_id="a4"))
    await grown(documents, 3, first=3)
    for name in ("a3", "a4"):
        forged = await documents.get(event_path(other, name))
        assert forged is not None
        await documents.set(event_path(USER, name), forged.data)
    assert await log.verify(USER) == Verdict(5, "a3", "unlinked", 3)


async def test_the_head_missing_damaged_or_alone_is_told(documents: SqliteDocuments) -> None:
    log = await grown(documents, 3)
    await documents.write(Merge(head_path(USER), {"seq": 2}))
    assert await log.verify(USER) == Verdict(3, "e3", "head", 2)
    await documents.write(Delete(head_path(USER)))
    assert await log.verify(USER) == Verdict(0, "e1", "head")
    assert await log.verify("nobody") == Verdict(0)


async def test_a_store_that_is_away_is_no_broken_chain(documents: SqliteDocuments) -> None:
    class Away(Watched):
        async def query(self, query: Query) -> list[Document]:
            if query.order_by:
                raise UnavailableError("away", code="store_unavailable")
            return await super().query(query)

    await grown(documents, 3)
    with pytest.raises(UnavailableError) as away:
        await verify_chain(Away(documents), USER)
    assert away.value.code == "store_unavailable"


async def test_memory_does_not_grow_with_the_chain(documents: SqliteDocuments) -> None:
    peaks, length = [], 0
    for more in (400, 2400):
        log = await grown(documents, more, first=length + 1)
        length += more
        tracemalloc.start()
        assert (await log.verify(USER)).events == length
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0], peaks
