"""Como os documentos ficam num arquivo, sem servidor, e sem que o laço de eventos espere pelo disco?

Um fio grava; tudo o que chega enquanto ele grava divide a transação seguinte (group commit), sem espera
artificial. Leituras usam conexões próprias, não esperam por quem grava, e as que se pedem juntas vão ao fio
juntas. Vários processos podem abrir o mesmo
arquivo. Limite: um disco local e um gravador por vez; para mais que uma máquina, Firestore.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self, TypeVar

from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.stores import sqlite_statements as statements
from pyloto_stream.stores.ports import Document, Documents, Query, Write
from pyloto_stream.stores.sqlite_file import connect, open_file, outage
from pyloto_stream.stores.times import iso
from pyloto_stream.stores.write_checks import check_writes

_READERS = 2
_MAX_GROUPS = 256
"""Gravações por transação: limita o tempo em que outro processo espera por nós."""
_T = TypeVar("_T")
_Asked = tuple[Callable[[sqlite3.Connection], Any], "asyncio.Future[Any]"]
"""Uma leitura, e quem a espera."""


class SqliteDocuments(Documents):
    """Adaptador embutido; crie com `open`. Pertence ao laço de eventos em que foi aberto.

    `transactions`: quantas foram confirmadas desde a abertura.
    """

    def __init__(self, writer: sqlite3.Connection, readers: Iterable[sqlite3.Connection]) -> None:
        self.transactions = 0
        self._writer = writer
        self._writing = ThreadPoolExecutor(1, "documents-write")
        self._reading = ThreadPoolExecutor(_READERS, "documents-read")
        self._readers: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        for reader in readers:
            self._readers.put(reader)
        self._waiting: list[tuple[tuple[Write, ...], asyncio.Future[statements.Reply]]] = []
        self._flusher: asyncio.Task[None] | None = None
        self._asked: list[_Asked] = []
        self._busy = 0

    @classmethod
    async def open(cls, path: Path, *, busy_s: float = 5.0) -> Self:
        """Abre, e cria se falta, o arquivo `path`. `busy_s`: segundos de espera por outro processo.

        Raises:
            MisconfiguredError, UnavailableError: ver `open_file`.
        """
        writer = await asyncio.to_thread(open_file, path, busy_s)
        return cls(writer, [connect(path, busy_s) for _ in range(_READERS)])

    async def get(self, path: str) -> Document | None:
        """Ver a porta."""
        return await self._read(lambda connection: statements.get(connection, path))

    async def query(self, query: Query) -> list[Document]:
        """Ver a porta."""
        return await self._read(lambda connection: statements.query(connection, query))

    async def count(self, collection: str) -> int:
        """Ver a porta."""
        return await self._read(lambda connection: statements.count(connection, collection))

    async def write(self, *writes: Write) -> list[str]:
        """Ver a porta."""
        check_writes(writes)
        future: asyncio.Future[statements.Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append((writes, future))
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush())
        try:
            reply = await future
        finally:  # quem desistiu não espera na fila: o que não começou não se grava
            if future.cancelled():
                self._waiting = [each for each in self._waiting if each[1] is not future]
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def purge(self, limit: int = 1000, clock: Clock = system_clock) -> int:
        """Apaga até `limit` documentos vencidos (`TTL_FIELD`); devolve quantos. No Firestore: TTL."""
        now = iso(clock())
        try:
            return await self._run(self._writing, lambda: statements.purge(self._writer, now, limit))
        except sqlite3.Error as error:
            raise outage(error) from None

    async def scrub(self) -> bool:
        """Recolhe o WAL ao arquivo e o esvazia: nele ficam as páginas de antes. Ver a porta."""
        try:
            return await self._run(self._writing, lambda: statements.checkpoint(self._writer))
        except sqlite3.Error as error:
            raise outage(error) from None

    async def close(self) -> None:
        """Grava o que espera, e fecha."""
        if self._flusher is not None:
            await asyncio.wait([self._flusher])
        await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        self._reading.shutdown()
        self._writing.shutdown()
        for _ in range(_READERS):
            self._readers.get().close()
        self._writer.close()  # por último: a última conexão recolhe o WAL ao arquivo

    async def _flush(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting[:_MAX_GROUPS], self._waiting[_MAX_GROUPS:]
                await self._deliver(taken)
        finally:
            self._flusher = None

    async def _deliver(self, taken: list[tuple[tuple[Write, ...], asyncio.Future[statements.Reply]]]) -> None:
        groups = [writes for writes, _ in taken]
        try:
            replies = await self._run(self._writing, lambda: statements.commit(self._writer, groups))
            self.transactions += 1
        except Exception as error:  # noqa: BLE001 — quem espera precisa saber, qualquer que seja a causa
            for _, future in taken:
                if not future.done():
                    future.set_exception(outage(error) if isinstance(error, sqlite3.Error) else error)
            return
        for (_, future), reply in zip(taken, replies, strict=True):
            if not future.done():
                future.set_result(reply)

    async def _read(self, action: Callable[[sqlite3.Connection], _T]) -> _T:
        future: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
        self._asked.append((action, future))
        if len(self._asked) == 1 and self._busy < _READERS:  # com outras à espera, alguém já as leva
            self._busy += 1
            asyncio.get_running_loop().call_soon(self._lend)
        try:
            return await future
        finally:
            if future.cancelled():
                self._asked = [each for each in self._asked if each[1] is not future]

    def _lend(self) -> None:
        """Leva a um leitor o que se pediu até aqui; sem tarefa, que sobraria se quem pediu desistisse."""
        taken, self._asked = self._asked, []
        if not taken:
            self._busy -= 1
            return
        try:
            done = asyncio.get_running_loop().run_in_executor(self._reading, self._replies, taken)
        except RuntimeError as error:  # já se fechou
            self._busy -= 1
            _settle(taken, [error] * len(taken))
            return
        done.add_done_callback(partial(self._answer, taken))

    def _answer(self, taken: list[_Asked], done: asyncio.Future[list[Any]]) -> None:
        error = done.exception()
        _settle(taken, [error] * len(taken) if error else done.result())
        self._lend()

    def _replies(self, asked: Iterable[_Asked]) -> list[Any]:
        """O que cada leitura deu, ou o erro dela; todas numa conexão, na ordem."""
        connection = self._readers.get()
        try:
            return [_reply(connection, action) for action, _ in asked]
        finally:
            self._readers.put(connection)

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(pool, work)


def _reply(connection: sqlite3.Connection, action: Callable[[sqlite3.Connection], _T]) -> _T | Exception:
    try:
        return action(connection)
    except Exception as error:  # noqa: BLE001 — é de quem pediu, e não das outras leituras
        return error


def _settle(taken: list[_Asked], replies: list[Any]) -> None:
    for (_, future), reply in zip(taken, replies, strict=True):
        if future.done():
            continue
        if isinstance(reply, BaseException):
            future.set_exception(outage(reply) if isinstance(reply, sqlite3.Error) else reply)
        else:
            future.set_result(reply)
