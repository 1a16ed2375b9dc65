"""`dlq replay` e `discard` prometem: perguntam antes, fazem uma vez, e deixam um registro do que fizeram."""

import asyncio
import json
import signal
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from consumers.letters import OPERATIONS
from pyloto_stream.conversation.records import ActionRecord
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.streams import keys
from pyloto_stream.streams.gateway import Gateway
from tests.support import webhooks as meta
from tests.support.command import Done, run, start
from tests.support.letters import bury, failed, said, token
from tests.support.look import entries, found, snapshot
from tests.support.streams import until
from tests.support.terminal import at_terminal

READABLE = meta.body(meta.text("wamid.A")).decode()
_records = msgspec.json.Decoder(list[ActionRecord])


@pytest_asyncio.fixture
async def env(redis_url: str) -> dict[str, str]:
    """O ambiente de quem opera uma instalação que já começou."""
    gateway = Gateway(redis_url, partitions=8)
    await gateway.open(("session", "ai", "outbound", "audit"))
    await gateway.close()
    return {"REDIS_URL": redis_url, "LOG_LEVEL": "WARNING"}


async def turns(redis: Redis, stage: str = "session") -> list[dict[str, str]]:
    """Os tokens que esperam pela etapa, em todas as partições."""
    streams = [f"{keys.prefix(partition, 8)}:stream:{stage}" for partition in range(8)]
    return [fields for stream in streams for fields in await entries(redis, stream)]


async def dead(redis: Redis) -> int:
    """Quantos mortos há."""
    return sum([await redis.xlen(key) for key in await found(redis, "*:dead:*")])


async def fewer(redis: Redis, count: int) -> bool:
    """Há no máximo `count` mortos?"""
    return await dead(redis) <= count


def result(done: Done) -> dict[str, object]:
    return dict(json.loads(done.out))


async def test_letters_go_back_once_and_the_second_time_there_is_nothing(
    env: dict[str, str], redis: Redis
) -> None:
    ids = [await bury(redis, token(f"c{n}", said(n), failed()), entry=f"{n}-1") for n in range(3)]
    first = await run("dlq", "replay", "--yes", "--json", env=env)
    assert first.code == 0
    assert result(first) == {
        "matched": 3, "replayed": 3, "skipped": 0, "failed": 0, "stopped": None,
        "ids": [str(name) for name in ids], "problems": [],
    }  # fmt: skip
    back = sorted((turn["c"], turn["e"]) for turn in await turns(redis))
    assert back == [(f"c{n}", msgspec.json.encode([said(n)]).decode()) for n in range(3)]
    again = await run("dlq", "replay", "--yes", *map(str, ids), env=env)
    assert (again.code, "no dead letter matches" in again.err) == (1, True)
    assert len(await turns(redis)) == 3


async def test_i10_the_audit_trail_takes_the_records_of_every_action(
    env: dict[str, str], redis: Redis, tmp_path: Path
) -> None:
    edited = await bury(redis, token("ana"))
    await run("dlq", "show", str(edited), "--payload", "--by", "bia", env=env)
    words = ("--patch", '{"text": "claro"}', "--reason", "typo", "--by", "bia")
    new = (await run("dlq", "edit", str(edited), *words, env=env)).out.strip()
    await run("dlq", "replay", new, "--yes", "--by", "bia", env=env)
    await bury(redis, {"code": "not_json", "body": "x"}, "ingress")
    await run("dlq", "discard", "--stage", "ingress", "--yes", "--by", "bia", "--reason", "noise", env=env)
    told = await _told(redis)
    assert sorted(told) == ["ana", OPERATIONS]
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    for conversation, records in told.items():
        await AuditTrail(documents).record(conversation, records, None)
        verdict = await AuditLogStore(documents).verify(conversation)
        assert (verdict.intact, verdict.events) == (True, len(records))
    await documents.close()
    assert [record.action for record in told["ana"]] == ["DLQ_SHOWN", "DLQ_EDITED", "DLQ_REPLAYED"]
    assert [(r.action, r.actor, r.reason) for r in told[OPERATIONS]] == [
        ("DLQ_DISCARDED", "OPERATOR:bia", "noise")
    ]


