"""`timers list` diz o que dorme, de quem e até quando, para pessoas e programas."""

import asyncio
import json
from datetime import datetime

import pytest

from consumers.pipeline import STAGES
from pyloto_stream.clock import system_clock
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.lease import decode, park_op
from pyloto_stream.streams.model import Item, Lane, Plan, Setback, SetTimer
from pyloto_stream.streams.scripts import Script
from tests.support.command import run
from tests.support.commits import commit

LANES = {"turn": Lane("turn", STAGES[:1])}
MINUTE_MS = 60_000
pytestmark = pytest.mark.one_server


async def test_what_sleeps_is_listed_with_its_time_its_owner_and_its_lateness(redis_url: str) -> None:
    now = system_clock()
    due = {"ana": now + 30 * MINUTE_MS, "bia": now - 5 * MINUTE_MS}
    await asleep(redis_url, due)
    env = {"REDIS_URL": redis_url}
    table, document, own, first, parked = await asyncio.gather(
        run("timers", "list", env=env),
        run("timers", "list", "--json", env=env),
        run("timers", "list", "--json", "--conversation", "ana", env=env),
        run("timers", "list", "--limit", "1", env=env),
        run("timers", "list", "--parked", "--json", env=env),
    )
    assert {done.code for done in (table, document, own, first, parked)} == {0}
    lines = [line.split() for line in table.out.splitlines()[1:]]
    assert [line[-2:] for line in lines] == [["bia", "follow-up"], ["ana", "follow-up"]]
    assert "late 5 min" in table.out
    rows = json.loads(document.out)["timers"]
    assert [row["conversation"] for row in rows] == ["bia", "ana"]
    assert datetime.fromisoformat(rows[1]["due"]).timestamp() == due["ana"] // 1000
    assert rows[0]["late_s"] >= 300
    assert [row["conversation"] for row in json.loads(own.out)["timers"]] == ["ana"]
    assert "the first 1; --limit shows more" in first.out
    (turn,) = json.loads(parked.out)["parked"]
    assert (turn["conversation"], turn["stage"], turn["failures"]) == ("cris", STAGES[0], 1)


async def test_a_deployment_that_is_not_there_is_said(redis_url: str) -> None:
    done = await run("timers", "list", env={"REDIS_URL": redis_url})
    assert done.code == 2
    assert "no deployment was started on this Redis yet" in done.err


async def asleep(url: str, due: dict[str, int]) -> None:
    """Um temporizador por pessoa, e um turno estacionado de `cris`."""
    gateway = Gateway(url, partitions=8)
    await gateway.open(STAGES)
    acceptor = Acceptor(gateway, list(LANES.values()), AcceptOptions())
    await acceptor.accept([Item("turn", person, b'"oi"') for person in (*due, "cris")])
    for entry in await gateway.read(STAGES[0], "w", range(8), 10):
        turn = decode(entry, STAGES[0], system_clock())
        if turn.conversation == "cris":
            op = park_op(turn, system_clock() + MINUTE_MS, setback=Setback("x", "", 1))
            await gateway.submit(Script.PARK, turn.partition, op)
        else:
            plan = Plan(timers=(SetTimer("follow-up", due[turn.conversation], b"1"),))
            await commit(gateway, turn, plan, LANES, "w")
    await gateway.close()
