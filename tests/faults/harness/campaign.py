"""Como centenas de rodadas cabem em minutos? Várias ao mesmo tempo, cada uma no seu banco do Redis.

`FAULT_SEED` é a base das sementes, ou uma rodada inteira (`7.F1.12`): a que falhou diz a sua.
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


class Table:
    """O quadro: uma linha por defeito."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.seconds: dict[str, float] = {}
        self.notes: list[str] = []
        """O que um defeito mostra e não cabe numa coluna, uma linha cada."""

    def add(self, fault: str, row: Row, seconds: float) -> None:
        """Soma uma rodada."""
        self.rows.setdefault(fault, Row()).add(row)
        self.seconds[fault] = self.seconds.get(fault, 0.0) + seconds

    def lines(self) -> list[str]:
        """O quadro como texto, com a linha do total."""
        names = (
            "runs",
            "accepted",
            "replies",
            "lost",
            "out_of_order",
            "duplicated",
            "in_doubt",
            "fenced",
            "dead",
        )
        heads = (
            "runs",
            "accepted",
            "replies",
            "lost",
            "out of order",
            "duplicated",
            "in doubt",
            "fenced",
            "dead",
        )
        total = Row()
        for row in self.rows.values():
            total.add(row)
        ordered = sorted(self.rows.items(), key=lambda item: int(item[0].strip("F")))
        shown = [("fault", *heads)] + [
            (fault, *(f"{getattr(row, name):,}" for name in names))
            for fault, row in [*ordered, ("all", total)]
        ]
        widths = [max(len(line[place]) for line in shown) for place in range(len(shown[0]))]
        return [
            "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in shown
        ] + self.notes


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
        total, failures = Row(), dict[str, str]()
        mine = asyncio.Semaphore(at_once)

        async def one(seed: str) -> None:
            async with mine, self._slots:
                began = time.monotonic()
                row, failure = await self._one(seed, trial, run_s)
                if failure:
                    failures[seed] = failure
                total.add(row)
                self._table.add(name.partition("-")[0], row, time.monotonic() - began)

        await asyncio.gather(*(one(seed) for seed in seeds))
        if failures:
            seed, text = next(iter(failures.items()))
            failed = f"{len(failures)} of {len(seeds)} runs failed: {' '.join(failures)}"
            raise AssertionError(f"{failed}\nFAULT_SEED={seed}\n{text}")
        return total

    async def _one(self, seed: str, trial: Trial, run_s: float) -> tuple[Row, str]:
        url = await self._databases.get()
        folder = self._folder / seed
        folder.mkdir(parents=True)
        run = Run(seed, Place(url, folder, self._zygote))
        run.note(f"seed {seed} on {url}")
        row, failure = Row(runs=1), ""
        try:
            async with asyncio.timeout(run_s):
                row, problems = await trial(run)
                failure = "\n".join(problems)
        except Exception as error:  # noqa: BLE001 — as outras rodadas seguem, e todas são contadas
            failure = f"{type(error).__name__}: {error}"
        finally:
            self._databases.put_nowait(url)
            with (self._logs / f"faults-{seed}.log").open("ab") as archive:
                archive.writelines(log.read_bytes() for log in sorted(folder.glob("*.log")))
        if failure:
            shutil.move(folder, self._kept)
            return row, f"{failure}\n{run.diary}\nlogs in {self._kept / seed}"
        shutil.rmtree(folder)
        return row, ""


def _database(url: str, number: int) -> str:
    return f"{url}?db={number}" if url.startswith("unix:") else f"{url.rsplit('/', 1)[0]}/{number}"
