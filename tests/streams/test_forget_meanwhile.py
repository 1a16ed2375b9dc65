"""O que acontece enquanto se esquece, e depois: nada do que é velho volta, e o que é novo entra."""

import asyncio
import itertools

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams import keys
from pyloto_stream.streams.dead import Search
from pyloto_stream.streams.dead_scan import scan
from pyloto_stream.streams.forget import forget
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.lease import decode
from pyloto_stream.streams.ledger import SendLedger
from pyloto_stream.streams.model import Feed, Item, Plan, SetTimer, Turn
from pyloto_stream.streams.peek import peek
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.timers import TimerPump
from pyloto_stream.streams.traces import traces
from tests.support.forgetting import SEEDED, Person
from tests.support.forgetting_faults import Interrupted, Interrupting, Repeating
from tests.support.forgetting_room import Meanwhile, Room, status
from tests.support.streams import LANES, Rig, texts, until


async def test_i21_whatever_happens_meanwhile_only_what_was_said_since_is_there_and_in_order(
    room: Room,
) -> None:
    for seed in range(5):
        person = await room.person("parked" if seed % 2 else "held")
        letters = [letter async for letter in scan(room.rig.gateway, _of(person), ("one", "two", "log"))]
        assert len(letters) == 3
        meanwhile = Meanwhile(room, person, seed, letters)
        room.clock.ms += 1
        gateway = Interrupting(room.rig.gateway, 1, meanwhile, onwards=True)
        await person.forget(gateway)
        turn = await person.take("one", "w3")
        assert msgspec.json.decode(turn.events) == meanwhile.said, seed
        assert (turn.state, turn.payload, turn.mode, turn.number > person.turn.number) == (b"", b"", "", True)
        assert await person.commit(turn, Plan(), "w3") == 1
        await person.forget()
        await until(person.gone)


def _of(person: Person) -> Search:
    return Search(conversation=person.key)


async def test_i21_late_news_of_an_old_reply_is_nobodys(room: Room) -> None:
    person = await room.person()
    room.clock.ms += 1
    await person.forget()
    told = [status(person, reply, outcome) for reply in person.replies for outcome in ("sent", "failed")]
    echo = Item("turn", person.key, b'"x"', "echo", mode="HUMAN", echo_of=f"wamid.{person.mark}")
    assert await room.rig.acceptor.accept([*told, echo]) == [False] * 7
    await until(person.gone)


async def test_i21_a_new_conversation_has_its_own_ledger_and_numbers_also_if_the_clock_went_back(
    room: Room, redis: Redis
) -> None:
    room.clock.ms += 3_600_000
    person = await room.person()
    old = person.turn.number
    room.clock.ms -= 3_600_000
    await person.forget()
    base = keys.prefix(2, 4)
    assert await redis.hgetall(f"{base}:conv:turn:{person.key}") == {"n": str(old)}
    assert 0 < await redis.pttl(f"{base}:conv:turn:{person.key}") <= 3_600_001
    await person.say("new")
    turn = await person.take("one", "w3")
    assert (turn.number, turn.state, turn.mode) == (old + 1, b"", "")
    ruling = await SendLedger(room.rig.gateway, "w3", 10.0).begin(turn, "v1.2.new.0")
    assert (ruling.verdict, ruling.attempt) == ("go", 1)
    assert await room.rig.acceptor.accept([status(person, "v1.2.new.0", "sent")]) == [True]


async def test_i21_if_nobody_comes_back_the_gates_open_to_what_came_since(room: Room) -> None:
    async def die() -> None:
        await person.say("new")
        raise Interrupted

    person = await room.person("parked")
    with pytest.raises(Interrupted):
        await person.forget(Interrupting(room.rig.gateway, 1, die), hold_s=0.05)
    assert await room.rig.gateway.read("one", "w3", [2], 9, wait=False) == []
    room.clock.ms += 50
    await TimerPump(room.rig.gateway).promote_due([2])
    turn = await person.take("one", "w3")
    assert msgspec.json.decode(turn.events) == [f"{person.mark} new"]
    assert await person.commit(turn, Plan(state=b"new"), "w3") == 1
    await person.forget()
    await until(person.gone)


