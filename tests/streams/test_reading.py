"""Com atraso em todas as partições, lê-se de poucas por vez, e nenhuma fica para trás."""

from collections import Counter
from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from pyloto_stream.streams.entry import Entry
from pyloto_stream.streams.keys import partition_of
from pyloto_stream.streams.model import Plan, Turn
from pyloto_stream.streams.reading import Reading
from tests.support.streams import FAST, Rig, until

if TYPE_CHECKING:
    from pyloto_stream.streams.duty import Duty

PARTITIONS = 8


@pytest.mark.parametrize("concurrency", [8, 32])
async def test_each_conversation_of_a_backlog_is_handled_once_and_no_partition_waits_for_the_end(
    redis_url: str, concurrency: int
) -> None:
    handled: list[str] = []
    batches: list[set[int]] = []

    def pure(turn: Turn) -> Plan:
        handled.append(turn.conversation)
        return Plan()

    async with Rig(redis_url, partitions=PARTITIONS) as rig:
        people = [f"p{number}" for number in range(800)]
        for person in people:
            await rig.say(person, "oi")
        read = rig.gateway.read

        async def seen(*args: object, **kwargs: object) -> object:
            entries = await read(*args, **kwargs)  # type: ignore[arg-type]
            batches.append({entry.partition for entry in entries})
            return entries

        rig.gateway.read = seen  # type: ignore[assignment, method-assign]
        rig.start({"one": pure}, msgspec.structs.replace(FAST, concurrency=concurrency))
        await until(lambda: len(handled) >= len(people))
        await rig.quiet()
    assert Counter(handled) == Counter(people)
    first = handled[: len(people) // 2]
    assert {partition_of(person, PARTITIONS) for person in first} == set(range(PARTITIONS))
    assert sum(len(batch) == PARTITIONS // 4 for batch in batches) > len(batches) // 3, "few at a time"


async def test_no_read_is_without_a_limit_when_the_room_shrinks_to_one() -> None:
    asked: list[int] = []

    class Queues:
        """Sempre com atraso, até que `empty`."""

        empty = False

        async def read(
            self, _stage: str, _consumer: str, partitions: Sequence[int], count: int, *, wait: bool
        ) -> list[Entry]:
            del wait
            asked.append(count)
            return [] if self.empty else [Entry(p, f"{n}-0", ()) for p in partitions for n in range(count)]

    queues = Queues()
    duty = SimpleNamespace(gateway=queues, stage="one", consumer="c", settler=SimpleNamespace(inline=True))
    reading = Reading(cast("Duty", duty))
    await reading.next(range(PARTITIONS), 32, wait=True)
    queues.empty = True
    assert await reading.next(range(PARTITIONS), 1, wait=True) == []
    assert min(asked) > 0
