"""Em qualquer sequência de operações nada se perde, nada vale duas vezes, e cada conversa segue em ordem."""

import pytest
from redis.asyncio import Redis

from tests.support.look import found
from tests.support.random_walk import Walk
from tests.support.streams import ManualClock, Rig

SEEDS = range(12)
STEPS = 200


@pytest.mark.parametrize("seed", SEEDS)
async def test_random_walks_agree_with_the_model(redis_url: str, redis: Redis, seed: int) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        walk = Walk(rig, redis, clock, seed)
        try:
            for step in range(STEPS):
                await walk.step()
                if step % 10 == 0:
                    await walk.compare()
            await walk.finish()
            await walk.compare()
        except AssertionError as error:
            error.add_note(f"seed {seed}, last steps:\n" + "\n".join(walk.log[-30:]))
            raise
    for person in walk.people.values():
        assert [event for event in person.done if event.startswith("e")] == person.accepted
        assert len(set(person.done)) == len(person.done)
    assert await found(redis, "*:inbox:*") == []
