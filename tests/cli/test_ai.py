from pathlib import Path

import msgspec
import pytest

from pyloto_stream.cli import main


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["ai", "eval", *args])
    out, err = capsys.readouterr()
    assert isinstance(caught.value.code, int)
    return caught.value.code, out, err


def test_the_test_side_of_what_ships_is_measured_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys)
    assert (code, err) == (0, "")
    assert "answers to a question" in out
    assert "PYLOTO_ENTREGA_DRIVER_SIGNUP" in out


def test_json_carries_the_whole_report(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = tmp_path / "lines.tsv"
    data.write_text("INSTITUTIONAL\to que é a pyloto?\nCUSTOM_SOFTWARE\tnada a ver\n", encoding="utf-8")
    code, out, _ = run(capsys, "--dataset", str(data), "--json")
    report = msgspec.json.decode(out)
    assert code == 0
    assert (report["engine"], report["total"], report["accuracy"]) == ("rules", 2, 0.5)
    assert report["confusion"]["CUSTOM_SOFTWARE"] == {"ENTRY_UNKNOWN": 1}
    assert "nada a ver" not in out


def test_the_table_lists_the_mistakes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = tmp_path / "lines.tsv"
    data.write_text("CUSTOM_SOFTWARE\tnada a ver\n", encoding="utf-8")
    code, out, _ = run(capsys, "--dataset", str(data))
    assert code == 0
    assert "ENTRY_UNKNOWN" in out


def test_the_model_engine_that_is_off_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_ENABLED", raising=False)
    assert run(capsys, "--engine", "model") == (
        2, "", "the model is off; set OPENAI_ENABLED, OPENAI_MODEL and OPENAI_API_KEY\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"INSTITUTIONAL\tok\nsegredo sem rotulo\n", "line 2: expected intent<TAB>text\n"),
        (b"X\tsegredo\n", "line 1: unknown intent\n"),
        (b"\xff\xfe\x00segredo", "the data set is not UTF-8 text\n"),
    ],
)
def test_a_malformed_set_exits_2_and_shows_no_text(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes, message: str
) -> None:
    data = tmp_path / "lines.tsv"
    data.write_bytes(content)
    assert run(capsys, "--dataset", str(data)) == (2, "", message)


def test_a_missing_set_exits_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "--dataset", str(tmp_path / "none.tsv"))
    assert code == 2
    assert err.startswith("cannot read the data set: ")
