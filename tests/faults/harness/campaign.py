"""Como centenas de rodadas cabem em minutos? Várias ao mesmo tempo, cada uma no seu banco do Redis.

`FAULT_SEED` é a base das sementes, ou uma rodada inteira (`7.F1.12`): a que falhou diz a sua. A que só não
terminou a tempo, ao lado das outras, faz-se de novo sozinha, e o quadro o diz; o que se perdeu, repetiu ou
trocou de ordem nunca tem segunda vez.
"""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.faults.harness.checker import Row, check
from tests.faults.harness.processes import Zygote
from tests.faults.harness.run import Place, Run
from tests.faults.harness.table import Table

Scenario = Callable[[Run], Awaitable[None]]
Trial = Callable[[Run], Awaitable[tuple[Row, list[str]]]]
"""Uma rodada inteira, do começo à conferência: a soma e os problemas."""
AT_ONCE, DATABASES = 5, 16
RUN_S = 90.0
"""Teto de uma rodada: o que passa disto está parado."""


class Choice(NamedTuple):
    """Que rodadas fazer: `full` ou só as de `quick`; `only`: uma semente inteira."""

    base: str
    full: bool
    only: str = ""


def choice(text: str, *, full: bool) -> Choice:
    """A escolha escrita em `FAULT_SEED`."""
    base = text.split(".", maxsplit=1)[0] or "1"
    return Choice(base, full, text if "." in text else "")


class Done(NamedTuple):
    """Uma rodada feita: a soma, o que falhou (vazio: nada), e se foi só não terminar a tempo."""

    row: Row
    failure: str = ""
    late: bool = False


class Campaign:
    """Faz as rodadas de um defeito em `folder` e soma o que elas mostram; as que falham ficam em `kept`."""

    def __init__(
        self,
        choice: Choice,
        servers: Sequence[str],
        folder: Path,
        kept: Path,
        logs: Path,
        zygote: Zygote,
        table: Table,
    ) -> None:
        self._choice = choice
        self._folder = folder
        self._kept = kept
        self._logs = logs
        self._zygote = zygote
        self._table = table
        self._databases: asyncio.Queue[str] = asyncio.Queue()
        for number in range(DATABASES):  # as rodadas seguidas alternam os servidores
            for url in servers:
                self._databases.put_nowait(_database(url, number))
        self._slots = asyncio.Semaphore(AT_ONCE)

    @property
    def full(self) -> bool:
        """Todas as rodadas, ou só uma amostra?"""
        return self._choice.full

    async def run(
        self, name: str, scenario: Scenario, *, quick: int, full: int, at_once: int = AT_ONCE
    ) -> Row:
        """Faz `quick` ou `full` rodadas de `scenario`; devolve a soma. `name`: `F22` ou `F22-cut`.

        Raises:
            AssertionError: alguma falhou; diz as sementes e o diário da primeira.
        """

        async def trial(run: Run) -> tuple[Row, list[str]]:
            try:
                await scenario(run)
                await run.quiet()
                return await check(run)
            finally:
                await run.close()

        return await self.each(name, trial, quick=quick, full=full, at_once=at_once)

    def note(self, text: str) -> None:
        """Uma linha abaixo do quadro."""
        self._table.notes.append(text)

    async def each(
        self, name: str, trial: Trial, *, quick: int, full: int, at_once: int = AT_ONCE, run_s: float = RUN_S
    ) -> Row:
        """Como `run`, para rodadas que abrem, conferem e fecham por si; `run_s`: o teto de uma.

        Raises:
            AssertionError: alguma falhou; diz as sementes e o diário da primeira.
        """
        seeds = [f"{self._choice.base}.{name}.{n}" for n in range(full if self.full else quick)]
        if self._choice.only:
            seeds = [self._choice.only] if self._choice.only.split(".")[1] == name else []
        total, failures, late = Row(), dict[str, str](), list[str]()
        mine = asyncio.Semaphore(at_once)

        async def one(seed: str) -> None:
            async with mine, self._slots:
                began = time.monotonic()
                done = await self._one(seed, trial, run_s)
                if done.late and seed not in late:
                    late.append(seed)
                    return
                if done.failure:
                    failures[seed] = done.failure
                total.add(done.row)
                self._table.add(name.partition("-")[0], done.row, time.monotonic() - began)

        await asyncio.gather(*(one(seed) for seed in seeds))
        for seed in late:
            self.note(f"{seed} ran out of time beside the others and was done again, alone")
            await one(seed)
        if failures:
            seed, text = next(iter(failures.items()))
            failed = f"{len(failures)} of {len(seeds)} runs failed: {' '.join(failures)}"
            raise AssertionError(f"{failed}\nFAULT_SEED={seed}\n{text}")
        return total

    async def _one(self, seed: str, trial: Trial, run_s: float) -> Done:
        url = await self._databases.get()
        folder = self._folder / seed
        folder.mkdir(parents=True)
        run = Run(seed, Place(url, folder, self._zygote))
        run.note(f"seed {seed} on {url}")
        row, failure, late = Row(runs=1), "", False
        limit = asyncio.timeout(run_s)
        try:
            async with limit:
                row, problems = await trial(run)
                failure = "\n".join(problems)
        except Exception as error:  # noqa: BLE001 — as outras rodadas seguem, e todas são contadas
            failure, late = f"{type(error).__name__}: {error}", limit.expired()
        finally:
            self._databases.put_nowait(url)
            with (self._logs / f"faults-{seed}.log").open("ab") as archive:
                archive.writelines(log.read_bytes() for log in sorted(folder.glob("*.log")))
        if not failure:
            shutil.rmtree(folder)
            return Done(row)
        kept = self._kept / f"{seed}-{len(list(self._kept.glob(f'{seed}-*')))}"
        shutil.move(folder, kept)
        return Done(row, f"{failure}\n{run.diary}\nlogs in {kept}", late)


def _database(url: str, number: int) -> str:
    return f"{url}?db={number}" if url.startswith("unix:") else f"{url.rsplit('/', 1)[0]}/{number}"
