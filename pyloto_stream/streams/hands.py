"""O que uma parte tem em mãos? As entradas lidas e não terminadas, cada uma com a tarefa que cuida dela.

Promete: cada entrada é começada uma vez enquanto está em mãos. O que a sua tarefa não conseguiu aplicar fica
pendente e marcado: quem o assumir conta uma morte, em vez de o recomeçar para sempre.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pyloto_stream.streams.duty import Duty
from pyloto_stream.streams.entry import Entry

Key = tuple[int, str]


class Hands:
    """As mãos de uma parte; `duty.in_hand` soma as de todas as partes da etapa no processo."""

    def __init__(self, duty: Duty) -> None:
        self._duty = duty
        self._held: dict[Key, asyncio.Task[None]] = {}
        self._watching: list[set[Key]] = []
        self._spoiled: set[Key] = set()

    def __len__(self) -> int:
        """Quantas entradas."""
        return len(self._held)

    @property
    def tasks(self) -> list["asyncio.Task[None]"]:
        """O trabalho em curso."""
        return list(self._held.values())

    @property
    def held(self) -> list[tuple[Key, "asyncio.Task[None]"]]:
        """Cada entrada e a sua tarefa."""
        return list(self._held.items())

    def has(self, key: Key) -> bool:
        """A entrada `key` está em mãos?"""
        return key in self._held

    def start(self, entries: Iterable[Entry]) -> None:
        """Começa o que ainda não está em mãos."""
        fresh = [entry for entry in entries if (entry.partition, entry.id) not in self._held]
        settler = self._duty.settler
        self._spoiled.difference_update((entry.partition, entry.id) for entry in fresh)
        if settler.inline:
            if fresh:
                self._track(fresh, asyncio.create_task(settler.work_batch(fresh)))
        else:
            for entry in fresh:
                self._track([entry], asyncio.create_task(settler.work(entry)))

    def forget(self, keys: Iterable[Key]) -> None:
        """Solta o que foi decidido sem a própria tarefa, que talvez nunca termine."""
        self._drop([key for key in keys if key in self._held])

    @property
    def spoiled(self) -> frozenset[Key]:
        """O que não se conseguiu aplicar, e segue pendente."""
        return frozenset(self._spoiled)

    @contextmanager
    def watching(self) -> Iterator[set[Key]]:
        """O que já foi visto: o que está em mãos agora e o que passar por elas até o fim do bloco."""
        seen = {*self._held}
        self._watching.append(seen)
        try:
            yield seen
        finally:
            self._watching = [other for other in self._watching if other is not seen]

    def forgive(self, keys: Iterable[Key]) -> None:
        """Esquece o estragado que já não é desta parte: outro o assumiu."""
        self._spoiled.difference_update(keys)

    def _track(self, entries: list[Entry], task: "asyncio.Task[None]") -> None:
        keys = [(entry.partition, entry.id) for entry in entries]
        self._held.update(dict.fromkeys(keys, task))
        self._duty.in_hand += len(keys)
        for seen in self._watching:
            seen.update(keys)

        def done(ended: "asyncio.Task[None]") -> None:
            if not ended.cancelled() and (error := ended.exception()) is not None:
                self._spoiled.update(keys)
                if isinstance(error, Exception):
                    self._duty.telemetry.bug(self._duty.stage, error)
            self._drop([key for key in keys if self._held.get(key) is ended])

        task.add_done_callback(done)

    def _drop(self, keys: list[Key]) -> None:
        for key in keys:
            del self._held[key]
        self._duty.in_hand -= len(keys)
        self._duty.quarantine.leave(self, keys)
        self._duty.room.set()
