"""O que é aceito entra uma vez só, ou não entra, e quem ofereceu fica sabendo."""

import asyncio
import random

import msgspec
import pytest
from redis.asyncio import Redis

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.accept import Offer
from pyloto_stream.streams.keys import partition_of
from pyloto_stream.streams.model import Item, Outcome, Plan, Turn, Unreadable
from tests.support.look import entries, found, only
from tests.support.servers import open_raw
from tests.support.streams import Rig, texts


def item(text: str, conversation: str = "ana", key: str = "") -> Item:
    """Evento `text`, lembrado por `key`, ou por si mesmo."""
    return Item("turn", conversation, msgspec.json.encode(text), key or text)


def mixed(count: int) -> list[Offer]:
    """`count` ofertas: quatro quintos eventos de 50 conversas, o resto ilegível; todas distintas."""
    return [
        Unreadable("not_json", f"{{{n}".encode(), f"body-{n}") if n % 5 == 0 else item(f"{n}", f"c{n % 50}")
        for n in range(count)
    ]


async def bodies(redis: Redis) -> list[str]:
    """Corpos guardados na fila de mortos da entrada, de todas as partições."""
    keys = await found(redis, "*:dead:ingress")
    return [record["body"] for key in keys for record in await entries(redis, key)]


async def drained(rig: Rig) -> list[str]:
    """Trabalha até o fim e devolve os eventos vistos, em ordem."""
    seen: list[str] = []

    def one(turn: Turn) -> Outcome:
        seen.extend(texts(turn))
        return Plan()

    rig.start({"one": one})
    await rig.quiet()
    return seen


async def test_a_thousand_mixed_offers_in_one_call_each_enter_once(redis_url: str, redis: Redis) -> None:
    offers = mixed(1000)
    async with Rig(redis_url) as rig:
        assert await rig.acceptor.accept(offers) == [True] * 1000
        seen = await drained(rig)
    assert sorted(seen) == sorted(str(n) for n in range(1000) if n % 5)
    assert sorted(await bodies(redis)) == sorted(f"{{{n}" for n in range(0, 1000, 5))


async def test_i2_the_same_call_again_adds_nothing(redis_url: str, redis: Redis) -> None:
    offers = mixed(1000)
    async with Rig(redis_url) as rig:
        await rig.acceptor.accept(offers)
        assert await rig.acceptor.accept(offers) == [False] * 1000
        assert len(await drained(rig)) == 800
    assert len(await bodies(redis)) == 200


async def test_twenty_concurrent_deliveries_in_any_order_take_each_event_once(redis_url: str) -> None:
    draw = random.Random(20)
    async with Rig(redis_url) as rig:
        offers = mixed(100)
        shuffled = [draw.sample(offers, len(offers)) for _ in range(20)]
        replies = await asyncio.gather(*map(rig.acceptor.accept, shuffled))
        seen = await drained(rig)
    assert sum(map(sum, replies)) == 100
    assert len(seen) == len(set(seen)) == 80


async def test_one_duplicate_inside_a_call_is_told_apart(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        assert await rig.acceptor.accept([item("a"), item("a"), item("b")]) == [True, False, True]


async def test_events_of_one_call_keep_their_order_inside_a_conversation(redis_url: str) -> None:
    async with Rig(redis_url) as rig:
        await rig.acceptor.accept([item(f"{n:04}") for n in range(1000)])
        assert await drained(rig) == [f"{n:04}" for n in range(1000)]


async def test_an_event_without_key_is_never_a_duplicate(redis_url: str) -> None:
    event = Item("turn", "ana", b'"tick"')
    async with Rig(redis_url) as rig:
        assert await rig.acceptor.accept([event, event]) == [True, True]
        assert await drained(rig) == ["tick", "tick"]


async def test_unreadable_body_is_kept_byte_by_byte_with_its_reason(redis_url: str) -> None:
    body = bytes(range(256))
    async with (
        Rig(redis_url, partitions=1) as rig,
        open_raw(redis_url, encoding="latin-1", decode_responses=True) as raw,
    ):
        assert await rig.acceptor.accept([Unreadable("not_json", body, "x")]) == [True]
        record = await only(raw, "pyloto:{00}:dead:ingress")
        assert (record["body"].encode("latin-1"), record["code"]) == (body, "not_json")
        assert int(record["at"]) > 0
        assert (await rig.status()).dead_ingress == 1


@pytest.mark.parametrize("conversation", ["", " ", "a|b", "a:b", "{x}", "}{", "a\0b\n", "ção 🙂", "a" * 5000])
async def test_any_text_may_name_a_conversation(redis_url: str, conversation: str) -> None:
    seen: list[tuple[str, str]] = []

    def two(turn: Turn) -> Outcome:
        seen.append((turn.conversation, turn.state.decode()))
        return Plan()

    def one(turn: Turn) -> Outcome:
        return Plan(to="two", state=b"kept")

    async with Rig(redis_url) as rig:
        rig.start({"one": one, "two": two})
        await rig.say(conversation, "oi")
        await rig.quiet()
    assert seen == [(conversation, "kept")]


async def test_a_refused_event_is_not_remembered_and_enters_when_offered_again(
    redis_url: str, redis: Redis
) -> None:
    async with Rig(redis_url, partitions=1) as rig:
        await redis.set("pyloto:{00}:conv:turn:ana", "not a hash")
        with pytest.raises(UnavailableError):
            await rig.acceptor.accept([item("a")])
        await redis.delete("pyloto:{00}:conv:turn:ana")
        assert await rig.acceptor.accept([item("a")]) == [True]
        assert await drained(rig) == ["a"]


async def test_a_token_that_could_not_be_written_leaves_the_gate_open(redis_url: str, redis: Redis) -> None:
    last_id = 2**64 - 1
    async with Rig(redis_url, partitions=1) as rig:
        await redis.xadd("pyloto:{00}:stream:one", {"x": "y"}, id=f"{last_id}-{last_id}")
        with pytest.raises(UnavailableError):
            await rig.acceptor.accept([item("a")])
        await redis.delete("pyloto:{00}:stream:one")
        await rig.gateway.open(["one"])
        assert await rig.acceptor.accept([item("a")]) == [True]
        assert await drained(rig) == ["a"]


async def test_i2_what_another_conversation_remembers_does_not_enter_and_the_rest_keeps_its_order(
    redis_url: str,
) -> None:
    async with Rig(redis_url) as rig:
        former = next(f"{n}" for n in range(99) if partition_of(f"{n}", 4) != partition_of("ana", 4))
        assert await rig.acceptor.accept([item("1", former)]) == [True]
        moved = [
            msgspec.structs.replace(item(text), former=former if text in "13" else "") for text in "1234"
        ]
        assert await rig.acceptor.accept(moved) == [False, True, True, True]
        assert await rig.acceptor.accept(moved) == [False] * 4
        seen = await drained(rig)
    assert sorted(seen) == ["1", "2", "3", "4"]
    assert [text for text in seen if text != "1"] == ["2", "3", "4"]
