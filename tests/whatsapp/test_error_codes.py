from itertools import pairwise

import pytest

from pyloto_stream.whatsapp import error_codes
from pyloto_stream.whatsapp.error_codes import KNOWN, MINIMUM_WAIT_MS, RANGES, ErrorClass, classify, lookup

EXPECTED = {
    ErrorClass.AUTH: [0, 3, 10, 33, 190, 200, 250, 299, 131005, 131045, 133000, 133005, 133006, 133008,
                      133009, 133010, 133015, 133016, 2388001, 2388012, 2388091, 2388093, 2388103],
    ErrorClass.TRANSIENT: [1, 2, 131000, 131016, 131057, 133004, 134101, 139102, 139103, 2494100],
    ErrorClass.THROTTLE: [4, 613, 80007, 130429, 131056, 131204, 131208],
    ErrorClass.POLICY: [368, 131031, 131037, 131042, 131044, 131048, 131064, 134011],
    ErrorClass.WINDOW: [131047],
    ErrorClass.USER: [130472, 131026, 131049, 131050],
    ErrorClass.DEFINITION: [131063, 132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018,
                            132068, 132069, 134100, 134102, 2388019, 2388040, 2388047, 2388072, 2388073,
                            2388293, 2388299],
    ErrorClass.PERMANENT: [100, 130497, 131008, 131009, 131020, 131021, 131030, 131041, 131051, 131052,
                           131053, 131055, 131059, 131061, 131062, 131201, 131207, 131215, 135000, 137000,
                           138000, 138018, 139000, 139004, 139100, 139101, 147001, 147005, 200005, 200007,
                           1752041, 2593107, 2593108, 2593109],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "expected"), [(code, kind) for kind, codes in EXPECTED.items() for code in codes]
)
def test_documented_code_has_the_class_of_the_documents(code: int, expected: ErrorClass) -> None:
    assert classify(code) is expected
    assert classify(code, status=500, transient=True) is expected


def test_every_code_of_the_table_is_checked_above() -> None:
    assert set(KNOWN) <= {code for codes in EXPECTED.values() for code in codes}


@pytest.mark.parametrize(("first", "last", "kind"), [(first, last, kind) for first, last, kind, _ in RANGES])
def test_every_code_of_a_family_has_its_class_unless_it_is_told_apart(
    first: int, last: int, kind: ErrorClass
) -> None:
    apart = {code: found for code, (found, _) in KNOWN.items() if first <= code <= last}
    assert {code: classify(code) for code in range(first, last + 1)} == {
        code: apart.get(code, kind) for code in range(first, last + 1)
    }
    assert set(apart) <= {131204, 131208}


@pytest.mark.parametrize("code", [11, 199, 300, 131200, 131216, 138019, 139005, 987654])
def test_unknown_code_is_permanent_in_a_4xx_and_known_to_be_unknown(code: int) -> None:
    assert lookup(code) is None
    assert classify(code) is ErrorClass.PERMANENT
    assert classify(code, status=499) is ErrorClass.PERMANENT


def test_unknown_code_is_transient_in_a_5xx_or_when_meta_says_so() -> None:
    assert classify(987654, status=500) is ErrorClass.TRANSIENT
    assert classify(987654, status=400, transient=True) is ErrorClass.TRANSIENT


def test_no_code_is_written_twice_and_ranges_do_not_overlap() -> None:
    codes = [code for code, *_ in error_codes._ROWS]
    assert len(codes) == len(set(codes))
    edges = sorted((first, last) for first, last, *_ in RANGES)
    assert all(before[1] < after[0] for before, after in pairwise(edges))


def test_waits_belong_to_known_codes_that_may_be_tried_again() -> None:
    retried = {ErrorClass.THROTTLE, ErrorClass.TRANSIENT, ErrorClass.AUTH, ErrorClass.POLICY}
    assert all(
        classify(code) in retried and lookup(code) and wait > 0 for code, wait in MINIMUM_WAIT_MS.items()
    )


def test_every_meaning_is_a_fixed_text_fit_for_a_log() -> None:
    for _, text in KNOWN.values():
        assert text
        assert text.isascii()
