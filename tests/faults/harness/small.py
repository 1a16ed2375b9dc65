"""Uma rodada barata, só com o executor, neste processo: o que se disse, o que se ouviu, e o que ficou feito.

O estado da conversa diz que mensagens foram tratadas, e em que ordem; `posts`, o que o mundo recebeu. Uma
mensagem pode trazer uma travessura (`TRICKS`), que vale uma vez. Quem trabalha está em `crew.py`.
"""

import asyncio
import itertools
import random
import time
from collections import Counter
from typing import Protocol

import msgspec

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams import keys
from pyloto_stream.streams.accept import Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Item
from pyloto_stream.streams.status import Status, inspect
from tests.faults.harness.checker import Row
from tests.support import look
from tests.support.servers import open_raw
from tests.support.streams import STAGES, Recorder

RETRY, SNOOZE, POISON, REFUSED = "!", "?", "#", "%"
TRICKS = (RETRY, SNOOZE, POISON, REFUSED)
QUIET_S = 30.0


class Done(msgspec.Struct):
    """Estado de uma conversa: textos tratados, em ordem, e turnos terminados."""

    texts: list[str] = []
    turns: int = 0


decode_done = msgspec.json.Decoder(Done).decode
decode_texts = msgspec.json.Decoder(list[str]).decode
encode = msgspec.json.Encoder().encode


class Worker(Protocol):
    """Quem trabalha, visto daqui."""

    running: bool

    async def kill(self) -> None:
        """Acaba com ele."""


class World:
    """O que acontece fora do Redis: o que se ouviu ser aceito, e o que o mundo recebeu por envio."""

    def __init__(self, url: str, *, partitions: int = 2, people: int = 6) -> None:
        self.url = url
        self.partitions = partitions
        self.people = [f"person-{n}" for n in range(people)]
        self.accepted: dict[str, list[tuple[str, float]]] = {name: [] for name in self.people}
        """Por pessoa, em ordem: o texto e o instante em que se soube que foi aceito."""
        self.forgotten = dict.fromkeys(self.people, 0)
        self.posts = Counter[str]()
        self.resent = Counter[str]()
        self.ever_dead: set[tuple[str, str]] = set()
        self.refusals: list[str] = []
        self.telemetry = Recorder()
        self.crews: list[Worker] = []
        self._talking: list[asyncio.Task[None]] = []

    async def talk(
        self, door: Acceptor, rng: random.Random, times: int, *, tricks: float = 0.0, gap_s: float = 0.01
    ) -> None:
        """Cada pessoa manda `times` mensagens, uma depois da outra, e insiste até ouvir que foi aceita."""
        seeds = [rng.random() for _ in self.people]

        async def one(name: str, seed: float) -> None:
            mine = random.Random(seed)
            for _ in range(times):
                trick = mine.choice(TRICKS) if mine.random() < tricks else ""
                text = f"{len(self.accepted[name])}{trick}"
                await self._insist(door, Item("turn", name, encode(text), f"{name}:{text}"))
                self.accepted[name].append((text, time.monotonic()))
                await asyncio.sleep(mine.random() * 2 * gap_s)

        said = [asyncio.create_task(one(*each)) for each in zip(self.people, seeds, strict=True)]
        self._talking += said
        await asyncio.gather(*said)

    async def end(self) -> None:
        """Ninguém mais fala nem trabalha: também quando a rodada parou no meio."""
        for task in self._talking:
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)
        await asyncio.gather(*(crew.kill() for crew in self.crews if crew.running))

    async def _insist(self, door: Acceptor, item: Item) -> None:
        while True:
            try:
                await door.accept([item])
            except UnavailableError as error:
                self.refusals.append(error.code)
                await asyncio.sleep(0.02)
            else:
                return

    def forget(self) -> None:
        """O que se disse até aqui está fora da conta: foi conferido, ou apagado à mão."""
        self.forgotten = {name: len(told) for name, told in self.accepted.items()}

    async def quiet(self, limit_s: float = QUIET_S) -> None:
        """Espera não haver nada à espera, em curso ou estacionado; pergunta por fora do estrago."""
        gateway = Gateway(self.url, partitions=self.partitions)
        status: Status | None = None
        try:
            async with asyncio.timeout(limit_s):
                while status is None or not status.idle:
                    await asyncio.sleep(0.01)
                    status = await inspect(gateway, STAGES)
        except TimeoutError:
            raise AssertionError(f"not quiet in {limit_s:g} s: {status}") from None
        finally:
            await gateway.close()

    async def check(self) -> tuple[Row, list[str]]:
        """Confere o Redis parado: o que foi aceito foi feito, uma vez e em ordem, ou está entre os mortos."""
        row, problems = Row(runs=1, fenced=len(self.telemetry.of("fenced"))), list[str]()
        async with open_raw(self.url, decode_responses=True) as redis:
            left = await look.found(redis, "*:inbox:*") + [
                key for key in await look.found(redis, "*:conv:*") if await redis.hexists(key, "g")
            ]
            if left:
                problems.append(f"left behind: {left}")
            buried = Counter[tuple[str, str]]()
            for key in await look.found(redis, "*:dead:*"):
                for fields in await look.entries(redis, key):
                    row.dead += 1
                    if fields["code"] != "poison":
                        problems.append(f"buried: {fields['code']} {fields.get('message')}")
                    buried.update((fields["c"], text) for text in decode_texts(fields["e"]))
            for name in self.people:
                base = keys.prefix(keys.partition_of(name, self.partitions), self.partitions)
                raw = await look.state(redis, f"{base}:conv:turn:{name}")
                done = decode_done(raw) if raw else Done()
                dead = {text for who, text in buried if who == name}
                problems += [f"{name}: {text}" for text in self._judge(name, done, dead, row)]
        extra = {rid: count - 1 for rid, count in self.posts.items() if count > 1}
        row.in_doubt += sum(min(count, self.resent[rid]) for rid, count in extra.items())
        row.duplicated += (twice := sum(max(0, count - self.resent[rid]) for rid, count in extra.items()))
        return row, [*problems, f"{twice} replies sent twice"] if twice else problems

    def _judge(self, name: str, done: Done, dead: set[str], row: Row) -> list[str]:
        told = [text for text, _ in self.accepted[name][self.forgotten[name] :]]
        seen, problems = done.texts, list[str]()
        row.accepted += len(told)
        row.replies += done.turns
        if lost := [text for text in told if text not in seen and text not in dead]:
            row.lost += len(lost)
            problems.append(f"lost {lost} of {len(told)}")
        # o que volta de entre os mortos volta depois: não tem ordem
        self.ever_dead |= {(name, text) for text in dead}
        order = [int(text.rstrip("".join(TRICKS))) for text in seen if (name, text) not in self.ever_dead]
        if late := sum(after < before for before, after in itertools.pairwise(order)):
            row.out_of_order += late
            problems.append(f"out of order: {seen}")
        if again := len(seen) - len({*seen}) + len(dead & {*seen}):
            row.duplicated += again
            problems.append(f"done twice: {seen} dead {dead}")
        return problems
