"""Grupos oferecidos juntos: cada um tem a sorte que teria sozinho."""

import msgspec
from redis.asyncio import Redis

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.accept import AcceptOptions
from pyloto_stream.streams.keys import partition_of, prefix
from pyloto_stream.streams.model import Item, Settlement
from tests.support.streams import Rig

PARTITIONS = 4


def item(text: str, conversation: str, former: str = "") -> Item:
    return Item("turn", conversation, msgspec.json.encode(text), text, former=former)


def living_in(partition: int) -> str:
    """Uma conversa da partição."""
    return next(f"c{n}" for n in range(99) if partition_of(f"c{n}", PARTITIONS) == partition)


async def broken(redis: Redis, partition: int) -> None:
    """A partição recusa tudo: uma chave dela tem o tipo errado."""
    await redis.set(f"{prefix(partition, PARTITIONS)}:parked", "?")


def codes(told: list[list[bool] | UnavailableError]) -> list[list[bool] | str]:
    return [each.code if isinstance(each, UnavailableError) else each for each in told]


async def test_each_group_gets_its_own_answer_in_order(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        one, two, three = item("1", "ana"), item("2", "bia"), item("3", "ana")
        groups = [[one, two], [], [one], [three, two]]
        assert await rig.acceptor.accept_each(groups) == [[True, True], [], [False], [True, False]]
        assert await rig.acceptor.accept_each([]) == []


async def test_a_partition_that_refuses_fails_only_the_groups_that_need_it(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url) as rig:
        await broken(redis, 1)
        sick, well = living_in(1), living_in(2)
        groups = [[item("1", well)], [item("2", sick)], [item("4", sick), item("3", well)], [item("5", well)]]
        told = await rig.acceptor.accept_each(groups)
        assert codes(told) == [[True], "script_error", "script_error", [True]]
        await redis.delete(f"{prefix(1, PARTITIONS)}:parked")
        assert await rig.acceptor.accept_each(groups[1:3]) == [[True], [True, False]]


async def test_nothing_of_a_group_is_offered_if_its_former_conversation_cannot_be_asked(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url) as rig:
        await broken(redis, 1)
        sick, well = living_in(1), living_in(2)
        groups = [[item("1", well), item("2", well, former=sick)], [item("3", well, former=living_in(3))]]
        assert codes(await rig.acceptor.accept_each(groups)) == ["script_error", [True]]
        await redis.delete(f"{prefix(1, PARTITIONS)}:parked")
        assert await rig.acceptor.accept_each(groups) == [[True, True], [False]]


async def test_a_status_of_a_send_nobody_knows_enters_as_a_record_among_others(redis_url: str) -> None:
    unknown = Settlement("v1.2.00.0", "sent", "wamid.X", "audit", "ana", b'"s"', "status", b"")
    groups: list[list[Item | Settlement]] = [[item("1", "ana")], [unknown, item("2", "bia")]]
    async with Rig(redis_url) as rig:
        assert await rig.acceptor.accept_each(groups) == [[True], [True, True]]
        assert await rig.acceptor.accept_each(groups) == [[False], [False, False]]


async def test_a_conversation_that_refuses_fails_alone_and_what_entered_beside_it_is_new(
    redis_url: str, redis: Redis
) -> None:
    """Uma vizinha da mesma partição, na mesma ida, entrou: dizê-la repetida seria mentira."""
    sick, *well = (f"c{n}" for n in range(99) if partition_of(f"c{n}", PARTITIONS) == 1)
    inbox = f"{prefix(1, PARTITIONS)}:inbox:turn:{sick}"
    async with Rig(redis_url) as rig:
        await rig.acceptor.accept([item("0", sick)])
        await redis.set(inbox, "?")
        groups = [[item("1", well[0])], [item("2", sick)], [item("3", well[1])], [item("4", living_in(2))]]
        told = await rig.acceptor.accept_each(groups)
        assert codes(told) == [[True], "script_error", [True], [True]]
        await redis.delete(inbox)
        assert await rig.acceptor.accept_each(groups) == [[False], [True], [False], [False]]


async def test_a_full_partition_refuses_while_the_others_take(redis_url: str) -> None:
    crowd = [item(f"full {n}", living_in(1)) for n in range(12)]
    async with Rig(redis_url, options=AcceptOptions(backlog_limit=40)) as rig:
        told = await rig.acceptor.accept_each([*([each] for each in crowd), [item("1", living_in(2))]])
        assert codes(told) == [*[[True]] * 10, "backlog_full", "backlog_full", [True]]
        assert codes(await rig.acceptor.accept_each([[each] for each in crowd]))[:10] == [[False]] * 10
