"""Que parte do trabalho passa por uma rota até o Redis? As partições dela, lidas, renovadas e assumidas.

Num Redis só há uma rota com tudo; num cluster, uma por partição (um slot não se lê junto com outro), e a
queda de um nó só para o que é dele. Promete: em mãos, no máximo `limit` entradas lidas (ou uma por partição
a mais, se chegam juntas) e outras tantas assumidas de quem morreu.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.duty import Duty
from pyloto_stream.streams.entry import Entry
from pyloto_stream.streams.hands import Hands, Key
from pyloto_stream.streams.points import reached
from pyloto_stream.streams.reading import Reading
from pyloto_stream.streams.scripts import Script

RETRY_S, RETRY_MOST_S = 0.05, 1.0  # depois de uma leitura que falhou: dobra da primeira à segunda
APART_S = 3.0
UNREADABLE = ("group_missing", "redis_error")
"""O que só diz respeito à fila que se leu, e não ao servidor."""
BATCHES = 3  # de uma etapa pura, em mãos: um se confirma, outro se decide, o terceiro já vem
TICK_S = 0.002
"""Folga de um despertador: o do uvloop toca até um milissegundo antes da hora."""


class Share:
    """As partições `partitions` de uma etapa, com até `limit` entradas em mãos."""

    def __init__(self, duty: Duty, partitions: Sequence[int], limit: int) -> None:
        self._duty = duty
        self._partitions = tuple(partitions)
        self._limit = max(limit, 1)
        self._most = max(1, self._limit // (BATCHES if duty.settler.inline else 1))
        self._least = self._most if duty.settler.inline else 1
        self._hands = Hands(duty)
        self._reading = Reading(duty)
        self._closed: frozenset[int] = frozenset()
        """Partições sem grupo: as outras não esperam por elas, que se olham de novo a cada `APART_S`."""
        self._apart_again = 0.0

    @property
    def tasks(self) -> list["asyncio.Task[None]"]:
        """O que está em mãos."""
        return self._hands.tasks

    @property
    def _usable(self) -> tuple[int, ...]:
        return tuple(partition for partition in self._partitions if partition not in self._closed)

    async def read_forever(self) -> None:
        """Lê enquanto há vaga (de um lote, se a etapa é pura); se uma leitura falha, adota primeiro o seu."""
        duty, delay, adopt = self._duty, RETRY_S, False
        while True:
            if self._free() <= 0 or self._limit - len(self._hands) < self._least:
                await self._wait_for_room()
                continue
            try:
                if adopt:
                    await self._adopt()
                    adopt = False
                    continue
                entries = await self._next(min(self._free(), self._most))
            except UnavailableError as error:
                duty.downtime.began(self, error.code)
                adopt = True  # a resposta perdida pode ter deixado entradas nossas que não vimos
                if await self._apart(error):
                    continue
                await asyncio.sleep(delay)
                delay = min(delay * 2, RETRY_MOST_S)
                continue
            if not self._closed:
                duty.downtime.ended(self)
            delay = RETRY_S
            if entries:
                reached("after_read", duty.stage)
                duty.telemetry.read(duty.stage, len(entries))
                self._hands.start(entries)

    async def claim(self) -> None:
        """Assume, das partições desta parte, o que ninguém renova há mais que `claim_idle_s`.

        Também com as mãos cheias: quem lê as enche a cada vaga, e o abandonado esperaria para sempre.
        """
        await self._adopt()  # o que se assumiu e não se viu: assumir de novo contaria outra morte
        for partition in self._usable:
            allowed = self._duty.breaker.limit - self._duty.in_hand
            room = min(allowed, 2 * self._limit - len(self._hands))
            if room <= 0:
                return
            each = max(self._free(), self._least) // len(self._partitions)
            entries = await self._claim(partition, min(max(1, each), room))
            if entries:
                reached("after_claim", self._duty.stage)
                self._duty.telemetry.claimed(self._duty.stage, len(entries))
                self._hands.start(entries)

    async def refresh(self) -> None:
        """Renova o que ainda é desta parte, e larga o que já é de outro."""
        duty, held = self._duty, self._hands.held
        ops = [({"s": duty.stage, "i": entry_id, "w": duty.consumer}, p) for (p, entry_id), _ in held]
        calls = [duty.gateway.submit(Script.REFRESH, partition, op) for op, partition in ops]
        for (key, task), mine in zip(held, await asyncio.gather(*calls), strict=True):
            if not mine and self._hands.has(key) and not duty.settler.inline:
                duty.telemetry.lost(duty.stage, 1)
                task.cancel()

    async def leave(self) -> None:
        """Devolve o que não terminou, inclusive entregas cuja resposta nunca vimos, e sai do grupo."""
        duty = self._duty
        reached("before_release", duty.stage)
        op = {"s": duty.stage, "w": duty.consumer}
        for entry in await duty.gateway.history(duty.stage, duty.consumer, self._usable):
            await duty.gateway.submit(Script.RELEASE, entry.partition, {**op, "i": entry.id})
        for partition in self._usable:
            await duty.gateway.submit(Script.LEAVE, partition, op)

    def forget(self, keys: Iterable[Key]) -> None:
        """Solta o que foi decidido sem a própria tarefa."""
        self._hands.forget(keys)

    async def _claim(self, partition: int, limit: int) -> list[Entry]:
        """Até `limit` entradas abandonadas da partição; uma suspeita, se há lugar para ela no processo."""
        duty, most = self._duty, self._duty.options.max_deaths
        suspect = max(2, most - 1)
        alone = duty.quarantine.enter(self._hands)
        op = {
            "s": duty.stage, "w": duty.consumer, "idle": int(duty.options.claim_idle_s * 1000),
            "limit": limit, "dead": most, "suspect": suspect, "alone": int(alone),
        }  # fmt: skip
        entries: list[Entry] = []
        try:
            rows = await duty.gateway.submit(Script.CLAIM, partition, op)
            entries = [Entry.of(partition, row) for row in rows]
        finally:
            if alone:
                found = ((partition, entry.id) for entry in entries if suspect <= entry.deaths < most)
                duty.quarantine.keep(self._hands, next(found, None))
        return entries

    async def _adopt(self) -> None:
        """Começa o que já é desta parte e ela nunca viu: perdeu-se a resposta que o trazia."""
        duty, hands, asked, spoiled = self._duty, self._hands, self._usable, self._hands.spoiled
        with hands.watching() as seen:
            skip = [key for key in seen if key[0] in asked]
            entries = await duty.gateway.history(duty.stage, duty.consumer, asked, skip)
        pending = {(entry.partition, entry.id): entry for entry in entries}
        hands.forgive(key for key in spoiled if key[0] in asked and key not in pending)
        known = seen | hands.spoiled
        hands.start(entry for key, entry in pending.items() if key not in known)

    def _free(self) -> int:
        duty = self._duty
        return min(self._limit - len(self._hands), duty.breaker.limit - duty.in_hand)

    async def _wait_for_room(self) -> None:
        """Espera uma vaga ou o fim do descanso do disjuntor, o que vier primeiro."""
        resting_s = self._duty.breaker.resting_s
        if not resting_s and not self._duty.in_hand:
            return  # o descanso acabou entre uma pergunta e a outra: ninguém mais acordaria quem esperasse
        self._duty.room.clear()
        try:
            await asyncio.wait_for(self._duty.room.wait(), resting_s + TICK_S if resting_s else None)
        except TimeoutError:
            return

    async def _next(self, free: int) -> list[Entry]:
        """Entradas novas para `free` vagas."""
        if self._closed and time.monotonic() > self._apart_again:
            self._closed = frozenset()
        entries = await self._reading.next(self._usable, free, wait=not self._closed)
        if self._closed and not entries:
            await asyncio.sleep(RETRY_S)  # quem esperasse bloqueado não veria voltar as partições que faltam
        return entries

    async def _apart(self, error: UnavailableError) -> bool:
        """Separa as partições que ninguém pode ler; falso se não sobra nenhuma, ou se o mal é outro."""
        if error.code not in UNREADABLE or len(self._partitions) == 1 or time.monotonic() < self._apart_again:
            return False
        self._apart_again = time.monotonic() + APART_S
        duty, closed = self._duty, set()
        for partition in self._partitions:
            try:
                entries = await duty.gateway.read(duty.stage, duty.consumer, [partition], 1, wait=False)
                self._hands.start(entries)
            except UnavailableError as refused:
                if refused.code not in UNREADABLE:
                    return False
                closed.add(partition)
        if len(closed) < len(self._partitions):
            self._closed = frozenset(closed)
        return bool(self._closed)
