"""Num servidor só, o que se oferece junto é uma chamada de um script, com o resultado de uma por partição."""

import asyncio
import random
import re
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis
from redis.exceptions import ReadOnlyError

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.accept import AcceptOptions, Acceptor, Offer
from pyloto_stream.streams.batch import MAX_OPS, TOGETHER, Call
from pyloto_stream.streams.keys import partition_of, prefix
from pyloto_stream.streams.model import Item, Outcome, Plan, Settlement, Turn, Unreadable
from pyloto_stream.streams.route import Route
from tests.support.look import evalsha_calls, snapshot
from tests.support.streams import LANES, ManualClock, Rig, texts

PARTITIONS = 4
PEOPLE = 6


def sends() -> dict[str, str]:
    """O que se enviou a cada pessoa: o id, que diz a partição, e a conversa."""
    return {f"v1.{partition_of(f'c{n}', PARTITIONS)}.{n:02d}.0": f"c{n}" for n in range(PEOPLE)}


async def test_one_server_is_asked_once_whatever_is_offered(redis_url: str, redis: Redis) -> None:
    offers: list[Offer] = [
        *(Item("turn", f"c{n}", b'"oi"', str(n), ("t",), former=f"c{n + 1}") for n in range(PEOPLE)),
        Item("turn", "ana", b'"oi"', "mode", mode="HUMAN"),
        Item("turn", "ana", b'"oi"', "echo", echo_of="wamid.1"),
        Unreadable("not_json", b"{", "u"),
        Settlement("v1.2.00.0", "sent", "wamid.X", "audit", "ana", b'"s"', "status"),
    ]
    async with Rig(redis_url, partitions=PARTITIONS) as rig:
        assert await rig.acceptor.ready()  # o script já está no servidor
        before = await evalsha_calls(redis)
        assert await rig.acceptor.ready()
        assert await evalsha_calls(redis) - before == 1
        assert await rig.acceptor.accept(offers) == [True] * len(offers)
        # o que outra conversa lembra, o que se oferece, e a confirmação que virou registro
        assert await evalsha_calls(redis) - before == 1 + 3


async def test_who_asks_at_once_of_one_server_shares_the_call(redis_url: str, redis: Redis) -> None:
    people = (next(n for n in range(99) if partition_of(f"c{n}", PARTITIONS) == p) for p in range(PARTITIONS))
    alone = [Item("turn", f"c{n}", b'"oi"', str(n)) for n in people]
    async with Rig(redis_url, partitions=PARTITIONS) as rig:
        assert await rig.acceptor.ready()
        before = await evalsha_calls(redis)
        assert await asyncio.gather(*(rig.acceptor.accept([each]) for each in alone)) == [[True]] * PARTITIONS
        assert await evalsha_calls(redis) - before == 1


def crowd(count: int) -> list[Offer]:
    """Ofertas de muita gente, por todas as partições."""
    return [Item("turn", f"p{n}", b'"oi"', f"p{n}") for n in range(count)]


async def test_no_call_holds_the_server_for_more_than_its_share(redis_url: str, redis: Redis) -> None:
    async with Rig(redis_url, partitions=PARTITIONS) as rig:
        assert await rig.acceptor.ready()
        before = await evalsha_calls(redis)
        told = await rig.acceptor.accept_each([[each] for each in crowd(5 * TOGETHER)])
        assert told == [[True]] * len(told)
        calls = await evalsha_calls(redis) - before
        assert 5 <= calls <= 5 + 2 * PARTITIONS, "full calls, but for the last of each partition"


