"""Olhar uma conversa diz o que há dela agora, e nada se não há."""

from pyloto_stream.streams.model import Outcome, Plan, Turn
from pyloto_stream.streams.peek import Peeked, peek
from pyloto_stream.streams.scripts import Script
from tests.support.sends import Sender
from tests.support.streams import ManualClock, Rig


async def test_a_conversation_nobody_had_is_none(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        await rig.say("bia", "oi")
        assert await peek(rig.gateway, "turn", "ana") is None
        assert await peek(rig.gateway, "audit", "bia") is None


async def test_who_works_on_it_what_waits_its_mode_and_its_state_are_told(redis_url: str) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        sender = Sender(rig, clock)
        await rig.say("ana", "1", "2", "3")
        assert await peek(rig.gateway, "turn", "ana") == Peeked("", busy=True, waiting=2, state=b"")
        await sender.commit(await sender.take(), Plan(state=b'{"a":1}', mode="PAUSED"))
        assert await peek(rig.gateway, "turn", "ana") == Peeked(
            "PAUSED", busy=True, waiting=0, state=b'{"a":1}'
        )
        await sender.commit(await sender.take(), Plan())
        await rig.gateway.submit(Script.MODE, 0, {"l": "turn", "c": "ana", "md": "BOT"})
        assert await peek(rig.gateway, "turn", "ana") == Peeked(
            "BOT", busy=False, waiting=0, state=b'{"a":1}'
        )


async def test_every_conversation_is_found_in_its_own_partition(redis_url: str) -> None:
    people = [f"p{number}" for number in range(20)]

    def one(turn: Turn) -> Outcome:
        return Plan(state=turn.conversation.encode())

    async with Rig(redis_url) as rig:
        for person in people:
            await rig.say(person, "oi")
        rig.start({"one": one})
        await rig.quiet()
        for person in people:
            found = await peek(rig.gateway, "turn", person)
            assert found is not None
            assert found.state == person.encode()
