from redis.asyncio import Redis

from bench.harness.cluster import redis_masters
from bench.harness.servers import redis_server
from bench.scale.__main__ import COSTS
from bench.scale.crews import Crew, contenders
from bench.scale.cycle import Cost, Queue
from bench.scale.stages import SHORT, offer, opened
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.status import inspect


def test_each_stage_has_its_own_processes_or_one_has_them_all() -> None:
    assert Crew(2, 1).stages == ["a", "a", "b", "b", "c", "c"]
    assert Crew(0, 1).stages == ["a,b,c"]


def test_a_cost_is_told_per_event() -> None:
    cost = Cost(events=1000, worker_s=0.05, redis_s=0.02, clock_s=0.1)
    assert cost.per_event("take") == {"take_worker": 50.0, "take_redis": 20.0, "take_per_s": 10_000.0}


async def test_three_masters_share_what_an_installation_keeps() -> None:
    async with redis_masters(3) as masters:
        gateway = Gateway(masters.url, partitions=8)
        try:
            await gateway.open(["a"])
            assert len(await gateway.describe()) == 3
        finally:
            await gateway.close()
        assert await masters.cpu_s() > 0


async def test_a_crew_empties_the_queues_and_says_what_it_cost() -> None:
    (measure,) = contenders((Crew(0, 1),), 300).values()
    found = await measure()
    assert found["per_s"] > 0
    assert found["redis"] > 0


async def test_a_queue_ends_a_window_as_long_as_it_began() -> None:
    async with (
        redis_server() as server,
        opened(server.url, SHORT) as gateway,
        Redis.from_url(server.url) as redis,
    ):
        await offer(gateway, SHORT, range(1000), b"{}", "c{}".format, ids=False)
        queue = Queue(gateway, redis, 1000)
        for _ in range(2):
            found = await queue.window()
            waiting = await inspect(gateway, SHORT.stages)
            assert sum(stage.backlog for stage in waiting.stages) == 1000
        assert set(COSTS) <= set(found)
