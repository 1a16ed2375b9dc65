"""A resposta de um formulário: texto de quem a escreveu, sempre em poucos campos curtos."""

import json

import pytest

from pyloto_stream.whatsapp.webhook_forms import MAX_FIELDS, MAX_NAME, MAX_VALUE, WHOLE, form_of


def test_fields_are_texts_and_the_token_stays() -> None:
    answer = {"flow_token": "t-81", "city": "Curitiba", "age": 30, "ok": True, "none": None, "empty": ""}
    assert form_of(json.dumps(answer)) == {
        "flow_token": "t-81",
        "city": "Curitiba",
        "age": "30",
        "ok": "true",
    }


def test_lists_and_objects_are_json() -> None:
    photos = [{"id": "1", "file_name": "a.jpg"}]
    form = form_of(json.dumps({"photos": photos, "values": {"a": 1}}))
    assert (json.loads(form["photos"]), form["values"]) == (photos, '{"a":1}')


@pytest.mark.parametrize(
    ("answer", "whole"),
    [("[1]", "[1]"), ('"x"', "x"), ("7", "7"), ("not json", "not json"), ('{"a":', '{"a":')],
)
def test_what_is_no_object_stays_whole_in_one_field(answer: str, whole: str) -> None:
    assert form_of(answer) == {WHOLE: whole}


@pytest.mark.parametrize("answer", ["", "null", "{}"])
def test_nothing_is_no_field(answer: str) -> None:
    assert form_of(answer) == {}


@pytest.mark.parametrize("count", [MAX_FIELDS - 1, MAX_FIELDS, MAX_FIELDS + 1])
def test_fields_are_at_most_the_limit(count: int) -> None:
    assert len(form_of(json.dumps({f"f{n}": n for n in range(count)}))) == min(count, MAX_FIELDS)


@pytest.mark.parametrize("size", [MAX_VALUE - 1, MAX_VALUE, MAX_VALUE + 1])
def test_values_are_at_most_the_limit(size: int) -> None:
    assert len(form_of(json.dumps({"a": "é" * size}))["a"]) == min(size, MAX_VALUE)


def test_names_too_long_are_left_out() -> None:
    assert form_of(json.dumps({"n" * MAX_NAME: "a", "n" * (MAX_NAME + 1): "b"})) == {"n" * MAX_NAME: "a"}


def test_deep_nesting_raises_nothing() -> None:
    deep = '{"a":' * 100_000 + "1" + "}" * 100_000
    assert form_of(deep) == {WHOLE: deep[:MAX_VALUE]}