async def test_who_stood_still_until_the_gates_opened_begins_again(room: Room) -> None:
    async def stand_still() -> None:
        room.clock.ms += 50
        await TimerPump(room.rig.gateway).promote_due([2])

    person = await room.person()
    room.clock.ms += 1
    gateway = Interrupting(room.rig.gateway, 3, stand_still)
    assert (await person.forget(gateway, hold_s=0.05)).total == SEEDED.total
    await until(person.gone)
    person = await room.person()
    always = Interrupting(room.rig.gateway, 1, stand_still, onwards=True)
    with pytest.raises(UnavailableError, match="gates opened"):
        await person.forget(always, hold_s=0.05)


async def test_two_who_forget_the_same_at_once_both_end(room: Room) -> None:
    person = await room.person()
    room.clock.ms += 1
    first, second = await asyncio.gather(person.forget(), person.forget())
    assert first.total + second.total == SEEDED.total
    await until(person.gone)


async def test_a_mode_that_an_operator_sets_meanwhile_is_of_the_new_conversation(room: Room) -> None:
    async def silence() -> None:
        await person.submit(Script.MODE, {"l": "turn", "c": person.key, "md": "HUMAN"})

    person = await room.person()
    room.clock.ms += 1
    await person.forget(Interrupting(room.rig.gateway, 1, silence))
    await person.say("new")
    turn = await person.take("one", "w3")
    assert (turn.mode, turn.state) == ("HUMAN", b"")


async def test_i21_while_many_talk_one_is_forgotten_again_and_again(redis_url: str, redis: Redis) -> None:
    heard: dict[str, list[str]] = {}

    async def one(turn: Turn) -> Plan:
        await asyncio.sleep(0)
        timer = SetTimer("t", turn.now_ms + 20, b'"tick"')
        return Plan(to="two", state=turn.events, feed=(Feed("audit", turn.events),), timers=(timer,))

    def two(turn: Turn) -> Plan:
        heard.setdefault(turn.conversation, []).extend(msgspec.json.decode(turn.events))
        return Plan()

    people = [f"person-{n:02d}" for n in range(12)]
    async with Rig(redis_url) as rig:
        rig.start({"one": one, "two": two, "log": lambda _: Plan()})
        enough = asyncio.Event()
        talk = asyncio.create_task(_talk(rig, people, enough))
        for _ in range(15):
            await forget(rig.gateway, LANES, people[0])
        enough.set()
        last = await talk
        await rig.quiet()
        await forget(rig.gateway, LANES, people[0])
        await until(lambda: _traceless(rig.gateway, people[0]))
    for person in people[1:]:
        assert [text for text in heard[person] if text != "tick"] == [f"{n}" for n in range(last + 1)]
    of_forgotten = [int(text) for text in heard[people[0]] if text != "tick"]
    assert of_forgotten == sorted(set(of_forgotten))
    assert of_forgotten[-1] == last, "what is said after the last forgetting is heard"


async def _talk(rig: Rig, people: list[str], enough: asyncio.Event) -> int:
    """Fala até que baste, e uma vez mais; devolve o número do que disse por último."""
    n = 0
    while not enough.is_set():
        await asyncio.gather(*(rig.say(person, f"{n}") for person in people))
        n += 1
    await asyncio.gather(*(rig.say(person, f"{n}") for person in people))
    return n


async def _traceless(gateway: Gateway, word: str) -> bool:
    return not [trace async for trace in traces(gateway, [word.encode()])]


async def test_i8_i21_a_lost_answer_to_any_step_costs_nothing_of_the_new_conversation(room: Room) -> None:
    """Cada passo chega duas vezes; a segunda, depois de a pessoa ter falado e sido ouvida."""
    person = await room.person()
    room.clock.ms += 1
    said, heard = itertools.count(), list[str]()

    async def speak_and_be_heard() -> None:
        await person.say(f"new {next(said)}")
        for entry in await room.rig.gateway.read("one", "w3", [2], 9, wait=False):
            turn = decode(entry, "one", room.clock.ms)
            heard.extend(texts(turn))
            assert await person.commit(turn, Plan(state=b"new"), "w3") == 1

    twice = Repeating(room.rig.gateway, speak_and_be_heard)
    assert (await person.forget(twice)).total == 0, "only the second answers were seen"
    await speak_and_be_heard()
    assert heard == [f"{person.mark} new {n}" for n in range(len(heard))]
    assert len(heard) > 8
    seen = await peek(room.rig.gateway, "turn", person.key)
    assert (seen.state if seen else b"") == b"new"
