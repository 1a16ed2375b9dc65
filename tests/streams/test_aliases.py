"""Uma pessoa, uma chave: com telefone, com id da Meta, com os dois, e depois de trocar de número."""

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import product

import pytest
import pytest_asyncio

from pyloto_stream.streams.aliases import AliasTable, Names
from tests.support.streams import Rig

PHONE, BSUID, PARENT = "phone-1", "bsuid-1", "parent-1"
PHONE_2, BSUID_2 = "phone-2", "bsuid-2"
STRONG: tuple[Names, ...] = ((BSUID,), (BSUID, PHONE), (BSUID, PARENT), (BSUID, PARENT, PHONE))


@pytest_asyncio.fixture
async def table(redis_url: str) -> AsyncIterator[AliasTable]:
    async with Rig(redis_url, partitions=4) as rig:
        yield AliasTable(rig.gateway)


async def one(table: AliasTable, *names: str) -> str:
    (key,) = await table.resolve([names])
    return key


@pytest.mark.parametrize(
    ("names", "key"),
    [((PHONE,), PHONE), ((BSUID,), BSUID), ((BSUID, PHONE), PHONE), ((BSUID, PARENT, PHONE), PHONE)],
)
async def test_who_is_new_gets_the_key_of_the_phone_or_else_of_the_id(
    table: AliasTable, names: Names, key: str
) -> None:
    assert [await one(table, *names), await one(table, *names)] == [key, key]


async def test_who_was_seen_by_phone_keeps_that_key_without_the_phone(table: AliasTable) -> None:
    assert await one(table, PHONE) == PHONE
    assert await one(table, BSUID, PHONE) == PHONE
    assert await one(table, BSUID) == PHONE


async def test_who_was_seen_by_id_only_keeps_that_key_when_the_phone_appears(table: AliasTable) -> None:
    assert await one(table, BSUID) == BSUID
    assert await one(table, BSUID, PHONE) == BSUID
    assert await one(table, PHONE) == BSUID


async def test_another_id_under_the_same_parent_is_the_same_person(table: AliasTable) -> None:
    await one(table, BSUID, PARENT, PHONE)
    assert await one(table, BSUID_2, PARENT) == PHONE


async def test_of_two_keys_that_turn_out_to_be_one_person_the_ids_wins(table: AliasTable) -> None:
    assert [await one(table, PHONE), await one(table, BSUID)] == [PHONE, BSUID]
    assert await one(table, BSUID, PHONE) == BSUID
    assert [await one(table, PHONE), await one(table, BSUID)] == [BSUID, BSUID]


@pytest.mark.parametrize("seed", range(5))
async def test_i16_twenty_webhooks_of_one_person_at_once_agree(table: AliasTable, seed: int) -> None:
    draw = random.Random(seed)
    asked = [draw.choice(STRONG) for _ in range(20)]
    found = await asyncio.gather(*(one(table, *names) for names in asked))
    assert len(set(found)) == 1
    assert await one(table, BSUID, PARENT, PHONE) == found[0]
    assert {await one(table, *names) for names in (*STRONG, (PHONE,))} == {found[0]}


async def test_i16_two_known_phones_that_come_at_once_with_one_new_id_are_one_person(
    table: AliasTable,
) -> None:
    assert [await one(table, PHONE), await one(table, PHONE_2)] == [PHONE, PHONE_2]
    found = await asyncio.gather(one(table, BSUID, PHONE), one(table, BSUID, PHONE_2))
    assert len({*found, await one(table, BSUID)}) == 1


async def test_one_call_keeps_the_order_of_the_people(table: AliasTable) -> None:
    people: list[Names] = [("a",), ("b", "c"), ("a",)]
    assert await table.resolve(people) == ["a", "c", "a"]
    assert await table.resolve([]) == []


async def test_a_person_without_a_name_is_a_mistake_of_the_caller(table: AliasTable) -> None:
    with pytest.raises(ValueError, match="without a name"):
        await table.resolve([()])


OLD: Names = (BSUID, PHONE)
NEW: Names = (BSUID_2, PHONE_2)


