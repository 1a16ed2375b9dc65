"""Uma conversa esquecida não deixa rastro, e as outras não percebem."""

import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import LostError
from pyloto_stream.streams import keys
from pyloto_stream.streams.aliases import AliasTable
from pyloto_stream.streams.forget import Forgotten, forget
from pyloto_stream.streams.lease import decode, park_op
from pyloto_stream.streams.ledger import SendLedger
from pyloto_stream.streams.model import Feed, Plan, Published, SetTimer
from pyloto_stream.streams.scripts import Script
from tests.support.commits import commit
from tests.support.forgetting import SEEDED
from tests.support.forgetting_faults import Interrupted, Interrupting
from tests.support.forgetting_room import Room
from tests.support.look import entries, snapshot
from tests.support.streams import LANES, until


@pytest.mark.parametrize("where", ["queued", "held", "parked"])
async def test_i21_everything_of_it_goes_and_nothing_of_the_others(room: Room, where: str) -> None:
    other = await room.person(where)
    person = await room.person(where)
    before = await room.others(person)
    assert len(await other.traces()) == len(await person.traces()) > sum((2, 2, 2, 1, 4, 3, 1, 3, 1))
    room.clock.ms += 1
    assert await person.forget() == SEEDED
    await until(person.gone)
    assert await room.others(person) == before
    assert await other.traces()


async def test_i21_i8_forgetting_again_or_somebody_unknown_changes_nothing(room: Room) -> None:
    person = await room.person()
    room.clock.ms += 1
    await person.forget()
    await until(person.gone)
    after = await _lasting(room)
    assert await person.forget() == Forgotten()
    assert await forget(room.rig.gateway, LANES, f"{person.key}-nobody") == Forgotten()
    room.clock.ms += 1
    await until(person.gone)
    assert await _lasting(room) == after


async def _lasting(room: Room) -> dict[str, object]:
    """Sem o que só diz, por algum tempo, que algo foi esquecido."""
    found = await snapshot(room.url)
    return {key: value for key, value in found.items() if ":void:" not in key and ":conv:" not in key}


async def test_i21_killed_before_any_step_and_run_again_it_ends_the_same(room: Room) -> None:
    async def die() -> None:
        raise Interrupted

    step, ended = 0, False
    while not ended:
        person = await room.person("parked" if step % 2 else "queued")
        before = await room.others(person)
        room.clock.ms += 1
        dying = Interrupting(room.rig.gateway, step, die)
        try:
            await person.forget(dying, hold_s=0.001)
            ended = True
        except Interrupted:
            room.clock.ms += 1
            await person.forget()
        await until(person.gone)
        assert await room.others(person) == before, step
        step += 1
    assert step > 8


async def test_i21_whoever_holds_a_turn_of_it_loses_it_whole(room: Room) -> None:
    person = await room.person()
    turn = person.turn
    await person.forget()
    await until(person.gone)
    before = await snapshot(room.url)
    plan = Plan(to="two", state=b"old", mode="HUMAN", sent=(person.replies[-1], "wamid.old"),
                feed=(Feed("audit", b"1"),), timers=(SetTimer("t", 1, b"1"),))  # fmt: skip
    assert await person.commit(turn, plan) == 0
    assert await person.submit(Script.BURY, person.bury_op(turn)) == 0
    assert await person.submit(Script.PARK, park_op(turn, 1)) == 0
    mine = {"s": "one", "i": turn.entry_id, "w": "w1"}
    assert await person.submit(Script.RELEASE, mine) == await person.submit(Script.REFRESH, mine) == 0
    ledger = SendLedger(room.rig.gateway, "w1", 10.0)
    with pytest.raises(LostError):
        await ledger.begin(turn, person.replies[-1], any_mode=True)
    await ledger.refused(turn, person.replies[-1], for_good=True)
    assert await snapshot(room.url) == before


async def test_names_that_passed_through_other_hands_keep_the_part_of_the_others(
    room: Room, redis: Redis
) -> None:
    table = AliasTable(room.rig.gateway)
    await table.move(("id-a", "first"), ("id-a", "second"))  # a pessoa `first` deixa o telefone dela
    (heir,) = await table.resolve([("id-b", "first")])
    await table.move(("id-b", "first"), ("id-b", "third"))
    (third,) = await table.resolve([("id-c", "first")])
    assert len({"first", heir, third}) == 3
    assert (await forget(room.rig.gateway, LANES, heir)).aliases == 3
    assert await table.resolve([("id-a",), ("id-c",), ("second",)]) == ["first", third, "first"]
    assert await table.resolve([("id-c", "first")]) == [third]
    left = [await redis.get(key) async for key in redis.scan_iter("*:alias:*")]
    assert not [value for value in left if heir in str(value)]


async def test_a_longer_name_that_begins_the_same_is_another_conversation(room: Room, redis: Redis) -> None:
    short = next(f"ana{n}" for n in range(99) if keys.partition_of(f"ana{n}", 4) == 2)
    longer = next(f"{short}|{n}" for n in range(99) if keys.partition_of(f"{short}|{n}", 4) == 2)
    for name in (short, longer):
        await room.rig.say(name, "x")
        (entry,) = await room.rig.gateway.read("one", "w1", [2], 9, wait=False)
        timer = SetTimer("t", room.clock.ms + 3_600_000, b'"tick"')
        out = Published("leads", "1", f'{{"user_key":"{short}-2"}}'.encode())
        plan = Plan(timers=(timer,), published=(out,))
        turn = decode(entry, "one", room.clock.ms)
        assert await commit(room.rig.gateway, turn, plan, LANES, "w1") == 1
    room.clock.ms += 1
    assert await forget(room.rig.gateway, LANES, short) == Forgotten(conversations=1, timers=1)
    base = keys.prefix(2, 4)
    assert await redis.zrange(f"{base}:timers", 0, -1) == [f"turn|{longer}|t"]
    assert len(await entries(redis, f"{base}:out:leads")) == 2


async def test_what_is_left_by_hand_goes_too(room: Room, redis: Redis) -> None:
    """Tokens que a conversa não anota, temporizadores sem corpo, entradas que não são tokens."""
    person = await room.person()
    base = keys.prefix(2, 4)
    await redis.delete(f"{base}:conv:turn:{person.key}")
    await redis.hdel(f"{base}:timers:body", f"turn|{person.key}|silence")
    await redis.xadd(f"{base}:stream:one", {"x": f"about {person.key}."})
    await redis.xadd(f"{base}:dead:two", {"x": f"to {person.phone}"})
    await redis.xadd(f"{base}:dead:gone_stage", {"l": "turn", "c": person.key, "e": "[]"})
    room.clock.ms += 1
    told = await person.forget()
    assert (told.tokens, told.timers, told.dead) == (SEEDED.tokens + 1, 1, SEEDED.dead + 2)
    await until(person.gone)


async def test_nobody_has_an_empty_name(room: Room) -> None:
    for name, words in (("", ()), ("ana", (b"",))):
        with pytest.raises(ValueError, match="empty"):
            await forget(room.rig.gateway, LANES, name, identifiers=words)
