"""O que se mandou e o que chegou dizem a demora de cada mensagem, e todo erro aparece."""

import msgspec
import pytest

from bench.end_to_end.joined import Answer, Sample, joined
from bench.end_to_end.load import Posted
from bench.end_to_end.meta import Call
from bench.end_to_end.people import Post, city_of, correction, greeting

MS = 1_000_000
OK = Posted(due_ns=100 * MS, sent_ns=101 * MS, answered_ns=103 * MS, status=200)


def read(at_ms: int, person: int, seq: int) -> Call:
    body = {"status": "read", "message_id": f"wamid.BENCH.{person}.{seq}"}
    return Call(at_ms * MS, msgspec.Raw(msgspec.json.encode(body)))


def send(at_ms: int, person: int, text: str = "oi") -> Call:
    body = {"to": f"+551190000{person:04d}", "biz_opaque_callback_data": "v1.0.x.0", "text": {"body": text}}
    return Call(at_ms * MS, msgspec.Raw(msgspec.json.encode(body)))


def talk(person: int, *seqs: int) -> list[Post]:
    return [Post(0.0, (correction(person, seq),)) for seq in seqs]


def test_latency_counts_from_the_due_instant_to_the_send_and_not_to_the_receipt() -> None:
    found = joined([Post(0.0, (greeting(7),))], [OK], [read(110, 7, 0), send(120, 7)], conversation=False)
    assert [sample.own_ms(0) for sample in found.samples] == [20.0]
    assert found.errors.total() == 0


@pytest.mark.parametrize(
    ("read_ms", "own_ms"),
    [pytest.param(110, 150.0, id="waited"), pytest.param(245, 200.0, id="did not wait")],
)
def test_the_graphs_latency_is_taken_out_only_if_the_send_waited_for_the_receipt(
    read_ms: int, own_ms: float
) -> None:
    sample = Sample(OK, Answer(300 * MS, "v1.0.x.0", b"", 0, read_ms * MS))
    assert sample.own_ms(50.0 if read_ms == 110 else 60.0) == pytest.approx(own_ms)


def test_one_reply_answers_every_message_its_receipt_covers() -> None:
    calls = [read(110, 1, 2), send(120, 1, f"anotei: {city_of(2)}")]
    found = joined(talk(1, 0, 1, 2), [OK] * 3, calls, conversation=True)
    assert len(found.samples) == 3
    assert found.errors.total() == 0


def test_receipts_of_a_person_pair_with_her_replies_in_order_even_if_one_comes_late() -> None:
    calls = [
        read(110, 1, 0), send(120, 1, city_of(0)), send(130, 1, city_of(1)), read(131, 1, 1),
    ]  # fmt: skip
    found = joined(talk(1, 0, 1), [OK] * 2, calls, conversation=True)
    assert [sample.own_ms(0) for sample in found.samples] == [20.0, 30.0]
    assert found.errors.total() == 0


@pytest.mark.parametrize(
    ("what", "calls"),
    [
        ("unanswered", [read(110, 1, 0), send(120, 1, city_of(0))]),
        ("out of order", [read(1, 1, 1), send(2, 1, city_of(1)), read(3, 1, 0), send(4, 1, city_of(0))]),
        ("wrong reply", [read(110, 1, 1), send(120, 1, city_of(0))]),
        ("unread", [send(120, 1, city_of(1))]),
    ],
)
def test_every_error_of_a_conversation_is_told(what: str, calls: list[Call]) -> None:
    found = joined(talk(1, 0, 1), [OK] * 2, calls, conversation=True)
    assert found.errors[what] == 1


def test_a_repeated_reply_and_a_webhook_that_was_not_taken_are_errors() -> None:
    plan = [Post(0.0, (greeting(1),)), Post(0.0, (greeting(2),))]
    calls = [read(1, 1, 0), send(110, 1), read(2, 1, 0), send(111, 1)]
    found = joined(plan, [OK, msgspec.structs.replace(OK, status=503)], calls, conversation=False)
    assert found.errors["repeated"] == 1
    assert found.errors["not 200"] == 1
    assert len(found.samples) == 1
