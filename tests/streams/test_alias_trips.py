"""Num servidor só, conhecer quem é novo custa uma ida em vez de duas, e o resultado é o mesmo."""

import asyncio
import random
from itertools import product

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


FORMS: tuple[Names, ...] = (
    ("bsuid-1", "phone-1"), ("bsuid-1",), ("phone-1",), ("bsuid-1", "parent", "phone-1"),
    ("parent", "phone-1"), ("bsuid-2", "parent", "phone-2"), ("bsuid-2", "phone-1"), ("bsuid-2",),
)  # fmt: skip
"""Como duas pessoas, parentes ou herdeiras uma da outra, podem vir; nenhum telefone foi deixado."""


@pytest.mark.parametrize("known", [(), *((form,) for form in FORMS)])
async def test_together_each_is_who_they_would_be_one_after_the_other(
    redis_url: str, redis: Redis, known: tuple[Names, ...]
) -> None:
    async with Rig(redis_url, partitions=4) as rig:
        table = AliasTable(rig.gateway)

        async def told(*calls: tuple[Names, ...]) -> tuple[list[str], dict[str, object]]:
            found = [key for people in calls for key in await table.resolve(people)]
            records = await snapshot(redis_url)
            await redis.delete(*[name async for name in redis.scan_iter("*:alias:*")])
            return found[len(known) :], records

        for pair in product(FORMS, repeat=2):
            one_by_one = await told(*((form,) for form in (*known, *pair)))
            assert await told(*((form,) for form in known), pair) == one_by_one, pair


def as_asked(rig: Rig, *, one_server: bool) -> AliasTable:
    """A tabela como num servidor só, ou como num cluster."""
    assert rig.gateway.one_server
    if not one_server:
        rig.gateway.routes = tuple((n,) for n in range(4))
    return AliasTable(rig.gateway)


@pytest.mark.parametrize("one_server", [True, False])
async def test_two_known_phones_that_come_at_once_with_one_new_id_are_one_person(
    redis_url: str, *, one_server: bool
) -> None:
    async with Rig(redis_url, partitions=4) as rig:
        table = as_asked(rig, one_server=one_server)
        assert await table.resolve([("phone-1",), ("phone-2",)]) == ["phone-1", "phone-2"]
        both = (table.resolve([("bsuid", phone)]) for phone in ("phone-1", "phone-2"))
        found = [*await asyncio.gather(*both), await table.resolve([("bsuid",)])]
        assert len({key for (key,) in found}) == 1


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
            table = as_asked(rig, one_server=one_server)
            found = await history(table, random.Random(seed))
        ends.append((found, await snapshot(redis_url)))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("reply", [None, b"ana", [b"ana"], [b"ana", 1], [b"", b"", b""]])
def test_a_reply_of_another_shape_is_nobodys(reply: object) -> None:
    with pytest.raises(UnavailableError, match="unexpected reply"):
        _owners(reply, 2)
