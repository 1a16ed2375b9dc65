import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.whatsapp.error_codes import ErrorClass
from pyloto_stream.whatsapp.graph_answer import Sent, Silence, judge, read_answer
from pyloto_stream.whatsapp.graph_errors import (
    DependencyDownError,
    GraphError,
    GraphInDoubtError,
    GraphRefusedError,
    GraphTransientError,
    ThrottledError,
)
from pyloto_stream.whatsapp.graph_usage import MAX_WAIT_MS
from tests.support.graph import refusal


def verdict(status: int, body: bytes | None = b"", **headers: str) -> Sent | GraphError:
    """Julga uma resposta; cabeçalhos com `_` no lugar de `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return judge(read_answer(status, named, body))


def wait_of(status: int, body: bytes, **headers: str) -> int:
    found = verdict(status, body, **headers)
    assert isinstance(found, ThrottledError | GraphTransientError | DependencyDownError)
    return found.retry_after_ms


def usage(*minutes: float) -> str:
    rows = [{"type": "whatsapp", "call_count": 100, "estimated_time_to_regain_access": m} for m in minutes]
    return json.dumps({"1": rows[:1], "2": rows[1:]})


@pytest.mark.parametrize(
    ("status", "expected", "code"),
    [
        (302, DependencyDownError, "graph_http_302"),
        (400, GraphRefusedError, "graph_http_400"),
        (401, DependencyDownError, "graph_http_401"),
        (403, DependencyDownError, "graph_http_403"),
        (404, DependencyDownError, "graph_http_404"),
        (407, DependencyDownError, "graph_http_407"),
        (408, GraphInDoubtError, "graph_in_doubt"),
        (413, GraphRefusedError, "graph_http_413"),
        (429, ThrottledError, "graph_http_429"),
        (499, DependencyDownError, "graph_http_499"),
        (500, GraphInDoubtError, "graph_in_doubt"),
        (504, GraphInDoubtError, "graph_in_doubt"),
        (200, GraphInDoubtError, "graph_in_doubt"),
    ],
)
def test_without_a_graph_body_the_status_decides(status: int, expected: type[GraphError], code: str) -> None:
    found = verdict(status, b"<html>proxy</html>")
    assert type(found) is expected
    assert (found.code, found.graph_code) == (code, 0)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":"text"}',
        b'{"error":null}',
        b'{"error":{}}',
        b'{"error":{"code":"abc"}}',
        b'{"error":{"code":-1}}',
        b'{"error":{"code":99999999999999999999}}',
        b'{"error":{"code":100,"fbtrace_id":"\xff"}}',
        b'{"deep":' + b"[" * 60_000,
        b"null",
        b"\xff\xfe",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_not_a_graph_error_body_counts_as_none(body: bytes) -> None:
    assert read_answer(400, {}, body).graph_code is None


@pytest.mark.parametrize("body", [b'{"error":{"code":"190"}}', b'{"error":{"code":190,"error_data":[1]}}'])
def test_small_deviations_are_read(body: bytes) -> None:
    assert read_answer(400, {}, body).graph_code == 190


@pytest.mark.parametrize("status", [400, 413, 422])
def test_refusal_cut_before_its_reason_is_transient(status: int) -> None:
    assert type(verdict(status, None)) is GraphTransientError


def test_unknown_code_marked_transient_by_meta_is_tried_again() -> None:
    assert type(verdict(400, refusal(987654, transient=True))) is GraphTransientError


@pytest.mark.parametrize("code", [131009, 131047, 190, 130429, 131026, 132000])
@pytest.mark.parametrize("status", [200, 206, 500, 503])
def test_a_code_that_is_a_refusal_is_definite_under_any_status(status: int, code: int) -> None:
    assert not isinstance(verdict(status, refusal(code)), GraphInDoubtError | Sent)


@pytest.mark.parametrize("code", [1, 2, 131000, 131016, 987654])
@pytest.mark.parametrize("status", [200, 302, 500, 503])
def test_outside_4xx_a_passing_or_unknown_error_is_in_doubt(status: int, code: int) -> None:
    found = verdict(status, refusal(code))
    assert isinstance(found, GraphInDoubtError)
    assert (found.code, found.graph_code) == ("graph_in_doubt", code)
    assert found.kind is ErrorClass.TRANSIENT


def test_an_id_in_a_refused_answer_is_not_a_send() -> None:
    body = json.dumps({"messages": [{"id": "wamid.X"}], "error": {"code": 131009}}).encode()
    assert type(verdict(400, body)) is GraphRefusedError


def test_written_silence_is_in_doubt_and_unwritten_is_not() -> None:
    assert type(judge(Silence("TimeoutError", written=True))) is GraphInDoubtError
    assert type(judge(Silence("ClientConnectorError", written=False))) is DependencyDownError


@pytest.mark.parametrize(
    ("value", "expected_ms"),
    [("0", 1000), ("1", 1000), ("30", 30_000), ("999999999", MAX_WAIT_MS), ("9" * 5000, 1000), ("-5", 1000),
     ("1.5", 1000), ("Wed, 21 Oct 2026 07:28:00 GMT", 1000), ("²", 1000), ("", 1000)],
)  # fmt: skip
def test_retry_after_in_seconds_is_obeyed_and_capped(value: str, expected_ms: int) -> None:
    assert wait_of(400, refusal(130429), Retry_After=value) == expected_ms


def test_usage_header_gives_the_longest_wait_of_a_throttle() -> None:
    header = usage(3, 7.5, 0)
    assert wait_of(400, refusal(4), X_Business_Use_Case_Usage=header) == 450_000
    assert wait_of(429, b"", X_Business_Use_Case_Usage=header) == 450_000


def test_usage_header_says_nothing_about_other_failures() -> None:
    assert wait_of(401, refusal(190), X_Business_Use_Case_Usage=usage(3)) == 0


def test_retry_after_comes_before_the_usage_header() -> None:
    assert wait_of(400, refusal(4), Retry_After="2", X_Business_Use_Case_Usage=usage(3)) == 2_000


@pytest.mark.parametrize(
    "header",
    ["", "{", "[]", '{"1":[{"estimated_time_to_regain_access":null}]}', usage(-3), usage(), "[" * 9999],
)
def test_useless_usage_header_leaves_the_wait_of_the_table(header: str) -> None:
    assert wait_of(400, refusal(4), X_Business_Use_Case_Usage=header) == 60_000


def test_absurd_usage_estimate_is_capped() -> None:
    assert wait_of(400, refusal(4), X_Business_Use_Case_Usage=usage(1e308)) == MAX_WAIT_MS


@pytest.mark.parametrize("trace", ["x" * 65, "a b", "+55 41\n", "ação"])
def test_impossible_trace_id_is_dropped(trace: str) -> None:
    body = json.dumps({"error": {"code": 100, "fbtrace_id": trace}}).encode()
    assert read_answer(400, {}, body).fbtrace_id == ""


def test_failure_text_names_the_meaning_from_our_table_only() -> None:
    assert str(verdict(400, refusal(131042))) == "graph 131042: payment or eligibility problem (http 400)"
    assert str(verdict(400, refusal(987654))) == "graph 987654: unknown code (http 400)"


@given(st.integers(200, 599), st.none() | st.binary(max_size=200), st.text(max_size=30), st.text(max_size=30))
def test_any_answer_gets_a_verdict(status: int, body: bytes | None, after: str, estimate: str) -> None:
    found = verdict(status, body, Retry_After=after, X_Business_Use_Case_Usage=estimate)
    if 300 <= status < 500 and status != 408:
        assert isinstance(found, GraphError)
        assert not isinstance(found, GraphInDoubtError)
    else:
        assert isinstance(found, Sent | GraphInDoubtError)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":{"code":130429,"fbtrace_id":["x"]}}',
        b'{"error":{"code":130429,"is_transient":"perhaps"}}',
        b'{"error":{"code":130429},"messages":null}',
        b'{"error":{"code":130429},"success":{"is":1}}',
    ],
)
def test_what_stands_beside_the_code_in_another_form_does_not_hide_it(body: bytes) -> None:
    assert isinstance(judge(read_answer(400, {}, body)), ThrottledError)


@pytest.mark.parametrize("beside", [b'"success":{}', b'"error":null', b'"error":7'])
def test_what_stands_beside_the_id_in_another_form_does_not_make_a_send_doubtful(beside: bytes) -> None:
    assert judge(read_answer(200, {}, b'{"messages":[{"id":"wamid.1"}],' + beside + b"}")) == Sent("wamid.1")
