"""Quem pergunta pelo estado dos canais não paga uma leitura por pergunta, nem cai junto com o banco."""

import asyncio

import pytest

from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.channels import ChannelStore
from pyloto_stream.stores.ports import ConflictError, Document, Documents, Query, Write
from tests.support.channels import ACCOUNT, BACK, BANNED, NUMBER, Now
from tests.support.documents import Watched


class Away(Watched):
    """Um banco cujas leituras de coleção caem quando mandado."""

    down = False

    async def query(self, query: Query) -> list[Document]:
        if self.down:
            raise UnavailableError("down by the test", code="store_unavailable")
        return await super().query(query)


async def test_one_reading_serves_every_question_until_it_is_old(documents: Documents) -> None:
    watched, now = Watched(documents), Now()
    store = ChannelStore(watched, ACCOUNT, cache_s=60, clock=now)
    for number in ("1", "2", NUMBER):
        await store.state(number)
    assert watched.reads == 1
    await ChannelStore(documents, ACCOUNT).apply(BANNED)
    now.ms += 59_999
    assert (await store.state(NUMBER)).paused == ""
    now.ms += 1
    assert (await store.state(NUMBER)).paused == "account_disabled"


async def test_a_store_that_is_down_leaves_what_was_known_and_is_asked_again_soon(
    documents: Documents,
) -> None:
    away, now = Away(documents), Now()
    store = ChannelStore(away, ACCOUNT, cache_s=60, clock=now)
    away.down = True
    with pytest.raises(UnavailableError):
        await store.state(NUMBER)
    away.down = False
    await store.apply(BANNED)
    await store.state(NUMBER)
    away.down = True
    now.ms += 60_000
    assert (await store.state(NUMBER)).paused == "account_disabled"
    await ChannelStore(documents, ACCOUNT).apply(BACK)
    away.down = False
    assert (await store.state(NUMBER)).paused == "account_disabled", "not asked at once"
    now.ms += 5000
    assert (await store.state(NUMBER)).paused == ""


async def test_a_repeated_notice_writes_nothing(documents: Documents) -> None:
    watched = Watched(documents)
    store = ChannelStore(watched, ACCOUNT)
    for _ in range(3):
        await store.apply(BANNED)
    assert len(watched.writes) == 1


class Moving(Watched):
    """Outro escritor chega antes nas primeiras `times` gravações."""

    times = 0

    async def write(self, *writes: Write) -> list[str]:
        if self.times:
            self.times -= 1
            raise ConflictError("moved by the test")
        return await super().write(*writes)


async def test_two_writers_do_not_lose_a_mark_and_a_race_without_end_is_told(documents: Documents) -> None:
    moving = Moving(documents)
    moving.times = 3
    await ChannelStore(moving, ACCOUNT).apply(BANNED)
    assert (await ChannelStore(documents, ACCOUNT).state(NUMBER)).paused == "account_disabled"
    moving.times = 100
    with pytest.raises(ConflictError):
        await ChannelStore(moving, ACCOUNT).apply(BACK)


async def test_a_document_that_is_no_channel_is_told_and_buries_nothing(documents: Documents) -> None:
    await documents.set("channels/account:1", {"subject": 7})
    with pytest.raises(UnavailableError) as caught:
        await ChannelStore(documents, ACCOUNT).state(NUMBER)
    assert caught.value.code == "undecodable_document"


class Slow(Watched):
    """Um banco que demora a cair: só responde, e mal, quando o teste deixa."""

    def __init__(self, inner: Documents) -> None:
        super().__init__(inner)
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def query(self, query: Query) -> list[Document]:
        self.queries.append(query)
        self.asked.set()
        await self.go.wait()
        raise UnavailableError("down by the test", code="store_unavailable")


async def test_while_a_store_takes_long_to_fail_only_who_reads_waits_for_it(documents: Documents) -> None:
    slow, now = Slow(documents), Now()
    store = ChannelStore(slow, ACCOUNT, cache_s=60, clock=now)
    asking = asyncio.gather(*(store.state(NUMBER) for _ in range(8)), return_exceptions=True)
    await slow.asked.wait()
    slow.go.set()
    assert [type(told) for told in await asking] == [UnavailableError] * 8
    assert len(slow.queries) == 1
    now.ms += 5000
    slow.asked.clear()
    slow.go.clear()
    reader = asyncio.ensure_future(store.state(NUMBER))
    await slow.asked.wait()
    with pytest.raises(UnavailableError):
        await asyncio.wait_for(store.state(NUMBER), 1.0)
    slow.go.set()
    with pytest.raises(UnavailableError):
        await reader
    assert len(slow.queries) == 2
