"""Cada guarda declarada ainda está onde se diz, e o teste que a nomeia existe; tirá-las é `make mutants`."""

import re

import pytest

from tests.mutants.__main__ import ROOT, Mutant, load, without_guard


@pytest.mark.parametrize("mutant", load(), ids=lambda mutant: mutant.name)
def test_the_guard_is_where_it_is_declared(mutant: Mutant) -> None:
    whole = (ROOT / mutant.file).read_text("utf-8")
    assert without_guard(whole, mutant) != whole


@pytest.mark.parametrize("mutant", load(), ids=lambda mutant: mutant.name)
def test_the_test_that_names_it_exists(mutant: Mutant) -> None:
    file, _, name = mutant.test.partition("::")
    function = name.partition("[")[0]
    assert re.search(rf"^(async )?def {function}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)


def test_names_are_unique() -> None:
    names = [mutant.name for mutant in load()]
    assert len(set(names)) == len(names)