@pytest.mark.parametrize(("old", "new"), list(product([OLD, (PHONE,)], [NEW, (BSUID_2,), (PHONE_2,)])))
async def test_i16_who_changes_number_keeps_the_key(table: AliasTable, old: Names, new: Names) -> None:
    assert await one(table, *OLD) == PHONE
    assert [await table.move(old, new), await table.move(old, new)] == [PHONE, PHONE]
    assert {await one(table, *names) for names in [new, *[(name,) for name in new]]} == {PHONE}


async def test_a_move_after_the_first_message_from_the_new_number_still_counts(table: AliasTable) -> None:
    await one(table, *OLD)
    assert await one(table, *NEW) == PHONE_2
    await table.move(OLD, NEW)
    assert [await one(table, *NEW), await one(table, BSUID_2)] == [PHONE, PHONE]


@pytest.mark.parametrize("next_owner", [("bsuid-9", PHONE), (PHONE,)])
async def test_i16_the_next_owner_of_the_number_is_another_person(
    table: AliasTable, next_owner: Names
) -> None:
    await one(table, *OLD)
    await table.move(OLD, NEW)
    other = await one(table, *next_owner)
    assert other not in {PHONE, *NEW}
    await table.move(OLD, NEW)  # a Meta entrega outra vez
    assert [await one(table, *next_owner), await one(table, PHONE)] == [other, other]
    assert await one(table, *NEW) == PHONE


async def test_a_number_that_changes_hands_twice_is_three_people(table: AliasTable) -> None:
    people = [await one(table, PHONE)]
    for new in (PHONE_2, "phone-3"):
        assert await table.move((PHONE,), (new,)) == people[-1]
        people.append(await one(table, PHONE))
    assert len(set(people)) == 3
    assert [await one(table, PHONE_2), await one(table, "phone-3")] == people[:2]


@pytest.mark.parametrize(("old", "new"), [(OLD, NEW), ((PHONE,), (PHONE_2,)), (OLD, (PHONE_2,))])
async def test_i16_an_old_move_delivered_again_takes_no_number_that_was_left_since(
    table: AliasTable, old: Names, new: Names
) -> None:
    await one(table, *OLD)
    await table.move(old, new)
    await table.move(new, ("bsuid-3", "phone-3"))
    other = await one(table, "bsuid-9", PHONE_2)
    assert await table.move(old, new) == PHONE
    assert [await one(table, PHONE_2), await one(table, "bsuid-9", PHONE_2)] == [other, other]
    assert await one(table, "bsuid-3", "phone-3") == PHONE != other


async def test_who_goes_back_and_forth_keeps_the_number_of_now(table: AliasTable) -> None:
    await one(table, PHONE)
    for old, new in [(PHONE, PHONE_2), (PHONE_2, PHONE), (PHONE, PHONE_2)]:
        assert [await table.move((old,), (new,)) for _ in range(2)] == [PHONE, PHONE]
        assert await one(table, new) == PHONE


async def test_a_late_webhook_of_the_old_number_does_not_take_it_back(table: AliasTable) -> None:
    await one(table, *OLD)
    await table.move(OLD, NEW)
    assert await one(table, *OLD) == PHONE
    assert await one(table, PHONE) != PHONE


async def test_i16_a_number_left_between_the_question_and_the_answer_is_not_taken_back(
    table: AliasTable,
) -> None:
    await one(table, *OLD)
    await table.move(OLD, NEW)
    # quem leu antes da troca e grava depois
    assert await table._ask("point", [(PHONE, PHONE)]) == [("", PHONE)]


async def test_who_returns_to_the_old_number_is_still_the_same_person(table: AliasTable) -> None:
    await one(table, *OLD)
    await table.move(OLD, NEW)
    await table.move(NEW, ("bsuid-3", PHONE))
    assert [await one(table, "bsuid-3", PHONE), await one(table, PHONE)] == [PHONE, PHONE]


async def test_a_new_id_under_the_same_number_leaves_no_number(table: AliasTable) -> None:
    await one(table, *OLD)
    assert await table.move(OLD, (BSUID_2, PHONE)) == PHONE
    assert [await one(table, PHONE), await one(table, BSUID_2)] == [PHONE, PHONE]


async def test_who_had_only_an_id_leaves_no_number(table: AliasTable) -> None:
    await one(table, BSUID)
    assert await table.move((BSUID,), (BSUID_2,), left="") == BSUID
    assert [await one(table, BSUID), await one(table, BSUID_2)] == [BSUID, BSUID]