async def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    env: dict[str, str], redis: Redis, redis_url: str
) -> None:
    await bury(redis, token("ana", said(1), said(2), failed()), entry="1-0")
    await bury(redis, {"code": "not_json", "body": READABLE}, "ingress", entry="2-0")
    await bury(redis, {"code": "not_json", "body": "{"}, "ingress", entry="3-0")
    await bury(redis, token("ana", failed()), "outbound", entry="4-0")
    before = await snapshot(redis_url)
    table = await run("dlq", "replay", "--dry-run", env=env)
    document = await run("dlq", "replay", "--dry-run", "--json", env=env)
    gone = await run("dlq", "discard", "--dry-run", env=env)
    assert (table.code, document.code, gone.code) == (0, 0, 0)
    assert await snapshot(redis_url) == before
    for part in (
        "2 events to session", "accept 1 update of a webhook", "cannot read it either: not_json",
        "notices of ours", "4 dead letters, 2 can be replayed; nothing was done",
    ):  # fmt: skip
        assert part in table.out
    assert result(document).items() >= {
        "matched": 4, "replayed": 0, "possible": 2, "skipped": 2, "dry_run": True,
    }.items()  # fmt: skip
    assert "4 can be discarded" in gone.out


async def test_a_webhook_that_can_be_read_now_is_accepted_and_the_other_kept(
    env: dict[str, str], redis: Redis
) -> None:
    webhook = {"code": "wrong_shape", "body": READABLE, "at": "1763990000000"}
    await bury(redis, webhook, "ingress", entry="1-0")
    bad = await bury(redis, {"code": "not_json", "body": "{"}, "ingress", entry="2-0")
    done = await run("dlq", "replay", "--stage", "ingress", "--yes", env=env | {"DURABILITY": "fsync"})
    assert done.code == 1
    assert "2 dead letters: 1 replayed, 1 skipped, 0 failed" in done.out
    assert f"{bad}: this version cannot read it either: not_json" in done.err
    (turn,) = await turns(redis)
    (event,) = json.loads(turn["e"])
    assert (event["id"], event["accepted_at_ms"]) == ("wamid.A", 1_763_990_000_000)
    await bury(redis, webhook, "ingress")
    await run("dlq", "replay", "--stage", "ingress", "--code", "wrong_shape", "--yes", env=env)
    assert (len(await turns(redis)), await dead(redis)) == (1, 1), "what was accepted once is a duplicate"


async def test_what_is_discarded_is_gone_and_nothing_else(env: dict[str, str], redis: Redis) -> None:
    await bury(redis, token("ana", code="x"))
    await bury(redis, {"code": "undecodable_token", "x": "y"})
    done = await run("dlq", "discard", "--code", "undecodable_token", "--yes", "--json", env=env)
    assert (done.code, result(done)["discarded"]) == (0, 1)
    assert await dead(redis) == 1
    assert await turns(redis) == []


@pytest.mark.parametrize(("answer", "code", "left"), [("y\n", 0, 0), ("n\n", 1, 3), ("\n", 1, 3)])
async def test_the_question_states_the_count_and_no_is_the_default(
    env: dict[str, str], redis: Redis, answer: str, code: int, left: int
) -> None:
    for conversation in ("ana", "ana", "bia"):
        await bury(redis, token(conversation))
    screen, status = await at_terminal("dlq", "replay", env=env, answer=answer, question="[y/N]")
    assert "Replay 3 dead letters of 2 conversations? [y/N]" in screen
    assert ("3 replayed" in screen) is (code == 0)
    assert (status, await dead(redis)) == (code, left)


async def test_a_command_killed_half_way_and_begun_again_brings_each_letter_back_once(
    env: dict[str, str], redis: Redis
) -> None:
    ids = [await bury(redis, token(f"c{n}"), entry=f"{n + 1}-0") for n in range(30)]
    process = await start("dlq", "replay", "--yes", "--rate", "100", env=env)
    await until(lambda: fewer(redis, 20))
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    assert await dead(redis) > 0, "it was killed in the middle"
    assert (await run("dlq", "replay", "--yes", env=env)).code == 0
    assert sorted(turn["c"] for turn in await turns(redis)) == sorted(f"c{n}" for n in range(len(ids)))


async def test_sigterm_ends_the_wait_between_two_letters_and_says_how_far_it_came(
    env: dict[str, str], redis: Redis
) -> None:
    for n in range(3):
        await bury(redis, token(f"c{n}"))
    process = await start("dlq", "replay", "--yes", "--rate", "0.005", "--json", env=env)
    await until(lambda: fewer(redis, 2))
    process.terminate()
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    document = json.loads(out)
    assert (process.returncode, document["stopped"], document["replayed"]) == (1, "interrupted", 1)
    assert await dead(redis) == 2


async def _told(redis: Redis) -> dict[str, list[ActionRecord]]:
    """Os registros de auditoria por conversa, na ordem: o token em curso e o que espera atrás dele."""
    told: dict[str, list[ActionRecord]] = {}
    for turn in await turns(redis, "audit"):
        conversation = turn["c"]
        boxes = [
            await redis.lrange(key, 0, -1) for key in await found(redis, f"*:inbox:audit:{conversation}")
        ]
        waiting = [str(record) for box in boxes for record in box]
        told[conversation] = _records.decode(turn["e"]) + _records.decode(f"[{','.join(waiting)}]")
    return told
