"""A tabela de apelidos faz o mesmo que um modelo pequeno, e custa pouco por pessoa."""

import random

import pytest
from redis.asyncio import Redis

from pyloto_stream.streams import keys
from pyloto_stream.streams.aliases import AliasTable, Names
from tests.support.streams import Rig

PEOPLE = 5000


class World:
    """Pessoas de verdade: cada uma com o id e o telefone de agora. Um telefone deixado passa a outra."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._made = 0
        self.people: list[tuple[str, str]] = []
        self.free: list[str] = []

    def _new(self, what: str) -> str:
        self._made += 1
        return f"{what}-{self._made}"

    def born(self) -> int:
        """Alguém novo, às vezes com um número que foi de outro."""
        phone = self.free.pop() if self.free and self._draw.random() < 0.5 else self._new("phone")
        self.people.append((self._new("bsuid"), phone))
        return len(self.people) - 1

    def moves(self, who: int) -> tuple[Names, Names]:
        """A pessoa troca de número: com ele muda o id."""
        old = self.people[who]
        self.people[who] = (self._new("bsuid"), self._new("phone"))
        self.free.append(old[1])
        return old, self.people[who]

    def writes(self, who: int) -> Names:
        """Os nomes de uma mensagem: sempre o id, às vezes o telefone."""
        bsuid, phone = self.people[who]
        return (bsuid, phone) if self._draw.random() < 0.5 else (bsuid,)


@pytest.mark.parametrize("seed", range(4))
async def test_i16_in_any_history_a_person_has_one_key_and_a_key_one_person(
    redis_url: str, seed: int
) -> None:
    draw = random.Random(seed)
    world, known = World(draw), dict[int, str]()
    async with Rig(redis_url, partitions=4) as rig:
        table = AliasTable(rig.gateway)
        for _ in range(150):
            who = (
                world.born() if not world.people or draw.random() < 0.2 else draw.randrange(len(world.people))
            )
            if who in known and draw.random() < 0.2:
                old, new = world.moves(who)
                found = {await table.move(old, new) for _ in range(draw.randint(1, 2))}
            else:
                found = {*await table.resolve([world.writes(who) for _ in range(draw.randint(1, 3))])}
            assert found == {known.setdefault(who, min(found))}
    assert len({*known.values()}) == len(known)


async def used(redis: Redis) -> int:
    """Bytes em uso, sem os das conexões nem os do que espera a gravação em disco."""
    memory = await redis.info("memory")
    return int(memory["used_memory"]) - int(memory["mem_clients_normal"]) - int(memory["mem_aof_buffer"])


@pytest.mark.one_server
async def test_a_person_costs_one_entry_of_at_most_260_bytes(redis_url: str, redis: Redis) -> None:
    names = [(f"{n:043d}", f"{n + PEOPLE:043d}") for n in range(PEOPLE)]
    async with Rig(redis_url, partitions=4) as rig:
        table = AliasTable(rig.gateway)
        await table.resolve(names[:1])
        before = await used(redis)
        await table.resolve(names)
        bytes_each = (await used(redis) - before) / PEOPLE
        print(f"{bytes_each:.0f} bytes per person")  # noqa: T201 — a medida é o resultado
        entries = [key async for key in redis.scan_iter("*:alias:*", 1000)]
        assert len(entries) == PEOPLE
        assert await redis.pttl(entries[0]) > 399 * 86_400_000
    assert bytes_each <= 260


async def test_a_name_in_use_is_remembered_and_a_number_that_was_left_for_ever(
    redis_url: str, redis: Redis
) -> None:
    bsuid, phone = keys.alias("bsuid", 4), keys.alias("phone", 4)
    async with Rig(redis_url, partitions=4) as rig:
        table = AliasTable(rig.gateway)
        await table.resolve([("bsuid", "phone")])
        await redis.pexpire(bsuid, 60_000)
        await table.resolve([("bsuid", "phone")])
        assert await redis.pttl(bsuid) > 399 * 86_400_000
        await table.move(("bsuid", "phone"), ("bsuid-2", "phone-2"))
        await table.resolve([("bsuid-9", "phone")])
        assert await redis.get(phone) == "bsuid-9|phone"
        assert await redis.pttl(phone) == -1
