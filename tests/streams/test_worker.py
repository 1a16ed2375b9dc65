"""O executor cumpre o que promete, num Redis e num Valkey de verdade."""

import asyncio

import msgspec
from redis.asyncio import Redis

from pyloto_stream.errors import PermanentError, TransientError, UnavailableError
from pyloto_stream.streams.lease import Failure
from pyloto_stream.streams.model import CancelTimer, Feed, Outcome, Plan, SetTimer, Snooze, Turn
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.stage import StageSpec
from tests.support.look import only
from tests.support.streams import FAST, ManualClock, Rig, finish, forward, texts, until


async def test_event_travels_all_stages_once_and_leaves_nothing_behind(redis_url: str, redis: Redis) -> None:
    seen: list[tuple[str, list[str], bytes]] = []

    def two(turn: Turn) -> Outcome:
        seen.append((turn.conversation, texts(turn), turn.payload))
        return Plan()

    async with Rig(redis_url) as rig:
        rig.start({"one": forward, "two": two, "log": finish})
        await rig.say("ana", "oi")
        await rig.quiet()
    assert seen == [("ana", ["oi"], b'["oi"]')]
    assert await redis.exists("pyloto:{00}:inbox:turn:ana") == 0
    assert [key async for key in redis.scan_iter("*inbox*")] == []


async def test_messages_that_arrive_during_a_turn_become_one_next_turn_in_order(redis_url: str) -> None:
    turns: list[list[str]] = []
    started, go = asyncio.Event(), asyncio.Event()

    async def one(turn: Turn) -> Outcome:
        turns.append(texts(turn))
        started.set()
        await go.wait()
        return Plan()

    async with Rig(redis_url) as rig:
        rig.start({"one": one})
        await rig.say("ana", "1")
        await started.wait()
        await rig.say("ana", "2", "3", "4")
        go.set()
        await rig.quiet()
    assert turns == [["1"], ["2", "3", "4"]]


async def test_i5_effects_are_applied_once_and_in_order_with_many_workers(
    redis_url: str, redis: Redis
) -> None:
    async def two(turn: Turn) -> Outcome:
        return Plan(state=turn.state + "".join(texts(turn)).encode())

    async with Rig(redis_url) as rig:
        for _ in range(3):
            rig.start({"one": forward, "two": two})
        for number in range(10):
            await asyncio.gather(*(rig.say(f"c{c}", str(number)) for c in range(40)))
        await rig.quiet()
    states = [await redis.hget(key, "s") async for key in redis.scan_iter("*:conv:turn:*")]
    assert states == ["0123456789"] * 40


async def test_state_written_by_a_stage_is_seen_by_the_next_stage_and_the_next_turn(redis_url: str) -> None:
    states: list[bytes] = []

    def one(turn: Turn) -> Outcome:
        states.append(turn.state)
        return Plan(to="two", state=turn.state + b"1")

    def two(turn: Turn) -> Outcome:
        states.append(turn.state)
        return Plan(state=turn.state + b"2")

    async with Rig(redis_url) as rig:
        rig.start({"one": one, "two": two})
        await rig.say("ana", "a")
        await rig.quiet()
        await rig.say("ana", "b")
        await rig.quiet()
    assert states == [b"", b"1", b"12", b"121"]


async def test_turn_numbers_grow_and_never_repeat_even_if_the_record_expires(
    redis_url: str, redis: Redis
) -> None:
    numbers: list[int] = []

    def one(turn: Turn) -> Outcome:
        numbers.append(turn.number)
        return Plan()

    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        rig.start({"one": one})
        await rig.say("ana", "a")
        await rig.quiet()
        await redis.delete("pyloto:{00}:conv:turn:ana")
        clock.ms += 1
        await rig.say("ana", "b")
        await rig.quiet()
    assert numbers[0] < numbers[1]


async def test_feed_enters_the_other_lane_in_order(redis_url: str) -> None:
    logged: list[str] = []

    def one(turn: Turn) -> Outcome:
        return Plan(feed=tuple(Feed("audit", msgspec.json.encode(text)) for text in texts(turn)))

    def log(turn: Turn) -> Outcome:
        logged.extend(texts(turn))
        return Plan()

    async with Rig(redis_url) as rig:
        rig.start({"one": one, "log": log})
        for text in "abcdef":
            await rig.say("ana", text)
        await rig.quiet()
    assert logged == list("abcdef")


