"""O que se pede a várias partições de um servidor vai numa chamada, e vale em cada uma como se fosse só."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.errors import LostError, UnavailableError
from pyloto_stream.streams import keys
from pyloto_stream.streams.batch import TOGETHER, Batcher, Call
from pyloto_stream.streams.lease import commit_head, commit_op, decode
from pyloto_stream.streams.ledger import Ruling, SendLedger
from pyloto_stream.streams.model import Feed, Plan, Published, SetTimer, Turn
from pyloto_stream.streams.pace import Pacer, Slots
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.together import ask_each
from tests.support.streams import LANES, ManualClock, Rig

PARTITIONS = 4
PEOPLE = [f"person{n}" for n in range(12)]
HEAD = commit_head("one", LANES, "w1")
GO = Ruling("go", attempt=1)


@pytest_asyncio.fixture
async def rig(redis_url: str) -> AsyncIterator[Rig]:
    async with Rig(redis_url, partitions=PARTITIONS, clock=ManualClock()) as rig:
        for person in PEOPLE:
            await rig.say(person, "oi")
        yield rig


async def taken(rig: Rig) -> list[Turn]:
    """O turno de cada um de `PEOPLE`, de todas as partições."""
    turns = dict[str, Turn]()
    for route in rig.gateway.routes:
        entries = await rig.gateway.read("one", "w1", route, len(PEOPLE))
        turns |= {turn.conversation: turn for turn in (decode(entry, "one", 0) for entry in entries)}
    assert {turn.partition for turn in turns.values()} == {*range(PARTITIONS)}
    return [turns[person] for person in PEOPLE]


async def commit_all(rig: Rig, turns: Sequence[Turn], plans: Sequence[Plan]) -> dict[str, object]:
    """A resposta de cada um; a falta de um diz que algo falhou na partição dele."""
    sent: dict[int, list[Turn]] = {}
    ops: dict[int, list[list[bytes]]] = {}
    for turn, plan in zip(turns, plans, strict=True):
        sent.setdefault(turn.partition, []).append(turn)
        ops.setdefault(turn.partition, []).append(commit_op(turn, plan, LANES))
    told = await ask_each(rig.gateway, Script.COMMIT, ops, HEAD)
    return {
        turn.conversation: reply
        for partition, replies in told.items()
        for turn, reply in zip(sent[partition], replies, strict=True)
    }


def base(turn: Turn) -> str:
    return keys.prefix(turn.partition, PARTITIONS)


async def evalshas(redis: Redis) -> int:
    """Chamadas até agora; daqui em diante o servidor conhece os scripts."""
    await asyncio.gather(*(redis.script_load(each.source) for each in (Script.BEGIN_SEND, Script.COMMIT)))
    return int((await redis.info("commandstats"))["cmdstat_evalsha"]["calls"])


async def test_i3_each_commit_is_applied_in_its_own_partition(rig: Rig, redis: Redis) -> None:
    turns, before = await taken(rig), await evalshas(redis)
    plans = [
        Plan(
            state=turn.conversation.encode(),
            mode="HUMAN",
            to="two" if n % 2 else None,
            payload=b"given" if n % 2 else b"",
            feed=(Feed("audit", b'"noted"'),),
            timers=(SetTimer("later", 1, b'"fired"'),),
            published=(Published("leads", turn.conversation, b"{}"),),
        )
        for n, turn in enumerate(turns)
    ]
    assert await commit_all(rig, turns, plans) == dict.fromkeys(PEOPLE, 1)
    if rig.gateway.one_server:
        assert await evalshas(redis) - before == 1
    for n, turn in enumerate(turns):
        kept = await redis.hgetall(f"{base(turn)}:conv:turn:{turn.conversation}")
        assert (kept["s"], kept["m"], "g" in kept) == (turn.conversation, "HUMAN", bool(n % 2))
        assert await redis.zscore(f"{base(turn)}:timers", f"turn|{turn.conversation}|later") == 1
        assert await redis.hexists(f"{base(turn)}:conv:audit:{turn.conversation}", "g")
    for partition in range(PARTITIONS):
        mine = [n for n, turn in enumerate(turns) if turn.partition == partition]
        prefix = keys.prefix(partition, PARTITIONS)
        lengths = [await redis.xlen(f"{prefix}:{name}") for name in ("stream:one", "stream:two", "out:leads")]
        assert lengths == [0, sum(n % 2 for n in mine), len(mine)]
        assert (await redis.xpending(f"{prefix}:stream:one", keys.GROUP))["pending"] == 0
    assert await commit_all(rig, turns, plans) == dict.fromkeys(PEOPLE, 2), "ours already"


async def test_a_failure_in_one_partition_undoes_and_repeats_nothing_of_the_others(
    rig: Rig, redis: Redis
) -> None:
    turns = await taken(rig)
    bad = turns[5]
    key = f"{base(bad)}:conv:turn:{bad.conversation}"
    await redis.rename(key, f"aside{base(bad)[-4:]}")
    await redis.set(key, "not a hash")
    plans = [Plan(to="two")] * len(turns)
    told = await commit_all(rig, turns, plans)
    others = {turn.conversation for turn in turns if turn.partition != bad.partition}
    assert told.keys() == others
    assert {*told.values()} <= {1, 2}  # 2: feita antes da que falhou, e repetida
    streams = [f"{keys.prefix(p, PARTITIONS)}:stream:two" for p in range(PARTITIONS)]
    assert sum([await redis.xlen(stream) for stream in streams]) == len(turns) - 1
    await redis.rename(f"aside{base(bad)[-4:]}", key)
    assert (await commit_all(rig, turns, plans))[bad.conversation] == 1
    assert sum([await redis.xlen(stream) for stream in streams]) == len(turns)


async def test_a_partition_without_its_group_stops_no_other(rig: Rig, redis: Redis) -> None:
    turns, ledger = await taken(rig), SendLedger(rig.gateway, "w1", 10.0)
    bad = turns[0].partition
    await redis.delete(f"{keys.prefix(bad, PARTITIONS)}:stream:one")
    asked = (ledger.begin(turn, f"v1.{turn.partition}.{turn.conversation}.0") for turn in turns)
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(each, UnavailableError) for each in told] == [turn.partition == bad for turn in turns]
    assert {each for each in told if isinstance(each, Ruling)} == {GO}
    healthy = {turn.conversation: 1 for turn in turns if turn.partition != bad}
    assert await commit_all(rig, turns, [Plan(to="two")] * len(turns)) == healthy


@pytest.mark.parametrize("name", ["conv:turn:{}", "send:v1.0.{}.0"])
async def test_a_bad_key_costs_calls_in_its_own_partition_only(rig: Rig, redis: Redis, name: str) -> None:
    """Primeiro cada partição por si; só na da chave ruim, uma operação de cada vez, e nenhuma vale duas."""
    turns = await taken(rig)
    partition = turns[0].partition
    mine = [turn for turn in turns if turn.partition == partition]
    key = f"{base(mine[-1])}:{name.format(mine[-1].conversation)}"
    await redis.delete(key)
    await redis.set(key, "not a hash")
    plans = [Plan(to="two", sent=(f"v1.0.{turn.conversation}.0", "wamid.1")) for turn in turns]
    before = await evalshas(redis)
    told = await commit_all(rig, turns, plans)
    assert {*told} == {turn.conversation for turn in turns if turn.partition != partition}
    assert await evalshas(redis) - before <= 1 + PARTITIONS + len(mine)
    lengths = [await redis.xlen(f"{keys.prefix(p, PARTITIONS)}:stream:two") for p in range(PARTITIONS)]
    assert sum(lengths) == len(turns) - 1, "each but the bad one, once"


@pytest.mark.parametrize("paced", [True, False])
async def test_each_send_begins_in_its_own_partition(rig: Rig, redis: Redis, *, paced: bool) -> None:
    turns, ledger = await taken(rig), SendLedger(rig.gateway, "w1", 10.0)
    theirs = turns[3]
    await redis.xclaim(f"{base(theirs)}:stream:one", keys.GROUP, "w2", 0, [theirs.entry_id])
    slots = Pacer(rig.gateway, {"": 1000.0}, 6.0, 1).slots("our number") if paced else None
    before = await evalshas(redis)

    async def ask(turn: Turn, slots: Slots | None) -> object:
        reply = f"v1.{turn.partition}.{turn.conversation}.0"
        return await (ledger.begin_in_turn(turn, reply, slots) if slots else ledger.begin(turn, reply))

    told = await asyncio.gather(*(ask(turn, slots) for turn in turns), return_exceptions=True)
    if rig.gateway.one_server:
        assert await evalshas(redis) - before == 1
    for turn, ruling in zip(turns, told, strict=True):
        lost = turn is theirs
        assert isinstance(ruling, LostError) if lost else ruling == GO
        kept = await redis.hget(f"{base(turn)}:send:v1.{turn.partition}.{turn.conversation}.0", "c")
        assert kept == (None if lost else turn.conversation)
        asked = await redis.exists(f"{base(turn)}:pace:pair:{turn.conversation}")
        assert bool(asked) == (slots is not None and not lost)


class Server:
    """Responde a cada operação o que ela é, e lembra as chamadas."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    async def execute(self, calls: Sequence[Call]) -> list[list[bytes]]:
        self.calls += calls
        return [[op[0] for op in call.ops] for call in calls]


async def test_only_scripts_that_tell_partitions_apart_share_a_call_of_several() -> None:
    for script, calls in ((Script.COMMIT, 1), (Script.BEGIN_SEND, 1), (Script.PARK, 3)):
        batcher = Batcher((server := Server()).execute)
        asked = [batcher.submit(script, f"p{n % 3}", b"head", [[b"%d" % n]]) for n in range(9)]
        assert await asyncio.gather(*asked) == [[b"%d" % n] for n in range(9)]
        assert len(server.calls) == calls


async def test_a_call_of_several_partitions_has_no_more_operations_than_one_of_one() -> None:
    server = Server()
    batcher = Batcher(server.execute)
    names = [b"%d" % n for n in range(2 * TOGETHER + 1)]
    asked = [batcher.submit(Script.COMMIT, f"p{n % 3}", b"", [[name]]) for n, name in enumerate(names)]
    assert await asyncio.gather(*asked) == [[name] for name in names]
    assert [call.size for call in server.calls] == [TOGETHER, TOGETHER, 1]
