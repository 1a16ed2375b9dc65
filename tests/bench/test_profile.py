import cProfile
from pathlib import Path

import pytest

import bench
from bench.profile.costly import costly, label
from bench.profile.flame import flames


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (("~", 0, "<method 'get' of 'dict' objects>"), "method 'get' of 'dict' objects"),
        (("/x/lib/python3.11/site-packages/redis/client.py", 7, "f"), "redis/client.py:7 f"),
        (("/x/lib/python3.11/asyncio/tasks.py", 9, "g"), "asyncio/tasks.py:9 g"),
        ((str(Path(bench.__file__)), 1, "h"), "bench/__init__.py:1 h"),
    ],
)
def test_a_function_is_named_without_where_the_project_lies(key: tuple[str, int, str], shown: str) -> None:
    assert label(key) == shown


def test_the_costliest_functions_come_first_and_per_message(tmp_path: Path) -> None:
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(10):
        sum(n * n for n in range(2000))
    profile.disable()
    profile.dump_stats(tmp_path / "of.prof")
    whole, found = costly(tmp_path / "of.prof", messages=10, most=3)
    owns = [sample["own"] for sample in found.values()]
    assert len(found) == 3
    assert owns == sorted(owns, reverse=True)
    assert sum(owns) <= whole * 1.001
    assert max(sample["calls"] for sample in found.values()) == pytest.approx(2001)


async def test_a_process_that_is_gone_gives_no_flames_and_a_reason(tmp_path: Path) -> None:
    assert "py-spy" in await flames(2**22 - 1, 1, tmp_path / "none.svg")
    assert not (tmp_path / "none.svg").exists()
