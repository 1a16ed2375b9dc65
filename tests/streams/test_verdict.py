"""De resultado a decisão: o que conta tentativa, o que espera e quanto, o que morre e com que história."""

import pytest

from pyloto_stream.errors import (
    LostError,
    OverloadedError,
    PermanentError,
    TransientError,
    UnavailableError,
)
from pyloto_stream.streams.lease import MAX_HISTORY
from pyloto_stream.streams.model import Outcome, Plan, Setback, Snooze, Turn
from pyloto_stream.streams.stage import WorkerOptions
from pyloto_stream.streams.verdict import MAX_ASKED_MS, Bury, Decision, Park, judge, wait_ms

NOW = 1_700_000_000_000
OPTIONS = WorkerOptions(
    max_attempts=3, retry_base_s=1.0, retry_max_s=30.0, outage_max_s=10.0, overload_max_s=20.0
)


def turn(failures: int = 0, snoozes: int = 0, history: tuple[Setback, ...] = ()) -> Turn:
    return Turn(
        partition=0, entry_id="1-0", lane="turn", stage="one", conversation="ana", number=1, events=b"[]",
        state=b"", payload=b"", mode="", failures=failures, snoozes=snoozes, now_ms=NOW, history=history,
    )  # fmt: skip


def decide(result: Outcome | Exception, *, failures: int = 0, snoozes: int = 0) -> Decision:
    past = tuple(Setback("old", "", n) for n in range(failures))
    return judge(turn(failures, snoozes, past), result, OPTIONS, NOW)


def test_a_plan_is_applied_and_a_lost_turn_is_dropped() -> None:
    assert decide(Plan(state=b"1")) == Plan(state=b"1")
    assert decide(LostError()) is None


def test_a_snooze_waits_until_it_says_and_counts_nothing() -> None:
    asked = Snooze(NOW + 5, b"p", "r")
    assert decide(asked) == Park(NOW + 5, snooze=asked)


def test_a_failure_counts_and_is_remembered() -> None:
    decided = decide(TransientError("try later", code="busy"))
    assert isinstance(decided, Park)
    assert decided.setback == Setback("busy", "try later", NOW)


@pytest.mark.parametrize("error", [UnavailableError(code="away"), OverloadedError(code="slow")])
def test_an_outage_never_counts_nor_buries(error: UnavailableError) -> None:
    decided = decide(error, failures=OPTIONS.max_attempts + 5, snoozes=1000)
    assert isinstance(decided, Park)
    assert (decided.setback, decided.code) == (None, error.code)


def test_the_last_attempt_is_buried_with_every_failure() -> None:
    decided = decide(TransientError("no", code="busy"), failures=2)
    assert isinstance(decided, Bury)
    failure = decided.failure
    assert (failure.code, failure.failures) == ("busy", 3)
    assert failure.history == (Setback("old", "", 0), Setback("old", "", 1), Setback("busy", "no", NOW))


def test_what_can_never_work_is_buried_at_once() -> None:
    decided = decide(PermanentError("bad", code="broken"))
    assert isinstance(decided, Bury)
    assert (decided.failure.code, decided.failure.history) == ("broken", (Setback("broken", "bad", NOW),))


def test_a_bug_is_named_by_its_class_and_its_text_is_kept_out() -> None:
    decided = decide(KeyError("+55 11 99999-0000"), failures=2)
    assert isinstance(decided, Bury)
    assert decided.failure.code == "bug_KeyError"
    assert "9999" not in f"{decided}"


def test_history_keeps_the_newest_and_the_count_keeps_all() -> None:
    past = tuple(Setback("old", "", n) for n in range(MAX_HISTORY))
    decided = judge(turn(MAX_HISTORY, 0, past), PermanentError(code="end"), OPTIONS, NOW)
    assert isinstance(decided, Bury)
    assert len(decided.failure.history) == MAX_HISTORY
    assert (decided.failure.history[0].at_ms, decided.failure.history[-1].code) == (1, "end")
    assert decided.failure.failures == MAX_HISTORY + 1


@pytest.mark.parametrize(
    ("error", "most_s"),
    [(TransientError(), 30.0), (UnavailableError(), 10.0), (OverloadedError(), 20.0), (KeyError(), 30.0)],
    ids=["failure", "outage", "overload", "bug"],
)
def test_i6_waits_grow_to_the_cap_of_their_class_and_spread_from_zero(
    error: Exception, most_s: float
) -> None:
    for tries in range(12):
        ceiling = min(most_s, 2.0**tries) * 1000
        drawn = [wait_ms(tries, error, OPTIONS) for _ in range(200)]
        assert max(drawn) <= ceiling
        assert max(drawn) > ceiling * 0.8
        assert min(drawn) < ceiling * 0.2


def test_who_asks_for_time_gets_it_within_reason() -> None:
    assert wait_ms(0, TransientError(retry_after_ms=7000), OPTIONS) == 7000
    assert wait_ms(0, OverloadedError(retry_after_ms=10**12), OPTIONS) == MAX_ASKED_MS
