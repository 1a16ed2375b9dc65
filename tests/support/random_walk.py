"""Um passeio ao acaso pelo executor: sorteia o que fazer, faz nos dois lados, e cobra que digam o mesmo."""

import random
from collections.abc import Awaitable, Callable

import msgspec
from redis.asyncio import Redis

from pyloto_stream.streams.entry import Entry
from pyloto_stream.streams.lease import Failure, bury_op, decode, park_op
from pyloto_stream.streams.model import Item, Plan, Setback, SetTimer, Turn
from pyloto_stream.streams.scripts import Op, Script
from pyloto_stream.streams.timers import TimerPump
from tests.support.commits import commit
from tests.support.runtime_model import NEXT, Conversation
from tests.support.streams import LANES, ManualClock, Rig, texts

BASE = "pyloto:{00}"
STAGES = ("one", "two")
CONSUMERS = ("w1", "w2", "w3")
NAMES = ("ana", "bia", "caio", "d|u:{a}")
Lease = tuple[str, Turn]


class Walk:
    """`leases`: tudo o que já foi entregue, inclusive a quem morreu ou perdeu (zumbis também agem)."""

    def __init__(self, rig: Rig, redis: Redis, clock: ManualClock, seed: int) -> None:
        self.rig = rig
        self.redis = redis
        self.clock = clock
        self.draw = random.Random(seed)
        self.people = {name: Conversation() for name in NAMES}
        self.leases: list[Lease] = []
        self.log: list[str] = []
        self._count = 0

    async def step(self) -> None:
        """Uma operação; às vezes repetida, como faz um cliente que não ouviu a resposta."""
        actions: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (6, self._accept), (6, self._read), (8, self._commit), (2, self._park), (1, self._bury),
            (2, self._claim), (1, self._release), (1, self._refresh), (3, self._promote),
        ]  # fmt: skip
        weights = [weight for weight, _ in actions]
        ((_, action),) = self.draw.choices(actions, weights)
        await action()

    async def _accept(self) -> None:
        name = self.draw.choice(NAMES)
        person = self.people[name]
        if person.accepted and self.draw.random() < 0.3:
            event, new = self.draw.choice(person.accepted), False
        else:
            self._count += 1
            event, new = f"e{self._count}", True
        self.log.append(f"accept {name} {event}")
        item = Item("turn", name, msgspec.json.encode(event), event)
        assert await self.rig.acceptor.accept([item, item]) == [new, False]
        if new:
            person.accepted.append(event)
            person.enter(event)

    async def _read(self) -> None:
        stage, consumer = self.draw.choice(STAGES), self.draw.choice(CONSUMERS)
        count = self.draw.randint(1, 3)
        entries = await self.rig.gateway.read(stage, consumer, [0], count, wait=False)
        waiting = [p for p in self.people.values() if self._unread(p, stage)]
        self.log.append(f"read {stage} {consumer} {[entry.id for entry in entries]}")
        assert len(entries) == min(count, len(waiting))
        for entry in entries:
            self._deliver(entry, stage, consumer)

    async def _claim(self) -> None:
        stage, consumer = self.draw.choice(STAGES), self.draw.choice(CONSUMERS)
        op = {"s": stage, "w": consumer, "idle": 0, "limit": 10}
        rows = await self.rig.gateway.submit(Script.CLAIM, 0, op)
        held = {p.entry for p in self.people.values() if p.entry and p.stage == stage}
        self.log.append(f"claim {stage} {consumer} {held}")
        assert {row[0].decode() for row in rows} == held
        for row in rows:
            self._deliver(Entry.of(0, row), stage, consumer)

    async def _commit(self) -> None:
        if not self.leases:
            return
        consumer, turn = self._some_lease()
        person = self.people[turn.conversation]
        to = NEXT.get(turn.stage) if self.draw.random() < 0.7 else None
        state = f"{turn.state.decode()}[{turn.stage} {turn.number}]"
        timer = None
        if self.draw.random() < 0.3:
            self._count += 1
            timer = (self.clock.ms + self.draw.randint(1, 50), f"t{self._count}")
        timers = (SetTimer("x", timer[0], msgspec.json.encode(timer[1])),) if timer else ()
        plan = Plan(to=to, state=state.encode(), timers=timers)
        wins, times = person.holds(turn), self._times()
        self.log.append(f"commit {consumer} to {to} {turn.entry_id} x{times}")
        for _ in range(times):
            done = await commit(self.rig.gateway, turn, plan, LANES, consumer)
            assert done == person.commit(turn, consumer, state, to)
        if wins and timer:
            person.timer = timer

    async def _park(self) -> None:
        if not self.leases:
            return
        _, turn = self._some_lease()
        due, failed = self.clock.ms + self.draw.randint(1, 50), self.draw.random() < 0.5
        person = self.people[turn.conversation]
        op = park_op(turn, due, setback=Setback("x", "", 0) if failed else None)
        await self._ask(Script.PARK, op, lambda: person.park(turn, due, failed=failed), f"park {due}")

    async def _bury(self) -> None:
        if not self.leases:
            return
        _, turn = self._some_lease()
        self._count += 1
        notice = f"n{self._count}"
        person = self.people[turn.conversation]
        flat = (b"l", b"turn", b"c", turn.conversation.encode(), b"e", turn.events)
        entry, cause = Entry(0, turn.entry_id, flat), Failure("x", "x", 1)
        op = bury_op(entry, turn.stage, cause, LANES, msgspec.json.encode(notice))
        await self._ask(Script.BURY, op, lambda: person.bury(turn, notice), "bury")

    async def _release(self) -> None:
        if not self.leases:
            return
        consumer, turn = self._some_lease()
        op = {"s": turn.stage, "i": turn.entry_id, "w": consumer}
        person = self.people[turn.conversation]
        await self._ask(Script.RELEASE, op, lambda: person.release(turn, consumer), f"release {consumer}")

    async def _refresh(self) -> None:
        if not self.leases:
            return
        consumer, turn = self._some_lease()
        op = {"s": turn.stage, "i": turn.entry_id, "w": consumer}
        person = self.people[turn.conversation]
        mine = int(person.holds(turn) and person.owner == consumer)
        await self._ask(Script.REFRESH, op, lambda: mine, f"refresh {consumer}")

    async def _promote(self) -> None:
        self.clock.ms += self.draw.randint(0, 40)
        self.log.append(f"promote {self.clock.ms}")
        await TimerPump(self.rig.gateway).promote_due()
        for person in self.people.values():
            person.promote(self.clock.ms)
            if person.timer and person.timer[0] <= self.clock.ms:
                person.enter(person.timer[1])
                person.timer = None

    async def _ask(self, script: Script, op: Op, expected: Callable[[], int], note: str) -> None:
        times = self._times()
        self.log.append(f"{note} {op.get('i')} x{times}")
        for _ in range(times):
            assert await self.rig.gateway.submit(script, 0, op) == expected()

    def _times(self) -> int:
        """Às vezes repete-se a operação, como quem perdeu a resposta."""
        return 2 if self.draw.random() < 0.2 else 1

    def _some_lease(self) -> Lease:
        """Quase sempre das últimas; às vezes a de um zumbi antigo."""
        recent = self.leases[-6:] if self.draw.random() < 0.8 else self.leases
        return self.draw.choice(recent)

    def _unread(self, person: Conversation, stage: str) -> bool:
        return bool(person.token) and person.stage == stage and not (person.entry or person.parked_until)

    def _deliver(self, entry: Entry, stage: str, consumer: str) -> None:
        turn = decode(entry, stage, self.clock.ms)
        self.people[turn.conversation].deliver(turn, consumer, texts(turn))
        self.leases.append((consumer, turn))

    async def compare(self) -> None:
        """O que está guardado é o que o modelo diz."""
        for name, person in self.people.items():
            record = await self.redis.hgetall(f"{BASE}:conv:turn:{name}")
            assert ("g" in record) == bool(person.token)
            assert record.get("s", "") == person.state
            waiting = await self.redis.lrange(f"{BASE}:inbox:turn:{name}", 0, -1)
            assert [msgspec.json.decode(event) for event in waiting] == person.inbox
        parked = [p for p in self.people.values() if p.token and p.parked_until]
        moving = [p for p in self.people.values() if p.token and not p.parked_until]
        assert await self.redis.zcard(f"{BASE}:parked") == len(parked)
        assert await self.redis.hlen(f"{BASE}:parked:body") == len(parked)
        assert sum([await self.redis.xlen(f"{BASE}:stream:{stage}") for stage in STAGES]) == len(moving)

    async def finish(self) -> None:
        """Leva tudo ao fim, com um consumidor que assume o que os outros deixaram."""
        while any(person.token or person.timer for person in self.people.values()):
            self.clock.ms += 1000
            await self._promote()
            self.leases = []
            for stage in STAGES:
                op: Op = {"s": stage, "w": "end", "idle": 0, "limit": 10}
                await self.rig.gateway.submit(Script.CLAIM, 0, op)
                await self.rig.gateway.read(stage, "end", [0], 10, wait=False)
                for entry in await self.rig.gateway.history(stage, "end"):
                    self._deliver(entry, stage, "end")
            for consumer, turn in self.leases:
                person = self.people[turn.conversation]
                assert await commit(self.rig.gateway, turn, Plan(), LANES, consumer) == 1
                person.commit(turn, consumer, person.state, None)
