"""A régua da cadeia: um evento é sempre do mesmo tamanho, entra quando devia, e só conta uma vez."""

import time

import pytest

from bench.chain.__main__ import main
from bench.chain.programs import ALL, REFERENCE, present
from bench.chain.roles import SIZE, Tally, body, due_of, dues, sent
from bench.latency.__main__ import summary


@pytest.mark.parametrize("due", [0, 7, 19_999, 1_234_567.123456])
def test_an_event_has_one_size_and_carries_its_instant(due: float) -> None:
    event = body(due)
    assert len(event) == SIZE
    assert float(due_of(event)) == due
    assert due_of(b"[" + event + b"]") == due_of(event)


def test_all_is_done_when_every_event_ended_and_a_repeated_one_does_not_count() -> None:
    tally = Tally(2)
    tally.arrived(["1", "1"])
    assert not tally.done.is_set()
    tally.arrived(["2"])
    assert tally.done.is_set()


def test_events_are_due_at_even_steps_in_phases_that_do_not_touch() -> None:
    spans: list[tuple[float, float]] = []
    found = list(dues([(100, 0.1), (500, 0.1)], spans))
    assert len(found) == sent(100, 0.1) + sent(500, 0.1) == 60
    assert found[0] > time.monotonic()
    assert found[1] - found[0] == pytest.approx(0.01)
    assert found[11] - found[10] == pytest.approx(0.002)
    (_, end), (start, _) = spans
    assert found[9] < end < start == found[10]


def test_waits_are_summed_up_by_when_they_were_due() -> None:
    waits = [(1.0 + n / 100, n / 1000) for n in range(1, 101)]
    assert summary(100, (1.005, 1.505), waits) == {"p50_100": 25.0, "p95_100": 48.0, "p99_100": 50.0}


def test_a_contender_that_is_not_installed_is_named_in_a_note() -> None:
    found, note = present(ALL)
    assert set(REFERENCE) <= set(found)
    absent = [program.name for program in ALL if program not in found]
    assert all(name in "".join(note) for name in absent)


def test_a_quick_run_measures_ours_and_the_loop_and_judges_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--quick", "--events", "200", "--assert"]) == 0
    told = capsys.readouterr().out
    assert "ours" in told
    assert "hand-written loop" in told
    assert "not judged in a quick run" in told
