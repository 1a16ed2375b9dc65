"""O que mata quem o tem: conta-se, isola-se, enterra-se; e quem só estava ao lado sobrevive."""

import asyncio

import msgspec

from pyloto_stream.streams.model import Outcome, Plan, Turn
from pyloto_stream.streams.quarantine import Quarantine
from pyloto_stream.streams.scripts import Script
from tests.support.streams import FAST, Rig, finish, texts, until

DEAD = FAST.max_deaths
SUSPECT = DEAD - 1


async def held_by_the_dead(rig: Rig, count: int, deliveries: int) -> None:
    """`count` conversas cujo token já foi entregue `deliveries` vezes a quem morreu."""
    for number in range(count):
        await rig.say(f"p{number}", "oi")
    taken = 0
    while taken < count:
        taken += len(await rig.gateway.read("one", "victim", range(rig.gateway.partitions), 100))
    for _ in range(deliveries - 1):
        await claim(rig, "victim", limit=count)


async def claim(rig: Rig, who: str, **more: object) -> list[list[object]]:
    op = {"s": "one", "w": who, "idle": 0, "limit": 100, **more}
    rows: list[list[object]] = await rig.gateway.submit(Script.CLAIM, 0, op)
    return rows


async def test_suspects_come_one_at_a_time_and_only_to_who_has_room_for_one(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await held_by_the_dead(rig, 5, SUSPECT)
        assert await claim(rig, "w", suspect=SUSPECT, dead=DEAD, alone=0) == []
        (row,) = await claim(rig, "w", suspect=SUSPECT, dead=DEAD, alone=1)
        assert row[2] == SUSPECT


async def test_the_condemned_come_together_because_nobody_runs_them(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await held_by_the_dead(rig, 5, DEAD)
        rows = await claim(rig, "w", suspect=SUSPECT, dead=DEAD, alone=0)
        assert [row[2] for row in rows] == [DEAD] * 5


async def test_suspects_do_not_hide_the_innocent_behind_them(redis_url: str) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await held_by_the_dead(rig, 30, SUSPECT)
        await rig.say("zoe", "oi")
        (late,) = await rig.gateway.read("one", "victim", [0], 100)
        rows = await claim(rig, "w", limit=3, suspect=SUSPECT, dead=DEAD, alone=0)
        assert [row[0] for row in rows] == [late.id.encode()]


async def test_i6_who_was_beside_a_killer_is_not_buried_with_it(redis_url: str) -> None:
    together = most = 0

    async def alone(_turn: Turn) -> Outcome:
        nonlocal together, most
        together += 1
        most = max(most, together)
        await asyncio.sleep(0.001)
        together -= 1
        return Plan()

    async with Rig(redis_url, partitions=1) as rig:
        await held_by_the_dead(rig, 6, SUSPECT)
        rig.start({"one": alone})
        await rig.quiet()
        assert rig.telemetry.of("buried") == []
        assert rig.telemetry.total("committed") == 6
        assert most == 1


async def test_two_stages_of_one_process_share_the_only_place() -> None:
    quarantine, session, audit = Quarantine(), object(), object()
    assert quarantine.enter(session)
    assert not quarantine.enter(audit)
    quarantine.keep(session, (0, "1-0"))
    assert not quarantine.enter(audit)
    quarantine.leave(audit, [(0, "1-0")])
    assert not quarantine.enter(audit)
    quarantine.leave(session, [(0, "2-0"), (0, "1-0")])
    assert quarantine.enter(audit)


async def test_a_place_asked_for_in_vain_is_given_back() -> None:
    quarantine, session, audit = Quarantine(), object(), object()
    assert quarantine.enter(session)
    quarantine.keep(session, None)
    assert quarantine.enter(audit)


async def test_i7_what_ignores_its_time_limit_and_cancellation_is_decided_without_it(redis_url: str) -> None:
    release = asyncio.Event()

    async def deaf(turn: Turn) -> Outcome:
        if "surdo" not in texts(turn):
            return Plan()
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue
        return Plan()

    few = msgspec.structs.replace(FAST, stage_timeout_s=0.05, concurrency=1, max_attempts=2)
    async with Rig(redis_url, partitions=1) as rig:
        rig.start({"one": deaf}, few)
        await rig.say("ana", "surdo")
        await until(lambda: rig.telemetry.of("buried") == ["stage_timeout"])
        await rig.say("bia", "oi")
        await until(lambda: rig.telemetry.of("committed") == [1])
        release.set()
        await rig.quiet()
        assert rig.telemetry.of("committed") == [1], "what it says too late changes nothing"


async def test_the_count_of_deaths_and_the_failures_before_them_are_in_the_dead_letter(
    redis_url: str,
) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await held_by_the_dead(rig, 1, DEAD)
        rig.start({"one": finish})
        await until(lambda: rig.telemetry.of("buried") == ["worker_died"])
