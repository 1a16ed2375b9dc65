"""Num servidor só, conhecer quem é novo custa uma ida em vez de duas, e o resultado é o mesmo."""

import random

import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.aliases import AliasTable, Names, _owners
from tests.support.look import evalsha_calls, snapshot
from tests.support.streams import Rig

KINDS = {"bsuid": 6, "parent": 3, "phone": 4}
"""Quantos ids há de cada espécie: poucos, para que se juntem e mudem de mãos."""


async def test_people_nobody_knows_cost_one_script_call_however_many(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=4) as rig:
        table = AliasTable(rig.gateway)
        await table.resolve([("somebody",)])  # o script já está no servidor
        before = await evalsha_calls(redis)
        people: list[Names] = [(f"bsuid-{n}", f"parent-{n}", f"phone-{n}") for n in range(8)]
        assert await table.resolve(people) == [names[-1] for names in people]
        assert await evalsha_calls(redis) - before == 1


async def test_who_is_new_in_the_same_call_and_shares_a_name_is_one_person(redis_url: str) -> None:
    async with Rig(redis_url, partitions=4) as rig:
        people: list[Names] = [("bsuid-1", "parent", "phone-1"), ("bsuid-2", "parent", "phone-2")]
        table = AliasTable(rig.gateway)
        assert await table.resolve(people) == ["phone-1", "phone-1"]
        assert await table.resolve(people) == ["phone-1", "phone-1"]


async def history(table: AliasTable, draw: random.Random) -> list[str]:
    """O que a tabela responde a ids que se juntam, se separam e mudam de mãos ao acaso."""

    def names() -> Names:
        drawn = (f"{kind}-{draw.randrange(many)}" for kind, many in KINDS.items())
        return tuple(name for name in drawn if draw.random() < 0.6) or names()

    found: list[str] = []
    for _ in range(60):
        if draw.random() < 0.2:
            found.append(await table.move(names(), names()))
        else:
            found += await table.resolve([names()])
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_in_one_trip_or_in_two_the_answers_and_the_records_are_the_same(
    redis_url: str, redis: Redis, seed: int
) -> None:
    ends = []
    for one_server in (True, False):
        await redis.flushall()
        async with Rig(redis_url, partitions=4) as rig:
            assert rig.gateway.one_server
            if not one_server:  # o que se pede num cluster
                rig.gateway.routes = tuple((n,) for n in range(4))
            table = AliasTable(rig.gateway)
            found = await history(table, random.Random(seed))
        ends.append((found, await snapshot(redis_url)))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("reply", [None, b"ana", [b"ana"], [b"ana", 1], [b"", b"", b""]])
def test_a_reply_of_another_shape_is_nobodys(reply: object) -> None:
    with pytest.raises(UnavailableError, match="unexpected reply"):
        _owners(reply, 2)
