"""Quem é novo entra numa só ida: a conversa que se supôs é conferida, e feita dele, no mesmo script."""

import random

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.aliases import AliasTable, Names, Owner
from pyloto_stream.streams.model import Item
from tests.streams.test_alias_walks import World
from tests.support.streams import Rig

pytestmark = pytest.mark.one_server


def item(text: str, names: Names) -> Item:
    """Um evento de quem se supõe que tem a conversa do nome mais fraco."""
    return Item("turn", names[-1], msgspec.json.encode(text), text, names=names)


async def told(rig: Rig, *items: Item) -> list[bool | str]:
    """O que se ouve de cada um, oferecidos juntos."""
    answers = await rig.acceptor.accept_each([[each] for each in items])
    return [each.code if isinstance(each, UnavailableError) else each[0] for each in answers]


async def test_who_is_new_enters_and_the_names_are_as_the_table_would_have_made_them(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        ana, bia = ("bsuid", "parent", "phone"), ("other",)
        assert await told(rig, item("1", ana), item("2", bia)) == [True, True]
        table = AliasTable(rig.gateway)
        assert await table.owners(ana) == [Owner("phone"), Owner("phone"), Owner("")]
        assert await table.owners(bia) == [Owner("other")]
        assert await table.resolve([ana, bia]) == ["phone", "other"]
        assert await told(rig, item("1", ana), item("2", bia)) == [False, False]
        assert (await rig.status()).stages[0].backlog == 2


async def test_of_who_has_another_conversation_nothing_enters_and_the_neighbours_do(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        await AliasTable(rig.gateway).resolve([("bsuid",)])
        ana = ("bsuid", "phone")
        assert await told(rig, item("1", ("bia",)), item("2", ana), item("3", ("caio",))) == [
            True, "another_person", True,
        ]  # fmt: skip
        assert (await rig.status()).stages[0].backlog == 2
        (key,) = await AliasTable(rig.gateway).resolve([ana])
        assert key == "bsuid"
        right = Item("turn", key, b'"2"', "2")
        assert await told(rig, right) == [True], "it was not remembered as taken"


async def test_a_phone_that_somebody_left_is_for_the_table_to_decide(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        table = AliasTable(rig.gateway)
        await table.resolve([("phone",)])
        await table.move(("phone",), ("phone-2",))
        assert await told(rig, item("1", ("phone",)), item("2", ("phone-2",))) == ["another_person"] * 2
        assert await table.resolve([("phone-2",)]) == ["phone"]


async def conversation_of(rig: Rig, names: Names, number: int, right: list[bool] | None) -> str:
    """A conversa de um evento: a suposta, se se confirma; senão, ou sem supor, a que a tabela diz."""
    if right is not None:
        right.append(await told(rig, item(f"{number}", names)) == [True])
        if right[-1]:
            return names[-1]
    (key,) = await AliasTable(rig.gateway).resolve([names])
    return key


async def history(rig: Rig, seed: int, right: list[bool] | None) -> list[str]:
    """As conversas de todas as mensagens de uma história; `right`: que suposições se confirmaram."""
    draw = random.Random(seed)
    world, found = World(draw), list[str]()
    for number in range(150):
        if not world.people or draw.random() < 0.2:
            world.born()
        who = draw.randrange(len(world.people))
        if draw.random() < 0.2:
            await AliasTable(rig.gateway).move(*world.moves(who))
        found.append(await conversation_of(rig, world.writes(who), number, right))
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_i16_in_any_history_supposing_ends_in_the_same_conversations(
    redis_url: str, redis: Redis, seed: int
) -> None:
    ended, right = [], list[bool]()
    for supposed in (None, right):
        await redis.flushall()
        async with Rig(redis_url, partitions=4) as rig:
            conversations = await history(rig, seed, supposed)
            names = {key: await redis.get(key) async for key in redis.scan_iter("*:alias:*")}
        ended.append((conversations, names))
    assert ended[0] == ended[1]
    assert {*right} == {True, False}


async def test_nothing_is_supposed_where_another_server_may_have_the_names(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        rig.acceptor._crossing = False  # como num cluster
        with pytest.raises(ValueError, match="one server"):
            await rig.acceptor.accept([item("1", ("phone",))])
        assert (await rig.status()).stages[0].backlog == 0
