"""Etapas puras de um mesmo processo seguem umas às outras: um commit só, e o efeito de sempre."""

from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import PermanentError, UnavailableError
from pyloto_stream.streams.chain import Chain
from pyloto_stream.streams.model import CancelTimer, Feed, Outcome, Plan, Published, SetTimer, Snooze, Turn
from tests.support.streams import FAST, Rig, until

if TYPE_CHECKING:
    from pyloto_stream.streams.decide import Decider

CHAINED = pytest.mark.parametrize("chained", [True, False])
TWO = "pyloto:{00}:stream:two"
FAR_MS = 3_600_000


def rich(turn: Turn) -> Outcome:
    """Um plano com todo efeito que existe."""
    return Plan(
        to="two",
        payload=b"from one",
        state=b"one",
        mode="HUMAN",
        feed=(Feed("audit", b'"one"'),),
        timers=tuple(SetTimer(name, turn.now_ms + FAR_MS, b'"1"') for name in ("kept", "undone")),
        published=(Published("leads", "1", b"{}"),),
    )


def closing(turn: Turn) -> Outcome:
    """Desfaz parte, e conta o que viu."""
    seen = f"{turn.stage} {turn.payload.decode()} {turn.state.decode()} {turn.mode}".encode()
    return Plan(
        state=seen,
        feed=(Feed("audit", b'"two"'),),
        timers=(CancelTimer("undone"),),
        published=(Published("leads", "2", b"{}"),),
    )


async def never_read(redis: Redis) -> bool:
    """Nunca houve token na segunda etapa?"""
    return bool((await redis.xinfo_stream(TWO))["last-generated-id"] == "0-0")


@CHAINED
async def test_i3_every_effect_of_every_stage_is_there_once_and_in_order(
    redis_url: str, redis: Redis, *, chained: bool
) -> None:
    heard: list[str] = []

    def log(turn: Turn) -> Outcome:
        heard.extend(msgspec.json.decode(turn.events, type=list[str]))
        return Plan()

    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": rich, "two": closing, "log": log}, chained=chained)
        await rig.say("ana", "oi")
        await rig.quiet()
        assert await redis.hmget("pyloto:{00}:conv:turn:ana", "s", "m", "g") == [
            "two from one one HUMAN", "HUMAN", None,
        ]  # fmt: skip
        assert heard == ["one", "two"]
        assert await redis.zrange("pyloto:{00}:timers", 0, -1) == ["turn|ana|kept"]
        published = await redis.xrange("pyloto:{00}:out:leads") or []
        assert [row["id"] for _, row in published if row] == ["1", "2"]
        for stage in ("one", "two"):
            assert (rig.telemetry.total("read", stage), rig.telemetry.total("committed", stage)) == (1, 1)
        assert await never_read(redis) == chained


async def test_a_stage_that_does_io_gets_its_token_from_redis(redis_url: str, redis: Redis) -> None:
    async def two(_turn: Turn) -> Outcome:
        return Plan()

    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": rich, "two": two}, chained=True)
        await rig.say("ana", "oi")
        await until(lambda: rig.telemetry.total("committed", "two") == 1)
        assert not await never_read(redis)


@pytest.mark.parametrize("ends", ["raises", "snoozes", "names_no_stage"])
async def test_what_does_not_end_in_a_plan_is_judged_with_its_own_token(
    redis_url: str, redis: Redis, ends: str
) -> None:
    """O que a primeira etapa decidiu vale uma vez; a segunda repete-se, espera ou enterra-se como sempre."""
    tried = 0

    def two(turn: Turn) -> Outcome:
        nonlocal tried
        tried += 1
        if ends == "raises":
            raise PermanentError("no good", code="no_good")
        return Snooze(turn.now_ms + FAR_MS) if ends == "snoozes" else Plan(to="nowhere")

    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": rich, "two": two}, chained=True)
        await rig.say("ana", "oi")
        judged = "snoozed" if ends == "snoozes" else "buried"
        await until(lambda: bool(rig.telemetry.of(judged)))
        code = {"raises": "no_good", "snoozes": 1, "names_no_stage": "bug_ValueError"}[ends]
        assert [row for row in rig.telemetry.seen if row[0] == judged] == [(judged, "two", code)]
        assert tried >= 2
        assert rig.telemetry.total("committed", "one") == 1
        assert rig.telemetry.total("committed", "two") == 0
        assert await redis.xlen("pyloto:{00}:out:leads") == 1


async def test_a_stage_that_waits_for_its_dependency_is_not_asked_in_passing(redis_url: str) -> None:
    down, asked = True, 0

    def two(_turn: Turn) -> Outcome:
        nonlocal asked
        asked += 1
        if down:
            raise UnavailableError("down", code="down")
        return Plan()

    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": rich, "two": two}, msgspec.structs.replace(FAST, outage_max_s=0.2), chained=True)
        for n in range(8):
            await rig.say(f"p{n}", "oi")
        await until(lambda: rig.telemetry.of("breaker_opened") == ["down"])
        before = asked
        await rig.say("late", "oi")
        await until(lambda: rig.telemetry.total("committed", "one") == 9)
        assert asked - before <= 2, "only the trials of the breaker"
        down = False
        await until(lambda: rig.telemetry.total("committed", "two") == 9)


async def test_what_cannot_be_joined_is_not_chained_and_hurts_no_neighbour(redis_url: str) -> None:
    def one(turn: Turn) -> Outcome:
        return rich(turn)

    def two(turn: Turn) -> Outcome:
        records = cast("tuple[Feed, ...]", [Feed("audit", b"1")])  # o tipo errado, que sozinho ainda serve
        return Plan(feed=records if turn.conversation == "ana" else ())

    async with Rig(redis_url, partitions=1) as rig:
        await rig.say("ana", "oi")
        await rig.say("bia", "oi")
        rig.start({"one": one, "two": two}, chained=True)
        await until(lambda: rig.telemetry.total("committed", "two") == 2)
        assert rig.telemetry.total("committed", "one") == 2
        assert rig.telemetry.of("buried") == []


def test_a_ring_of_stages_is_followed_once() -> None:
    asked: list[str] = []

    class Link:
        inline = True

        def attempt(self, turn: Turn) -> Plan:
            asked.append(turn.stage)
            return Plan(to="one" if turn.stage == "two" else "two")

    chain, link = Chain(), cast("Decider", Link())
    chain.join("one", link)
    chain.join("two", link)
    turn = Turn(0, "1-0", "turn", "one", "ana", 1, b"[]", b"", b"", "", 0, 0, 0)
    plan, passed = chain.follow(turn, Plan(to="two"))
    assert (plan.to, passed, asked) == ("one", ("two",), ["two"])
