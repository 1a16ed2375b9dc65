"""Uma conversa que deixou algo em todo lugar do Redis onde uma conversa deixa algo."""

import itertools
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, cast

import msgspec

from pyloto_stream.streams import keys
from pyloto_stream.streams.aliases import AliasTable
from pyloto_stream.streams.entry import Entry
from pyloto_stream.streams.forget import Forgotten, forget
from pyloto_stream.streams.forget_steps import Severed
from pyloto_stream.streams.lease import Failure, bury_op, decode, park_op
from pyloto_stream.streams.ledger import SendLedger
from pyloto_stream.streams.model import Feed, Item, Plan, Published, SetTimer, Turn, Unreadable
from pyloto_stream.streams.pace import Pacer
from pyloto_stream.streams.scripts import Op, Script
from pyloto_stream.streams.traces import traces
from tests.support.commits import commit
from tests.support.forgetting_faults import Interrupting
from tests.support.streams import LANES, ManualClock, Rig

HOUR_MS = 3_600_000
SEEDED = Forgotten(
    conversations=2, events=2, tokens=2, timers=1, dead=4, sends=3, published=1, aliases=3, paces=1
)
"""O que `Person.leave_everything` deixa, contado à mão."""


class Person:
    """Uma conversa `key`; o que ela disse, o que se guardou e os ids dela trazem `mark`."""

    def __init__(self, rig: Rig, clock: ManualClock, mark: str, partition: int) -> None:
        names = (f"{mark}-key-{n}" for n in itertools.count())
        self.rig = rig
        self.clock = clock
        self.mark = mark
        self.key = next(name for name in names if keys.partition_of(name, 4) == partition)
        self.partition = partition
        self.phone = f"55{abs(hash(mark)) % 10**11:011d}"
        self.replies: list[str] = []
        self.turn: Turn
        self._pacer = Pacer(rig.gateway, {"": 100.0})

    @property
    def needles(self) -> list[bytes]:
        return [word.encode() for word in (self.mark, self.key, self.phone, *self.replies)]

    async def say(self, *texts: str) -> list[bool]:
        items = [self.event("turn", text) for text in texts]
        return await self.rig.acceptor.accept(items)

    def event(self, lane: str, text: str) -> Item:
        return Item(lane, self.key, msgspec.json.encode(f"{self.mark} {text}"), f"{self.mark} {text}")

    async def take(self, stage: str, name: str = "w1") -> Turn:
        (entry,) = await self.rig.gateway.read(stage, name, [self.partition], 1, wait=False)
        return decode(entry, stage, self.clock())

    async def commit(self, turn: Turn, plan: Plan, name: str = "w1") -> int:
        return await commit(self.rig.gateway, turn, plan, LANES, name)

    async def bury(self, turn: Turn) -> int:
        return int(await self.submit(Script.BURY, self.bury_op(turn)))

    def bury_op(self, turn: Turn) -> Op:
        flat = (b"l", turn.lane.encode(), b"c", self.key.encode(), b"e", turn.events, b"s", turn.state)
        notice = msgspec.json.encode(f"{self.mark} notice") if turn.stage == "one" else None
        return bury_op(Entry(self.partition, turn.entry_id, flat), turn.stage, Failure("x", "y", 1), LANES,
                       notice)  # fmt: skip

    async def submit(self, script: Script, op: Op) -> Any:  # noqa: ANN401 — ver Gateway
        return await self.rig.gateway.submit(script, self.partition, op)

    async def begin(self, turn: Turn) -> str:
        reply = keys.reply_id(self.partition, self.key, turn.number, len(self.replies))
        ruling = await SendLedger(self.rig.gateway, "w1", 10.0).begin(turn, reply, any_mode=True)
        assert ruling.verdict == "go"
        self.replies.append(reply)
        return reply

    async def leave_everything(self, where: str = "held") -> None:
        """`where`: como fica o turno em curso: `queued`, `held` ou `parked`. As filas têm de estar vazias."""
        table = AliasTable(self.rig.gateway)
        await table.resolve([(f"{self.mark}-id", self.key)])
        await table.move((f"{self.mark}-id", self.key), (f"{self.mark}-id", f"{self.mark}-phone-2"))
        body = b'{"broken": "' + self.phone.encode()
        await self.rig.acceptor.accept([Unreadable("not_json", body, f"broken {self.mark}")])
        await self._answered_turn()
        await self._buried_turns()
        await self.say("again")
        self.turn = await self.take("one")
        await self.begin(self.turn)
        await self.say("waits")
        if where == "queued":
            await self.submit(Script.RELEASE, {"s": "one", "i": self.turn.entry_id, "w": "w1"})
        if where == "parked":
            await self.submit(Script.PARK, park_op(self.turn, self.clock.ms + HOUR_MS))
        await self.submit(Script.MODE, {"l": "turn", "c": self.key, "md": "HUMAN"})
        await self._pacer.reserve(self.key, f"number of {self.mark}")

    async def _answered_turn(self) -> None:
        await self.say("first")
        turn = await self.take("one")
        reply = await self.begin(turn)
        said = msgspec.json.encode(f"{self.mark} heard")
        plan = Plan(
            state=said,
            sent=(reply, f"wamid.{self.mark}"),
            feed=(Feed("audit", said),),
            timers=(SetTimer("silence", self.clock.ms + HOUR_MS, said),),
            published=(Published("leads", f"{self.key}.1", b'{"user_key":"%s"}' % self.key.encode()),),
        )
        assert await self.commit(turn, plan) == 1

    async def _buried_turns(self) -> None:
        """Um morto em cada etapa; da faixa de auditoria fica um turno na fila e um evento à espera."""
        await self.say("to be buried")
        turn = await self.take("one")
        await SendLedger(self.rig.gateway, "w1", 10.0).refused(turn, await self.begin(turn), for_good=True)
        await self.bury(turn)
        turn = await self.take("one")
        said = msgspec.json.encode(f"{self.mark} heard")
        payload, feed = f"{self.mark} payload".encode(), (Feed("audit", said), Feed("audit", said))
        assert await self.commit(turn, Plan(to="two", payload=payload, feed=feed)) == 1
        await self.bury(await self.take("two"))
        await self.bury(await self.take("log"))
        await self.rig.acceptor.accept([self.event("audit", "late")])

    async def forget(
        self, by: Interrupting | None = None, hold_s: float = 15.0, witness: Sequence[str] = (),
        behind: Callable[[Severed], Coroutine[None, None, None]] | None = None,
    ) -> Forgotten:  # fmt: skip
        words, gateway = (self.phone.encode(),), by or self.rig.gateway
        more = {} if behind is None else {"behind": behind}
        return await forget(
            cast("Any", gateway), LANES, self.key, identifiers=words, hold_s=hold_s, witness=witness, **more
        )

    async def traces(self) -> list[tuple[str, str]]:
        return [(t.key, t.where) async for t in traces(self.rig.gateway, self.needles)]

    async def gone(self) -> bool:
        """Nada dela em lugar nenhum."""
        return not await self.traces()


def apart(found: dict[str, object], words: list[bytes]) -> dict[str, object]:
    """O que há no Redis sem o que traz `words` e sem o que ficou vazio por isso."""
    texts = [word.decode() for word in words]
    kept = {}
    for key, value in found.items():
        if ":void:" in key or ":workers:" in key or any(text in key for text in texts):
            continue
        left = _apart(value, texts)
        if left not in ({}, [], None, ([], [])):
            kept[key] = left
    return kept


def _apart(value: object, texts: list[str]) -> object:
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if not _names((name, each), texts)}
    if isinstance(value, list):
        return [each for each in value if not _names(each, texts)]
    if isinstance(value, tuple):
        entries, groups = value
        left = [entry for entry in entries if not _names(entry, texts)]
        ids = {entry[0] for entry in left}
        held = [(name, [row for row in rows if row[0] in ids]) for name, _, rows in groups]
        return left, held
    return None if _names(value, texts) else value


def _names(value: object, texts: list[str]) -> bool:
    return any(text in repr(value) for text in texts)
