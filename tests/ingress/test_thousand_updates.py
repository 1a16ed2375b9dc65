"""Mil atualizações de todos os tipos, por HTTP, até um Redis de verdade: cada uma exatamente uma vez."""

import json
from collections import Counter

from redis.asyncio import Redis

from pyloto_stream.streams import keys
from tests.support import look
from tests.support.live import PARTITIONS, Ingress, Stored, live, stored
from tests.support.updates import Update, one_body, other_bodies, thousand

OURS = [keys.reply_id(n % PARTITIONS, f"conversation-{n}", 1, 0) for n in range(40)]
"""Envios nossos; o livro conhece os 20 primeiros."""


def expected(updates: list[Update]) -> tuple[Counter[str], Counter[tuple[str, str]], Counter[str]]:
    return (
        Counter(update.message for update in updates if update.message),
        Counter(update.status for update in updates if update.status),
        Counter(_mark(update.reason, update.raw) for update in updates if update.reason),
    )


def kept(found: Stored) -> Counter[str]:
    """A fila de mortos pelo motivo e pela parte, sem o envelope, que depende de com quem ela veio."""
    marks: Counter[str] = Counter()
    for (reason, body), times in found.dead.items():
        (entry,) = json.loads(body)["entry"]
        (change,) = entry["changes"]
        inside = [item for name in ("messages", "statuses") for item in change["value"].get(name, ())]
        (part,) = inside if change["field"] == "messages" else [change]
        marks[_mark(reason, part)] += times
    return marks


def _mark(reason: str, part: object) -> str:
    return f"{reason} {json.dumps(part, sort_keys=True)}"


async def ledger_knows(redis: Redis, reply_ids: list[str]) -> None:
    """Como se o `outbound` estivesse esperando notícia destes envios."""
    for reply_id in reply_ids:
        partition = keys.partition_of_reply(reply_id, PARTITIONS)
        assert partition is not None
        place = f"{keys.prefix(partition, PARTITIONS)}:send:{reply_id}"
        await redis.hset(place, mapping={"st": "sending", "a": "1", "at": "1", "c": f"writer of {reply_id}"})


async def outcomes(redis: Redis) -> Counter[str]:
    return Counter([str(await redis.hget(place, "st")) for place in await look.found(redis, "*:send:*")])


async def all_taken(ingress: Ingress, bodies: list[bytes]) -> bool:
    return [await ingress.post(body) for body in bodies] == [200] * len(bodies)


async def test_each_of_a_thousand_updates_is_stored_exactly_once(redis_url: str, redis: Redis) -> None:
    updates = thousand(OURS)
    assert len(updates) == 1000
    messages, statuses, dead = expected(updates)
    assert (messages.total(), statuses.total(), dead.total()) == (550, 350, 170)
    await ledger_knows(redis, OURS[:20])
    async with live(redis_url) as ingress:
        assert await all_taken(ingress, [one_body(updates)])
        found = await stored(redis_url)
        assert (found.messages, found.statuses, kept(found)) == (messages, statuses, dead)
        assert await outcomes(redis) == {"sent": 16, "failed": 4}
        assert [ingress.counted(kind, "new") for kind in ("message", "status", "unreadable")] == [
            550,
            350,
            170,
        ]


async def test_the_same_body_again_adds_nothing(redis_url: str, redis: Redis) -> None:
    body = one_body(thousand())
    async with live(redis_url) as ingress:
        assert await all_taken(ingress, [body])
        before = await look.snapshot(redis_url)
        assert await all_taken(ingress, [body, body])
        assert await look.snapshot(redis_url) == before
        assert ingress.counted("message", "duplicate") == 2 * 550
    assert await redis.dbsize() == len(before)


async def test_the_same_updates_in_other_bodies_and_another_order_add_nothing(redis_url: str) -> None:
    updates = thousand(OURS)
    async with live(redis_url) as ingress:
        assert await all_taken(ingress, [one_body(updates)])
        before = await look.snapshot(redis_url)
        for seed in (1, 2):
            bodies = other_bodies(updates, seed)
            assert len(bodies) > 8
            assert await all_taken(ingress, bodies)
        assert await look.snapshot(redis_url) == before


async def test_any_grouping_first_ends_in_the_same_updates(redis_url: str) -> None:
    updates = thousand(OURS)
    async with live(redis_url) as ingress:
        assert await all_taken(ingress, [*other_bodies(updates, 3), one_body(updates)])
        found = await stored(redis_url)
    assert (found.messages, found.statuses, kept(found)) == expected(updates)
