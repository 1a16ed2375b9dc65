"""Cada limite no último valor que cabe e no primeiro que não, contado em pontos de código."""

import pytest

from pyloto_stream.whatsapp import limits
from pyloto_stream.whatsapp.validators import Violation, WhatsAppMessageValidator
from tests.support.outbound_limits import AMOUNTS, LENGTHS, Amount, Length, button, cards, template

VALIDATOR = WhatsAppMessageValidator()
EMOJI = ("😀", "👩‍👩‍👧")
UNITS = ("x", "ã", "e\u0301", *EMOJI)

OF_FILES = {"STATIC_STICKER_BYTES"}
"""Medem um arquivo, não um campo: valem no envio do arquivo à Graph."""

OF_PACE = {
    "NUMBER_PER_SECOND", "NUMBER_PER_SECOND_UPGRADED", "PAIR_INTERVAL_SECONDS", "PAIR_BURST",
    "WINDOW_MINUTES",
}  # fmt: skip
"""Medem muitas mensagens, ou o tempo: `test_limits.py` as compara com o que se pode configurar."""

ELSEWHERE = {"OPAQUE_DATA": "test_payloads.py", "TEMPLATE_BUTTONS": "below", "CAROUSEL_CARDS_LEAST": "below"}


def limit_of(name: str) -> int:
    value = getattr(limits, name)
    assert isinstance(value, int)
    return value


def fill(unit: str, size: int) -> str:
    return (unit * size)[:size]


def name_of(case: object) -> str | None:
    return f"{case.limit}-{case.field}" if isinstance(case, Length | Amount) else None


def test_every_number_of_the_limits_is_walked_by_these_tests() -> None:
    numbers = {name for name, value in vars(limits).items() if isinstance(value, int) and name.isupper()}
    public = {name for name in numbers if not name.startswith("_")}
    walked = {length.limit for length in LENGTHS} | {amount.limit for amount in AMOUNTS}
    assert public - walked == OF_FILES | OF_PACE | set(ELSEWHERE)


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
@pytest.mark.parametrize("case", [case for case in LENGTHS if case.takes == "any"], ids=name_of)
def test_any_text_fits_up_to_its_limit_in_code_points(case: Length, unit: str) -> None:
    limit = limit_of(case.limit)
    assert VALIDATOR.validate(case.make(fill(unit, limit - 1))) == ()
    assert VALIDATOR.validate(case.make(fill(unit, limit))) == ()
    over = VALIDATOR.validate(case.make(fill(unit, limit + 1)))
    assert over == (Violation(case.field, "too_long", limit, limit + 1),)


@pytest.mark.parametrize("case", [case for case in LENGTHS if case.takes == "ascii"], ids=name_of)
class TestPlainFields:
    def test_plain_letters_fit_up_to_the_limit(self, case: Length) -> None:
        limit = limit_of(case.limit)
        assert VALIDATOR.validate(case.make("x" * (limit - 1))) == ()
        assert VALIDATOR.validate(case.make("x" * limit)) == ()
        over = VALIDATOR.validate(case.make("x" * (limit + 1)))
        assert over == (Violation(case.field, "too_long", limit, limit + 1),)

    @pytest.mark.parametrize("unit", UNITS[1:], ids=ascii)
    def test_what_is_not_plain_is_refused_at_any_length(self, case: Length, unit: str) -> None:
        limit = limit_of(case.limit)
        for size in (limit - 1, limit):
            found = VALIDATOR.validate(case.make(fill(unit, size)))
            assert found == (Violation(case.field, "bad_format", 0, size),)
        found = VALIDATOR.validate(case.make(fill(unit, limit + 1)))
        assert found == (Violation(case.field, "too_long", limit, limit + 1),)


@pytest.mark.parametrize("case", [case for case in LENGTHS if case.takes == "no_emoji"], ids=name_of)
class TestFieldsWithoutEmoji:
    @pytest.mark.parametrize("unit", ["x", "ã", "e\u0301"], ids=ascii)
    def test_text_fits_up_to_the_limit(self, case: Length, unit: str) -> None:
        limit = limit_of(case.limit)
        assert VALIDATOR.validate(case.make(fill(unit, limit - 1))) == ()
        assert VALIDATOR.validate(case.make(fill(unit, limit))) == ()
        over = VALIDATOR.validate(case.make(fill(unit, limit + 1)))
        assert over == (Violation(case.field, "too_long", limit, limit + 1),)

    def test_an_emoji_is_refused_at_any_length_and_counts_as_one(self, case: Length) -> None:
        limit = limit_of(case.limit)
        for size in (limit - 1, limit):
            found = VALIDATOR.validate(case.make("😀" * size))
            assert found == (Violation(case.field, "has_emoji", 0, size),)
        assert VALIDATOR.validate(case.make("Ver 👩‍👩‍👧")) == (Violation(case.field, "has_emoji", 0, 1),)


@pytest.mark.parametrize("case", AMOUNTS, ids=name_of)
def test_an_amount_fits_up_to_its_limit(case: Amount) -> None:
    limit = limit_of(case.limit)
    if limit > 1:
        assert VALIDATOR.validate(case.make(limit - 1)) == ()
    assert VALIDATOR.validate(case.make(limit)) == ()
    # onze seções são também onze linhas: outra violação pode vir junto
    (over,) = [found for found in VALIDATOR.validate(case.make(limit + 1)) if found.field == case.field]
    assert (over.field, over.rule, over.limit) == (case.field, case.rule, limit)
    # onde alguém está não vai na violação
    assert over.actual == (0 if case.rule == "out_of_range" else limit + 1)


def test_the_place_of_a_button_is_within_what_a_template_has() -> None:
    last = limits.TEMPLATE_BUTTONS - 1
    for index in (last - 1, last):
        assert VALIDATOR.validate(template(button("url", index, "a"))) == ()
    for index in (-1, last + 1):
        found = VALIDATOR.validate(template(button("url", index, "a")))
        assert found == (Violation("components[0].index", "out_of_range", last, index),)


def test_a_carousel_has_at_least_so_many_cards() -> None:
    least = limits.CAROUSEL_CARDS_LEAST
    assert VALIDATOR.validate(cards(least)) == ()
    assert VALIDATOR.validate(cards(least + 1)) == ()
    few = VALIDATOR.validate(cards(least - 1))
    assert few == (Violation("components[0].cards", "too_few", least, least - 1),)


@pytest.mark.parametrize("case", [case for case in LENGTHS if not case.optional], ids=name_of)
def test_what_is_required_may_not_be_empty(case: Length) -> None:
    assert Violation(case.field, "empty", 1, 0) in VALIDATOR.validate(case.make(""))
    assert Violation(case.field, "empty", 1, 0) in VALIDATOR.validate(case.make(" \n"))


@pytest.mark.parametrize("case", [case for case in LENGTHS if case.optional], ids=name_of)
def test_what_is_optional_may_be_absent_but_not_blank(case: Length) -> None:
    assert VALIDATOR.validate(case.make("")) == ()
    assert VALIDATOR.validate(case.make("  ")) == (Violation(case.field, "empty", 1, 0),)


@pytest.mark.parametrize("case", LENGTHS, ids=name_of)
def test_half_a_character_is_told_in_any_field(case: Length) -> None:
    found = VALIDATOR.validate(case.make("a\ud83d"))
    assert found == (Violation(case.field, "not_unicode", 0, 1),)
