"""Que parte do trabalho passa por uma rota até o Redis? As partições dela, lidas, renovadas e assumidas.

Num Redis só há uma rota com tudo; num cluster, uma por partição (um slot não se lê junto com outro), e a
queda de um nó só para o que é dele. Promete: em mãos, no máximo `limit` entradas lidas, e nunca menos que uma
por partição; o que se assume enquanto se espera por uma leitura pode somar até outro tanto.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.duty import Duty
from pyloto_stream.streams.gateway import Entry
from pyloto_stream.streams.points import reached
from pyloto_stream.streams.scripts import Script

RETRY_S, RETRY_MOST_S = 0.05, 1.0  # depois de uma leitura que falhou: dobra da primeira à segunda


class Share:
    """As partições `partitions` de uma etapa, com até `limit` entradas em mãos."""

    def __init__(self, duty: Duty, partitions: Sequence[int], limit: int) -> None:
        self._duty = duty
        self._partitions = tuple(partitions)
        self._limit = max(limit, 1)
        self._held: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._watching: list[set[tuple[int, str]]] = []
        self._room = asyncio.Event()
        self._turn = 0

    @property
    def tasks(self) -> list["asyncio.Task[None]"]:
        """O trabalho em mãos."""
        return list(self._held.values())

    async def read_forever(self) -> None:
        """Lê enquanto há vaga; depois de uma leitura que falhou, adota primeiro o que já era seu."""
        duty, delay, adopt = self._duty, RETRY_S, False
        while True:
            if self._free() <= 0:
                await self._wait_for_room()
                continue
            try:
                if adopt:
                    await self._adopt()
                    adopt = False
                    continue
                entries = await self._next(self._free())
            except UnavailableError as error:
                duty.downtime.began(self, error.code)
                adopt = True  # a resposta perdida pode ter deixado entradas nossas que não vimos
                await asyncio.sleep(delay)
                delay = min(delay * 2, RETRY_MOST_S)
                continue
            duty.downtime.ended(self)
            delay = RETRY_S
            if entries:
                reached("after_read", duty.stage)
                duty.telemetry.read(duty.stage, len(entries))
                self._start(entries)

    async def claim(self) -> None:
        """Assume, das partições desta parte, o que ninguém renova há mais que `claim_idle_s`."""
        duty = self._duty
        await self._adopt()  # o que se assumiu e não se viu: assumir de novo contaria outra morte
        for partition in self._partitions:
            free = self._free()
            if free <= 0:
                return
            alone = duty.quarantine.enter(self)
            op = {
                "s": duty.stage, "w": duty.consumer, "idle": int(duty.options.claim_idle_s * 1000),
                "limit": max(1, free // len(self._partitions)), "dead": duty.options.max_deaths,
                "suspect": max(2, duty.options.max_deaths - 1), "alone": int(alone),
            }  # fmt: skip
            rows: list[list[Any]] = []
            try:
                rows = await duty.gateway.submit(Script.CLAIM, partition, op)
            finally:
                if alone:
                    duty.quarantine.keep(self, self._suspect(partition, rows))
            if rows:
                reached("after_claim", duty.stage)
                duty.telemetry.claimed(duty.stage, len(rows))
                deaths = {row[0].decode(): row[2] for row in rows}
                self._start([Entry.of(partition, row) for row in rows], deaths)

    async def refresh(self) -> None:
        """Renova o que ainda é desta parte, e larga o que já é de outro."""
        duty, held = self._duty, list(self._held.items())
        ops = [({"s": duty.stage, "i": entry_id, "w": duty.consumer}, p) for (p, entry_id), _ in held]
        calls = [duty.gateway.submit(Script.REFRESH, partition, op) for op, partition in ops]
        for (key, task), mine in zip(held, await asyncio.gather(*calls), strict=True):
            if not mine and key in self._held and not duty.settler.inline:
                duty.telemetry.lost(duty.stage, 1)
                task.cancel()

    async def leave(self) -> None:
        """Devolve o que não terminou, inclusive entregas cuja resposta nunca vimos, e sai do grupo."""
        duty = self._duty
        reached("before_release", duty.stage)
        op = {"s": duty.stage, "w": duty.consumer}
        for entry in await duty.gateway.history(duty.stage, duty.consumer, self._partitions):
            await duty.gateway.submit(Script.RELEASE, entry.partition, {**op, "i": entry.id})
        for partition in self._partitions:
            await duty.gateway.submit(Script.LEAVE, partition, op)

    def forget(self, keys: Iterable[tuple[int, str]]) -> None:
        """Solta o que foi decidido sem a própria tarefa, que talvez nunca termine."""
        gone = [key for key in keys if self._held.pop(key, None) is not None]
        self._duty.quarantine.leave(self, gone)
        if gone:
            self._room.set()

    def _suspect(self, partition: int, rows: Sequence[Sequence[Any]]) -> tuple[int, str] | None:
        most = self._duty.options.max_deaths
        found = (row[0].decode() for row in rows if max(2, most - 1) <= row[2] < most)
        return next(((partition, entry_id) for entry_id in found), None)

    def _free(self) -> int:
        return min(self._limit, self._duty.breaker.limit) - len(self._held)

    async def _wait_for_room(self) -> None:
        self._room.clear()
        resting_s = self._duty.breaker.resting_s
        try:
            await asyncio.wait_for(self._room.wait(), resting_s or None)
        except TimeoutError:
            return

    async def _next(self, free: int) -> list[Entry]:
        """Entradas novas para `free` vagas, com as partições em rodízio.

        Com menos vagas que partições, olha fatia por fatia antes de esperar por todas, e nenhuma fica parada.
        """
        gateway, stage, consumer = self._duty.gateway, self._duty.stage, self._duty.consumer
        total = len(self._partitions)
        self._turn = (self._turn + 1) % total
        order = self._partitions[self._turn :] + self._partitions[: self._turn]
        for start in range(0, total, free) if free < total else ():
            part = order[start : start + free]
            if entries := await gateway.read(stage, consumer, part, 1, wait=False):
                return entries
        return await gateway.read(stage, consumer, order, max(1, free // total))

    async def _adopt(self) -> None:
        """Começa o que já é desta parte e ela nunca viu: perdeu-se a resposta que o trazia."""
        duty = self._duty
        seen = {*self._held}
        self._watching.append(seen)  # o que começar e terminar durante a pergunta também já foi visto
        try:
            entries = await duty.gateway.history(duty.stage, duty.consumer, self._partitions)
        finally:
            self._watching = [other for other in self._watching if other is not seen]
        self._start(entry for entry in entries if (entry.partition, entry.id) not in seen)

    def _start(self, entries: Iterable[Entry], deliveries: Mapping[str, int] | None = None) -> None:
        fresh = [entry for entry in entries if (entry.partition, entry.id) not in self._held]
        deaths, settler = deliveries or {}, self._duty.settler
        if settler.inline:
            self._track(fresh, asyncio.create_task(settler.work_batch(fresh, deaths)))
        else:
            for entry in fresh:
                self._track([entry], asyncio.create_task(settler.work(entry, deaths)))

    def _track(self, entries: list[Entry], task: "asyncio.Task[None]") -> None:
        held = [(entry.partition, entry.id) for entry in entries]
        self._held.update(dict.fromkeys(held, task))
        for seen in self._watching:
            seen.update(held)

        def done(_: "asyncio.Task[None]") -> None:
            for key in held:
                self._held.pop(key, None)
            self._duty.quarantine.leave(self, held)
            self._room.set()

        task.add_done_callback(done)
