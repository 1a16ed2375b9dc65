"""Uma inspeção só diz o que espera, o que está em curso, o que morreu e o que dorme, somando partições."""

from redis.asyncio import Redis

from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.model import Item, Outcome, Plan, SetTimer, Snooze, Turn, Unreadable
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.status import StageStatus, Status, inspect
from tests.support.streams import STAGES, ManualClock, Rig, finish, texts, until

HOUR_MS = 3_600_000


def stage(status: Status, name: str) -> StageStatus:
    return next(found for found in status.stages if found.stage == name)


async def test_an_empty_system_is_idle(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        status = await rig.status()
        assert status.idle
        assert status == Status(tuple(StageStatus(name, 0, 0, 0, 0) for name in STAGES), 0, 0, 0)


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
        assert stage(await rig.status(), "one") == StageStatus("one", 26, 0, 0, 0)
        rig.start({"one": one})
        await until(lambda: _moved_on(rig))
        status = await rig.status()
        assert stage(status, "one") == StageStatus("one", 0, 0, 5, 1)
        assert stage(status, "two") == StageStatus("two", 15, 0, 0, 0)
        assert (status.timers, status.parked, status.dead_ingress) == (7, 6, 9)
        assert not status.idle


async def _moved_on(rig: Rig) -> bool:
    return stage(await rig.status(), "one").backlog == 0


async def test_what_is_in_hand_is_pending(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "oi")
        assert await rig.gateway.read("one", "w", [0], 10)
        assert stage(await rig.status(), "one") == StageStatus("one", 1, 1, 0, 0)
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
        assert (await inspect(rig.gateway, ["unknown"])).stages == (StageStatus("unknown", 0, 0, 0, 0),)
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


async def beat(rig: Rig, worker: str, *, ttl_ms: int = 1000, gone_ms: int = HOUR_MS) -> int:
    op = {"s": "one", "w": worker, "ttl": ttl_ms, "gone": gone_ms}
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
