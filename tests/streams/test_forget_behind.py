"""O que corre com tudo apagado e os portões fechados: ninguém novo passa, e nada fica fechado para sempre."""

import itertools
from collections.abc import Iterable

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.streams import keys
from pyloto_stream.streams.forget_steps import Severed
from pyloto_stream.streams.model import Plan
from pyloto_stream.streams.timers import TimerPump
from tests.support.forgetting import SEEDED, Person
from tests.support.forgetting_faults import Repeating
from tests.support.forgetting_room import Room
from tests.support.streams import until

HOLD_S = 0.06


async def opened(room: Room) -> list[bytes]:
    """Passa o que está vencido; o que a primeira etapa teria para ler."""
    await TimerPump(room.rig.gateway).promote_due([2])
    entries = await room.rig.gateway.read("one", "w3", [2], 9, wait=False)
    return [entry.fields[b"e"] for entry in entries]


async def hears_only(person: Person, texts: list[str], above: int) -> None:
    """O próximo turno é de uma conversa nova, e traz só o que se disse depois do corte."""
    turn = await person.take("one", "w3")
    assert msgspec.json.decode(turn.events) == [f"{person.mark} {text}" for text in texts]
    assert (turn.state, turn.payload, turn.mode) == (b"", b"", "")
    assert turn.number > above
    assert await person.commit(turn, Plan(), "w3") == 1


async def test_i21_behind_the_gates_all_is_gone_and_what_is_said_waits_for_the_end(room: Room) -> None:
    other = await room.person()
    person = await room.person()
    before, seen = await room.others(person), list[Severed]()

    async def behind(severed: Severed) -> None:
        seen.append(severed)
        left = {key.split(":")[2] for key, _ in await person.traces()}
        assert left == {"conv", "parked"}, "only the closed gates"
        assert await room.others(person) == before
        assert await person.say("new", "newer") == [True, True]
        assert await opened(room) == []

    room.clock.ms += 1
    cut_ms = room.clock.ms
    assert await person.forget(behind=behind) == SEEDED
    (severed,) = seen
    assert (severed.at_ms, severed.erased, severed.told) == (cut_ms, SEEDED.total, ())
    assert severed.numbers.keys() == {"turn", "audit"}
    assert severed.numbers["turn"] >= person.turn.number
    await hears_only(person, ["new", "newer"], severed.numbers["turn"])
    await person.forget()
    await until(person.gone)
    assert await other.traces()


async def test_i21_the_gates_wait_for_who_works_behind_them_longer_than_the_hold(
    room: Room, redis: Redis
) -> None:
    person = await room.person("parked")
    parked, ran = f"{keys.prefix(2, 4)}:parked", itertools.count()

    async def renewed() -> bool:
        due = await redis.zscore(parked, f"turn|{person.key}")
        return due == room.clock.ms + HOLD_S * 1000

    async def slow(_severed: Severed) -> None:
        next(ran)
        assert await person.say("new") == [True]
        for _ in range(4):
            room.clock.ms += int(HOLD_S * 1000) - 1
            await until(renewed)
            assert await opened(room) == []

    room.clock.ms += 1
    assert await person.forget(hold_s=HOLD_S, behind=slow) == SEEDED
    assert next(ran) == 1, "once"
    await hears_only(person, ["new"], person.turn.number)


async def test_i21_if_the_gates_opened_all_the_same_it_is_done_again_on_what_came_since(room: Room) -> None:
    room.clock.ms -= 60_000  # o que se espera aqui já passou no servidor
    person = await room.person()
    seen = list[Severed]()

    async def frozen(severed: Severed) -> None:
        seen.append(severed)
        assert await person.say(f"new {len(seen)}") == [True]
        if len(seen) == 1:
            room.clock.ms += 15_000
            await TimerPump(room.rig.gateway).promote_due([2])
            turn = await person.take("one", "w3")
            assert await person.commit(turn, Plan(state=b"new"), "w3") == 1

    room.clock.ms += 1
    told = await person.forget(behind=frozen)
    assert [severed.erased for severed in seen] == [SEEDED.total, told.total]
    assert told.conversations == SEEDED.conversations + 1
    assert seen[1].numbers["turn"] > seen[0].numbers["turn"]
    await hears_only(person, ["new 2"], seen[1].numbers["turn"])
    await person.forget()
    await until(person.gone)


async def test_i21_what_fails_behind_keeps_nothing_closed_and_the_next_run_ends_it(room: Room) -> None:
    room.clock.ms -= 60_000  # o que se espera aqui já passou no servidor
    person = await room.person()

    async def fails(_severed: Severed) -> None:
        await person.say("new")
        raise ZeroDivisionError

    room.clock.ms += 1
    with pytest.raises(ZeroDivisionError):
        await person.forget(behind=fails)
    room.clock.ms += 14_999
    assert await opened(room) == []
    room.clock.ms += 1
    assert await opened(room) == [f'["{person.mark} new"]'.encode()]
    room.clock.ms += 1
    assert (await person.forget()).conversations == 1
    await until(person.gone)


@pytest.mark.parametrize("where", ["queued", "held", "parked"])
async def test_a_witness_sees_what_its_lane_had_wherever_it_was_and_nothing_else(
    room: Room, where: str
) -> None:
    for lanes in (("turn",), ("audit",), ("audit", "turn"), ()):
        await room.person(where)
        person = await room.person(where)
        mine = person.mark
        waiting = {
            "turn": [f"{mine} again", f"{mine} waits"],
            "audit": [f"{mine} heard", f"{mine} heard", f"{mine} late"],
        }
        seen = list[Severed]()

        async def look(severed: Severed, seen: list[Severed] = seen) -> None:
            seen.append(severed)

        room.clock.ms += 1
        await person.forget(witness=lanes, behind=look)
        assert sorted(events_of(seen[0].told)) == sorted(e for lane in lanes for e in waiting[lane])


def events_of(told: Iterable[bytes]) -> list[str]:
    return [event for events in told for event in msgspec.json.decode(events, type=list[str])]


async def test_i8_i21_a_first_step_that_comes_twice_cuts_once(room: Room) -> None:
    """Quem não ouviu a resposta pergunta outra vez: o corte é o mesmo, e o que chegou entre os dois fica."""
    person = await room.person()
    seen = list[Severed]()

    async def speak() -> None:
        if twice.steps == 0:
            room.clock.ms += 1
            await person.say("new")

    async def behind(severed: Severed) -> None:
        seen.append(severed)

    twice = Repeating(room.rig.gateway, speak)
    await person.forget(twice, witness=("turn", "audit"), behind=behind)
    (severed,) = seen
    assert len(events_of(severed.told)) == 5, "the answer that was heard says it too"
    assert severed.numbers["turn"] >= person.turn.number
    await hears_only(person, ["new"], severed.numbers["turn"])
    await person.forget()
    await until(person.gone)
