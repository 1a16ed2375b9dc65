"""Mexer em muitos mortos promete: no passo pedido, só nos contados, e parar a tempo, com a conta certa."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest_asyncio
from redis.asyncio import Redis

from consumers.pipeline import STAGES
from pyloto_stream.cli.dlq_jobs import Replay
from pyloto_stream.cli.dlq_options import Chosen
from pyloto_stream.cli.dlq_run import Pace, Problem, perform, survey
from pyloto_stream.settings import Settings
from pyloto_stream.streams import keys
from pyloto_stream.streams.dead import DeadLetter, LetterId, Search
from pyloto_stream.streams.embedded import EmbeddedRedis
from pyloto_stream.streams.gateway import Gateway
from tests.support.letters import bury, failed, token
from tests.support.look import only
from tests.support.records import action
from tests.support.replays import EVERYTHING, OPERATOR, Clock, Scene
from tests.support.servers import crash, redis_binary


class Worse(Replay):
    """Devolução em que cada morto que volta mata outro."""

    redis: Redis

    async def run(self, letter: DeadLetter) -> bool:
        done = await super().run(letter)
        await bury(self.redis, token("worse"))
        return done


class Interrupted(Replay):
    """Devolução em que alguém pede para parar depois do terceiro."""

    stop: asyncio.Event
    left = 3

    async def run(self, letter: DeadLetter) -> bool:
        self.left -= 1
        if not self.left:
            self.stop.set()
        return await super().run(letter)


@pytest_asyncio.fixture
async def scene(redis_url: str, redis: Redis) -> AsyncIterator[Scene]:
    gateway = Gateway(redis_url, partitions=8)
    await gateway.open(STAGES)
    yield Scene(gateway, redis)
    await gateway.close()


async def test_all_that_matched_come_back(scene: Scene) -> None:
    ids = await scene.fill(5)
    report = await scene.run()
    assert (report.matched, report.done, report.skipped, report.failed, report.stopped) == (5, 5, 0, 0, None)
    assert report.ids == [str(name) for name in ids]
    assert scene.steps == 5


async def test_the_limit_takes_the_oldest(scene: Scene) -> None:
    ids = await scene.fill(5)
    report = await scene.run(Chosen(Search(), (), 2))
    assert (report.matched, report.ids) == (2, [str(name) for name in ids[:2]])


async def test_a_rate_is_kept_without_bursts(scene: Scene) -> None:
    await scene.fill(4)
    clock = Clock()
    await scene.run(pace=Pace(2.0, clock, clock.sleep))
    assert clock.naps == [0.5, 0.5, 0.5]
    pace = Pace(2.0, clock, clock.sleep)
    await pace.wait()
    clock.now_s += 60
    clock.naps.clear()
    for _ in range(3):
        await pace.wait()
    assert clock.naps == [0.5, 0.5]


async def test_new_dead_letters_stop_the_rest(scene: Scene) -> None:
    await scene.fill(6)
    job = Worse(scene.gateway, Settings(), OPERATOR)
    job.redis = scene.redis
    report = await scene.run(job=job, stop_on_errors=2)
    assert (report.done, report.stopped) == (2, "new_dead_letters")


async def test_who_dies_after_the_count_is_not_touched(scene: Scene) -> None:
    first, second = await scene.fill(2)
    found = await survey(scene.gateway, EVERYTHING, scene.job, 0)
    late = await bury(scene.redis, token("late"), entry="1000-0")
    report = await perform(scene.gateway, EVERYTHING, scene.job, found, pace=Pace(), stop=scene.stop)
    assert report.ids == [str(first), str(second)]
    assert (await survey(scene.gateway, EVERYTHING, scene.job, 0)).last == late


async def test_a_letter_of_the_audit_lane_goes_back_to_it_before_the_record_of_that(scene: Scene) -> None:
    record = msgspec.json.encode(action()).decode()
    name = await bury(scene.redis, token("ana", l="audit", e=f"[{record}]"), "audit")
    assert (await scene.run()).done == 1
    base = keys.prefix(name.partition, 8)
    assert (await only(scene.redis, f"{base}:stream:audit"))["e"] == f"[{record}]"
    (waiting,) = await scene.redis.lrange(f"{base}:inbox:audit:ana", 0, -1)
    assert json.loads(waiting)["action"] == "DLQ_REPLAYED"


async def test_what_dies_meanwhile_is_not_taken_up_again(scene: Scene) -> None:
    await scene.fill(3)
    job = Worse(scene.gateway, Settings(), OPERATOR)
    job.redis = scene.redis
    report = await scene.run(job=job)
    assert (report.done, report.stopped) == (3, None)


async def test_failures_stop_the_rest_and_the_letters_stay(scene: Scene) -> None:
    for name in await scene.fill(4):
        base, conversation = keys.prefix(name.partition, 8), f"c{name.at_ms - 1}"
        await scene.redis.hset(f"{base}:conv:turn:{conversation}", "g", "1")
        await scene.redis.set(f"{base}:inbox:turn:{conversation}", "no list")
    report = await scene.run(stop_on_errors=2)
    assert (report.done, report.failed, report.stopped) == (0, 2, "errors")
    assert (await survey(scene.gateway, EVERYTHING, scene.job, 0)).matched == 4
    assert (await scene.run()).failed == 4


async def test_who_interrupts_gets_the_count_of_what_was_done(scene: Scene) -> None:
    await scene.fill(6)
    job = Interrupted(scene.gateway, Settings(), OPERATOR)
    job.stop = scene.stop
    report = await scene.run(job=job)
    assert (report.done, report.stopped) == (3, "interrupted")


async def test_what_cannot_go_back_is_skipped_with_the_reason_and_the_rest_goes(scene: Scene) -> None:
    notice = await bury(scene.redis, token("ana", failed()), entry="1-0")
    await bury(scene.redis, token("bia"), entry="2-0")
    odd = await bury(scene.redis, {"code": "undecodable_token", "x": "y"}, entry="3-0")
    report = await scene.run()
    assert (report.matched, report.done, report.skipped, report.refused) == (3, 1, 2, 2)
    assert report.problems == [
        Problem(str(notice), "nothing is left to replay but notices of ours"),
        Problem(str(odd), "it belongs to no conversation"),
    ]


async def test_a_letter_that_vanished_since_it_was_counted_is_skipped(scene: Scene) -> None:
    first, second = await scene.fill(2)
    found = await survey(scene.gateway, EVERYTHING, scene.job, 0)
    assert (await scene.run(Chosen(Search(), (first,), None))).done == 1
    wanted = Chosen(Search(), (first, second), None)
    report = await perform(
        scene.gateway, wanted, scene.job, found, pace=Pace(), stop=scene.stop
    )  # fmt: skip
    assert report.ids == [str(second)]
    dead = DeadLetter(first, {name: value.encode() for name, value in token("c0").items()})
    assert not await scene.job.run(dead)


async def test_a_name_that_is_not_there_is_told(scene: Scene) -> None:
    (first,) = await scene.fill(1)
    gone = LetterId(9, 9, 3, "ai")
    report = await scene.run(Chosen(Search(), (first, gone), None))
    assert (report.done, report.skipped) == (1, 1)
    assert [problem.id for problem in report.problems] == [str(gone)]


async def test_redis_away_in_the_middle_ends_the_work_with_the_count(tmp_path: Path) -> None:
    own_server = EmbeddedRedis(tmp_path / "own", binary=redis_binary("redis"))
    await own_server.start()
    gateway = Gateway(own_server.url, partitions=8)
    await gateway.open(STAGES)
    async with Redis.from_url(own_server.url, decode_responses=True) as redis:
        scene = Scene(gateway, redis)
        await scene.fill(3)

        class Crashing(Replay):
            async def run(self, letter: DeadLetter) -> bool:
                done = await super().run(letter)
                await crash(own_server)
                return done

        report = await scene.run(job=Crashing(gateway, Settings(), OPERATOR))
    await gateway.close()
    await own_server.stop()
    assert (report.done, report.failed, report.stopped) == (1, 0, "redis_unavailable")
