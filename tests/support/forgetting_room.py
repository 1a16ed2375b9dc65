"""Onde se esquece: conversas da mesma partição que deixaram tudo, e o que pode acontecer entretanto."""

import random

from pyloto_stream.streams import keys
from pyloto_stream.streams.dead import DeadLetter, Edit
from pyloto_stream.streams.dead_actions import Note, amend, discard, replay, reveal
from pyloto_stream.streams.model import Feed, Plan, Settlement
from pyloto_stream.streams.repair import repair
from pyloto_stream.streams.timers import TimerPump
from tests.support.forgetting import Person, apart
from tests.support.look import snapshot
from tests.support.servers import open_raw
from tests.support.streams import LANES, STAGES, ManualClock, Rig

NOTE = Note(LANES["audit"], "operations", b'"noted"')


class Room:
    """Duas conversas da mesma partição que deixaram tudo o que se deixa, uma depois da outra."""

    def __init__(self, rig: Rig, clock: ManualClock, url: str) -> None:
        self.rig = rig
        self.clock = clock
        self.url = url
        self.made = 0

    async def person(self, where: str = "held") -> Person:
        """Mais uma, com as filas vazias de entradas por ler."""
        self.made += 1
        person = Person(self.rig, self.clock, f"zq{self.made:03d}x", partition=2)
        await person.leave_everything(where)
        for stage in STAGES:  # de outro trabalhador: quem vier depois só lê o seu
            await self.rig.gateway.read(stage, "w2", [2], 100, wait=False)
        return person

    async def others(self, person: Person) -> dict[str, object]:
        return apart(await snapshot(self.url), person.needles)


def status(person: Person, reply: str, outcome: str) -> Settlement:
    event = f'"{person.mark} {outcome}"'.encode()
    return Settlement(reply, outcome, f"wamid.{person.mark}.2", "audit", person.key, event,
                      f"{person.mark} {reply} {outcome}", event)  # fmt: skip


class Meanwhile:
    """O que pode acontecer enquanto se esquece `person`; `said` é o que ela disse desde o primeiro passo."""

    def __init__(self, room: Room, person: Person, seed: int, letters: list[DeadLetter]) -> None:
        self.room = room
        self.person = person
        self.letters = letters
        self.draw = random.Random(seed)
        self.said: list[str] = []

    async def __call__(self) -> None:
        acts = [
            self.speak, self.news, self.fire, self.dig, self.zombie, self.mend,
        ]  # fmt: skip
        self.room.clock.ms += 1
        for act in self.draw.sample(acts, self.draw.randint(1, len(acts))):
            await act()

    async def speak(self) -> None:
        text = f"new {len(self.said)}"
        assert await self.person.say(text) == [True]
        self.said.append(f"{self.person.mark} {text}")

    async def news(self) -> None:
        told = [status(self.person, reply, "sent") for reply in self.person.replies]
        assert not any(await self.room.rig.acceptor.accept(told))

    async def fire(self) -> None:
        """O que vence em uma hora vence já."""
        async with open_raw(self.room.url, decode_responses=True) as redis:
            timers = f"{keys.prefix(2, 4)}:timers"
            for member in await redis.zrange(timers, 0, -1):
                await redis.zincrby(timers, -1e15, str(member))
        await TimerPump(self.room.rig.gateway).promote_due([2])

    async def dig(self) -> None:
        gateway = self.room.rig.gateway
        for letter in self.letters:
            events = (b'"old"',)
            assert not await replay(gateway, letter, events, LANES, NOTE)
            assert await amend(gateway, letter, events, Edit("b", "c", 1), NOTE) is None
            assert await reveal(gateway, letter.id, NOTE) is None
            assert not await discard(gateway, letter.id, NOTE)

    async def zombie(self) -> None:
        plan = Plan(state=b'"old"', feed=(Feed("audit", b'"old"'),), sent=(self.person.replies[-1], "w"))
        assert await self.person.commit(self.person.turn, plan) == 0

    async def mend(self) -> None:
        assert (await repair(self.room.rig.gateway, LANES)).total == 0
