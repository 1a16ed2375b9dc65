"""A vez e o livro numa ida: só escreve no livro quem tem as duas vezes, e só as toma quem vai enviar."""

from collections.abc import AsyncIterator
from itertools import repeat

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.errors import LostError
from pyloto_stream.streams.ledger import Ruling
from pyloto_stream.streams.model import Turn
from pyloto_stream.streams.pace import Pacer, Slot, Turnstile
from pyloto_stream.streams.scripts import Script
from tests.support.sends import REPLY, WINDOW_S, Sender, settlement
from tests.support.streams import ManualClock, Rig

KEY = f"pyloto:{{00}}:send:{REPLY}"
NUMBERS = [f"10654035224292{n}" for n in range(8)]
"""De várias partições; a conversa é da primeira."""
NUMBER = NUMBERS[0]
GO = Ruling("go", attempt=1)


class Room:
    """Um turno de `ana`, a uma mensagem por segundo por número e uma a cada seis por pessoa."""

    def __init__(self, rig: Rig, clock: ManualClock) -> None:
        self.clock = clock
        self.rig = rig
        self.sender = Sender(rig, clock)
        self.pacer = Pacer(rig.gateway, {"": 1.0}, 6.0, 1)

    async def ask(self, turn: Turn, number: str = NUMBER, held: Slot | None = None) -> Ruling | Turnstile:
        slots = self.pacer.slots(number, held)
        assert slots is not None
        return await self.sender.ledger.begin_in_turn(turn, REPLY, slots)

    async def untaken(self, number: str = NUMBER) -> bool:
        """A vez do número ainda está livre? Depois desta pergunta, não."""
        return (await self.pacer.reserve("bia", number)).wait_ms == 0


@pytest_asyncio.fixture
async def room(redis_url: str) -> AsyncIterator[Room]:
    clock = ManualClock()
    async with Rig(redis_url, partitions=4, clock=clock) as rig:
        await rig.say("ana", "oi")
        yield Room(rig, clock)


async def test_i17_who_goes_has_spent_the_same_slots_as_who_asks_in_two_trips(room: Room) -> None:
    turn = await room.sender.take()
    for number in NUMBERS:
        assert await room.ask(turn, number) == GO
        await room.sender.ledger.refused(turn, REPLY, for_good=False)
        assert not await room.untaken(number)
        assert (await room.pacer.reserve("ana", number)).wait_ms == 6000
        room.clock.ms += 12_000


async def test_who_waits_for_a_person_leaves_the_number_and_the_ledger_alone(
    room: Room, redis: Redis
) -> None:
    turn = await room.sender.take()
    await room.pacer.reserve("ana", NUMBERS[1])
    due_ms = room.clock.ms + 6000
    assert await room.ask(turn) == Turnstile(due_ms, 6000, Slot(due_ms))
    assert await redis.exists(KEY) == 0
    assert await room.untaken()


async def test_who_waits_for_the_number_keeps_both_slots_and_goes_in_them(room: Room, redis: Redis) -> None:
    turn = await room.sender.take()
    await room.pacer.reserve("bia", NUMBER)
    early = await room.ask(turn)
    assert isinstance(early, Turnstile)
    assert (early.wait_ms, early.slot.number_ms) == (1000, early.due_ms)
    assert await redis.exists(KEY) == 0
    room.clock.ms = early.due_ms
    assert await room.ask(turn, held=early.slot) == GO
    assert (await room.pacer.reserve("caio", NUMBER)).wait_ms == 1000


async def test_who_then_has_to_wait_for_the_person_does_not_lose_the_slot_of_the_number(room: Room) -> None:
    turn = await room.sender.take()
    await room.pacer.reserve("bia", NUMBER)
    early = await room.ask(turn)
    assert isinstance(early, Turnstile)
    room.clock.ms = early.due_ms
    await room.pacer.throttled("ana", NUMBER, 9000, pair=True)
    for slots_of in (room.ask(turn, held=early.slot), room.pacer.reserve("ana", NUMBER, early.slot)):
        later = await slots_of
        assert isinstance(later, Turnstile)
        assert (later.wait_ms, later.slot.number_ms) == (9000, early.slot.number_ms)


@pytest.mark.parametrize("known", ["sent", "failed", "doubt", "silenced"])
async def test_who_will_not_send_takes_no_slot(room: Room, known: str) -> None:
    turn = await room.sender.take()
    if known == "silenced":
        await room.rig.gateway.submit(Script.MODE, 0, {"l": "turn", "c": "ana", "md": "HUMAN"})
    else:
        await room.sender.ledger.begin(turn, REPLY)
    if known in ("sent", "failed"):
        await room.rig.acceptor.accept([settlement(known)])
    ruling = await room.ask(turn)
    assert isinstance(ruling, Ruling)
    assert ruling.verdict == known
    assert await room.untaken()


async def test_who_lost_the_entry_takes_no_slot(room: Room) -> None:
    turn = await room.sender.take()
    await Sender(room.rig, room.clock, "w2").claim()
    with pytest.raises(LostError):
        await room.ask(turn)
    assert await room.untaken()


async def test_a_question_repeated_because_its_answer_was_lost_goes_although_others_took_the_next_slot(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = await room.sender.take()
    monkeypatch.setattr(room.sender.ledger, "_asked", repeat(1))
    assert await room.ask(turn) == GO
    await room.pacer.reserve("bia", NUMBER)
    assert await room.ask(turn) == GO


async def test_a_resend_asks_for_a_turn_of_its_own(room: Room) -> None:
    turn = await room.sender.take()
    assert await room.ask(turn) == GO
    room.clock.ms += int(WINDOW_S * 1000)
    assert await room.ask(turn) == Ruling("go", attempt=2, resend=True)
    assert not await room.untaken()
