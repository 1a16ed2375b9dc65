"""`streams` e `timers` mostram o executor a pessoas e programas, e consertam só depois de perguntar."""

import asyncio
import json

import pytest
from redis.asyncio import Redis

from consumers.pipeline import LANES, STAGES
from pyloto_stream.cli.runtime import span
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Item
from tests.support.command import Done, run, start

FIRST = STAGES[0]


async def deployment(url: str, *people: str) -> None:
    """Uma instalação com um evento de cada pessoa à espera, e ninguém trabalhando."""
    gateway = Gateway(url, partitions=8)
    await gateway.open(STAGES)
    acceptor = Acceptor(gateway, list(LANES.values()), AcceptOptions())
    await acceptor.accept([Item("turn", person, b'"oi"') for person in people])
    await gateway.close()


async def ask(url: str, *words: str) -> Done:
    return await run(*words, env={"REDIS_URL": url})


async def test_status_is_for_people_programs_and_alarms(redis_url: str) -> None:
    await deployment(redis_url, "ana", "bia")
    table, document, check = await asyncio.gather(
        ask(redis_url, "streams", "status", "--partitions", "--gates"),
        ask(redis_url, "streams", "status", "--json"),
        ask(redis_url, "streams", "status", "--check", "--json", "--gates"),
    )
    assert (table.code, document.code, check.code) == (0, 0, 1)
    assert f"! {FIRST}: 2 waiting and no worker" in table.out
    assert "gates: 2 conversations, none broken" in table.out
    assert table.out.count("pyloto:{") == 8 * (len(STAGES) + 1)
    found = json.loads(document.out)
    (first,) = [stage for stage in found["stages"] if stage["stage"] == FIRST]
    assert (first["backlog"], first["pending"], first["crew"], found["gates"]) == (2, 0, [], None)
    assert len(found["partitions"]) == 8
    assert json.loads(check.out)["alarms"] == [f"{FIRST}: 2 waiting and no worker"]
    assert json.loads(check.out)["gates"]["conversations"] == 2


async def test_a_healthy_system_passes_the_check(redis_url: str) -> None:
    await deployment(redis_url)
    done = await ask(redis_url, "streams", "status", "--check", "--gates")
    assert (done.code, "!" in done.out) == (0, False)


async def test_repair_tells_asks_and_mends(redis_url: str, redis: Redis) -> None:
    await deployment(redis_url, "ana")
    (conversation,) = [key async for key in redis.scan_iter("*:conv:*")]
    await redis.delete(conversation)
    dry, status = await asyncio.gather(
        ask(redis_url, "streams", "repair", "--dry-run"),
        ask(redis_url, "streams", "status", "--gates", "--check"),
    )
    assert (dry.code, status.code) == (0, 1)
    assert "1  turns without a gate: it is closed for them" in dry.out
    assert "! 1 broken gates" in status.out
    asked = await ask(redis_url, "streams", "repair")
    assert (asked.code, await redis.exists(conversation)) == (1, 0)
    assert "Mend these 1?" in asked.err
    done = await ask(redis_url, "streams", "repair", "--yes", "--json")
    assert (done.code, json.loads(done.out)["mends"]["gate_closed"]) == (0, 1)
    again = await ask(redis_url, "streams", "repair", "--yes")
    assert (again.code, again.out.splitlines()[-2:]) == (0, ["nothing to mend", "mended 0"])


async def test_after_everything_was_deleted_repair_makes_the_deployment_anew(
    redis_url: str, redis: Redis
) -> None:
    told = await ask(redis_url, "streams", "repair", "--dry-run")
    assert told.code == 0
    assert "one of 8 partitions would be made" in told.out
    assert await redis.keys("*") == [], "it only told"
    done = await ask(redis_url, "streams", "repair", "--yes", "--json")
    assert (done.code, json.loads(done.out)["groups"]) == (0, 8 * len(STAGES))
    assert await redis.hget("pyloto:{meta}", "partitions") == "8"


async def test_a_worker_that_runs_is_shown_with_its_version_and_state(redis_url: str) -> None:
    await deployment(redis_url)
    worker = await start("worker", "--stage", FIRST, env={"REDIS_URL": redis_url, "ADMIN_PORT": "0"})
    try:
        async with asyncio.timeout(20):
            crew: list[dict[str, object]] = []
            while not crew:
                document = json.loads((await ask(redis_url, "streams", "status", "--json")).out)
                crew = [each for stage in document["stages"] for each in stage["crew"]]
        (only,) = crew
        assert (only["version"], only["state"]) == ("0.1.0", "running")
        table = await ask(redis_url, "streams", "status")
        assert str(only["name"]) in table.out
    finally:
        worker.terminate()
        await worker.communicate()


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, ""), (0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (172_800, "2 d")],
)
def test_a_duration_is_short(seconds: float | None, shown: str) -> None:
    assert span(seconds) == shown
