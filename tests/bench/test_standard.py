"""Um comando para a série inteira: o que ela chama existe, e o que não existe é recusado pelo nome."""

from importlib.util import find_spec

import pytest

from bench.__main__ import STANDARD, main


@pytest.mark.parametrize("name", STANDARD)
def test_every_benchmark_of_the_standard_set_is_a_command(name: str) -> None:
    found = find_spec(f"bench.{name}")
    assert found is not None
    assert found.submodule_search_locations is None or find_spec(f"bench.{name}.__main__") is not None


def test_a_benchmark_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["chain", "chian"])
    assert stopped.value.code == 2
    assert "no such benchmark: chian" in capsys.readouterr().err
