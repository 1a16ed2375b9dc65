"""Uma carga que se confere: cada pessoa manda mensagens numeradas, e o estado da conversa diz o que chegou.

Quem manda insiste, com a mesma chave, até ouvir que foi aceito: é o que a Meta faz.
"""

import asyncio
from collections.abc import Mapping

import msgspec

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams import keys
from pyloto_stream.streams.model import Handler, Item, Outcome, Plan, Turn
from tests.support.servers import open_raw
from tests.support.streams import Rig, forward, until

AGAIN_S = 0.02
BETWEEN_S = 0.005


class Flow:
    """`people` conversas por um `Rig` de duas etapas: a segunda junta ao estado o que a primeira repassou."""

    def __init__(self, rig: Rig, people: int) -> None:
        self._rig = rig
        self.people = [f"person-{n}" for n in range(people)]
        self.sent = dict.fromkeys(self.people, 0)
        self.refusals: list[str] = []
        self.done = dict.fromkeys(self.people, 0)
        """Por pessoa, as mensagens que chegaram à segunda etapa; uma volta repetida conta de novo."""
        self._halted = False

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"one": forward, "two": self._two}

    async def _two(self, turn: Turn) -> Outcome:
        self.done[turn.conversation] += len(msgspec.json.decode(turn.payload, type=list[str]))
        return Plan(state=turn.state + turn.payload)

    async def talk(self, times: int | None = None) -> None:
        """Cada pessoa manda `times` mensagens; sem `times`, até `halt`."""
        await asyncio.gather(*(self._talk(name, times) for name in self.people))

    def halt(self) -> None:
        self._halted = True

    async def _talk(self, name: str, times: int | None) -> None:
        while not self._halted and (times is None or self.sent[name] < times):
            text = str(self.sent[name])
            await self._insist(Item("turn", name, msgspec.json.encode(text), f"{name}:{text}"))
            self.sent[name] += 1
            await asyncio.sleep(BETWEEN_S)

    async def _insist(self, item: Item) -> None:
        while True:
            try:
                await self._rig.acceptor.accept([item])
            except UnavailableError as error:
                self.refusals.append(error.code)
                await asyncio.sleep(AGAIN_S)
            else:
                return

    async def check(self, url: str) -> None:
        """Tudo o que foi aceito está, uma vez e em ordem, no estado da conversa; nada mais está."""
        await until(self._quiet)
        partitions = self._rig.gateway.partitions
        async with open_raw(url, decode_responses=True) as redis:
            for name, count in self.sent.items():
                base = keys.prefix(keys.partition_of(name, partitions), partitions)
                found = str(await redis.hget(f"{base}:conv:turn:{name}", "s") or "[]")
                seen = msgspec.json.decode(found.replace("][", ","), type=list[str])
                assert seen == [str(n) for n in range(count)], name

    async def _quiet(self) -> bool:
        try:
            return await self._rig.idle()
        except UnavailableError:
            return False
