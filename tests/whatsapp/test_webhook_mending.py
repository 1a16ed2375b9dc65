import json
import time

import pytest

from pyloto_stream.whatsapp.webhook_mending import MAX_DEPTH, mend


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"a":[1,2,{"b":null}],"c":"NaN [[ {"}',
        rb'{"a":"\"[[[ \\","b":"\ud83d\ude00"}',
        b"[" * MAX_DEPTH + b"]" * MAX_DEPTH,
        rb'"\\ud800"',
        b'"unfinished [[[[',
        b"]]]]",
    ],
)
def test_what_the_decoder_can_cross_is_left_alone(body: bytes) -> None:
    assert mend(body) == (body, False)


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        (rb'"\ud800"', rb'"\ufffd"'),
        (rb'"\udfff\ud800"', rb'"\ufffd\ufffd"'),
        (rb'"\uD83D\uD83D\uDE00"', rb'"\ufffd\uD83D\uDE00"'),
        (rb'"\\\ud800"', rb'"\\\ufffd"'),
        (rb'"\ud83dx\ude00"', rb'"\ufffdx\ufffd"'),
    ],
)
def test_half_a_surrogate_pair_becomes_the_replacement_character(broken: bytes, mended: bytes) -> None:
    assert mend(broken) == (mended, False)


def test_numbers_that_json_does_not_have_become_null() -> None:
    assert mend(b'[NaN,{"a":-Infinity},Infinity,"NaN"]') == (b'[null,{"a":null},null,"NaN"]', True)


@pytest.mark.parametrize("opener", [b"[", b'{"x":'])
def test_what_lies_too_deep_becomes_null_and_the_rest_stays(opener: bytes) -> None:
    closer = b"]" if opener == b"[" else b"}"
    body = b'{"deep":' + opener * 5000 + b"1" + closer * 5000 + b',"after":[1]}'
    mended, cut = mend(body)
    document = json.loads(mended)
    assert (cut, document["after"]) == (True, [1])
    levels, inside = 1, document["deep"]
    while inside is not None:
        levels, inside = levels + 1, inside[0] if isinstance(inside, list) else inside["x"]
    assert levels == MAX_DEPTH


def test_each_place_too_deep_is_cut_on_its_own() -> None:
    well = b"[" * 200 + b"NaN" + b"]" * 200
    mended, cut = mend(b"[" + well + b',"between",' + well + b"]")
    first, between, last = json.loads(mended)
    assert (cut, between, first) == (True, "between", last)


def test_body_that_ends_in_the_deep_is_cut_there() -> None:
    assert mend(b"[" * 5000) == (b"[" * MAX_DEPTH, True)


def test_a_string_that_never_ends_costs_one_pass() -> None:
    body = b'{"b":"' + rb"\"" * 1_000_000
    started = time.process_time()
    assert mend(body) == (body, False)
    assert time.process_time() - started < 5
