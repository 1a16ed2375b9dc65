"""A campanha só dá segunda vez ao que não terminou a tempo."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from tests.faults.harness.campaign import Campaign, Choice
from tests.faults.harness.checker import Row
from tests.faults.harness.run import Run
from tests.faults.harness.table import Table

if TYPE_CHECKING:
    from tests.faults.harness.processes import Zygote

NOWHERE = "redis://127.0.0.1:1"


RUN_S = 0.05


class Tries:
    """Uma rodada que falha, como `fails` diz, nas primeiras `bad` vezes."""

    def __init__(self, bad: int, fails: Callable[[], Awaitable[list[str]]]) -> None:
        self.made: Counter[str] = Counter()
        self._bad = bad
        self._fails = fails

    async def __call__(self, run: Run) -> tuple[Row, list[str]]:
        self.made[run.seed] += 1
        if self.made[run.seed] > self._bad:
            return Row(runs=1), []
        return Row(runs=1), await self._fails()


async def never_ends() -> list[str]:
    await asyncio.Event().wait()
    return []


async def loses() -> list[str]:
    return ["a message was lost"]


async def waits_in_vain() -> list[str]:
    """Alguém, lá dentro, esperou o que devia vir."""
    raise TimeoutError


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def campaign(tmp_path: Path, table: Table) -> Campaign:
    runs, kept, logs = (tmp_path / name for name in ("runs", "kept", "logs"))
    kept.mkdir()
    logs.mkdir()
    return Campaign(Choice("1", full=False), [NOWHERE], runs, kept, logs, cast("Zygote", None), table)


async def test_what_ran_out_of_time_once_is_done_again_and_the_table_says_so(
    campaign: Campaign, table: Table
) -> None:
    tries = Tries(1, never_ends)
    total = await campaign.each("F1", tries, quick=2, full=2, run_s=RUN_S)
    assert tries.made == {"1.F1.0": 2, "1.F1.1": 2}
    assert total.runs == table.rows["F1"].runs == 2
    assert [line.partition(" ")[0] for line in table.notes] == ["1.F1.0", "1.F1.1"]


async def test_what_never_ends_fails(campaign: Campaign) -> None:
    with pytest.raises(AssertionError, match=r"1 of 1 runs failed: 1\.F1\.0"):
        await campaign.each("F1", Tries(2, never_ends), quick=1, full=1, run_s=RUN_S)


@pytest.mark.parametrize("fails", [loses, waits_in_vain])
async def test_what_was_lost_or_did_not_come_has_no_second_try(
    campaign: Campaign, fails: Callable[[], Awaitable[list[str]]]
) -> None:
    tries = Tries(1, fails)
    with pytest.raises(AssertionError, match="1 of 1 runs failed"):
        await campaign.each("F1", tries, quick=1, full=1)
    assert tries.made == {"1.F1.0": 1}
