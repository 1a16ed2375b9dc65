"""O ruído de um minuto pega todos: as razões são de cada rodada, e a ordem gira."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

import pytest

from bench.harness.rounds import Contender, Sample, interleaved, medians, percentile, ratio_of, standing


async def test_each_round_measures_everyone_once_and_another_goes_first() -> None:
    order: list[str] = []

    async def run(name: str) -> Sample:
        order.append(name)
        return {"per_s": float(len(order))}

    runs = {name: lambda name=name: run(name) for name in "abc"}
    samples = await interleaved(runs, 3, warm_up=False)
    assert order == [*"abc", *"bca", *"cab"]
    assert {name: len(found) for name, found in samples.items()} == {"a": 3, "b": 3, "c": 3}


async def test_a_slow_one_is_measured_in_the_first_round_only_and_compared_within_it() -> None:
    found = iter([8.0, 2.0, 9.0])

    async def run() -> Sample:
        return {"x": next(found)}

    samples = await interleaved({"base": run, "slow": run}, 2, warm_up=False, once=["slow"])
    assert samples == {"base": [{"x": 8.0}, {"x": 9.0}], "slow": [{"x": 2.0}]}
    assert ratio_of(samples, "slow", "base", "x").median == 0.25


async def test_a_warm_up_is_run_and_does_not_count() -> None:
    calls = 0

    async def run() -> Sample:
        nonlocal calls
        calls += 1
        return {"call": float(calls)}

    samples = await interleaved({"a": run}, 2)
    assert samples == {"a": [{"call": 2.0}, {"call": 3.0}]}


async def test_in_each_round_all_stand_anew_and_are_measured_in_turns() -> None:
    said: list[str] = []

    async def window(name: str) -> Sample:
        said.append(name)
        return {"n": float(len(said))}

    @asynccontextmanager
    async def raised() -> AsyncIterator[Mapping[str, Contender]]:
        said.append("up")
        yield {name: partial(window, name) for name in "ab"}
        said.append("down")

    samples = await standing(raised, 2, 2)
    assert said == ["up", *"ab", *"ab", *"ba", "down"] * 2
    assert samples == {
        "a": [{"n": 4.0}, {"n": 7.0}, {"n": 12.0}, {"n": 15.0}],
        "b": [{"n": 5.0}, {"n": 6.0}, {"n": 13.0}, {"n": 14.0}],
    }


def test_the_ratio_of_a_round_is_the_median_of_its_windows() -> None:
    ours, base = (1.0, 2.0, 9.0, 4.0, 5.0, 60.0), (1.0, 1.0, 1.0, 1.0, 1.0, 10.0)
    samples = {"ours": [{"x": x} for x in ours], "base": [{"x": x} for x in base]}
    found = ratio_of(samples, "ours", "base", "x", windows=3)
    assert (found.median, found.low, found.high) == (3.5, 2.0, 5.0)


def test_a_ratio_is_taken_within_a_round_and_not_between_medians() -> None:
    slow_minute = {
        "ours": [{"x": 20.0}, {"x": 2.0}, {"x": 30.0}],
        "base": [{"x": 10.0}, {"x": 1.0}, {"x": 10.0}],
    }
    found = ratio_of(slow_minute, "ours", "base", "x")
    assert (found.median, found.low, found.high) == (2.0, 2.0, 3.0)
    assert str(found) == "2.00 (2.00 to 3.00)"


def test_rounds_that_do_not_pair_are_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        ratio_of({"ours": [{"x": 1.0}] * 2, "base": [{"x": 1.0}] * 3}, "ours", "base", "x")


def test_a_median_is_of_each_measure() -> None:
    assert medians([{"a": 1.0, "b": 9.0}, {"a": 3.0, "b": 7.0}, {"a": 2.0, "b": 8.0}]) == {"a": 2.0, "b": 8.0}


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 1.0), (0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (0.999, 100.0), (1.0, 100.0)]
)
def test_a_percentile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert percentile([float(n) for n in range(1, 101)], share) == value


def test_of_one_value_every_percentile_is_it_and_of_none_there_is_none() -> None:
    assert percentile([7.0], 0.99) == 7.0
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)
