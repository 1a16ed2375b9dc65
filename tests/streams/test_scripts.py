"""Cada transição tem um arquivo, e repeti-la (um cliente repete o que não ouviu) não muda nada."""

import re
from collections.abc import AsyncIterator
from importlib.resources import files

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from pyloto_stream.streams import keys
from pyloto_stream.streams.entry import Entry
from pyloto_stream.streams.lease import Failure, bury_op, commit_head, commit_op, park_op
from pyloto_stream.streams.ledger import begin_head, begin_op
from pyloto_stream.streams.model import CancelTimer, Feed, Plan, Published, Setback, SetTimer, Turn
from pyloto_stream.streams.scripts import Blobs, Op, Packed, Script, pack, pack_row
from tests.support.commits import commit
from tests.support.look import snapshot
from tests.support.sends import REPLY, WINDOW_S, Sender
from tests.support.streams import LANES, ManualClock, Rig

HOUR_MS = 3_600_000
ONE = "pyloto:{00}:stream:one"
FOLDER = files("pyloto_stream.streams") / "lua"
SHARED = {"common.lua", "crossing.lua", "names.lua", "slots.lua"}
ACCEPT_HEAD = {"bucket_ms": HOUR_MS, "buckets": 4, "ttl_ms": 4 * HOUR_MS, "limit": 100,
               "stages": ("one", "two")}  # fmt: skip
HOLD: Op = {"k": "hold", "c": "ana", "x": "x", "ls": [("turn", "one"), ("audit", "log")], "hold": HOUR_MS,
            "w": [], "ttl": HOUR_MS}  # fmt: skip


class Scene:
    """Um turno de `ana` ocioso em mãos de `w1`: dúvida, temporizador vencido, evento à espera; e um morto."""

    def __init__(self, rig: Rig, clock: ManualClock, turn: Turn, letter: str) -> None:
        self.rig = rig
        self.clock = clock
        self.turn = turn
        self.letter = letter
        self.entry = Entry(0, turn.entry_id, (b"l", b"turn", b"c", b"ana", b"e", turn.events))

    def ops(self) -> dict[Script, Op | Packed]:
        """Uma operação que muda algo, de cada transição."""
        mine: Op = {"s": "one", "i": self.turn.entry_id, "w": "w1"}
        plan = Plan(
            state=b"novo",
            mode="HUMAN",
            sent=(REPLY, "wamid.1"),
            feed=(Feed("audit", b"1"), Feed("audit", b"2")),
            timers=(SetTimer("t", self.clock.ms + HOUR_MS, b"3"), CancelTimer("due")),
            published=(Published("leads", "1", b"{}"),),
        )
        digest = keys.dedupe_digest("new")
        noted: Op = {"d": "one", "i": self.letter, "al": "audit", "as": "log", "ac": "ana", "av": b'"noted"'}
        return {
            Script.ACCEPT: pack_row(("turn", "one", "bia", (), "", ""), (digest, b"1")),
            Script.ALIAS: pack_row(("claim", HOUR_MS, "phone", "ana"), ()),
            Script.AMEND: {**noted, "e": b'["other"]', "ed": b"[]"},
            Script.BEAT: {"s": "one", "w": "w1", "ttl": HOUR_MS, "gone": HOUR_MS},
            Script.BEGIN_SEND: begin_op(self.turn, "v1.0.x.1", "q"),
            Script.BOOT: {"s": "new"},
            Script.BURY: bury_op(self.entry, "one", Failure("x", "y", 1), LANES, b'"notice"'),
            Script.CLAIM: {"s": "one", "w": "w2", "idle": HOUR_MS, "limit": 10},
            Script.COMMIT: commit_op(self.turn, plan, LANES),
            Script.DEAD_PAGE: {"s": "one", "a": "-", "b": "+", "n": 9, "bytes": 9, "drop": ["s"]},
            Script.DISCARD: noted,
            Script.END_SEND: {**mine, "r": REPLY, "st": "retry"},
            Script.FORGET: HOLD,
            Script.HISTORY: {"s": "one", "w": "w1", "limit": 10},
            Script.LEAVE: {"s": "one", "w": "idle"},
            Script.MEND: {"l": "turn", "c": "lost", "f": "one"},
            Script.MODE: {"l": "turn", "c": "ana", "md": "HUMAN"},
            Script.PACE: {"k": "take", "n": "pair:ana", "st": 6000, "bu": 10, "q": "q"},
            Script.PARK: park_op(self.turn, self.clock.ms + HOUR_MS, setback=Setback("x", "", 1)),
            Script.PEEK: {"l": "turn", "c": "ana"},
            Script.PROMOTE: {"limit": 10},
            Script.REFRESH: mine,
            Script.RELEASE: mine,
            Script.REPLAY: {**noted, "l": "turn", "s": "one", "c": "bia", "v": Blobs((b"1", b"2"))},
            Script.REVEAL: {**noted, "q": "asked"},
            Script.STATUS: {"stages": ["one"]},
            Script.SETTLE_META: {"n": 1},
            Script.TOKENS: {"s": "one", "from": "-", "limit": 10},
            Script.TRACE: {"r": "stream:one", "from": b"", "n": 10, "bytes": 99, "w": Blobs((b"ana",))},
            Script.UPCOMING: {"k": "timers", "from": 0, "limit": 10},
        }

    async def run(self, script: Script) -> object:
        heads = {
            Script.ACCEPT: pack(ACCEPT_HEAD)[0],
            Script.BEGIN_SEND: begin_head("w1", 1, "one"),
            Script.COMMIT: commit_head("one", LANES, "w1"),
        }
        head = heads.get(script, b"")
        return await self.rig.gateway.submit(script, 0, self.ops()[script], head)


