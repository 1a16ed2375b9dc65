"""Quantos são e por quem se fala, como quer que se diga (`crews_counted.tsv`, `clients_told.tsv`)."""

from pathlib import Path

import pytest

from pyloto_stream.ai.dataset import Labelled
from pyloto_stream.ai.listening import facts_in_subject

_HERE = Path(__file__).parent


def _lines(name: str) -> list[tuple[str, str]]:
    rows = (_HERE / name).read_text("utf-8").splitlines()
    told = (row.split("\t", 1) for row in rows if row and not row.startswith("#"))
    return [("" if want == "-" else want, text) for want, text in told]


@pytest.mark.parametrize(
    ("field", "name"), [("users", "crews_counted.tsv"), ("client_type", "clients_told.tsv")]
)
def test_each_way_of_saying_it_is_understood(field: str, name: str) -> None:
    lines = _lines(name)
    assert len(lines) > 50
    heard = [facts_in_subject(Labelled("CUSTOM_SOFTWARE", text, {})).get(field, "") for _, text in lines]
    assert [(want, got, text) for (want, text), got in zip(lines, heard, strict=True) if want != got] == []
