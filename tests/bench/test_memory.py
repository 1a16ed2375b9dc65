import os
from collections.abc import Awaitable, Callable

import pytest

from bench.harness.rounds import Sample
from bench.memory import kept, processes, room


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("pyloto:{03.4}:conv:turn:5511", "conv:turn"),
        ("pyloto:{03.4}:seen:12:0:5", "seen"),
        ("pyloto:{03.4}:timers", "timers"),
        ("pyloto:{03.4}:timers:body", "timers:body"),
        ("pyloto:{03.4}:send:v1.3.ab.0", "send"),
        ("pyloto:{03.4}:stream:ai", "stream:ai"),
    ],
)
def test_a_key_is_counted_in_its_family_whoever_it_is_of(name: str, family: str) -> None:
    assert room.family(name) == family


@pytest.mark.parametrize(
    ("measure", "count", "least", "most"),
    [
        (kept.remembered, 5000, 12, 100),
        (kept.waiting, 400, 892, 2500),
        (kept.boxed, 400, 892, 1500),
    ],
)
async def test_what_is_kept_costs_at_least_its_own_bytes_and_its_keys_agree(
    measure: Callable[[int], Awaitable[Sample]], count: int, least: float, most: float
) -> None:
    found = await measure(count)
    assert least < found["bytes"] < most
    assert 0.2 < found["usage"] / found["bytes"] < 1.5


def test_a_process_that_takes_memory_is_seen_to_have_more_of_it() -> None:
    before = processes.resident(os.getpid())
    taken = bytearray(b"x" * (64 << 20))
    after = processes.resident(os.getpid())
    assert after["rss"] - before["rss"] > 48
    assert len(taken) == 64 << 20