@pytest.mark.parametrize("before", [TOGETHER - 1, MAX_OPS - 1])
async def test_i5_two_messages_of_a_person_do_not_part_where_a_trip_ends(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    trips, true, heard = list[int](), Route._pipeline, list[str]()

    async def first_refused(self: Route, calls: Sequence[Call]) -> list[Any]:
        trips.append(len(calls))
        return [ReadOnlyError("READONLY")] * len(calls) if len(trips) == 1 else await true(self, calls)

    def listen(turn: Turn) -> Outcome:
        heard.extend(texts(turn) if turn.conversation == "ana" else ())
        return Plan()

    webhook: list[Offer] = [Item("turn", "ana", event, event.decode()) for event in (b'"first"', b'"second"')]
    async with Rig(redis_url, partitions=PARTITIONS) as rig:
        with monkeypatch.context() as patched:
            patched.setattr(Route, "_pipeline", first_refused)
            *_, told = await rig.acceptor.accept_each([*([each] for each in crowd(before)), webhook])
        assert trips
        again = await rig.acceptor.accept(webhook)  # como a Meta faria, se ouviu que não
        assert again == ([False, False] if told == [True, True] else [True, True])
        rig.start({"one": listen})
        await rig.quiet()
    assert heard == ["first", "second"]


def offer(draw: random.Random) -> Offer:
    """Uma oferta qualquer; as chaves são poucas, para que se repitam."""
    key, person = f"k{draw.randrange(60)}", f"c{draw.randrange(PEOPLE)}"
    event = msgspec.json.encode(draw.random())
    kind = draw.random()
    if kind < 0.1:
        return Unreadable("not_json", event, draw.choice((key, "")))
    if kind < 0.3:
        known, outcome = draw.choice([*sends(), "v1.1.99.0", "ours?"]), draw.choice(("sent", "failed"))
        return Settlement(known, outcome, "wamid.1", "audit", person, event, key, draw.choice((b"", b'"f"')))
    return Item(
        "turn", person, event, draw.choice((key, key, "")), draw.choice(((), ("a", "b"))),
        mode=draw.choice(("", "", "HUMAN")), echo_of=draw.choice(("", "", "wamid.1", "wamid.2")),
        former=draw.choice(("", "", "c0")),
    )  # fmt: skip


async def walk(acceptor: Acceptor, draw: random.Random) -> list[list[bool] | str]:
    """O que se responde a grupos ao acaso."""
    told: list[list[bool] | str] = []
    for _ in range(20):
        groups = [[offer(draw) for _ in range(draw.randrange(4))] for _ in range(draw.randrange(9))]
        answers = await acceptor.accept_each(groups)
        told += [each.code if isinstance(each, UnavailableError) else each for each in answers]
    return told


async def scene(redis: Redis) -> None:
    """Envios no livro, temporizadores armados, e uma conversa cuja caixa tem o tipo errado."""
    for reply, conversation in sends().items():
        base = prefix(partition_of(conversation, PARTITIONS), PARTITIONS)
        await redis.hset(f"{base}:send:{reply}", mapping={"st": "sending", "c": conversation})
        await redis.zadd(f"{base}:timers", {f"turn|{conversation}|a": 1})
        await redis.hset(f"{base}:timers:body", f"turn|{conversation}|a", "?")
    await redis.set(f"{prefix(partition_of('c1', PARTITIONS), PARTITIONS)}:inbox:turn:c1", "?")


@pytest.mark.parametrize(("limit", "refusal"), [(8, "backlog_full"), (1000, "script_error")])
@pytest.mark.parametrize("seed", range(3))
async def test_in_one_call_or_in_one_per_partition_the_answers_and_the_records_are_the_same(
    redis_url: str, redis: Redis, seed: int, limit: int, refusal: str
) -> None:
    clock, options, ends = ManualClock(), AcceptOptions(backlog_limit=limit), []
    for one_server in (True, False):
        await redis.flushall()
        await scene(redis)
        async with Rig(redis_url, partitions=PARTITIONS, clock=clock) as rig:
            assert rig.gateway.one_server
            if not one_server:  # o que se pede num cluster
                rig.gateway.routes = tuple((n,) for n in range(PARTITIONS))
            told = await walk(Acceptor(rig.gateway, list(LANES.values()), options), random.Random(seed))
        # a entrada de uma fila tem o nome do instante em que o servidor a pôs
        ends.append((told, re.sub(r"\d{13}-\d+", "<id>", repr(await snapshot(redis_url)))))
    assert all(each in repr(ends[0][0]) for each in (refusal, "True", "False"))
    assert ends[0] == ends[1]
