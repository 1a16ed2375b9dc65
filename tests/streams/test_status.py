"""Uma inspeção só diz o que espera, o que está em curso, o que morreu e o que dorme, somando partições."""

from redis.asyncio import Redis

from pyloto_stream import __version__
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams import keys
from pyloto_stream.streams.model import Item, Outcome, Plan, SetTimer, Snooze, Turn, Unreadable
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.status import StageStatus, Status, inspect
from tests.support.streams import STAGES, ManualClock, Rig, finish, texts, until

HOUR_MS = 3_600_000


def stage(status: Status, name: str) -> StageStatus:
    return next(found for found in status.stages if found.stage == name)


def numbers(status: Status, name: str) -> tuple[int, int, int, int]:
    found = stage(status, name)
    return found.backlog, found.pending, found.dead, found.workers


async def test_an_empty_system_is_idle(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        status = await rig.status()
        assert status.idle
        assert status.stages == tuple(StageStatus(name, 0, 0, 0, 0) for name in STAGES)
        assert (status.timers, status.parked, status.dead_ingress, status.parked_late_s) == (0, 0, 0, None)
        assert [each.prefix for each in status.partitions] == [keys.prefix(p, 4) for p in range(4)]
        assert status.alarms() == []


async def test_it_counts_over_all_partitions(redis_url: str) -> None:
    def one(turn: Turn) -> Outcome:
        match texts(turn)[0]:
            case "die":
                raise PermanentError
            case "sleep":
                return Snooze(turn.now_ms + 60_000)
            case "timer":
                return Plan(to="two", timers=(SetTimer("t", turn.now_ms + 60_000, b"1"),))
        return Plan(to="two")

    async with Rig(redis_url, partitions=4) as rig:
        for kind, count in (("die", 5), ("sleep", 6), ("timer", 7), ("pass", 8)):
            items = [Item("turn", f"{kind}{n}", f'"{kind}"'.encode()) for n in range(count)]
            await rig.acceptor.accept(items)
        await rig.acceptor.accept([Unreadable("x", b"{", f"u{n}") for n in range(9)])
        assert numbers(await rig.status(), "one") == (26, 0, 0, 0)
        rig.start({"one": one})
        await until(lambda: _moved_on(rig))
        status = await rig.status()
        assert numbers(status, "one") == (0, 0, 5, 1)
        assert numbers(status, "two") == (15, 0, 0, 0)
        assert sum(each.parked for each in status.partitions) == 6
        assert {len(each.stages) for each in status.partitions} == {len(STAGES)}
        assert (status.timers, status.parked, status.dead_ingress) == (7, 6, 9)
        assert not status.idle


async def _moved_on(rig: Rig) -> bool:
    return stage(await rig.status(), "one").backlog == 0


async def test_what_is_in_hand_is_pending(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "oi")
        assert await rig.gateway.read("one", "w", [0], 10)
        assert numbers(await rig.status(), "one") == (1, 1, 0, 0)
        assert not await rig.idle()


async def test_a_token_that_sleeps_is_not_idle_and_a_timer_is(redis_url: str) -> None:
    def one(turn: Turn) -> Outcome:
        if texts(turn) == ["sleep"]:
            return Snooze(turn.now_ms + 60_000)
        return Plan(timers=(SetTimer("t", turn.now_ms + 60_000, b"1"),))

    async with Rig(redis_url) as rig:
        rig.start({"one": one})
        await rig.say("ana", "timer")
        await rig.quiet()
        assert (await rig.status()).timers == 1
        await rig.say("bia", "sleep")
        await until(lambda: rig.telemetry.of("snoozed") == [1])
        assert not await rig.idle()


async def test_a_stage_nobody_created_counts_as_empty(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        (unknown,) = (await inspect(rig.gateway, ["unknown"])).stages
        assert unknown == StageStatus("unknown", 0, 0, 0, 0, groupless=4)
        rig.start({"one": finish})
        await rig.quiet()


async def test_a_worker_counts_once_whatever_the_partitions_and_no_more_after_it_left(redis_url: str) -> None:
    async with Rig(redis_url, partitions=8) as rig:
        rig.start({"one": finish})
        await until(lambda: _workers(rig, 1))
        rig.start({"one": finish})
        await until(lambda: _workers(rig, 2))
        await rig.stop()
        assert stage(await rig.status(), "one").workers == 0


async def test_a_worker_that_went_silent_stops_counting(redis_url: str) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await beat(rig, "w1", ttl_ms=1000)
        clock.ms += 999
        assert stage(await rig.status(), "one").workers == 1
        clock.ms += 1
        assert stage(await rig.status(), "one").workers == 0


async def test_the_name_of_a_dead_worker_leaves_the_group_only_when_it_holds_nothing(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "oi")
        assert await rig.gateway.read("one", "holds", [0], 10)
        await redis.xgroup_createconsumer("pyloto:{00}:stream:one", "workers", "empty")
        await until(lambda: _idle_for(redis, 2))
        assert await beat(rig, "w1", gone_ms=HOUR_MS) == 0
        assert await beat(rig, "w1", gone_ms=1) == 1
        assert await _consumers(redis) == ["holds"]


async def test_a_worker_says_its_version_its_state_and_since_when(redis_url: str) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=2, clock=clock) as rig:
        rig.start({"one": finish})
        await until(lambda: _workers(rig, 1))
        clock.ms += 7000
        (worker,) = stage(await inspect(rig.gateway, STAGES, clock), "one").crew
        assert (worker.name, worker.version, worker.state) == ("test-0", __version__, "running")
        assert worker.since_s == 7.0
        await beat(rig, "w2", state="paused")
        await beat(rig, "w2", state="draining")
        crew = stage(await inspect(rig.gateway, STAGES, clock), "one").crew
        assert [(each.name, each.state) for each in crew] == [("test-0", "running"), ("w2", "draining")]


async def test_the_names_of_workers_that_fell_silent_do_not_pile_up(redis_url: str, redis: Redis) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await beat(rig, "w1")
        clock.ms += 1001
        await beat(rig, "w2")
        assert await redis.hkeys("pyloto:{00}:workers:one") == ["w2"]
        await beat(rig, "w2", ttl_ms=0)
        assert not await redis.exists("pyloto:{00}:workers:one")


async def test_age_and_lateness_are_of_what_waits_longest(redis_url: str, redis: Redis) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=2, clock=clock) as rig:
        await rig.say("ana", "oi")
        (entry,) = await rig.gateway.read("one", "w", [keys.partition_of("ana", 2)], 1)
        clock.ms = int(entry.id.partition("-")[0]) + 90_000
        status = await inspect(rig.gateway, STAGES, clock)
        assert stage(status, "one").oldest_age_s == 90.0
        assert stage(status, "two").oldest_age_s is None
        for partition, late_ms in enumerate((5000, -2000)):
            await redis.zadd(f"{keys.prefix(partition, 2)}:parked", {"turn|x": clock.ms - late_ms})
        status = await inspect(rig.gateway, STAGES, clock)
        assert status.parked_late_s == 5.0
        assert [each.parked_late_s for each in status.partitions] == [5.0, -2.0]


