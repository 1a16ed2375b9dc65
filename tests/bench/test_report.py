"""O que se publica é o que se mediu, ao lado do que estava guardado; só uma execução completa é julgada."""

from argparse import Namespace
from pathlib import Path

import msgspec
import pytest

from bench.harness.machine import Machine
from bench.harness.options import parser
from bench.harness.report import publish
from bench.harness.results import Check, Column, Result, Row, committed, write

MACHINE = Machine("a cpu", 2, "an os", "3.11", "Redis 7.0.15", {"redis": "8"}, "2026-01-02")
COLUMNS = (Column("per_s", "messages/s", 0, drawn=True), Column("times", "× hand", 2, ratio=True))


def result(times: float = 1.25, *, quick: bool = False) -> Result:
    rows = (Row("ours", {"per_s": 12_345.6, "times": times}), Row("hand", {"per_s": 9_000.0, "times": None}))
    checks = (Check("× hand", times, 1.5), Check("p50", 0.6, 0.7, at_least=False))
    return Result("try", "How fast?", MACHINE, quick, 3, COLUMNS, rows, checks, ("a note",))


def options(*argv: str) -> Namespace:
    return parser("try", "How fast?", rounds=5).parse_args(argv)


def show(tmp_path: Path, found: Result, *argv: str) -> int:
    return publish(found, options(*argv), scratch=tmp_path / "scratch", results=tmp_path / "results")


def test_a_result_is_written_as_it_is_with_its_chart(tmp_path: Path) -> None:
    assert show(tmp_path, result()) == 0
    assert msgspec.json.decode((tmp_path / "scratch" / "try.json").read_bytes(), type=Result) == result()
    assert (tmp_path / "scratch" / "try.png").read_bytes().startswith(b"\x89PNG")
    assert not (tmp_path / "results").exists()


def test_a_quick_run_does_not_take_the_place_of_a_full_one(tmp_path: Path) -> None:
    show(tmp_path, result(1.11))
    show(tmp_path, result(1.77, quick=True), "--quick")
    assert committed("try", tmp_path / "scratch") == result(1.11)
    assert committed("try", tmp_path / "scratch" / "quick") == result(1.77, quick=True)
    assert [path.name for path in (tmp_path / "scratch" / "quick").iterdir()] == ["try.json"]


def test_what_is_shown_is_the_table_the_verdicts_and_the_notes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show(tmp_path, result())
    told = capsys.readouterr().out
    assert all(part in told for part in ("How fast?", "12,346", "1.25", "a note", "first result", "–"))
    assert "✗ × hand: 1.25 (target ≥ 1.5)" in told
    assert "✓ p50: 0.60 (target ≤ 0.7)" in told


def test_a_saved_result_is_what_the_next_one_is_compared_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show(tmp_path, result(1.11), "--save")
    assert committed("try", tmp_path / "results") == result(1.11)
    capsys.readouterr()
    show(tmp_path, result(1.77))
    told = capsys.readouterr().out
    assert "kept" in told
    assert "1.77" in told
    assert "1.11" in told
    assert "first result" not in told
    assert committed("try", tmp_path / "results") == result(1.11)


@pytest.mark.parametrize(
    ("times", "quick", "argv", "code"),
    [
        (1.25, False, (), 0),
        (1.25, False, ("--assert",), 1),
        (1.5, False, ("--assert",), 0),
        (1.25, True, ("--assert", "--quick"), 0),
    ],
)
def test_only_a_full_run_that_is_asked_to_assert_fails(
    tmp_path: Path,
    times: float,
    quick: bool,  # noqa: FBT001 — tabela
    argv: tuple[str, ...],
    code: int,
) -> None:
    assert show(tmp_path, result(times, quick=quick), *argv) == code


def test_programs_get_json_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show(tmp_path, result(), "--json")
    assert msgspec.json.decode(capsys.readouterr().out, type=Result) == result()


def test_a_curve_is_drawn_too(tmp_path: Path) -> None:
    show(tmp_path, msgspec.structs.replace(result(), shape="lines"))
    assert (tmp_path / "scratch" / "try.png").read_bytes().startswith(b"\x89PNG")


def test_a_kept_result_of_another_shape_is_not_read_as_one(tmp_path: Path) -> None:
    write(result(), tmp_path).write_text('{"bench": 1}')
    with pytest.raises(msgspec.ValidationError):
        committed("try", tmp_path)


@pytest.mark.parametrize(
    ("argv", "rounds"),
    [((), 5), (("--quick",), 1), (("--rounds", "5", "--quick"), 5), (("--quick", "--rounds", "2"), 2)],
)
def test_rounds_are_what_was_said_or_what_fits_the_run(argv: tuple[str, ...], rounds: int) -> None:
    assert options(*argv).rounds == rounds


@pytest.mark.parametrize("argv", [("--quick", "--save"), ("--rounds", "0")])
def test_options_that_make_no_sense_are_refused(argv: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        options(*argv)