async def test_transient_failure_is_retried_and_the_conversation_waits_in_order(redis_url: str) -> None:
    seen: list[tuple[list[str], int]] = []

    def one(turn: Turn) -> Outcome:
        seen.append((texts(turn), turn.failures))
        if texts(turn) == ["bad"] and turn.failures < 2:
            raise TransientError(code="flaky")
        return Plan()

    async with Rig(redis_url) as rig:
        rig.start({"one": one})
        await rig.say("ana", "bad")
        await rig.say("ana", "next")
        await rig.quiet()
        assert rig.telemetry.of("retried") == ["flaky", "flaky"]
    assert [s for s in seen if s[0] == ["bad"]] == [(["bad"], 0), (["bad"], 1), (["bad"], 2)]
    assert seen[-1][0] == ["next"]


async def test_i13_unavailable_dependency_costs_no_attempt_and_is_never_buried(redis_url: str) -> None:
    calls = 0

    async def one(turn: Turn) -> Outcome:
        nonlocal calls
        calls += 1
        assert turn.failures == 0
        if calls <= FAST.max_attempts + 3:
            raise UnavailableError(code="graph_down")
        return Plan()

    async with Rig(redis_url) as rig:
        rig.start({"one": one})
        await rig.say("ana", "oi")
        await until(lambda: calls > FAST.max_attempts + 3)
        await rig.quiet()
        assert rig.telemetry.of("buried") == []


async def test_snooze_returns_when_due_with_its_payload(redis_url: str) -> None:
    payloads: list[bytes] = []

    def two(turn: Turn) -> Outcome:
        payloads.append(turn.payload)
        return Plan() if turn.snoozes else Snooze(due_ms=turn.now_ms + 30, payload=b'"again"')

    async with Rig(redis_url) as rig:
        rig.start({"one": forward, "two": two})
        await rig.say("ana", "oi")
        await until(lambda: len(payloads) == 2)
        await rig.quiet()
    assert payloads == [b'["oi"]', b'"again"']


async def test_i6_permanent_failure_is_buried_with_its_token_and_the_conversation_goes_on(
    redis_url: str, redis: Redis
) -> None:
    seen: list[list[str]] = []

    def one(turn: Turn) -> Outcome:
        seen.append(texts(turn))
        if texts(turn) == ["bad"]:
            raise PermanentError("cannot be", code="impossible")
        return Plan()

    def notice(_turn: Turn, failure: Failure) -> bytes:
        return msgspec.json.encode(f"buried:{failure.code}")

    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "bad")
        await rig.say("ana", "next")
        rig.start({"one": StageSpec("one", one, notice)})
        await rig.quiet()
    assert seen == [["bad"], ["buried:impossible", "next"]]
    record = await only(redis, "pyloto:{00}:dead:one")
    assert (record["code"], record["c"], record["e"]) == ("impossible", "ana", '["bad"]')


async def test_bug_is_buried_after_the_attempts_without_leaking_its_text(
    redis_url: str, redis: Redis
) -> None:
    def one(turn: Turn) -> Outcome:
        raise ZeroDivisionError(f"secret {texts(turn)}")

    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": one})
        await rig.say("ana", "oi")
        await until(lambda: rig.telemetry.of("buried") == ["bug_ZeroDivisionError"])
        await rig.quiet()
    record = await only(redis, "pyloto:{00}:dead:one")
    assert (record["attempts"], record["message"]) == (str(FAST.max_attempts), "unexpected exception")


