import asyncio
import subprocess
import sys

import pytest

from pyloto_stream.observability.correlation import correlated, current_correlation_id, new_correlation_id
from pyloto_stream.observability.redaction import redact


def test_outside_of_any_work_there_is_no_id() -> None:
    assert current_correlation_id() == ""


def test_the_given_id_holds_inside_and_ends_with_the_work() -> None:
    with correlated("abc-1") as outer:
        with correlated("abc-2"):
            assert current_correlation_id() == "abc-2"
        assert current_correlation_id() == outer == "abc-1"
    assert current_correlation_id() == ""


def test_an_id_ends_even_when_the_work_fails() -> None:
    with pytest.raises(ZeroDivisionError), correlated("abc"):
        _ = 1 / 0
    assert current_correlation_id() == ""


@pytest.mark.parametrize("value", ["", "a b", "é", "x" * 65, "a\nb", "5541988887777", "tel.55419888"])
def test_an_unusable_id_is_replaced_by_a_new_one(value: str) -> None:
    with correlated(value) as chosen:
        assert chosen != value
        assert len(chosen) == 16


@pytest.mark.parametrize("value", ["req-2026112", "1234567", "a1b2c3d4-5678-90ab"])
def test_an_id_with_few_digits_in_a_row_is_kept(value: str) -> None:
    with correlated(value) as chosen:
        assert chosen == value


def test_new_ids_differ_and_never_look_like_a_phone() -> None:
    ids = {new_correlation_id() for _ in range(2000)}
    assert len(ids) == 2000
    assert {len(value) for value in ids} == {16}
    assert all(redact(value) == value for value in ids)


def test_a_forked_process_draws_ids_of_its_own() -> None:
    code = (
        "import os\n"
        "from pyloto_stream.observability.correlation import new_correlation_id as new\n"
        "new()\n"
        "child = os.fork()\n"
        "os.write(1, (new() + '\\n').encode())\n"
        "if child: os.waitpid(child, 0)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert len(set(told.split())) == 2


async def test_each_task_has_its_own_id() -> None:
    arrived = asyncio.Barrier(2)

    async def work(name: str) -> str:
        with correlated(name):
            await arrived.wait()
            return current_correlation_id()

    assert list(await asyncio.gather(work("one"), work("two"))) == ["one", "two"]
