"""Quem age na conversa enquanto a esquecem: um operador que a assume, e outro que também a esquece."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from consumers.forgetting import forget_person
from consumers.pipeline import LANES, STAGES
from pyloto_stream.clock import system_clock
from pyloto_stream.conversation.operators import ACTIONS
from pyloto_stream.conversation.records import ActionRecord
from pyloto_stream.records.forget import ForgetPersonUseCase, ForgetReport
from pyloto_stream.records.forget_documents import Places
from pyloto_stream.stores.anchor_check import FORGOTTEN
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.handoffs import HandoffStore
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Delete, Documents, Write
from pyloto_stream.stores.sessions import scoped_id
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Item, Unreadable
from pyloto_stream.streams.traces import traces
from tests.contract.test_forget import left_of, two
from tests.support.documents import Watched
from tests.support.erasure import ASKED, Eraser
from tests.support.forgetting_faults import Interrupted, Interrupting
from tests.support.profiles import PHONE, profiles
from tests.support.records import USER, action

HANDOFF = "handoffs/" + scoped_id(USER, "s1:handoff")


class Taken(Watched):
    """Antes de se apagar a entrega, um operador assume a conversa."""

    taken = False

    async def write(self, *writes: Write) -> list[str]:
        if not self.taken and any(isinstance(w, Delete) and w.path == HANDOFF for w in writes):
            self.taken = True
            await AuditTrail(self.inner).record(USER, [takeover(20)], None, 20)
        return await super().write(*writes)


def takeover(number: int) -> ActionRecord:
    return action(number, ACTIONS["takeover"], handoff="s1:handoff", mode="HUMAN")


async def test_a_takeover_while_she_is_being_forgotten_is_of_the_new_conversation_and_revives_nothing(
    documents: Documents, objects: Objects
) -> None:
    await two(documents, objects)
    busy = Taken(documents)

    async def again() -> None:
        await AuditTrail(documents).record(USER, [takeover(21)], None, 21)

    assert await Eraser(busy, objects).run(between=again) is not None
    assert busy.taken
    assert await HandoffStore(documents).get(scoped_id(USER, "s1:handoff")) is None
    actions = [event.action async for event in AuditLogStore(documents).events(USER)]
    assert actions == [FORGOTTEN, ACTIONS["takeover"], ACTIONS["takeover"], "ERASURE_DONE"]
    assert (await AuditLogStore(documents).verify(USER)).intact


@pytest_asyncio.fixture
async def gateway(redis_url: str, redis: Redis) -> AsyncIterator[Gateway]:
    del redis  # limpa
    gateway = Gateway(redis_url, partitions=2)
    await gateway.open(STAGES)
    yield gateway
    await gateway.close()


async def accepted(gateway: Gateway, *items: Item | Unreadable) -> None:
    assert all(await Acceptor(gateway, [*LANES.values()], AcceptOptions()).accept([*items]))


@pytest.mark.one_server
async def test_two_commands_at_once_on_one_redis_prove_it_once(
    gateway: Gateway, sqlite: SqliteDocuments, folder: FolderObjects
) -> None:
    await two(sqlite, folder)
    await accepted(gateway, Item("turn", USER, msgspec.json.encode("abacaxi"), "d"))
    places = Places(sqlite, profiles(sqlite), folder, folder)

    async def whole(one: ForgetPersonUseCase) -> ForgetReport:
        pending = await one.first(USER, ASKED)
        assert pending is not None
        return await one.again(pending, ASKED)

    cases = [forget_person(gateway, places, system_clock) for _ in range(2)]
    reports = await asyncio.gather(*map(whole, cases))
    assert not [trace async for trace in traces(gateway, [b"abacaxi"])]
    assert len({report.proof for report in reports}) == 1
    actions = [event.action async for event in AuditLogStore(sqlite).events(USER)]
    assert (actions[0], actions.count(FORGOTTEN)) == (FORGOTTEN, 1)
    assert len(await left_of(sqlite)) == 2 + len(actions)
    assert (await AuditLogStore(sqlite).verify(USER)).intact


@pytest.mark.one_server
async def test_what_nobody_could_read_goes_before_the_cut_that_may_be_the_last_of_this_run(
    gateway: Gateway, sqlite: SqliteDocuments, folder: FolderObjects
) -> None:
    async def die() -> None:
        raise Interrupted

    await two(sqlite, folder)
    await accepted(gateway, Unreadable("not_json", f'{{"broken": "{PHONE}'.encode(), "broken"))
    places = Places(sqlite, profiles(sqlite), folder, folder)
    dying = cast("Gateway", Interrupting(gateway, 2 + gateway.partitions, die))
    with pytest.raises(Interrupted):
        await forget_person(dying, places, system_clock).first(USER, ASKED, [PHONE.encode()])
    assert not [trace async for trace in traces(gateway, [PHONE.encode()])]