async def test_work_without_a_worker_and_a_stream_without_a_group_are_alarms(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "oi")
        assert (await rig.status()).alarms() == ["one: 1 waiting and no worker"]
        await beat(rig, "w1", ttl_ms=HOUR_MS)
        assert (await rig.status()).alarms() == []
        await redis.xgroup_destroy("pyloto:{00}:stream:two", "workers")
        assert (await rig.status()).alarms() == ["two: 1 partitions without a consumer group"]


async def beat(
    rig: Rig, worker: str, *, ttl_ms: int = 1000, gone_ms: int = HOUR_MS, state: str = "running"
) -> int:
    op = {"s": "one", "w": worker, "ttl": ttl_ms, "gone": gone_ms, "v": "1", "st": state}
    removed: int = await rig.gateway.submit(Script.BEAT, 0, op)
    return removed


async def _workers(rig: Rig, count: int) -> bool:
    return stage(await rig.status(), "one").workers == count


async def _consumers(redis: Redis) -> list[str]:
    rows = await redis.xinfo_consumers("pyloto:{00}:stream:one", "workers")
    return sorted(str(row["name"]) for row in rows)


async def _idle_for(redis: Redis, ms: int) -> bool:
    rows = await redis.xinfo_consumers("pyloto:{00}:stream:one", "workers")
    return all(int(row["idle"]) >= ms for row in rows)
