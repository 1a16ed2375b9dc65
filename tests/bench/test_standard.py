"""Um comando para a série inteira: o que ela chama existe, e o que não existe é recusado pelo nome."""

from importlib.util import find_spec

import msgspec
import pytest

from bench.__main__ import ALONE, STANDARD, main
from bench.harness.results import Result


@pytest.mark.parametrize("name", [*STANDARD, *ALONE])
def test_every_benchmark_is_a_command(name: str) -> None:
    found = find_spec(f"bench.{name}")
    assert found is not None
    assert found.submodule_search_locations is None or find_spec(f"bench.{name}.__main__") is not None


def test_a_benchmark_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["chain", "chian"])
    assert stopped.value.code == 2
    assert "no such benchmark: chian" in capsys.readouterr().err


def test_one_that_fails_is_named_and_the_others_run(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STANDARD, "of_nothing", ())
    assert main(["of_nothing", "rules", "--quick", "--json"]) == 1
    told = capfd.readouterr()
    assert msgspec.json.decode(told.out, type=Result).bench == "rules"
    assert "failed: of_nothing" in told.err
