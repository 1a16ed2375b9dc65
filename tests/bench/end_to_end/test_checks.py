"""As metas julgam as cargas certas: o ritmo que se sustenta, os 100/s, e nenhum erro onde é o campo."""

import pytest

from bench.end_to_end.__main__ import _checks, _middle, _options
from bench.end_to_end.scenarios import named, standard
from bench.harness.rounds import Sample


def row(p95: float, errors: float = 0.0) -> Sample:
    return {"messages": 10, "p50": 1, "p95": p95, "p99": p95 + 1, "max": 99, "errors": errors}


def judged(rows: dict[str, Sample]) -> dict[str, tuple[float, bool]]:
    return {check.what: (check.value, check.ok) for check in _checks(named("rates"), rows)}


@pytest.mark.parametrize(
    ("at_300", "at_400", "held"),
    [(row(90), row(240), 400.0), (row(90), row(250), 300.0), (row(90), row(90, 1), 300.0),
     (row(900), row(900), 200.0)],
)  # fmt: skip
def test_what_is_sustained_is_the_highest_rate_that_is_quick_and_without_error(
    at_300: Sample, at_400: Sample, held: float
) -> None:
    rows = {"100/s": row(10), "200/s": row(20), "300/s": at_300, "400/s": at_400}
    value, ok = judged(rows)["messages/s sustained (p95 < 250 ms, no error)"]
    assert value == held
    assert ok == (held >= 300)


def test_overload_is_no_error_of_the_field_and_an_error_at_100_a_second_is() -> None:
    rows = {"100/s": row(26), "200/s": row(20), "300/s": row(90), "400/s": row(9000, 7)}
    value, ok = judged(rows)["errors"]
    assert (value, ok) == (0, True)
    value, ok = judged({**rows, "100/s": row(10, 2)})["errors"]
    assert (value, ok) == (2, False)
    value, ok = judged(rows)["own overhead at 100/s, p95 ms (aim 15)"]
    assert (value, ok) == (26, False)


def test_nothing_answered_fails_every_target_of_time() -> None:
    silent: Sample = {"messages": 10, "errors": 10}
    found = {check.what: check for check in _checks(standard(quick=True), {"50/s": silent})}
    assert not found["the field's p95, ms"].ok
    assert not found["errors"].ok


def test_rounds_show_the_median_time_and_the_worst_errors() -> None:
    middle = _middle([row(10, 0), row(30, 2), row(20, 0)])
    assert middle["p95"] == 20
    assert middle["errors"] == 2


def test_scenarios_are_named_on_the_command_line() -> None:
    assert _options(["--scenario", "row", "--scenario", "ramp", "--minutes", "2"]).scenario == ["row", "ramp"]
    with pytest.raises(SystemExit):
        _options(["--scenario", "storm"])
