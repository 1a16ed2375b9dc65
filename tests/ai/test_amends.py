"""A correção num turno: o que veio antes dela, o que ela traz, e os dados que muda."""

import pytest

from pyloto_stream.ai.amends import amend_in, changed
from pyloto_stream.ai.lexicon import READER


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("moro em Londrina, na verdade é Curitiba", "moro em Londrina, ", "é Curitiba"),
        ("londrna\n*Londrina", "londrna\n", "Londrina"),
        ("é Maringá, errei", "", "é Maringá, errei"),
    ],
)
def test_a_correction_splits_what_was_said_from_what_it_brings(text: str, before: str, after: str) -> None:
    amend = amend_in(READER.read(text))
    assert amend is not None
    assert (amend.before.raw, amend.after.raw.strip()) == (before, after)


def test_what_corrects_nothing_is_no_correction() -> None:
    assert amend_in(READER.read("moro em Londrina")) is None


def test_only_another_value_changes_a_fact_and_what_is_added_changes_none() -> None:
    fields = ("name", "city", "vehicle")

    def told(text: str) -> dict[str, str]:
        amend = amend_in(READER.read(text))
        assert amend is not None
        return changed(amend, fields, {}, "city")

    assert told("Londrina, digo, Maringá") == {"city": "Maringá PR"}
    assert told("Londrina, digo, Londrina") == {}
    assert told("tenho moto, na verdade também tenho carro") == {}
