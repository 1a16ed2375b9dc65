"""Com atraso em todas as partições, lê-se de poucas por vez, e nenhuma fica para trás."""

from collections import Counter

import msgspec
import pytest

from pyloto_stream.streams.keys import partition_of
from pyloto_stream.streams.model import Plan, Turn
from tests.support.streams import FAST, Rig, until

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
