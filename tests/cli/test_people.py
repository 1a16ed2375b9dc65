"""`--phone` promete: os dados de quem tem o telefone hoje, e de mais ninguém; perguntar não muda nada."""

import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from consumers.pipeline import STAGES
from pyloto_stream.cli.people import key_of, keys_of
from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.streams.aliases import AliasTable, Names
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.whatsapp.identity import user_key
from tests.streams.test_alias_walks import World

PEPPER = b"pepper"
OLD, NEW, THIRD = "5542999990001", "5542999990002", "5542999990003"
ID, NEW_ID, OTHER_ID = (user_key(PEPPER, f"bsuid:BR.{n}") for n in (1, 2, 3))
DAY_MS = 86_400_000


def own(phone: str) -> str:
    return key_of(PEPPER, phone)


@pytest_asyncio.fixture
async def gateway(redis_url: str) -> AsyncIterator[Gateway]:
    gateway = Gateway(redis_url, partitions=2)
    await gateway.open(STAGES)
    yield gateway
    await gateway.close()


@pytest.fixture
def table(gateway: Gateway) -> AliasTable:
    return AliasTable(gateway)


async def asked(gateway: Gateway, *phones: str) -> list[tuple[str, ...]]:
    return [await keys_of(gateway, PEPPER, phone) for phone in phones]


async def test_a_phone_the_table_does_not_know_has_its_own_key(gateway: Gateway) -> None:
    written = ("+55 (42) 9999-0001", OLD, "554299990001")
    assert await asked(gateway, *written) == [(user_key(PEPPER, f"+{OLD}"),)] * 3


async def test_who_showed_phone_and_id_together_has_the_key_of_the_phone(
    gateway: Gateway, table: AliasTable
) -> None:
    await table.resolve([(ID, own(OLD))])
    assert await asked(gateway, OLD) == [(own(OLD),)]


async def test_who_was_first_known_by_an_id_comes_first_and_what_the_phone_had_alone_second(
    gateway: Gateway, table: AliasTable
) -> None:
    await table.resolve([(own(OLD),), (ID,)])
    await table.resolve([(ID, own(OLD))])
    assert await asked(gateway, OLD) == [(ID, own(OLD))]


async def test_who_moved_is_found_by_the_new_number_and_nobody_by_the_old_one(
    gateway: Gateway, table: AliasTable
) -> None:
    await table.resolve([(ID, own(OLD))])
    await table.move((ID, own(OLD)), (NEW_ID, own(NEW)))
    assert await asked(gateway, NEW, OLD) == [(own(OLD), own(NEW)), ()]


@pytest.mark.parametrize("with_id", [True, False])
async def test_who_inherits_a_number_is_never_taken_for_who_left_it(
    gateway: Gateway, table: AliasTable, *, with_id: bool
) -> None:
    await table.resolve([(own(OLD),)])
    await table.move((own(OLD),), (own(NEW),))
    names: Names = (OTHER_ID, own(OLD)) if with_id else (own(OLD),)
    (heir,) = await table.resolve([names])
    assert await asked(gateway, OLD, NEW) == [(heir,), (own(OLD), own(NEW))]
    await table.move(names, (own(THIRD),))
    assert await asked(gateway, OLD, THIRD) == [(), (heir, own(THIRD))]


async def test_who_returns_to_the_old_number_is_found_by_it(gateway: Gateway, table: AliasTable) -> None:
    await table.resolve([(own(OLD),)])
    await table.move((own(OLD),), (own(NEW),))
    await table.move((own(NEW),), (own(OLD),))
    assert await asked(gateway, OLD, NEW) == [(own(OLD),), ()]


@pytest.mark.parametrize("seed", range(3))
async def test_i16_in_any_history_a_phone_leads_to_who_has_it_and_to_nobody_else(
    gateway: Gateway, table: AliasTable, seed: int
) -> None:
    def named(names: Names) -> Names:
        return tuple(own(f"5542{10_000 + int(n[6:])}") if n.startswith("phone-") else n for n in names)

    draw = random.Random(seed)
    world, keys, shown = World(draw), dict[int, str](), set[tuple[int, str]]()
    for _ in range(120):
        who = world.born() if not world.people or draw.random() < 0.2 else draw.randrange(len(world.people))
        if who in keys and draw.random() < 0.2:
            before, after = world.moves(who)
            await table.move(named(before), named(after))
            shown.add((who, after[1]))
        names = world.writes(who)
        (keys[who],) = await table.resolve([named(names)])
        shown |= {(who, name) for name in names if name.startswith("phone-")}
    owned = {key: who for who, key in keys.items()}
    assert world.free, "nobody ever moved"
    for who, (_, phone) in enumerate(world.people):
        found = await keys_of(gateway, PEPPER, f"5542{10_000 + int(phone[6:])}")
        if (who, phone) in shown:
            assert found[0] == keys[who]
        assert {owned[key] for key in found if key in owned} <= {who}
    for phone in world.free:
        (left,) = await asked(gateway, f"5542{10_000 + int(phone[6:])}")
        assert left == ()


async def test_asking_writes_nothing_and_puts_off_no_forgetting(
    gateway: Gateway, table: AliasTable, redis: Redis
) -> None:
    await table.resolve([(ID,), (ID, own(OLD))])
    await table.move((ID, own(OLD)), (NEW_ID, own(NEW)))
    aliases = [key async for key in redis.scan_iter("*:alias:*")]
    for key in aliases:
        if await redis.pttl(key) > 0:
            await redis.pexpire(key, 5 * DAY_MS)
    before = {key: await redis.get(key) for key in aliases}
    await asked(gateway, OLD, NEW, THIRD)
    after = [key async for key in redis.scan_iter("*:alias:*")]
    assert {key: await redis.get(key) for key in after} == before
    assert len(before) == 4
    assert [key for key in after if await redis.pttl(key) > 5 * DAY_MS] == []
    await table.resolve([(NEW_ID,)])  # escrever, sim, é uso
    assert len([key for key in after if await redis.pttl(key) > 5 * DAY_MS]) == 1


@pytest.mark.parametrize("phone", ["", "letters", "12345", "+55 42 99999-0001 x", "BR.1"])
async def test_what_is_no_phone_is_refused_without_repeating_it(gateway: Gateway, phone: str) -> None:
    with pytest.raises(MisconfiguredError, match=r"^--phone: must be a phone") as refused:
        await keys_of(gateway, PEPPER, phone)
    assert not phone or phone not in str(refused.value)


async def test_a_silent_redis_is_an_error_that_says_what_was_asked_and_the_way_around() -> None:
    gateway = Gateway("redis://127.0.0.1:1/0", partitions=2)
    with pytest.raises(UnavailableError, match=r"whose phone this is.* give USER_KEY") as silent:
        await keys_of(gateway, PEPPER, OLD)
    assert silent.value.code == "redis_unavailable"
    assert OLD not in str(silent.value)
    await gateway.close()