@pytest_asyncio.fixture
async def scene(redis_url: str, redis: Redis) -> AsyncIterator[Scene]:
    clock = ManualClock()
    async with Rig(redis_url, partitions=1, clock=clock) as rig:
        sender = Sender(rig, clock)
        await rig.say("ana", "1")
        timer = SetTimer("due", clock.ms - 1, b'"fired"')
        await sender.commit(await sender.take(), Plan(timers=(timer,)))
        await rig.say("ana", "2")
        turn = await sender.take()
        await rig.say("ana", "3")
        await sender.ledger.begin(turn, REPLY)
        await redis.xgroup_createconsumer(ONE, keys.GROUP, "idle")
        await redis.xclaim(ONE, keys.GROUP, "w1", 0, [turn.entry_id], idle=HOUR_MS, justid=True)
        await redis.hset("pyloto:{00}:conv:turn:lost", "g", "1")  # um portão fechado sem token
        letter = await redis.xadd(
            "pyloto:{00}:dead:one", {"code": "x", "l": "turn", "c": "bia", "e": "[1,2]"}
        )
        yield Scene(rig, clock, turn, str(letter))


LOOKS = (
    Script.DEAD_PAGE, Script.HISTORY, Script.PEEK, Script.REFRESH, Script.STATUS, Script.TOKENS,
    Script.TRACE, Script.UPCOMING,
)  # fmt: skip
WRITES = [script for script in Script if script not in LOOKS]


@pytest.mark.parametrize("script", WRITES)
async def test_i8_a_transition_changes_something_and_its_repetition_nothing(
    scene: Scene, redis_url: str, script: Script
) -> None:
    before = await snapshot(redis_url)
    first = await scene.run(script)
    after = await snapshot(redis_url)
    second = await scene.run(script)
    assert await snapshot(redis_url) == after
    assert after != before
    if script is Script.COMMIT:
        assert (first, second) == (1, 2)


@pytest.mark.parametrize("script", LOOKS)
async def test_what_only_looks_or_refreshes_changes_nothing_however_often(
    scene: Scene, redis_url: str, script: Script
) -> None:
    before = await snapshot(redis_url)
    assert await scene.run(script) == await scene.run(script)
    assert await snapshot(redis_url) == before


@pytest.mark.parametrize("script", [Script.BURY, Script.COMMIT, Script.PARK, Script.REFRESH, Script.RELEASE])
async def test_who_comes_late_changes_nothing(scene: Scene, redis_url: str, script: Script) -> None:
    assert await commit(scene.rig.gateway, scene.turn, Plan(), LANES, "w2") == 1
    before = await snapshot(redis_url)
    assert await scene.run(script) == 0
    after = await snapshot(redis_url)
    ledger = f"pyloto:{{00}}:send:{REPLY}"
    assert {key: value for key, value in after.items() if key != ledger} == {
        key: value for key, value in before.items() if key != ledger
    }


async def test_a_consumer_with_something_in_hand_does_not_leave(scene: Scene, redis_url: str) -> None:
    before = await snapshot(redis_url)
    assert await scene.rig.gateway.submit(Script.LEAVE, 0, {"s": "one", "w": "w1"}) == 0
    assert await snapshot(redis_url) == before


async def test_the_mode_of_an_unknown_conversation_does_not_stay_forever(scene: Scene, redis: Redis) -> None:
    await scene.rig.gateway.submit(Script.MODE, 0, {"l": "turn", "c": "nobody", "md": "HUMAN"})
    assert await redis.pttl("pyloto:{00}:conv:turn:nobody") > 0


async def test_a_mode_set_during_a_turn_does_not_let_its_record_expire(scene: Scene, redis: Redis) -> None:
    await scene.run(Script.MODE)
    assert await redis.pttl("pyloto:{00}:conv:turn:ana") == -1


def test_every_script_has_a_file_and_every_file_a_script() -> None:
    on_disk = {entry.name for entry in FOLDER.iterdir()}
    assert on_disk == {f"{script.value}.lua" for script in Script} | SHARED


@pytest.mark.parametrize("script", Script)
def test_a_script_declares_its_flags_and_says_what_it_does(script: Script) -> None:
    first, second, *_ = (FOLDER / f"{script.value}.lua").read_text("utf-8").splitlines()
    assert re.fullmatch(r"#!lua( flags=(allow-oom|no-writes))?", first)
    assert second.startswith(f"-- {script.value}: ")
    assert script.source.startswith(first + "\n-- MODELO DE DADOS")


def test_only_what_takes_new_work_in_is_refused_when_memory_is_full() -> None:
    refused = {script for script in Script if script.source.startswith("#!lua\n")}
    assert refused == {Script.ACCEPT, Script.SETTLE_META}


def test_a_packed_operation_keeps_bytes_out_of_msgpack() -> None:
    head, *blobs = pack({"a": 1, "b": b"\xff", "c": Blobs((b"x", b"", b"y")), "d": None})
    assert blobs == [b"\xff", b"x", b"", b"y"]
    assert b"\xff" not in head
    assert b"\xa1d" not in head


async def test_the_window_of_doubt_is_the_one_asked(scene: Scene) -> None:
    ruling = await Sender(scene.rig, scene.clock).ledger.begin(scene.turn, REPLY)
    assert (ruling.verdict, ruling.until_ms) == ("doubt", scene.clock.ms + int(WINDOW_S * 1000))