async def test_entry_that_is_not_a_token_is_buried_at_once_with_its_bytes(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await redis.xadd("pyloto:{00}:stream:one", {"junk": "\x00\x01"})
        rig.start({"one": forward})
        await rig.quiet()
    record = await only(redis, "pyloto:{00}:dead:one")
    assert (record["code"], record["junk"]) == ("undecodable_token", "\x00\x01")


async def test_timer_fires_through_the_inbox_and_a_cancelled_one_does_not(redis_url: str) -> None:
    seen: list[str] = []

    def one(turn: Turn) -> Outcome:
        seen.extend(texts(turn))
        if texts(turn) == ["start"]:
            due = turn.now_ms + 40
            return Plan(timers=(SetTimer("a", due, b'"fired-a"'), SetTimer("b", due, b'"fired-b"')))
        if texts(turn) == ["cancel"]:
            return Plan(timers=(CancelTimer("b"),))
        return Plan()

    async with Rig(redis_url) as rig:
        rig.start({"one": one})
        await rig.say("ana", "start")
        await rig.say("ana", "cancel")
        await until(lambda: "fired-a" in seen)
        await rig.quiet()
        assert (await rig.status()).timers == 0
    assert "fired-b" not in seen


async def test_a_worker_told_to_stop_finishes_what_it_has_in_hand(redis_url: str) -> None:
    entered, go = asyncio.Event(), asyncio.Event()

    async def slow(_turn: Turn) -> Outcome:
        entered.set()
        await go.wait()
        return Plan()

    async with Rig(redis_url) as rig:
        rig.start({"one": slow})
        await rig.say("ana", "oi")
        await entered.wait()
        stopping = asyncio.create_task(rig.stop())
        left, _ = await asyncio.wait([stopping], timeout=0.3)
        assert not left, "it left with work in hand"
        go.set()
        await stopping
        assert rig.telemetry.of("committed") == [1]
        assert await rig.idle()


async def test_worker_hands_back_what_it_could_not_finish_and_leaves_the_group(redis_url: str) -> None:
    entered = asyncio.Event()

    async def stuck(_turn: Turn) -> Outcome:
        entered.set()
        await asyncio.Event().wait()
        return Plan()

    options = msgspec.structs.replace(FAST, drain_timeout_s=0.05)
    async with Rig(redis_url) as rig:
        rig.start({"one": stuck}, options)
        await rig.say("ana", "oi")
        await entered.wait()
        await rig.stop()
        status = await rig.status()
        assert (status.stages[0].backlog, status.stages[0].pending, status.stages[0].workers) == (1, 0, 0)
        rig.start({"one": finish})
        await rig.quiet()
        assert rig.telemetry.of("claimed") == []


async def test_i7_abandoned_entry_is_claimed_by_another_worker(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "oi")
        await until(lambda: _take(rig, "dead-worker"))
        rig.start({"one": finish})
        await rig.quiet()
        assert rig.telemetry.of("claimed") == [1]


async def test_what_keeps_killing_its_worker_is_buried(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "oi")
        await until(lambda: _take(rig, "victim-0"))
        for death in range(1, 3):
            await rig.gateway.submit(
                Script.CLAIM, 0, {"s": "one", "w": f"victim-{death}", "idle": 0, "limit": 1}
            )
        rig.start({"one": finish})
        await until(lambda: rig.telemetry.of("buried") == ["worker_died"])
        await rig.quiet()


async def test_slow_handler_keeps_its_entry_while_it_lives(redis_url: str) -> None:
    runs = 0

    async def slow(_turn: Turn) -> Outcome:
        nonlocal runs
        runs += 1
        await asyncio.sleep(FAST.claim_idle_s * 3)
        return Plan()

    async with Rig(redis_url) as rig:
        rig.start({"one": slow})
        rig.start({"one": slow})
        await rig.say("ana", "oi")
        await rig.quiet()
        assert rig.telemetry.of("claimed") == []
    assert runs == 1


async def test_stage_that_hangs_is_cut_at_its_time_limit(redis_url: str) -> None:
    async def hang(_turn: Turn) -> Outcome:
        await asyncio.Event().wait()
        return Plan()

    async with Rig(redis_url) as rig:
        rig.start({"one": hang}, msgspec.structs.replace(FAST, stage_timeout_s=0.02))
        await rig.say("ana", "oi")
        await until(lambda: rig.telemetry.of("buried") == ["stage_timeout"])


async def _take(rig: Rig, consumer: str) -> bool:
    entries = await rig.gateway.read("one", consumer, list(range(rig.gateway.partitions)), 1)
    return bool(entries)
