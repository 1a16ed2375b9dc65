"""O que dorme se lista do que vence primeiro para o último, por todas as partições, em páginas."""

from pyloto_stream.errors import TransientError
from pyloto_stream.streams import keys
from pyloto_stream.streams.model import Outcome, Plan, SetTimer, Snooze, Turn
from pyloto_stream.streams.upcoming import Sleeper, upcoming
from tests.support.streams import Rig, finish, texts, until

HOUR_MS = 3_600_000


async def test_timers_of_all_partitions_come_in_the_order_they_are_due(redis_url: str) -> None:
    base = 2_000_000_000_000

    def one(turn: Turn) -> Outcome:
        due = base + int(texts(turn)[0])
        return Plan(timers=(SetTimer("follow-up", due, b"1"), SetTimer("later", due + HOUR_MS, b"2")))

    async with Rig(redis_url, partitions=4) as rig:
        rig.start({"one": one})
        for number in range(40):
            await rig.say(f"p{number}", str(number * 7 % 40))
        await rig.quiet()
        found = await upcoming(rig.gateway, "timers", limit=10)
        assert [sleeper.due_ms - base for sleeper in found] == list(range(10))
        assert len(await upcoming(rig.gateway, "timers", limit=1000)) == 80
        own = await upcoming(rig.gateway, "timers", limit=10, conversation="p1")
        partition = keys.partition_of("p1", 4)
        assert own == [
            Sleeper(base + 7, "turn", "p1", partition, name="follow-up"),
            Sleeper(base + 7 + HOUR_MS, "turn", "p1", partition, name="later"),
        ]
        assert await upcoming(rig.gateway, "timers", limit=10, conversation="nobody") == []
        assert await upcoming(rig.gateway, "parked", limit=10) == []


async def test_more_than_a_page_is_read_whole(redis_url: str) -> None:
    def one(turn: Turn) -> Outcome:
        return Plan(timers=tuple(SetTimer(f"t{n}", turn.now_ms + HOUR_MS + n, b"1") for n in range(1201)))

    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": one})
        await rig.say("ana", "oi")
        await rig.quiet()
        found = await upcoming(rig.gateway, "timers", limit=5000)
        assert [sleeper.name for sleeper in found] == [f"t{n}" for n in range(1201)]


async def test_a_parked_turn_says_its_stage_and_what_it_went_through(redis_url: str) -> None:
    def one(turn: Turn) -> Outcome:
        if turn.failures < 2:
            raise TransientError
        if turn.snoozes < 1:
            return Snooze(turn.now_ms)
        return Snooze(turn.now_ms + HOUR_MS)

    async with Rig(redis_url, partitions=2) as rig:
        rig.start({"one": one, "two": finish})
        await rig.say("ana", "oi")
        found: list[Sleeper] = []

        async def parked() -> bool:
            found[:] = await upcoming(rig.gateway, "parked", limit=10)
            return bool(found) and found[0].snoozes == 2

        await until(parked)
        (sleeper,) = found
        assert (sleeper.lane, sleeper.conversation, sleeper.stage) == ("turn", "ana", "one")
        assert (sleeper.failures, sleeper.snoozes, sleeper.name) == (2, 2, "")
