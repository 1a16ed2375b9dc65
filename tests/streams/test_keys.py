"""As chaves de uma partição moram juntas, as partições se espalham, e nenhum nome revela uma pessoa."""

from collections import Counter

import pytest
from redis.asyncio import Redis
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from pyloto_stream.streams import keys
from pyloto_stream.streams.model import (
    Feed,
    Item,
    Outcome,
    Plan,
    Published,
    SetTimer,
    Snooze,
    Turn,
    Unreadable,
)
from tests.support.look import found
from tests.support.sends import REPLY, Sender
from tests.support.streams import ManualClock, Rig, until

COUNTS = (1, 8, 64, 256)


def slot(key: str) -> int:
    return key_slot(key.encode())


@pytest.mark.parametrize("partitions", COUNTS)
def test_each_partition_has_its_own_equal_share_of_the_slots(partitions: int) -> None:
    share = REDIS_CLUSTER_HASH_SLOTS // partitions
    slots = [slot(keys.prefix(p, partitions)) for p in range(partitions)]
    assert [found_slot // share for found_slot in slots] == list(range(partitions))


@pytest.mark.parametrize("partitions", COUNTS)
def test_conversations_spread_evenly_over_the_partitions(partitions: int) -> None:
    people = 200 * partitions
    load = Counter(keys.partition_of(f"person-{n}", partitions) for n in range(people))
    assert len(load) == partitions
    assert max(load.values()) < 200 * 1.4


def test_the_partition_of_a_conversation_never_changes() -> None:
    assert [keys.partition_of(name, 8) for name in ("ana", "bia", "", "ção 🙂", "\ud800")] == PINNED


PINNED = [4, 5, 4, 3, 0]


@pytest.mark.parametrize("partitions", COUNTS)
def test_every_key_shape_of_a_partition_shares_its_slot(partitions: int) -> None:
    for partition in range(partitions):
        base = keys.prefix(partition, partitions)
        shapes = {
            keys.stream(base, "one"),
            keys.dead(base, "one"),
            keys.outlet(base, "leads"),
            keys.timers(base),
            f"{base}:conv:t:}}{{",
        }
        assert {slot(shape) for shape in shapes} == {slot(base)}


async def test_i14_every_key_that_a_busy_system_writes_is_in_the_slot_of_its_partition(
    redis_url: str, redis: Redis
) -> None:
    def one(turn: Turn) -> Outcome:
        if turn.conversation == "park":
            return Snooze(turn.now_ms + 60_000)
        return Plan(
            to="two",
            state=b"s",
            mode="BOT",
            feed=(Feed("audit", b"1"), Feed("audit", b"2")),
            timers=(SetTimer("t", turn.now_ms + 60_000, b"1"),),
            published=(Published("leads", turn.conversation, b"{}"),),
        )

    async with Rig(redis_url, partitions=4) as rig:
        rig.start({"one": one})
        people = ["park", *(f"{{c}}{n}" for n in range(30))]
        for said in ("first", "behind a closed gate"):
            await rig.acceptor.accept([Item("turn", each, b'"oi"', f"{each} {said}") for each in people])
        await rig.acceptor.accept([Unreadable("x", b"{", f"u{n}") for n in range(30)])
        await until(lambda: rig.telemetry.total("committed") == 30)
        await until(lambda: rig.telemetry.of("snoozed") == [1])
        written = await found(redis)
        slots = {slot(keys.prefix(p, 4)) for p in range(4)} | {slot(keys.META)}
        assert {slot(key) for key in written} == slots
        kinds = {key.split("}")[1].split(":")[1] for key in written if key != keys.META}
        assert kinds == {"stream", "dead", "conv", "inbox", "timers", "parked", "seen", "workers", "out"}


async def test_i12_no_key_holds_what_a_person_sent_or_the_id_meta_gave_it(
    redis_url: str, redis: Redis
) -> None:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        await rig.acceptor.accept([Item("turn", "u-7f", b'"segredo"', "wamid.SEGREDO")])
        sender = Sender(rig, clock)
        await sender.ledger.begin(await sender.take(), REPLY)
        assert not [key for key in await found(redis) if "segredo" in key.lower()]


def test_a_dedupe_key_becomes_twelve_opaque_bytes() -> None:
    assert len(keys.dedupe_digest("wamid.X")) == 12
    assert keys.dedupe_digest("wamid.X") != keys.dedupe_digest("wamid.Y")
    assert b"wamid" not in keys.dedupe_digest("wamid.X")
    assert keys.dedupe_digest("") == b""


def test_a_reply_id_is_deterministic_opaque_and_short() -> None:
    made = keys.reply_id(255, "a" * 500, 2**53, 999)
    assert made == keys.reply_id(255, "a" * 500, 2**53, 999)
    assert len(made) <= 64
    assert "aaa" not in made


def test_reply_ids_differ_by_conversation_turn_and_index() -> None:
    ids = {keys.reply_id(1, c, n, i) for c in ("a", "a\0", "b") for n in (1, 11) for i in (0, 1)}
    assert len(ids) == 12


@pytest.mark.parametrize("partition", [0, 7, 255])
def test_a_reply_id_says_its_partition(partition: int) -> None:
    assert keys.partition_of_reply(keys.reply_id(partition, "ana", 1, 0), 256) == partition


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "v1.8.a.0",
        "v1.-1.a.0",
        "v1..a.0",
        "v1.٣.a.0",
        "v2.1.a.0",
        "v1.1.a",
        f"v1.{'9' * 5000}.a.0",
    ],
)
def test_an_id_that_is_not_ours_has_no_partition(value: str) -> None:
    assert keys.partition_of_reply(value, 8) is None
